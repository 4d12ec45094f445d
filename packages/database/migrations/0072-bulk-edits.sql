-- One change of policy for many items or listings: looked at first, every number that would change, then applied and undone as
-- one. Worked on in pieces, each a transaction that also writes how far it came; any process goes on where another stopped.

create table bulk_edit (
  organization_id uuid not null references organization,
  -- Also the change set of all that it changes.
  bulk_id uuid not null,
  state text not null check (state in ('looking', 'previewed', 'applying', 'applied', 'undoing', 'undone', 'stopped', 'failed')),
  scope text not null check (scope in ('item', 'listing')),
  -- What was asked for, as it was asked; and the change with ids for codes.
  request jsonb not null,
  change jsonb not null,
  actor text not null check (actor <> ''),
  why text check (why <> ''),
  positions bigint not null check (positions >= 0),
  scopes bigint not null check (scopes >= 0),
  looked bigint not null default 0,
  done bigint not null default 0,
  undone_to bigint not null default 0,
  levels bigint not null default 0,
  refused bigint not null default 0,
  kept bigint not null default 0,
  -- Which rails would hold writes back: [{"connectionId": …, "kind": "zero", "listings": …, "of": …}].
  rails jsonb not null default '[]',
  problem text,
  made_at timestamptz not null,
  previewed_at timestamptz,
  changed_at timestamptz not null,
  primary key (organization_id, bulk_id)
);
create index bulk_edit_open on bulk_edit (organization_id, made_at) where state in ('looking', 'applying', 'undoing');

-- Whom it is for; those of one item have one position, so that they are looked at together.
create table bulk_scope (
  organization_id uuid not null,
  bulk_id uuid not null,
  position bigint not null,
  scope_id uuid not null,
  item_id uuid not null,
  -- Why it is left out: what it has already contradicts the change.
  refused text,
  primary key (organization_id, bulk_id, position, scope_id),
  foreign key (organization_id, bulk_id) references bulk_edit
);

-- What would change, before and after.
create table bulk_level (
  organization_id uuid not null,
  bulk_id uuid not null,
  level_id uuid not null,
  before bigint not null,
  before_because text not null,
  after bigint not null,
  after_because text not null,
  estimated boolean not null,
  primary key (organization_id, bulk_id, level_id),
  foreign key (organization_id, bulk_id) references bulk_edit
);
