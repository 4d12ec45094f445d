-- What stock cost. Costs stand beside movements and quantities never depend on them: weighted averages and FIFO layers
-- are worked out by reading both in the order of recording. One currency per organization; amounts are whole
-- ten-thousandths of its unit.
--
-- `valuation_checkpoint` is what reading has come to at the start of a month, one row per item. It can be worked out
-- again while the movements before it are in the table, so it may be deleted; once they are archived it is what remains.

create table valuation_setting (
  organization_id uuid primary key references organization,
  currency text not null check (currency ~ '^[A-Z]{3}$')
);

create table movement_cost (
  organization_id uuid not null,
  item_id uuid not null,
  movement_id uuid not null,
  unit_cost bigint not null check (unit_cost >= 0 and unit_cost <= 9007199254740991),
  primary key (organization_id, item_id, movement_id)
);
create trigger movement_cost_is_append_only before update or delete or truncate on movement_cost
  for each statement execute function movement_is_append_only();

create table valuation_checkpoint (
  organization_id uuid not null,
  item_id uuid not null,
  at timestamptz not null check (at = date_trunc('month', at at time zone 'UTC') at time zone 'UTC'),
  state jsonb not null,
  primary key (organization_id, item_id, at)
);

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke update, delete, truncate on movement_cost from plimsoll_runtime;
  end if;
end
$$;
