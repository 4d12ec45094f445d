-- The details of a task were an English sentence, and whoever reads another language was shown it as it was. What it
-- tells is kept beside it as a code and its facts, to be said in the reader's language; tasks from before have none.
alter table task add column told jsonb check (told is null or (told ? 'code' and told ? 'facts'));
