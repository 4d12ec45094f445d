-- Returns that a channel has granted a customer (RMA) are announced returns of its order. Owned by `packages/orders`.

alter table customer_return
  -- The order whose units come back; null: nobody knows, or it is known by the shipment.
  add column order_id uuid,
  -- The channel that granted it, with its own id of it and what it gave its last known state; null: made by a person.
  add column connection_id uuid,
  add column external_id text,
  add column external_version bigint,
  add foreign key (organization_id, order_id) references sales_order,
  add foreign key (organization_id, connection_id) references connection,
  add check ((connection_id is null) = (external_id is null));

-- Told twice is one.
create unique index customer_return_of_channel on customer_return (organization_id, connection_id, external_id);
