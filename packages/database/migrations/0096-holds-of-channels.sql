-- A channel may hold an order from being sent, for reasons of its own. What it says is kept with the order, as its last state
-- that said anything has it: null where it has not said, empty where nothing holds it. `order_hold` has one row for all of it,
-- beside those of people: each is ended by whoever placed it.
alter table sales_order add column channel_holds jsonb check (jsonb_typeof(channel_holds) = 'array');

alter table order_hold drop constraint order_hold_reason_check;
alter table order_hold add constraint order_hold_reason_check
  check (reason in ('fraud', 'address', 'payment', 'manual', 'cancelling', 'channel'));
