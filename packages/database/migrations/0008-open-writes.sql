-- Writes that a platform has accepted and not carried out yet (feeds). Each keeps the platform's ticket, so that any
-- process may ask what became of it. On the level, as long as one is open: the greatest quantity that any of them may
-- still set, and the quantity of the last one with the moment it was sent. The platform may come to show the greatest
-- at any moment, whatever a later write has set.

alter table write add column ticket text, add column ask_at timestamptz,
  add check (state <> 'accepted' or (ticket is not null and ask_at is not null));
create index write_to_ask on write (organization_id, connection_id, ask_at) where state = 'accepted';
create index write_open on write (organization_id, level_id) where state = 'accepted';
alter table level
  add column open_greatest bigint check (open_greatest >= 0),
  add column open_last bigint check (open_last >= 0),
  add column open_since timestamptz,
  add check (num_nulls(open_greatest, open_last, open_since) in (0, 3));
