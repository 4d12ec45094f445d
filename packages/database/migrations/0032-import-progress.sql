-- How far a file is that is applied whole. All that it writes, its job's row too, is seen by nobody until its one
-- transaction ends (docs/decisions/0009), so this is written beside it, in a short transaction of its own. It only says
-- how long it may still take: what is applied is told by the job's row. One of an earlier `fencing` is of a try that
-- was undone.

create table import_progress (
  organization_id uuid not null,
  import_id uuid not null,
  fencing bigint not null,
  rows_passed bigint not null check (rows_passed >= 0),
  primary key (organization_id, import_id),
  -- Shares the key only, which whoever works on the job leaves alone: it waits for none of them.
  foreign key (organization_id, import_id) references import_job on delete cascade
);
