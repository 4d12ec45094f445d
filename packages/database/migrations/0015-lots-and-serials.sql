-- Lots with their expiry and status, serial numbers with their life, and what both cost those who have neither: nothing.
--
-- A lot is a key of balances, reservations and movements since 0002; here it gets a code, dates and a status. A serial
-- number is one unit: its row says where it is, its events how it came there. Serials hold no figure: balances stay the
-- count, and `findBrokenSerials` compares the two.

-- `shipment`: units are a plain count until their serials are told when they leave.
alter table item add column serial_capture text not null default 'receipt'
  check (serial_capture in ('receipt', 'shipment'));

create table lot (
  organization_id uuid not null,
  lot_id uuid not null,
  item_id uuid not null,
  code text not null check (code = btrim(code) and code <> '' and length(code) <= 100),
  -- The last day on which it may leave.
  expires_on date,
  manufactured_on date,
  supplier_lot text check (supplier_lot <> '' and length(supplier_lot) <= 100),
  status text not null check (status in ('released', 'quarantined', 'recalled')),
  created_at timestamptz not null,
  primary key (organization_id, lot_id),
  unique (organization_id, item_id, code),
  foreign key (organization_id, item_id) references item,
  check (manufactured_on <= expires_on)
);
create index lot_expiring on lot (organization_id, expires_on) where expires_on is not null;

-- Who set which status when and why; the first is the one that the lot was made with.
create table lot_status_change (
  organization_id uuid not null,
  lot_id uuid not null,
  change_id uuid not null,
  before text check (before in ('released', 'quarantined', 'recalled')),
  after text not null check (after in ('released', 'quarantined', 'recalled')),
  reason text check (reason <> ''),
  actor text not null,
  changed_at timestamptz not null,
  primary key (organization_id, lot_id, change_id),
  foreign key (organization_id, lot_id) references lot
);

-- Fewest days that a lot must have left when units are allocated: by organization, connection or customer; the nearest
-- wins. `scope_id` is whatever the caller names them by; empty for the organization.
create table shelf_life_minimum (
  organization_id uuid not null references organization,
  scope text not null check (scope in ('organization', 'connection', 'customer')),
  scope_id text not null check (length(scope_id) <= 200),
  days int not null check (days between 0 and 36500),
  updated_at timestamptz not null,
  primary key (organization_id, scope, scope_id),
  check ((scope = 'organization') = (scope_id = ''))
);

alter table policy add column min_shelf_life_days int check (min_shelf_life_days between 0 and 36500);

-- Up to which moment lots that pass a limit by time alone have been looked for.
create table lot_clock (
  organization_id uuid not null references organization,
  looked_until timestamptz not null,
  primary key (organization_id)
);

-- Where a lot went. Rows without a lot are not in these, so they cost plain items nothing.
create index reservation_of_lot on reservation (organization_id, lot_id)
  where lot_id <> '00000000-0000-0000-0000-000000000000';
create index movement_of_lot on movement (organization_id, lot_id, recorded_at desc, movement_id desc)
  where lot_id <> '00000000-0000-0000-0000-000000000000';

-- One unit each. The key says that it is in one place; `location_id` is where it is, or was last.
create table serial (
  organization_id uuid not null,
  item_id uuid not null,
  serial text not null check (serial = btrim(serial) and serial <> '' and length(serial) <= 100),
  state text not null check (state in ('in-stock', 'held', 'shipped', 'removed')),
  location_id uuid not null,
  -- The owner of the reservation that it was shipped for: an order line or a caller's reservation.
  owner_id uuid,
  -- When what it says now came about.
  effective_at timestamptz not null,
  primary key (organization_id, item_id, serial),
  foreign key (organization_id, item_id) references item,
  check ((state = 'shipped') = (owner_id is not null))
);
create index serial_at on serial (organization_id, item_id, location_id) where state in ('in-stock', 'held');
create index serial_named on serial (organization_id, serial);
create index serial_of_owner on serial (organization_id, owner_id) where owner_id is not null;

create table serial_event (
  organization_id uuid not null,
  item_id uuid not null,
  serial text not null,
  event_id uuid not null,
  kind text not null check (kind in ('received', 'found', 'moved', 'held', 'unheld', 'shipped', 'returned', 'removed')),
  state text not null check (state in ('in-stock', 'held', 'shipped', 'removed')),
  location_id uuid not null,
  reference_kind text,
  reference_id uuid,
  owner_id uuid,
  command_key text not null,
  reason text,
  actor text not null,
  effective_at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (organization_id, item_id, serial, event_id),
  foreign key (organization_id, item_id, serial) references serial
);

create function life_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: what was is never changed', tg_table_name
    using errcode = 'restrict_violation';
end
$$;
create trigger lot_status_change_is_append_only before update or delete or truncate on lot_status_change
  for each statement execute function life_is_append_only();
create trigger serial_event_is_append_only before update or delete or truncate on serial_event
  for each statement execute function life_is_append_only();

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke update, delete, truncate on lot_status_change, serial_event from plimsoll_runtime;
    revoke delete, truncate on lot, serial from plimsoll_runtime;
  end if;
end
$$;
