-- Stock counts are documents: a sheet of lines with what the ledger said at the start, entries by round, and the
-- difference that was posted. An entry is never changed: who counts again adds one in the next round.
--
-- Reasons for adjustments, and whether a listed one must be given. A policy may promise what is on its way.

create table stock_count (
  organization_id uuid not null,
  count_id uuid not null,
  location_id uuid not null,
  -- What was asked for, as it was asked for: the whole location, zones, bins or items.
  scope jsonb not null,
  blind boolean not null,
  separate_approver boolean not null,
  tolerance_units bigint check (tolerance_units >= 0),
  tolerance_percent int check (tolerance_percent between 0 and 100),
  state text not null check (state in ('counting', 'approved', 'posted', 'cancelled')),
  reference text check (reference <> '' and length(reference) <= 200),
  started_by text not null,
  started_at timestamptz not null,
  approved_by text,
  approved_at timestamptz,
  posted_at timestamptz,
  posted_digest text,
  posted_result jsonb,
  primary key (organization_id, count_id),
  check ((state = 'posted') = (posted_at is not null)),
  foreign key (organization_id, location_id) references location
);
create index stock_count_open on stock_count (organization_id, location_id) where state in ('counting', 'approved');

-- `expected` is what the ledger said when the sheet was made. `round` is the round that is asked for, from 1.
create table stock_count_line (
  organization_id uuid not null,
  count_id uuid not null,
  line int not null check (line > 0),
  item_id uuid not null,
  lot_id uuid not null,
  expected bigint not null,
  round int not null check (round > 0),
  posted_difference bigint,
  primary key (organization_id, count_id, line),
  unique (organization_id, count_id, item_id, lot_id),
  foreign key (organization_id, count_id) references stock_count,
  foreign key (organization_id, item_id) references item
);

create table stock_count_entry (
  organization_id uuid not null,
  count_id uuid not null,
  line int not null,
  round int not null check (round > 0),
  counted bigint not null check (counted >= 0 and counted <= 9007199254740991),
  counter text not null check (counter <> '' and length(counter) <= 200),
  counted_at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (organization_id, count_id, line, round),
  foreign key (organization_id, count_id, line) references stock_count_line
);

create table adjustment_reason (
  organization_id uuid not null references organization,
  code text not null check (code ~ '^[a-z0-9][a-z0-9-]{0,49}$'),
  name_en text not null check (name_en <> '' and length(name_en) <= 200),
  name_zh text not null check (name_zh <> '' and length(name_zh) <= 200),
  direction text not null check (direction in ('in', 'out', 'both')),
  archived_at timestamptz,
  primary key (organization_id, code)
);

create table stock_setting (
  organization_id uuid primary key references organization,
  listed_reason_required boolean not null
);

alter table policy add column promise_incoming boolean;

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke delete, truncate on stock_count, stock_count_line, adjustment_reason, stock_setting from plimsoll_runtime;
    revoke update, delete, truncate on stock_count_entry from plimsoll_runtime;
  end if;
end
$$;
