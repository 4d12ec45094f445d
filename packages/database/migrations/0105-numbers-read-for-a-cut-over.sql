-- A cut-over has every number of its source read once the open orders are applied: one that was read before an older order
-- was known has those units subtracted already. It names the audit that does so.
alter table cutover add column numbers_job_id uuid;
