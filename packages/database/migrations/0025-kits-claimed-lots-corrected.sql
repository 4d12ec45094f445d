-- Which kit a caller reserved, what was corrected on a lot, and no first movement beside a change of tracking.
--
-- A reservation of a kit has a row for each of its parts and none for itself: without this nobody could say which kit
-- it is, nor answer in kits. A table of its own, since rows of reservations are the hottest there are and nearly none
-- of them is of a kit that a caller reserved. What an order line reserved is on the line.
--
-- An item's tracking is fixed once it has movements. Whoever makes a balance, which an item's first movement does, holds
-- a lock that a change of tracking takes alone: the one that comes second sees the other. A lock of the organization
-- and not of the item: an opening stock of 100,000 items would need as many. Later movements take none.
--
-- The dates of a lot may be corrected; `lot_detail_change` keeps who changed what, from what, when and why.

create table kit_claim (
  organization_id uuid not null,
  owner_id uuid not null,
  kit_item_id uuid not null,
  primary key (organization_id, owner_id),
  foreign key (organization_id, kit_item_id) references item
);
create index kit_claim_of_kit on kit_claim (organization_id, kit_item_id, owner_id);

-- Those reserved until now: the answer that `reserve` gave names the kit.
insert into kit_claim (organization_id, owner_id, kit_item_id)
select command_key.organization_id, reservation.owner_id, item.item_id
from reservation
join command_key on command_key.organization_id = reservation.organization_id
  and command_key.result ->> 'reservationId' = reservation.owner_id::text
join item on item.organization_id = command_key.organization_id and item.sku = command_key.result ->> 'sku'
where reservation.owner_kind = 'api' and reservation.item_id <> item.item_id
  and exists (select from kit_definition)
group by 1, 2, 3
on conflict do nothing;

create or replace function balance_place_is_made() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform pg_advisory_xact_lock_shared(hashtext('plimsoll tracking'), hashtext(new.organization_id::text));
  insert into balance
    (organization_id, item_id, location_id, lot_id, on_hand, reserved, held, incoming, version, updated_at)
  values (new.organization_id, new.item_id, new.location_id, new.lot_id, 0, 0, 0, 0, 0, new.updated_at)
  on conflict do nothing;
  return new;
end
$$;

create table lot_detail_change (
  organization_id uuid not null,
  lot_id uuid not null,
  change_id uuid not null,
  what text not null check (what in ('expiresOn', 'manufacturedOn', 'supplierLot')),
  -- Null: it was not told, or is not any more.
  before text,
  after text,
  reason text not null check (reason <> ''),
  actor text not null,
  changed_at timestamptz not null,
  primary key (organization_id, lot_id, change_id),
  foreign key (organization_id, lot_id) references lot,
  check (before is distinct from after)
);

create trigger lot_detail_change_is_append_only before update or delete or truncate on lot_detail_change
  for each statement execute function life_is_append_only();

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke update, delete, truncate on kit_claim, lot_detail_change from plimsoll_runtime;
  end if;
end
$$;
