-- What the overview draws over days: sums of what happened, kept so that a month is read without reading its orders and
-- writes. All but `stock_sample` can be counted again from them while they are there. Owned by `apps/hub`.
--
-- A slot is a quarter of an hour by UTC and is counted once, when it is over and no transaction of it can still be open;
-- `overview_clock.kept_until` is how far that has come. What is younger is counted when it is asked for.

create table overview_sum (
  organization_id uuid not null,
  connection_id uuid not null,
  slot timestamptz not null check (extract(epoch from slot)::bigint % 900 = 0),
  -- Orders first seen, tests left out, and the base units that they asked for.
  orders bigint not null check (orders >= 0),
  units bigint not null check (units >= 0),
  -- Writes that the platform took, and those of them that emptied a shelf.
  writes bigint not null check (writes >= 0),
  emptied bigint not null check (emptied >= 0 and emptied <= writes),
  primary key (organization_id, connection_id, slot)
);
create index overview_sum_recent on overview_sum (organization_id, slot);

-- Writes that lowered a number, by how long after its cause the platform showed it; `bin`: see `delay-bins.ts`.
create table overview_delay (
  organization_id uuid not null,
  slot timestamptz not null,
  bin int not null check (bin between 0 and 79),
  writes bigint not null check (writes > 0),
  primary key (organization_id, slot, bin)
);

-- Stock at each location on the hour. Not to be had again once movements are archived.
create table stock_sample (
  organization_id uuid not null,
  location_id uuid not null,
  at timestamptz not null,
  on_hand bigint not null,
  reserved bigint not null,
  primary key (organization_id, location_id, at)
);
create index stock_sample_recent on stock_sample (organization_id, at);

-- One process at a time holds the row.
create table overview_clock (
  organization_id uuid not null primary key,
  kept_until timestamptz not null,
  sampled_at timestamptz
);
