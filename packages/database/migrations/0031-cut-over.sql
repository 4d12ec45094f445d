-- Cut-overs: the way of a connection from somebody else's count to the ledger's, in steps that can be resumed.

create table cutover (
  organization_id uuid not null,
  cutover_id uuid not null,
  -- The person's own; under one name it happens once.
  name text not null check (name <> ''),
  connection_id uuid not null,
  source text not null check (source in ('connection', 'file', 'count')),
  -- Of `connection`: whose numbers are the truth.
  source_connection_id uuid,
  -- The moment that the opening stock is true for; of `connection` it is that of the proposal.
  as_of timestamptz,
  state text not null check (
    state in ('begun', 'orders-imported', 'proposed', 'approved', 'applied', 'live', 'cancelled')
  ),
  orders_since timestamptz not null,
  -- When the read of the open orders began; they are imported once nothing stored by then waits.
  orders_read_at timestamptz,
  digest text,
  actor text not null,
  approved_by text,
  begun_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (organization_id, cutover_id),
  unique (organization_id, name),
  foreign key (organization_id, connection_id) references connection,
  foreign key (organization_id, source_connection_id) references connection,
  check ((source = 'connection') = (source_connection_id is not null))
);

create table cutover_line (
  organization_id uuid not null,
  cutover_id uuid not null,
  item_id uuid not null,
  location_id uuid not null,
  -- On hand by the source, and by the ledger, at the same moment.
  proposed bigint not null,
  ledger bigint not null,
  -- Why nothing is done about it; null: the difference is applied.
  skipped text,
  primary key (organization_id, cutover_id, item_id, location_id),
  foreign key (organization_id, cutover_id) references cutover
);
