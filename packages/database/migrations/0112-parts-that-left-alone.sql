-- Parts of a kit or pack that left by a shipment while the rest of it never will are in no whole one, and are taken off the ledger by
-- themselves: how many of each line of a shipment are. Owned by `packages/orders`.
alter table shipment_line add column written_off bigint not null default 0
  check (written_off >= 0 and written_off <= shipped);
