-- To whom an order goes is forgotten by the rule of its channel and the organization's own, whichever is stricter. When that is,
-- is worked out when it is looked at, so that a stricter rule counts for what is there already: `purge_at` says nothing any more.

alter table order_recipient alter column purge_at drop not null;
drop index order_recipient_to_purge;
create index order_recipient_read on order_recipient (organization_id, read_at);

-- When an order made by hand was cancelled, or the last of it had left; null: it has not ended. Of a channel's order its shipments
-- say it.
alter table order_recipient add column ended_at timestamptz;
update order_recipient set ended_at = purge_at - interval '30 days'
from sales_order, hand_order
where sales_order.organization_id = order_recipient.organization_id and sales_order.order_id = order_recipient.order_id
  and hand_order.organization_id = order_recipient.organization_id and hand_order.order_id = order_recipient.order_id
  and sales_order.state not in ('pending', 'open');

-- Each row is the organization's own rule from then on; the newest counts. Days after an order has ended, and after it was read of
-- one that never leaves.
create table personal_data_rule (
  organization_id uuid not null references organization,
  version bigint not null check (version > 0),
  ended_days int not null check (ended_days between 0 and 365),
  unsent_days int not null check (unsent_days between 1 and 730),
  actor text not null check (actor <> ''),
  saved_at timestamptz not null,
  primary key (organization_id, version)
);
create trigger personal_data_rule_is_append_only before update or delete or truncate on personal_data_rule
  for each statement execute function life_is_append_only();

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke update, delete, truncate on personal_data_rule from plimsoll_runtime;
  end if;
end
$$;
