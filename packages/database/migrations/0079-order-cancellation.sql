-- Orders of channels are cancelled from here: their channel is told once, after whoever packs them has been stopped.
--
-- One cancellation of an order is open at a time. Its errand (`cancel-order`) has it for a subject, and channels that keep a key
-- get its id.
create table order_cancellation (
  organization_id uuid not null,
  cancellation_id uuid not null,
  order_id uuid not null,
  -- Of the order's channel.
  connection_id uuid not null,
  -- True: all that has not left.
  whole boolean not null,
  reason text not null check (reason in ('out-of-stock', 'customer-asked', 'address', 'fraud', 'price', 'other')),
  note text check (length(note) <= 1000),
  asked_by text not null,
  asked_at timestamptz not null,
  -- `left`: it had gone before it could be stopped; `refused`: by its channel; `taken-back`: before anybody was told.
  outcome text check (outcome in ('cancelled', 'left', 'refused', 'taken-back')),
  settled_at timestamptz,
  primary key (organization_id, cancellation_id),
  check ((outcome is null) = (settled_at is null)),
  foreign key (organization_id, order_id) references sales_order,
  foreign key (organization_id, connection_id) references connection (organization_id, connection_id)
);
create unique index order_cancellation_open on order_cancellation (organization_id, order_id) where settled_at is null;
create index order_cancellation_of_channel on order_cancellation (organization_id, connection_id) where settled_at is null;

-- In listing units. `stays` is what the line is to have once it is cancelled: told by that, doing it twice is doing it once.
create table order_cancellation_line (
  organization_id uuid not null,
  cancellation_id uuid not null,
  line_id uuid not null,
  units bigint not null check (units > 0),
  stays bigint not null check (stays >= 0),
  primary key (organization_id, cancellation_id, line_id),
  foreign key (organization_id, cancellation_id) references order_cancellation
);

select raise_wall('order_cancellation');
select raise_wall('order_cancellation_line');

-- Held from when it is asked until its channel shows it: nothing of it is routed anew meanwhile.
alter table order_hold drop constraint order_hold_reason_check;
alter table order_hold add constraint order_hold_reason_check
  check (reason in ('fraud', 'address', 'payment', 'manual', 'cancelling'));

do $$
declare
  known text;
begin
  select pg_get_constraintdef(oid) into known from pg_constraint where conname = 'task_kind_check';
  alter table task drop constraint task_kind_check;
  execute 'alter table task add constraint task_kind_check ' || replace(known, 'ARRAY[', 'ARRAY[''not-cancelled''::text, ');
end $$;
