-- A plan made while a table is empty takes any index that starts with the organization, and is kept by every connection
-- that prepared its statement: with some thousand rows it reads them all. New statistics make PostgreSQL plan anew.
-- Autovacuum comes round once a minute; whoever has just filled tables calls this. The runtime role owns no table, so
-- the function runs with its owner's rights.

create function refresh_statistics() returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  analyze item, location, movement, balance, reservation, sales_order, order_line, command_key,
    listing, level, pool_location, policy, inbox, inbox_key, lane_entry, write, task;
end
$$;

revoke execute on function refresh_statistics() from public;
do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    grant execute on function refresh_statistics() to plimsoll_runtime;
  end if;
end
$$;
