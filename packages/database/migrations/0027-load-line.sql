-- The load line: how much a listing may promise so that nothing is oversold whatever shoppers do.
--
-- Exposure is an upper bound, in listing units, of what a platform could still sell from a level without the hub
-- knowing: what it could sell before the last quantity took effect (`exposure_older`, void once all orders up to
-- `exposure_older_until` are known; null: no bound is known) and since then (`exposure_current`). Quantities that
-- are under way come on top; they are the rows of `write` that have no final outcome. See docs/decisions/0013.

alter table level
  add column exposure_older bigint check (exposure_older >= 0),
  add column exposure_older_until timestamptz,
  add column exposure_current bigint not null default 0 check (exposure_current >= 0),
  -- By our clock: the platform surely counted from that quantity by then.
  add column exposure_from timestamptz,
  -- Units that cancelled and returned orders put back on the platform, of those that the hub has learned of.
  add column given_back bigint not null default 0,
  -- How the level is protected at present, as far as it has got.
  add column protection text not null default 'open'
    check (protection in ('open', 'buffered', 'tightening', 'guaranteed'));

-- What platforms showed before there was a bound: it holds once all orders up to that confirmation are known.
update level set exposure_current = greatest(0, acknowledged), exposure_from = acknowledged_at,
  exposure_older_until = acknowledged_at
where acknowledged is not null;

alter table write add column given_back_at_send bigint not null default 0;

create index level_with_older_exposure on level (organization_id, connection_id, exposure_older_until)
  where protection in ('tightening', 'guaranteed') and exposure_older is distinct from 0;
create index write_not_final on write (organization_id, level_id) where settled_at is null;

-- How an item is to be protected: set on organization, connection or item; the nearest wins.
create table protection (
  organization_id uuid not null,
  scope text not null check (scope in ('organization', 'connection', 'item')),
  scope_id uuid not null,
  mode text not null check (mode in ('open', 'buffered', 'guaranteed', 'auto')),
  -- Of a dynamic buffer: oversells that are put up with, per million times that an item sells out.
  oversells_per_million bigint not null check (oversells_per_million between 1 and 500000),
  updated_at timestamptz not null,
  primary key (organization_id, scope, scope_id)
);

-- What backs exposure: units of an item at a location that a level may come to sell without the hub knowing.
create table level_grant (
  organization_id uuid not null,
  level_id uuid not null,
  item_id uuid not null,
  location_id uuid not null,
  -- Base units.
  units bigint not null check (units > 0),
  primary key (organization_id, level_id, item_id, location_id)
);
create index level_grant_of_item on level_grant (organization_id, item_id, location_id);

-- How far an item's protection has got, kept while it is being tightened or guaranteed.
create table item_protection (
  organization_id uuid not null,
  item_id uuid not null,
  state text not null check (state in ('tightening', 'guaranteed', 'broken')),
  since timestamptz not null,
  -- Base units by which exposure exceeds what is there.
  short_units bigint not null check (short_units >= 0),
  -- Why it cannot be guaranteed, whatever the hub does: codes, in order.
  obstacles text[] not null,
  primary key (organization_id, item_id)
);

-- Demand and delays, measured from time to time from orders and writes.
create table item_demand (
  organization_id uuid not null,
  item_id uuid not null,
  -- Units per hour over the last minutes and the last days; each fades from `measured_at` on.
  recent_per_hour double precision not null check (recent_per_hour >= 0),
  usual_per_hour double precision not null check (usual_per_hour >= 0),
  -- Mean units of one sale, and of its square: how much a sale takes at once.
  units_per_sale double precision not null check (units_per_sale >= 1),
  squared_per_sale double precision not null check (squared_per_sale >= 1),
  -- What is kept back of it in base units while it is buffered.
  buffer_units bigint not null check (buffer_units >= 0),
  measured_at timestamptz not null,
  primary key (organization_id, item_id)
);
create index item_demand_to_fade on item_demand (organization_id, measured_at) where buffer_units > 0;

create table connection_delay (
  organization_id uuid not null,
  connection_id uuid not null,
  -- From an order's placement to the hub's knowing of it, and from a change to its being shown: nearly always less.
  seen_ms bigint not null check (seen_ms >= 0),
  written_ms bigint not null check (written_ms >= 0),
  measured_at timestamptz not null,
  primary key (organization_id, connection_id)
);
-- Up to where sales have been measured.
create table demand_clock (
  organization_id uuid primary key,
  measured_until timestamptz not null
);
