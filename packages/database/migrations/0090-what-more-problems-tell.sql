-- As migration 0087 for connections and events: what is the matter with a level of a listing, a counted stock unit, a job, a
-- bulk edit, a destination of alerts and a line of a delivery is kept as a code and its facts beside the English sentence.
-- Those from before have none, and where there is no problem none is told.
alter table level add column problem_told jsonb
  check (problem_told is null or (problem_code is not null and problem_told ? 'code' and problem_told ? 'facts'));
alter table counted_stock add column problem_told jsonb
  check (problem_told is null or (problem_code is not null and problem_told ? 'code' and problem_told ? 'facts'));
alter table sync_job add column problem_told jsonb
  check (problem_told is null or (problem is not null and problem_told ? 'code' and problem_told ? 'facts'));
alter table bulk_edit add column problem_told jsonb
  check (problem_told is null or (problem is not null and problem_told ? 'code' and problem_told ? 'facts'));
alter table alert_destination add column problem_told jsonb
  check (problem_told is null or (problem is not null and problem_told ? 'code' and problem_told ? 'facts'));
alter table warehouse_delivery_line add column problem_told jsonb
  check (problem_told is null or (problem is not null and problem_told ? 'code' and problem_told ? 'facts'));
