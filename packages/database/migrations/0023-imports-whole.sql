-- A file that is applied whole is one transaction (docs/decisions/0009), so none stops halfway any more. One that did is
-- as it was when it was checked, but for the rows up to `done_row`, which are written: applied again, it goes on there.

update import_job set state = 'checked' where state = 'halted';
alter table import_job drop constraint import_job_state_check;
alter table import_job add constraint import_job_state_check
  check (state in ('uploading', 'uploaded', 'unreadable', 'checked', 'applying', 'done'));
