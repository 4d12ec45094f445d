-- A warehouse may correct what a line is of: another SKU or lot of as many units. What was booked of the first must come off
-- again, so that both are kept, each with what of it is in the ledger.
update warehouse_delivery_line set lot = '' where lot is null;
alter table warehouse_delivery_line
  alter column lot set not null,
  alter column lot set default '',
  drop constraint warehouse_delivery_line_pkey,
  add primary key (organization_id, connection_id, kind, external_id, line_external_id, condition, sku, lot);
-- Disposed units of returns are booked, too, from here on: on their order, and off again. Those that were told are settled.
update warehouse_delivery_line set booked = told, booked_serials = told_serials
where kind = 'return' and condition = 'disposed';
