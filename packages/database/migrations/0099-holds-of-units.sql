-- A channel may hold some of an order's units and let the rest go. `channel_held`: how many of a line's open units (listing units)
-- the channel's holds keep, as its last state has it; `let_go`: so many of those a person sends all the same, where the hold is no
-- more than the buyer's wish to cancel. `partly`: the channel's hold is about those units alone, and the others are sent.
alter table order_line
  add column channel_held bigint not null default 0 check (channel_held >= 0),
  add column let_go bigint not null default 0 check (let_go >= 0);
alter table order_hold add column partly boolean not null default false;
-- Orders that are held already are held whole.
update order_line set channel_held = greatest(0, current - shipped)
from order_hold
where order_hold.organization_id = order_line.organization_id and order_hold.order_id = order_line.order_id
  and order_hold.reason = 'channel' and current > shipped;
