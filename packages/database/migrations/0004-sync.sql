-- Connections, what they list, what each level should and does show, and the way in and out.

create table connection (
  organization_id uuid not null references organization,
  connection_id uuid not null,
  connector text not null,
  name text not null,
  state text not null check (state in ('draft', 'shadow', 'live', 'paused')),
  -- The reasons of a pause: a set, so that one cure cannot undo another's pause. `state` to return to is kept beside.
  pause_reasons text[] not null,
  resume_state text check (resume_state in ('shadow', 'live')),
  settings jsonb not null,
  secret_id uuid not null,
  -- The routing default: where this connection's orders reserve until they are routed.
  default_location_id uuid not null,
  orders_poll_ms bigint not null check (orders_poll_ms >= 100),
  problem_code text,
  problem text,
  problem_since timestamptz,
  last_webhook_at timestamptz,
  webhooks_checked_at timestamptz,
  created_at timestamptz not null,
  primary key (organization_id, connection_id),
  unique (organization_id, name),
  foreign key (organization_id, secret_id) references secret,
  foreign key (organization_id, default_location_id) references location
);

create table external_location (
  organization_id uuid not null,
  connection_id uuid not null,
  external_id text not null,
  name text not null,
  active boolean not null,
  primary key (organization_id, connection_id, external_id),
  foreign key (organization_id, connection_id) references connection
);

-- The pool of each external location: which of our locations its levels may sell from.
create table pool_location (
  organization_id uuid not null,
  connection_id uuid not null,
  external_id text not null,
  location_id uuid not null,
  primary key (organization_id, connection_id, external_id, location_id),
  foreign key (organization_id, connection_id, external_id) references external_location,
  foreign key (organization_id, location_id) references location
);

create table listing (
  organization_id uuid not null,
  listing_id uuid not null,
  connection_id uuid not null,
  external_id text not null,
  stock_unit_id text not null,
  sku text,
  barcode text,
  title text not null,
  tracked boolean not null,
  fulfilled_by text not null check (fulfilled_by in ('merchant', 'platform')),
  sells_beyond_zero boolean not null,
  state text not null check (state in ('active', 'inactive', 'gone')),
  item_id uuid,
  units_per_listing bigint not null check (units_per_listing > 0),
  mapped_by text check (mapped_by in ('sku', 'person')),
  imported_at timestamptz not null,
  primary key (organization_id, listing_id),
  unique (organization_id, connection_id, external_id),
  foreign key (organization_id, connection_id) references connection
);
create index listing_of_item on listing (organization_id, item_id);
create index listing_of_stock_unit on listing (organization_id, connection_id, stock_unit_id);
create index listing_unmapped on listing (organization_id, connection_id) where item_id is null;

-- One number that a platform keeps. What it should show now ("expected") is
-- acknowledged - (subtracted - acknowledged_subtracted): what it last confirmed, less its own sales known since.
create table level (
  organization_id uuid not null,
  level_id uuid not null,
  connection_id uuid not null,
  stock_unit_id text not null,
  external_location_id text not null,
  item_id uuid,
  units_per_listing bigint not null check (units_per_listing > 0),
  tracked boolean not null,
  writable boolean not null,
  desired bigint check (desired >= 0),
  desired_because text,
  desired_version bigint not null,
  desired_at timestamptz,
  acknowledged bigint,
  acknowledged_at timestamptz,
  acknowledged_subtracted bigint not null,
  subtracted bigint not null,
  observed bigint,
  observed_at timestamptz,
  -- Set when something is suspicious: reconciliation reads such levels first.
  recheck_at timestamptz,
  problem_code text,
  problem text,
  primary key (organization_id, level_id),
  unique (organization_id, connection_id, stock_unit_id, external_location_id)
) with (fillfactor = 80);
create index level_of_item on level (organization_id, item_id);
create index level_to_observe on level (organization_id, connection_id, observed_at nulls first);
create index level_to_recheck on level (organization_id, connection_id, recheck_at) where recheck_at is not null;
create index level_with_problem on level (organization_id, connection_id) where problem_code is not null;

-- Set on organization, connection or listing; the nearest non-null field wins. scope_id of the organization is its own id.
create table policy (
  organization_id uuid not null,
  scope text not null check (scope in ('organization', 'connection', 'listing')),
  scope_id uuid not null,
  buffer_units bigint check (buffer_units >= 0),
  buffer_percent bigint check (buffer_percent between 0 and 100),
  cap bigint check (cap >= 0),
  floor bigint check (floor >= 0),
  fixed bigint check (fixed >= 0),
  paused boolean,
  updated_at timestamptz not null,
  primary key (organization_id, scope, scope_id)
);

