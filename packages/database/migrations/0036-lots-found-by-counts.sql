-- A count may find a lot that nobody has heard of yet. It is made when the count is posted, not before: until then the
-- line holds what is printed on the lot (`code`, and `expiresOn`, `manufacturedOn`, `supplierLot` where they are told),
-- and its `lot_id` is one that no lot has. Whoever finds the lot later, by a receipt say, finds it by its code.

alter table stock_count_line add column new_lot jsonb check (new_lot ->> 'code' <> '');
