-- Orders as last known from their connection. `version` is the platform's own version or update time:
-- an order is applied as the difference to a newer one, never as an event.

create table sales_order (
  organization_id uuid not null,
  order_id uuid not null,
  connection_id uuid not null,
  external_id text not null,
  number text not null,
  state text not null check (state in ('pending', 'open', 'closed', 'cancelled')),
  placed_at timestamptz not null,
  version bigint,
  content_hash text not null,
  currency text,
  test boolean not null,
  -- How and when the hub first heard of it: the delay of a channel is measured from these.
  seen_by text not null,
  seen_at timestamptz not null,
  applied_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (organization_id, order_id),
  unique (organization_id, connection_id, external_id)
);
create index sales_order_recent on sales_order (organization_id, applied_at desc);
create index sales_order_changed on sales_order (organization_id, changed_at desc);

-- Quantities in listing units. `item_id` null: the listing is not mapped yet, nothing is reserved for it.
create table order_line (
  organization_id uuid not null,
  line_id uuid not null,
  order_id uuid not null,
  connection_id uuid not null,
  external_id text not null,
  listing_external_id text,
  stock_unit_id text,
  item_id uuid,
  sku text,
  title text not null,
  units_per_listing bigint not null check (units_per_listing > 0),
  ordered bigint not null check (ordered >= 0),
  current bigint not null check (current >= 0),
  shipped bigint not null check (shipped >= 0),
  returned bigint not null check (returned >= 0),
  -- Units that the platform has not subtracted from its own number yet.
  unsubtracted bigint not null check (unsubtracted >= 0),
  primary key (organization_id, line_id),
  unique (organization_id, order_id, external_id)
);
create index order_line_unsubtracted on order_line (organization_id, connection_id, stock_unit_id) where unsubtracted > 0;
create index order_line_unmapped on order_line (organization_id, connection_id) where item_id is null;
