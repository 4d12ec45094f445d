-- What a warehouse says has come in: deliveries (of inbound shipments and others) and returns, as it stands so far, and how much
-- of it is in the ledger. The difference is booked, so that neither a repeat nor a lost step books anything twice.

-- Units of an inbound shipment that will not come after all, as far as that was said to its warehouse or shown to a person.
alter table inbound_shipment add column cancel_told bigint not null default 0 check (cancel_told >= 0);

-- The moment of the count that is in the ledger: what came in by then was counted, and is not put on top of it.
alter table counted_stock add column booked_at timestamptz;

-- `taken_back`: listing units of an order line that whoever inspected them has booked. `platform_returned`: what the channel says
-- itself; null: the same as `returned`. One unit of both is put back once.
alter table order_line add column taken_back bigint not null default 0 check (taken_back >= 0);
alter table order_line add column platform_returned bigint check (platform_returned >= 0);

create table warehouse_delivery (
  organization_id uuid not null,
  connection_id uuid not null,
  kind text not null check (kind in ('receipt', 'return')),
  -- The warehouse's own id.
  external_id text not null,
  -- The warehouse's name of the place.
  place text not null,
  -- Of ours, as it named them; null: it names none that is ours.
  inbound_id uuid,
  shipment_id uuid,
  -- What people call it: the RMA.
  number text,
  version bigint,
  is_complete boolean not null,
  -- Grows with all that is told.
  revision bigint not null default 1,
  told_at timestamptz not null,
  -- Null: nothing of it was ever tried to be booked as it stands now.
  tried_at timestamptz,
  -- When what is not in the ledger yet is tried again; null: all of it is.
  try_at timestamptz,
  primary key (organization_id, connection_id, kind, external_id),
  foreign key (organization_id, connection_id) references connection (organization_id, connection_id),
  foreign key (organization_id, inbound_id) references inbound_shipment,
  foreign key (organization_id, shipment_id) references shipment
);
create index warehouse_delivery_to_book on warehouse_delivery (organization_id, connection_id, try_at)
  where try_at is not null;
create index warehouse_delivery_recent on warehouse_delivery (organization_id, told_at desc);
create index warehouse_delivery_of_inbound on warehouse_delivery (organization_id, inbound_id)
  where inbound_id is not null;

-- In the warehouse's stock units. What became of a unit is part of the key: what is found damaged later leaves one row for another.
create table warehouse_delivery_line (
  organization_id uuid not null,
  connection_id uuid not null,
  kind text not null,
  external_id text not null,
  line_external_id text not null,
  condition text not null check (condition in ('sellable', 'damaged', 'disposed', 'waiting')),
  sku text not null,
  lot text,
  expires_on date,
  received_at timestamptz not null,
  told bigint not null check (told >= 0),
  told_serials text[] not null default '{}',
  booked bigint not null default 0 check (booked >= 0),
  booked_serials text[] not null default '{}',
  -- Why it is not in the ledger as it was told.
  problem text,
  primary key (organization_id, connection_id, kind, external_id, line_external_id, condition),
  foreign key (organization_id, connection_id, kind, external_id) references warehouse_delivery
);

do $$
declare
  known text;
begin
  select pg_get_constraintdef(oid) into known from pg_constraint where conname = 'task_kind_check';
  alter table task drop constraint task_kind_check;
  execute 'alter table task add constraint task_kind_check ' || replace(known, 'ARRAY[',
    'ARRAY[''inbound-refused''::text, ''inbound-changed''::text, ''receipt-differs''::text, ''delivery-stuck''::text, ');
end $$;

-- What customers are to send back to a place of our own, or have: inspected by a person.
create table customer_return (
  organization_id uuid not null,
  return_id uuid not null,
  -- What the customer was given (RMA).
  number text not null check (number <> '' and length(number) <= 200),
  state text not null check (state in ('announced', 'partly-inspected', 'closed', 'cancelled')),
  shipment_id uuid,
  location_id uuid not null,
  created_by text not null,
  created_at timestamptz not null,
  ended_at timestamptz,
  primary key (organization_id, return_id),
  foreign key (organization_id, shipment_id) references shipment,
  foreign key (organization_id, location_id) references location
);

create table customer_return_line (
  organization_id uuid not null,
  return_id uuid not null,
  line int not null,
  item_id uuid not null,
  announced bigint not null check (announced > 0),
  restocked bigint not null default 0 check (restocked >= 0),
  damaged bigint not null default 0 check (damaged >= 0),
  disposed bigint not null default 0 check (disposed >= 0),
  check (restocked + damaged + disposed <= announced),
  primary key (organization_id, return_id, line),
  foreign key (organization_id, return_id) references customer_return,
  foreign key (organization_id, item_id) references item
);
