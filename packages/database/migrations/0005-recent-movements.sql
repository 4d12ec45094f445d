-- The activity screen shows what people did to stock, newest first; most movements are orders' and not among them.
create index movement_by_hand on movement (organization_id, movement_id desc)
  where kind in ('receive', 'adjust', 'count', 'hold', 'unhold');
create index task_recent on task (organization_id, opened_at desc) where kind = 'oversold';
