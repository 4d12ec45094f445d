-- A listing that was taken off its channel while its number was refused, and that the channel will not put back.

do $$
declare
  known text;
begin
  select pg_get_constraintdef(oid) into known from pg_constraint where conname = 'task_kind_check';
  alter table task drop constraint task_kind_check;
  execute 'alter table task add constraint task_kind_check '
    || replace(known, 'ARRAY[', 'ARRAY[''listing-not-back''::text, ');
end $$;
