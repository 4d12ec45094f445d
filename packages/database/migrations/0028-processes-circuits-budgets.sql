-- Hub processes that share the work, connections whose platform is left alone for a while, and budgets that several
-- processes spend from together.

-- One row for each running hub process, renewed like a lease. Those that work connections are counted: each gets its
-- share of them, and one whose row has run out gets none.
create table hub_process (
  organization_id uuid not null references organization,
  process_id uuid not null,
  -- For people: machine and process number.
  name text not null,
  roles text[] not null,
  started_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (organization_id, process_id)
);

-- The circuit breaker of a connection, null while calls go through: since when it is open, when it is next tried, and
-- how many tries have failed. Apart from a pause: nobody need lift it.
alter table connection
  add column circuit_since timestamptz,
  add column circuit_probe_at timestamptz,
  add column circuit_failed_probes bigint not null default 0;

-- Which budget of its platform a connection spends from, as a hash: connections with the same share it.
alter table connection add column budget_key text;

-- A limit of a platform that several connections share, as a bucket: hub processes take from it in chunks.
-- What a process has taken and not yet spent, or spent on a call that has not ended, is its holding; where the process
-- died, until it runs out. Budgets of an application that serve several organizations of one host belong to none of
-- them: their organization_id is all zeros.
create table shared_budget (
  organization_id uuid not null,
  budget_key text not null,
  name text not null,
  -- As the platform says they are; null: as the connector declares.
  capacity double precision check (capacity > 0),
  refill_per_second double precision check (refill_per_second > 0),
  level double precision not null,
  level_at timestamptz not null,
  -- 0..1 of what is declared: lowered when the platform throttles earlier, raised again little by little.
  pace double precision not null check (pace > 0 and pace <= 1),
  blocked_until timestamptz,
  primary key (organization_id, budget_key, name)
);

create table budget_holding (
  organization_id uuid not null,
  budget_key text not null,
  name text not null,
  process_id uuid not null,
  held double precision not null check (held >= 0),
  expires_at timestamptz not null,
  primary key (organization_id, budget_key, name, process_id)
);

-- Set while a listing is taken off its channel because the platform refused to lower it.
alter table listing add column withdrawn_at timestamptz;