-- What happened outside, stored before it is answered.
create table inbox (
  organization_id uuid not null,
  inbox_id uuid not null,
  connection_id uuid not null,
  topic text not null,
  subject text not null,
  source text not null check (source in ('webhook', 'poll', 'fetch')),
  -- The canonical event; or, where it could not be read, what came over the wire less personal data.
  payload jsonb not null,
  state text not null check (state in ('pending', 'fetch', 'applied', 'skipped', 'parked')),
  reason_code text,
  reason text,
  attempts int not null,
  not_before timestamptz,
  received_at timestamptz not null,
  settled_at timestamptz,
  primary key (organization_id, inbox_id)
);
create index inbox_waiting on inbox (organization_id, connection_id, inbox_id) where state in ('pending', 'fetch');
create index inbox_parked on inbox (organization_id, inbox_id) where state = 'parked';
create index inbox_of_subject on inbox (organization_id, connection_id, topic, subject);

-- Same event, same key: by what it is about and its version or content, never by a delivery id alone.
create table inbox_key (
  organization_id uuid not null,
  connection_id uuid not null,
  event_key text not null,
  inbox_id uuid not null,
  primary key (organization_id, connection_id, event_key)
);

-- How far each stream of a connection has been read. `fence_at`: up to then every order is known.
create table stream_cursor (
  organization_id uuid not null,
  connection_id uuid not null,
  stream text not null,
  since timestamptz not null,
  fence_at timestamptz,
  deep_read_at timestamptz,
  primary key (organization_id, connection_id, stream)
);

-- Items whose availability changed and has not been worked out yet.
create table changed_item (
  organization_id uuid not null,
  change_id uuid not null,
  item_id uuid not null,
  changed_at timestamptz not null,
  primary key (organization_id, change_id)
);

-- One waiting row per level: a level that changes ten times while it waits is written once.
create table lane_entry (
  organization_id uuid not null,
  connection_id uuid not null,
  level_id uuid not null,
  -- 0: zeros and decreases; 1: increases.
  priority int not null,
  desired_version bigint not null,
  caused_at timestamptz not null,
  not_before timestamptz,
  attempts int not null,
  primary key (organization_id, connection_id, level_id)
);
create index lane_entry_next on lane_entry (organization_id, connection_id, priority, caused_at);

-- Who works a connection. `calls_until`: until then a call of this or the former holder may still act.
create table lease (
  organization_id uuid not null,
  connection_id uuid not null,
  holder uuid not null,
  fencing bigint not null,
  expires_at timestamptz not null,
  calls_until timestamptz not null,
  primary key (organization_id, connection_id),
  -- Makes `fencing` a key column: a take-over then waits for transactions that hold the row `for key share`
  -- (the fencing check), while heartbeats and calls, which touch other columns, do not.
  unique (organization_id, connection_id, fencing)
);

-- One quantity sent for one level, recorded before the call and after.
create table write (
  organization_id uuid not null,
  write_id uuid not null,
  connection_id uuid not null,
  level_id uuid not null,
  quantity bigint not null check (quantity >= 0),
  expected bigint,
  direction text not null check (direction in ('zero', 'decrease', 'increase', 'unknown')),
  state text not null check (state in ('sent', 'accepted', 'applied', 'refused', 'unknown', 'untouched')),
  fencing bigint not null,
  subtracted_at_send bigint not null,
  desired_version bigint not null,
  caused_at timestamptz not null,
  sent_at timestamptz not null,
  settled_at timestamptz,
  echoed bigint,
  -- True where an absolute decrease went out without reading orders first, to be faster.
  unfenced boolean not null,
  error_code text,
  error text,
  primary key (organization_id, write_id)
);
create index write_unsettled on write (organization_id, connection_id) where state in ('sent', 'accepted', 'unknown');
create index write_of_level on write (organization_id, level_id, write_id desc);
create index write_recent on write (organization_id, settled_at desc);

-- A difference that reconciliation found, and what it did about it.
create table drift (
  organization_id uuid not null,
  drift_id uuid not null,
  connection_id uuid not null,
  level_id uuid not null,
  observed bigint not null,
  expected bigint,
  cause text not null,
  found_at timestamptz not null,
  primary key (organization_id, drift_id)
);
create index drift_recent on drift (organization_id, found_at desc);

-- Something a person must decide.
create table task (
  organization_id uuid not null,
  task_id uuid not null,
  kind text not null check (kind in ('oversold', 'refused-decrease', 'drift', 'untracked', 'unmapped', 'connection')),
  subject text not null,
  connection_id uuid,
  sku text,
  units bigint,
  detail text not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  primary key (organization_id, task_id)
);
create unique index task_open on task (organization_id, kind, subject) where closed_at is null;
