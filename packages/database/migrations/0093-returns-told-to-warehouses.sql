-- Returns that come back to a place of a warehouse are told to it before they come, once each; what it says of them is matched to
-- them. Owned by `packages/sync`.

alter table errand drop constraint errand_kind_check;
alter table errand add constraint errand_kind_check check (kind in ('request-shipment', 'cancel-shipment', 'tell-shipped',
  'announce-inbound', 'cancel-order', 'announce-return', 'withdraw-return'));

alter table customer_return
  -- Since when its warehouse may know of it, or it is known that it takes no word of returns; null: neither.
  add column told_at timestamptz,
  -- Other units are expected since.
  add column is_changed boolean not null default false;
-- Those of which something may have to be said.
create index customer_return_to_tell on customer_return (organization_id, location_id)
  where (state = 'announced' and (told_at is null or is_changed)) or (state = 'cancelled' and told_at is not null);

-- Which of our returns it is; null: none that the hub knows of.
alter table warehouse_delivery
  add column return_id uuid,
  add foreign key (organization_id, return_id) references customer_return;
create index warehouse_delivery_of_return on warehouse_delivery (organization_id, return_id) where return_id is not null;

do $$
declare
  known text;
begin
  select pg_get_constraintdef(oid) into known from pg_constraint where conname = 'task_kind_check';
  alter table task drop constraint task_kind_check;
  execute 'alter table task add constraint task_kind_check ' || replace(known, 'ARRAY[',
    'ARRAY[''return-refused''::text, ''return-changed''::text, ');
end $$;

-- What a warehouse tells of is found by its own id of what it was told.
create index errand_told_return on errand (organization_id, connection_id, external_id) where kind = 'announce-return';
