-- What stands in a connection's way, and why an event is parked, were English sentences that every reader was shown as
-- they were. Each is kept beside it as a code and its facts, to be said in the reader's language; those from before have none.
alter table connection add column problem_told jsonb
  check (problem_told is null or (problem_told ? 'code' and problem_told ? 'facts'));
alter table inbox add column told jsonb check (told is null or (told ? 'code' and told ? 'facts'));
