-- Which kit a caller reserved, and what was corrected on a lot.
--
-- A reservation of a kit has a row for each of its parts and none for itself: without this nobody could say which kit
-- it is, nor answer in kits. A table of its own, since rows of reservations are the hottest there are and nearly none
-- of them is of a kit that a caller reserved. What an order line reserved is on the line.
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
where reservation.owner_kind = 'api' and item.kit_kind <> 'none' and reservation.item_id <> item.item_id
group by 1, 2, 3
on conflict do nothing;

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
