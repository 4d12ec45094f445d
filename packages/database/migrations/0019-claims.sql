-- What an owner holds may be spread over rows: a kit's components, several locations, lots. `units_each` says how many
-- base units of a row make one unit of its owner. A soft reservation ends by itself at `expires_at`.
--
-- An order line keeps what it reserved and released in its own units, so that the bounds of I11 are its own.

alter table reservation add column units_each bigint not null default 1 check (units_each > 0);
alter table reservation alter column units_each drop default;
alter table reservation add column expires_at timestamptz;
-- The order whose line owns it: lines are found through their orders.
alter table reservation add column order_id uuid;
alter table reservation drop constraint reservation_kind_check;
alter table reservation add constraint reservation_kind_check check (kind in ('strict', 'soft', 'recorded'));
alter table reservation add constraint reservation_soft_expires check ((kind = 'soft') = (expires_at is not null));
create index reservation_expiring on reservation (organization_id, expires_at)
  where kind = 'soft' and released + shipped < reserved;

alter table order_line add column reserved bigint not null default 0 check (reserved >= 0);
alter table order_line add column released bigint not null default 0 check (released >= 0);
alter table order_line alter column reserved drop default;
alter table order_line alter column released drop default;

update reservation set units_each = order_line.units_per_listing, order_id = order_line.order_id
from order_line
where reservation.owner_kind = 'order-line'
  and order_line.organization_id = reservation.organization_id and order_line.line_id = reservation.owner_id;

update order_line set
  reserved = reservation.reserved / reservation.units_each,
  released = reservation.released / reservation.units_each
from reservation
where order_line.item_id is not null
  and reservation.organization_id = order_line.organization_id and reservation.owner_id = order_line.line_id;

-- A line without an item reserves nothing, whatever its platform says was shipped of it.
alter table order_line add constraint order_line_claim check (
  item_id is null or (released + shipped <= reserved and returned <= shipped)
) not valid;
