-- When a platform counted, by its own clock: its parcels are told by that clock, and ours may be off it. Null: it does not say.
alter table counted_stock add column told_at timestamptz;
