-- Locations say where they are, who counts them and when they work; bins say where inside one to look. Transfers and
-- inbound shipments are documents: their lines say what is on its way, movements say what has moved.
--
-- Stock stays counted per item, location and lot. A bin holds no figure: it is where an item is usually found.
--
-- The bounds of the lines are checks, so that no receipt is taken twice whoever writes.

alter table location add column country text check (country ~ '^[A-Z]{2}$');
alter table location add column time_zone text not null default 'UTC' check (time_zone <> '');
alter table location add column counted_by uuid;
alter table location add column address text check (length(address) <= 1000);
alter table location add column opening_days int[] not null default '{1,2,3,4,5}'
  check (opening_days <@ '{1,2,3,4,5,6,7}'::int[]);
alter table location add column holidays date[] not null default '{}';
alter table location add column archived_at timestamptz;
alter table location add column version bigint not null default 1;
alter table location add foreign key (organization_id, counted_by) references connection (organization_id, connection_id);

create table bin (
  organization_id uuid not null,
  location_id uuid not null,
  bin_id uuid not null,
  zone text check (zone <> '' and length(zone) <= 100),
  code text not null check (code <> '' and length(code) <= 100),
  barcode text check (barcode <> '' and length(barcode) <= 200),
  primary key (organization_id, location_id, bin_id),
  unique (organization_id, location_id, code),
  unique (organization_id, location_id, barcode),
  foreign key (organization_id, location_id) references location
);

create table item_bin (
  organization_id uuid not null,
  location_id uuid not null,
  item_id uuid not null,
  bin_id uuid not null,
  primary key (organization_id, location_id, item_id),
  foreign key (organization_id, location_id, bin_id) references bin on delete cascade,
  foreign key (organization_id, item_id) references item
);
create index item_bin_of_bin on item_bin (organization_id, location_id, bin_id);

create table transfer (
  organization_id uuid not null,
  transfer_id uuid not null,
  from_location_id uuid not null,
  via_location_id uuid not null,
  to_location_id uuid not null,
  state text not null check (state in ('draft', 'dispatched', 'partly-received', 'received', 'closed', 'cancelled')),
  reference text check (reference <> '' and length(reference) <= 200),
  created_by text not null,
  created_at timestamptz not null,
  dispatched_at timestamptz,
  ended_at timestamptz,
  primary key (organization_id, transfer_id),
  check (from_location_id <> to_location_id and via_location_id <> from_location_id and via_location_id <> to_location_id),
  foreign key (organization_id, from_location_id) references location,
  foreign key (organization_id, via_location_id) references location,
  foreign key (organization_id, to_location_id) references location
);
create index transfer_open on transfer (organization_id, to_location_id) where state in ('dispatched', 'partly-received');

-- `returned`: units that went back to where they came from. `received` includes those that came damaged.
create table transfer_line (
  organization_id uuid not null,
  transfer_id uuid not null,
  line int not null check (line > 0),
  item_id uuid not null,
  lot_id uuid not null,
  requested bigint not null check (requested > 0 and requested <= 9007199254740991),
  dispatched bigint not null check (dispatched >= 0),
  received bigint not null check (received >= 0),
  damaged bigint not null check (damaged >= 0),
  lost bigint not null check (lost >= 0),
  returned bigint not null check (returned >= 0),
  primary key (organization_id, transfer_id, line),
  unique (organization_id, transfer_id, item_id, lot_id),
  check (dispatched <= requested),
  check (received + lost + returned <= dispatched),
  check (damaged <= received),
  foreign key (organization_id, transfer_id) references transfer,
  foreign key (organization_id, item_id) references item
);

create table inbound_shipment (
  organization_id uuid not null,
  inbound_id uuid not null,
  location_id uuid not null,
  supplier text check (supplier <> '' and length(supplier) <= 200),
  reference text check (reference <> '' and length(reference) <= 200),
  expected_on date,
  state text not null check (state in ('expected', 'partly-received', 'received', 'closed', 'cancelled')),
  created_by text not null,
  created_at timestamptz not null,
  ended_at timestamptz,
  primary key (organization_id, inbound_id),
  foreign key (organization_id, location_id) references location
);
create index inbound_shipment_open on inbound_shipment (organization_id, location_id)
  where state in ('expected', 'partly-received');

-- `over` is the part of `received` that nobody expected. Costs are ten-thousandths of the organization's currency.
create table inbound_line (
  organization_id uuid not null,
  inbound_id uuid not null,
  line int not null check (line > 0),
  item_id uuid not null,
  expected bigint not null check (expected > 0 and expected <= 9007199254740991),
  received bigint not null check (received >= 0),
  damaged bigint not null check (damaged >= 0),
  over bigint not null check (over >= 0),
  cancelled bigint not null check (cancelled >= 0),
  unit_cost bigint check (unit_cost >= 0 and unit_cost <= 9007199254740991),
  primary key (organization_id, inbound_id, line),
  unique (organization_id, inbound_id, item_id),
  check (received - over + cancelled <= expected),
  check (over <= received and damaged <= received),
  foreign key (organization_id, inbound_id) references inbound_shipment,
  foreign key (organization_id, item_id) references item
);

-- A movement says which document it belongs to. The check is inherited by every month.
alter table movement drop constraint movement_reference_kind_check;
alter table movement add constraint movement_reference_kind_check
  check (reference_kind in ('order', 'reservation', 'transfer', 'inbound', 'stock-count'));

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke delete, truncate on location, transfer, transfer_line, inbound_shipment, inbound_line from plimsoll_runtime;
    revoke truncate on bin, item_bin from plimsoll_runtime;
  end if;
end
$$;
