-- What replenishment comes to, for each item and location that has stock or demand. All of it can be worked out again from the
-- ledger, the documents and the settings; kept so that it can be sorted and filtered. Owned by `packages/orders`.
--
-- `item_demand` is measured once a day, over whole days. `replenishment` follows whenever stock or documents change.

create table item_demand (
  organization_id uuid not null,
  item_id uuid not null,
  location_id uuid not null,
  -- Rate, variance and what they rest on, as `demand-rate.ts` measured them.
  measured jsonb not null,
  -- Units ordered on each day that was looked at, the oldest first, and how much of it there was stock.
  history jsonb not null,
  measured_at timestamptz not null,
  primary key (organization_id, item_id, location_id)
);

create table replenishment (
  organization_id uuid not null,
  item_id uuid not null,
  location_id uuid not null,
  urgency text not null
    check (urgency in ('out', 'late', 'due', 'soon', 'enough', 'no-demand', 'unknown', 'off')),
  -- The most urgent first, then what runs out first.
  urgency_order double precision not null,
  available bigint not null,
  incoming bigint not null,
  per_day double precision,
  cover_days double precision,
  runs_out_on date,
  suggestion text check (suggestion in ('transfer', 'purchase')),
  suggested_units bigint not null check (suggested_units >= 0),
  source_location_id uuid,
  supplier text,
  -- A new one whenever what is suggested changes; null: nothing is.
  suggestion_id uuid,
  -- Every figure that led here.
  figures jsonb not null,
  planned_at timestamptz not null,
  primary key (organization_id, item_id, location_id),
  check ((suggestion is null) = (suggestion_id is null)),
  check ((suggestion is null) = (suggested_units = 0)),
  check ((suggestion is not distinct from 'transfer') = (source_location_id is not null))
);
create index replenishment_urgent on replenishment (organization_id, urgency_order, item_id, location_id);
-- As the list sorts by days of cover: what is not known comes last.
create index replenishment_by_cover on replenishment
  (organization_id, (coalesce(cover_days, 1e12)), item_id, location_id);
create index replenishment_at on replenishment (organization_id, location_id, urgency_order, item_id);

-- How far the work has come: one process at a time holds the row.
create table replenishment_clock (
  organization_id uuid not null primary key,
  -- A look at all items, by id: up to which it has come; null: none is under way.
  swept_item_id uuid,
  sweep_started_at timestamptz,
  sweep_ended_at timestamptz,
  -- Somebody changed settings since the last one began.
  is_sweep_wanted boolean not null default false,
  -- Stock and documents that changed until then have been looked at.
  changes_until timestamptz
);

do $$
declare
  known text;
begin
  select pg_get_constraintdef(oid) into known from pg_constraint where conname = 'task_kind_check';
  alter table task drop constraint task_kind_check;
  execute 'alter table task add constraint task_kind_check ' || replace(known, 'ARRAY[', 'ARRAY[''runs-out''::text, ');
end $$;
