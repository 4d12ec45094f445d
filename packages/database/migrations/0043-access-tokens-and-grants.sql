-- Access tokens that end, shared by all processes; grants that a person gives on a platform's own page; whose account a
-- connection is of; how often a platform counted a write; locations that a platform counts itself.

-- What check() said first: a connection never moves to another account. Null: made before this, until it is checked again.
alter table connection
  add column account_id text,
  add column account text;

-- One row for each kind of token. It belongs to the credentials: with new ones it is gone.
create table access_token (
  organization_id uuid not null,
  secret_id uuid not null,
  name text not null,
  -- Null before the first; never kept open.
  key_name text,
  sealed bytea,
  -- Null: it never ends.
  usable_until timestamptz,
  -- Counts the tokens: whoever fetched one for an older generation has lost.
  generation bigint not null check (generation >= 0),
  -- Who is fetching the next, and until when others wait for that. Held across the network call, as no transaction may be.
  claimed_by uuid,
  claimed_until timestamptz,
  -- Why the last fetch failed: those who waited for it need not ask again.
  failed_at timestamptz,
  failure_kind text,
  failure text,
  primary key (organization_id, secret_id, name),
  foreign key (organization_id, secret_id) references secret on delete cascade,
  check ((sealed is null) = (key_name is null)),
  check ((claimed_by is null) = (claimed_until is null))
);

-- A grant that was begun: where it stands between the hub's page, the platform's, and back.
create table connection_grant (
  organization_id uuid not null,
  grant_id uuid not null,
  connector text not null,
  -- Set: an existing connection is granted access anew.
  connection_id uuid,
  -- Of a new one.
  name text,
  location_code text,
  orders_poll_ms bigint,
  settings jsonb not null,
  -- What the person gave before, and the verifier of PKCE: sealed.
  key_name text not null,
  sealed bytea not null,
  -- Only hashes: whoever reads this table can finish nothing.
  ticket_hash bytea not null,
  state_hash bytea,
  browser_hash bytea,
  -- begun: the page was not opened yet; sent: the browser is at the platform; taken: its answer is being worked on.
  standing text not null check (standing in ('begun', 'sent', 'taken', 'done', 'refused')),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  made_connection_id uuid,
  problem_code text,
  problem text,
  primary key (organization_id, grant_id),
  unique (organization_id, ticket_hash),
  unique (organization_id, state_hash),
  foreign key (organization_id, connection_id) references connection
);

-- Writes that the platform counts for one thing (a listing) in the day that began then.
create table write_count (
  organization_id uuid not null,
  connection_id uuid not null,
  cap_key text not null,
  day_began timestamptz not null,
  writes bigint not null check (writes > 0),
  primary key (organization_id, connection_id, cap_key, day_began)
);

alter table external_location add column counted_by_platform boolean not null default false;
