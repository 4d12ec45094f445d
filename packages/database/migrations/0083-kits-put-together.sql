-- Kits that are put together ahead of time are suggested to be put together, where that is done. Owned by `packages/orders`.

alter table replenishment drop constraint replenishment_suggestion_check;
alter table replenishment add constraint replenishment_suggestion_check
  check (suggestion in ('transfer', 'purchase', 'assembly'));
