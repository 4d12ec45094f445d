-- How what comes in is watched over, and what becomes of differences: the pace of each stream, the health of webhooks,
-- gaps in the orders, jobs of a connection (backfill, audit, sync now), the rule for edits made on a platform, and the
-- rule for orders that have not been read for too long.

alter table connection add column edit_rule text not null default 'hub-wins'
  check (edit_rule in ('hub-wins', 'platform-wins', 'ask'));

-- A backfill reads older orders into the same inbox. `webhook_at`: a webhook told of it too, after a poll had found it.
alter table inbox drop constraint inbox_source_check;
alter table inbox add constraint inbox_source_check check (source in ('webhook', 'poll', 'fetch', 'backfill'));
alter table inbox add column webhook_at timestamptz, add column replay_id uuid;
create index inbox_of_replay on inbox (organization_id, replay_id) where replay_id is not null;

-- Parked events that were put back in line together: their progress is counted by this id.
create table replay (
  organization_id uuid not null references organization,
  replay_id uuid not null,
  events bigint not null check (events >= 0),
  asked_at timestamptz not null,
  primary key (organization_id, replay_id)
);

-- `followed_since`: orders changed before then were never read. `position`: the platform's own place in a stream.
alter table stream_cursor
  add column followed_since timestamptz,
  add column read_at timestamptz,
  add column changed_at timestamptz,
  add column next_at timestamptz,
  add column failures int not null default 0,
  add column problem text,
  add column position text;
update stream_cursor set followed_since = connection.created_at
from connection
where connection.organization_id = stream_cursor.organization_id
  and connection.connection_id = stream_cursor.connection_id and stream = 'orders';

-- Of the order versions that were noticed lately: how many a webhook brought (before a poll, or soon after it), how many
-- only a poll found. Halved as they grow, so that the past fades.
create table webhook_health (
  organization_id uuid not null,
  connection_id uuid not null,
  arrived bigint not null check (arrived >= 0),
  missed bigint not null check (missed >= 0),
  missed_in_row int not null check (missed_in_row >= 0),
  delay_ms bigint check (delay_ms >= 0),
  verdict text not null check (verdict in ('none', 'unknown', 'healthy', 'poor', 'silent')),
  judged_at timestamptz,
  repairs int not null check (repairs >= 0),
  repaired_at timestamptz,
  failures int not null check (failures >= 0),
  problem text,
  primary key (organization_id, connection_id),
  foreign key (organization_id, connection_id) references connection
);

-- Work that the holder of a connection's lease does beside its lane, step by step; stopped anywhere, it goes on there.
create table sync_job (
  organization_id uuid not null,
  job_id uuid not null,
  connection_id uuid not null,
  kind text not null check (kind in ('backfill', 'audit', 'sync-now')),
  state text not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  reason text not null check (reason in ('asked', 'gap')),
  -- Of a backfill: orders changed from then on, until then.
  from_at timestamptz,
  to_at timestamptz,
  listing_id uuid,
  position jsonb not null,
  total bigint check (total >= 0),
  done bigint not null check (done >= 0),
  result jsonb not null,
  problem text,
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  primary key (organization_id, job_id),
  foreign key (organization_id, connection_id) references connection,
  check ((kind = 'backfill') = (from_at is not null)),
  check ((kind = 'sync-now') = (listing_id is not null)),
  check ((finished_at is null) = (state in ('waiting', 'running')))
);
create index sync_job_open on sync_job (organization_id, connection_id, job_id) where state in ('waiting', 'running');

-- What an audit found to differ; what agrees is only counted.
create table audit_difference (
  organization_id uuid not null,
  job_id uuid not null,
  difference_id uuid not null,
  level_id uuid,
  listing_external_id text,
  stock_unit_id text not null,
  external_location_id text,
  sku text,
  expected bigint,
  observed bigint,
  -- Null while it is looked at a second time.
  class text,
  healed text,
  read_at timestamptz not null,
  primary key (organization_id, job_id, difference_id),
  foreign key (organization_id, job_id) references sync_job
);

create table order_gap (
  organization_id uuid not null,
  gap_id uuid not null,
  connection_id uuid not null,
  found_by text not null check (found_by in ('count', 'number')),
  from_at timestamptz not null,
  to_at timestamptz not null,
  missing bigint not null check (missing > 0),
  state text not null check (state in ('open', 'filled', 'unexplained')),
  job_id uuid,
  -- A list may show an order hours late: what a backfill did not find is read again.
  tries int not null,
  found_at timestamptz not null,
  closed_at timestamptz,
  primary key (organization_id, gap_id),
  foreign key (organization_id, connection_id) references connection,
  check (from_at < to_at),
  check ((closed_at is null) = (state = 'open'))
);
create index order_gap_recent on order_gap (organization_id, connection_id, found_at desc);

-- What the other channels show while a connection's orders have not been read for so long. Set for everything or for one
-- connection; the nearest wins.
create table stale_rule (
  organization_id uuid not null,
  scope text not null check (scope in ('organization', 'connection')),
  scope_id uuid not null,
  after_ms bigint not null check (after_ms >= 60000),
  kind text not null check (kind in ('notice', 'buffer', 'percent', 'zero')),
  -- Base units of a buffer; the percent that is still shown.
  amount bigint not null check (amount >= 0 and (kind <> 'percent' or amount <= 100)),
  updated_at timestamptz not null,
  primary key (organization_id, scope, scope_id)
);

-- The connections whose orders have not been read for too long, with what is done about it.
create table stale_orders (
  organization_id uuid not null,
  connection_id uuid not null,
  kind text not null check (kind in ('notice', 'buffer', 'percent', 'zero')),
  amount bigint not null check (amount >= 0),
  since timestamptz not null,
  marked_at timestamptz not null,
  primary key (organization_id, connection_id),
  foreign key (organization_id, connection_id) references connection
);

-- What was done about a difference, and under which rule. A level that a person is asked about is not raised.
alter table drift
  add column rule text,
  add column healed text not null default 'written',
  add column healed_at timestamptz,
  add column task_id uuid;
create index drift_of_level on drift (organization_id, level_id, found_at desc);
create index drift_asked on drift (organization_id, connection_id, found_at) where healed = 'asked';
alter table level add column asked_at timestamptz;
