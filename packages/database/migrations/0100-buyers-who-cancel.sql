-- A buyer asked a platform to cancel, and the seller has yet to answer: a person decides.
do $$
declare
  known text;
begin
  select pg_get_constraintdef(oid) into known from pg_constraint where conname = 'task_kind_check';
  alter table task drop constraint task_kind_check;
  execute 'alter table task add constraint task_kind_check ' || replace(known, 'ARRAY[', 'ARRAY[''cancel-asked''::text, ');
end $$;
