-- A warehouse's count that takes too many items to zero at once, or raises them too far, waits for a person (I8).

alter table counted_stock
  -- Why its last count was held back.
  add column held_kind text check (held_kind in ('zero', 'raise')),
  -- A person said that such a count of it is right: the next one is booked.
  add column accepted_kind text check (accepted_kind in ('zero', 'raise')),
  drop constraint counted_stock_problem_code_check,
  add constraint counted_stock_problem_code_check
    check (problem_code in ('unmapped', 'kit', 'tracked', 'refused', 'short', 'held')),
  add check ((held_kind is not null) = (problem_code is not distinct from 'held'));

do $$
declare
  known text;
begin
  select pg_get_constraintdef(oid) into known from pg_constraint where conname = 'task_kind_check';
  alter table task drop constraint task_kind_check;
  execute 'alter table task add constraint task_kind_check ' || replace(known, 'ARRAY[', 'ARRAY[''count-held''::text, ');
end $$;
