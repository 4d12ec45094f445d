-- The activity is paged by the moment at which a movement was recorded. Ids are another order: a movement that
-- waited for a lock has a later id and an earlier moment than one that overtook it, and a page cut by ids
-- would end past rows that the next page, cut by moments, does not go back to.
create index movement_by_hand_at on movement (organization_id, recorded_at desc, movement_id desc)
  where kind in ('receive', 'adjust', 'count', 'hold', 'unhold');
drop index movement_by_hand;
