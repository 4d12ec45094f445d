-- Whose demand an order is that left from elsewhere, or waits, for want of stock: where its items would have been sent from.
-- Noted as it is routed, by the rules of that moment, and only where it is another place. Owned by `packages/orders`.

create table demand_place (
  organization_id uuid not null,
  order_id uuid not null,
  item_id uuid not null,
  location_id uuid not null,
  noted_at timestamptz not null,
  primary key (organization_id, order_id, item_id),
  foreign key (organization_id, location_id) references location
);
select raise_wall('demand_place');
