-- A month that nobody had made ahead is moved out of the default partition in a transaction of its own, before it is
-- closed: attaching a partition locks the default one even for reading, until the transaction ends, and adding a month
-- up takes minutes. True: there was something to move.
create function settle_month_to_close(month timestamptz) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  since timestamptz := date_trunc('month', month);
begin
  perform pg_advisory_xact_lock(hashtext('plimsoll movement months'));
  if since is distinct from next_month_to_close() or to_regclass('public.' || movement_month_name(since)) is not null
  then
    return false;
  end if;
  perform settle_movement_month(since);
  return true;
end
$$;

revoke execute on function settle_month_to_close(timestamptz) from public;
do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_everyone') then
    grant execute on function settle_month_to_close(timestamptz) to plimsoll_everyone;
  end if;
end
$$;
