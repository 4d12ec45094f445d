-- What a channel keeps back depends on how late it learns of the others' sales, and whether units are worth dealing on what
-- that costs. All of it is measured anew within a minute.
drop table item_buffer;

create table item_depth (
  organization_id uuid not null,
  item_id uuid not null,
  -- Protected automatically it is dealt from so many units on; null: that would cost more sales than it saves.
  tighten_units bigint check (tighten_units > 0),
  measured_at timestamptz not null,
  primary key (organization_id, item_id)
);

-- Base units of an item that one connection keeps back; no row: none.
create table connection_buffer (
  organization_id uuid not null,
  item_id uuid not null,
  connection_id uuid not null,
  -- Where it is buffered, and where that is decided automatically.
  units bigint not null check (units >= 0),
  auto_units bigint not null check (auto_units >= 0),
  primary key (organization_id, item_id, connection_id)
);

-- Beside what is rarely exceeded: what is usual. And how much a connection sells, for what it has not sold yet.
alter table connection_delay
  add column sales_per_hour double precision not null default 0 check (sales_per_hour >= 0),
  add column usual_seen_ms bigint check (usual_seen_ms >= 0),
  add column usual_written_ms bigint check (usual_written_ms >= 0);
update connection_delay set usual_seen_ms = seen_ms, usual_written_ms = written_ms;
alter table connection_delay
  alter column usual_seen_ms set not null,
  alter column usual_written_ms set not null;
