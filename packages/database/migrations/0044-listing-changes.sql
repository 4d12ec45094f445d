-- Listings whose SKU is not the one that they were tied to their item by, or that took the place of another: whether they
-- still sell the same thing only a person knows.

alter table listing
  -- The SKU that it had when it was tied to its item. Null: it had none then.
  add column mapped_sku text,
  -- swapped, renamed: what it is tied to may be wrong. relisted: it is tied to nothing, and takes another's place.
  add column doubt text check (doubt in ('swapped', 'renamed', 'relisted')),
  add column doubted_at timestamptz,
  add constraint listing_doubt check ((doubt is null) = (doubted_at is null));
update listing set mapped_sku = sku where item_id is not null;
create index listing_mapped_sku on listing (organization_id, connection_id, mapped_sku) where mapped_sku is not null;
create index listing_doubted on listing (organization_id, connection_id) where doubt is not null;

-- Set while a listing of it is doubted: it goes on falling with its item, and is not raised.
alter table level add column doubted_at timestamptz;

-- Two more kinds of task, whatever kinds there are by now: a listing to decide on, a decrease that waits for the platform's
-- next day.
do $$
declare
  known text;
begin
  select pg_get_constraintdef(oid) into known from pg_constraint where conname = 'task_kind_check';
  alter table task drop constraint task_kind_check;
  execute 'alter table task add constraint task_kind_check '
    || replace(known, 'ARRAY[', 'ARRAY[''listing-changed''::text, ''capped-decrease''::text, ');
end
$$;
