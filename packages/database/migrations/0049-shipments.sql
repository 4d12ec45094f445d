-- Orders are sent: routed into shipments, asked for at whoever ships them, followed, and told to their channel.
--
-- Of an order line, `committed` are listing units in shipments that may still leave: whatever its channel says, they stay
-- reserved until the warehouse has said that they stay. `dispatched` have left in the hub's own parcels, `telling` are about to
-- be told to the channel. `platform_shipped` is what the channel itself says; null: the same as `shipped`.

alter table sales_order add column destination jsonb;
alter table sales_order add column ship_by timestamptz;
alter table sales_order add column shipping_method text;

alter table order_line add column committed bigint not null default 0 check (committed >= 0);
alter table order_line add column dispatched bigint not null default 0 check (dispatched >= 0);
alter table order_line add column telling bigint not null default 0 check (telling >= 0);
alter table order_line add column platform_shipped bigint check (platform_shipped >= 0);

-- The hub sends this channel's orders that were placed since then. Null: somebody else does, and they are reserved until their
-- channel says shipped.
alter table connection add column ships_orders_from timestamptz;

-- Units that lie at a warehouse by its count, promised ones included; null: it does not say.
alter table counted_stock add column on_hand bigint;

create table order_hold (
  organization_id uuid not null,
  order_id uuid not null,
  reason text not null check (reason in ('fraud', 'address', 'payment', 'manual')),
  note text check (length(note) <= 1000),
  placed_by text not null,
  placed_at timestamptz not null,
  primary key (organization_id, order_id, reason),
  foreign key (organization_id, order_id) references sales_order
);

-- Orders of channels whose orders the hub sends, of which something may be to route or to stop: noted by whatever changes one, and
-- by a slow look at all of them.
create table order_to_route (
  organization_id uuid not null,
  order_id uuid not null,
  connection_id uuid not null,
  not_before timestamptz not null,
  primary key (organization_id, order_id),
  foreign key (organization_id, order_id) references sales_order
);
create index order_to_route_due on order_to_route (organization_id, connection_id, not_before);

create table shipment (
  organization_id uuid not null,
  shipment_id uuid not null,
  order_id uuid not null,
  -- Of the order's channel.
  connection_id uuid not null,
  location_id uuid not null,
  -- The warehouse's connection that is asked; null: our own people, on screen.
  warehouse_id uuid,
  -- What people call it: the order's number, with which of its shipments this is.
  number text not null,
  state text not null
    check (state in ('planned', 'ready', 'asked', 'received', 'working', 'held', 'shipped', 'cancelled', 'rejected')),
  -- Why it is to be cancelled; null: it is not.
  cancel_reason text,
  external_id text,
  -- What the warehouse gave its last known state.
  external_version bigint,
  problem_code text,
  problem text,
  -- Why this warehouse, as the routing said it.
  because jsonb,
  created_at timestamptz not null,
  asked_at timestamptz,
  heard_at timestamptz,
  ended_at timestamptz,
  version bigint not null default 1,
  primary key (organization_id, shipment_id),
  unique (organization_id, order_id, number),
  foreign key (organization_id, order_id) references sales_order,
  foreign key (organization_id, location_id) references location,
  foreign key (organization_id, warehouse_id) references connection (organization_id, connection_id)
);
create index shipment_open on shipment (organization_id, connection_id, state)
  where state in ('planned', 'ready', 'asked', 'received', 'working', 'held');
create index shipment_of_warehouse on shipment (organization_id, warehouse_id, heard_at)
  where state in ('asked', 'received', 'working', 'held');
create index shipment_recent on shipment (organization_id, created_at desc);

-- Base units of one item that a shipment holds for one order line. `shipped` have left, `given_up` will not leave by it.
create table shipment_line (
  organization_id uuid not null,
  shipment_id uuid not null,
  shipment_line_id uuid not null,
  line_id uuid not null,
  item_id uuid not null,
  units bigint not null check (units > 0),
  shipped bigint not null default 0 check (shipped >= 0),
  given_up bigint not null default 0 check (given_up >= 0),
  check (shipped + given_up <= units),
  primary key (organization_id, shipment_id, shipment_line_id),
  foreign key (organization_id, shipment_id) references shipment
);
create index shipment_line_of_order_line on shipment_line (organization_id, line_id);

create table parcel (
  organization_id uuid not null,
  parcel_id uuid not null,
  shipment_id uuid not null,
  external_id text not null,
  carrier text,
  tracking_number text,
  tracking_url text,
  shipped_at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (organization_id, parcel_id),
  unique (organization_id, shipment_id, external_id),
  foreign key (organization_id, shipment_id) references shipment
);

-- `units` in base units. Without a shipment line: it left and nobody had asked for it, see `task`.
create table parcel_line (
  organization_id uuid not null,
  parcel_id uuid not null,
  line_no int not null,
  shipment_line_id uuid,
  item_id uuid,
  sku text not null,
  units bigint not null check (units > 0),
  lot text,
  serials text[] not null default '{}',
  primary key (organization_id, parcel_id, line_no),
  foreign key (organization_id, parcel_id) references parcel
);

-- To whom an order goes: personal data, sealed, kept until it is sent and a while after.
create table order_recipient (
  organization_id uuid not null,
  order_id uuid not null,
  key_name text not null,
  sealed bytea not null,
  read_at timestamptz not null,
  purge_at timestamptz not null,
  primary key (organization_id, order_id),
  foreign key (organization_id, order_id) references sales_order
);
create index order_recipient_to_purge on order_recipient (organization_id, purge_at);

-- One call about something other than a quantity, made once: its subject names what for. `sent`: the call is under way or its
-- process died with it; `unknown`: nobody knows whether it acted, `calls_until` says until when it still may.
create table errand (
  organization_id uuid not null,
  errand_id uuid not null,
  connection_id uuid not null,
  kind text not null check (kind in ('request-shipment', 'cancel-shipment', 'tell-shipped', 'announce-inbound', 'cancel-order')),
  subject_id uuid not null,
  state text not null check (state in ('waiting', 'sent', 'unknown', 'done', 'refused', 'dropped')),
  attempts int not null default 0,
  not_before timestamptz not null,
  sent_at timestamptz,
  calls_until timestamptz,
  fencing bigint,
  external_id text,
  error_code text,
  error text,
  created_at timestamptz not null,
  ended_at timestamptz,
  primary key (organization_id, errand_id),
  unique (organization_id, kind, subject_id),
  foreign key (organization_id, connection_id) references connection (organization_id, connection_id)
);
create index errand_waiting on errand (organization_id, connection_id, not_before) where state in ('waiting', 'sent', 'unknown');

-- What happened to an order, for whoever asks where it is.
create table order_event (
  organization_id uuid not null,
  order_id uuid not null,
  event_id uuid not null,
  at timestamptz not null,
  kind text not null,
  shipment_id uuid,
  actor text not null,
  -- Numbers and names for the sentence; never personal data.
  detail jsonb not null,
  primary key (organization_id, order_id, event_id),
  foreign key (organization_id, order_id) references sales_order
);

do $$
declare
  known text;
begin
  select pg_get_constraintdef(oid) into known from pg_constraint where conname = 'task_kind_check';
  alter table task drop constraint task_kind_check;
  execute 'alter table task add constraint task_kind_check ' || replace(known, 'ARRAY[',
    'ARRAY[''not-routed''::text, ''shipment-refused''::text, ''shipment-stuck''::text, ''shipment-held''::text,'
    ' ''shipment-short''::text, ''shipped-anyway''::text, ''parcel-unexpected''::text, ''not-told''::text, ');
end $$;
