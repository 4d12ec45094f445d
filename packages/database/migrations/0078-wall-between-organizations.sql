-- The second wall between organizations (decision 0065): a session sees and writes rows of the one organization that it
-- names in `plimsoll.organization`, whatever its statement says; a session that names none sees nothing.
--
-- `plimsoll_everyone` has the rights of `plimsoll_runtime` and stands before no wall: for what the hub does for all of its
-- organizations. Where roles could not be made the hub works as the tables' owner, whom walls do not stop, and says so.
--
-- A process of an older version that still runs sees nothing from now on and can write nothing: stop it before.

do $$
begin
  create role plimsoll_everyone nologin;
exception
  when duplicate_object or unique_violation or insufficient_privilege then null;
end
$$;

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_everyone')
    and exists (select from pg_roles where rolname = 'plimsoll_runtime')
  then
    grant plimsoll_runtime to plimsoll_everyone;
    execute format('grant plimsoll_everyone to %I', current_user);
  end if;
exception
  -- `tuple concurrently updated` and its like: databases of one cluster that are migrated at the same time say it twice.
  when insufficient_privilege or invalid_grant_operation or internal_error or unique_violation then null;
end
$$;

-- Puts the wall around a table; each new table with an organization calls it. Written out and no function of ours, which
-- would be inlined anew for every table of every plan. `nullif`: a setting that was reset is empty, and not absent.
create function raise_wall(target regclass) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format(
    'create policy own_organization on %s
       using (organization_id = nullif(current_setting(''plimsoll.organization'', true), '''')::uuid)', target);
  if exists (select from pg_roles where rolname = 'plimsoll_everyone') then
    execute format('create policy everyone on %s to plimsoll_everyone using (true)', target);
  end if;
end
$$;
revoke execute on function raise_wall(regclass) from public;

select raise_wall(pg_class.oid)
from pg_class
join pg_attribute on attrelid = pg_class.oid and attname = 'organization_id' and not attisdropped
where relkind in ('r', 'p') and relnamespace in ('public'::regnamespace, 'identity'::regnamespace);

-- That the whole hub is halted is a row of no organization, which each must see; any may halt it, as before.
create policy whole_hub on halt
  using (organization_id = '00000000-0000-0000-0000-000000000000');

-- Views look with the eyes of whoever asks, and not with their owner's.
alter view balance_place set (security_invoker = true);
alter view change_record set (security_invoker = true);

-- Runs with its owner's rights, before whom there is no wall.
create or replace function balance_place_is_made() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  -- `current_user` is the owner here; the session's own role is what it was set to.
  if current_setting('role') = 'plimsoll_runtime'
    and new.organization_id is distinct from nullif(current_setting('plimsoll.organization', true), '')::uuid
  then
    raise exception 'a place of a balance is made by its own organization' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock_shared(hashtext('plimsoll tracking'), hashtext(new.organization_id::text));
  insert into balance
    (organization_id, item_id, location_id, lot_id, on_hand, reserved, held, incoming, version, updated_at)
  values (new.organization_id, new.item_id, new.location_id, new.lot_id, 0, 0, 0, 0, 0, new.updated_at)
  on conflict do nothing;
  return new;
end
$$;

-- What a wall keeps from its index (decision 0065): what is asked of a column through a function that PostgreSQL does not
-- know to tell nothing, such as `lower`, is asked after the wall, of every row of the organization. These ask before it,
-- with their owner's rights, and for the session's own organization alone.
create function orders_numbered(organization uuid, beginnings text[], at_most bigint) returns setof uuid
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select distinct sales_order.order_id
  from unnest(beginnings) as beginning
  cross join lateral (
    select order_id from sales_order
    where organization_id = organization
      and (current_setting('role') <> 'plimsoll_runtime'
        or organization = nullif(current_setting('plimsoll.organization', true), '')::uuid)
      -- All that begins so: nothing that does is greater than it and the greatest character.
      and lower(number) ~>=~ beginning and lower(number) ~<~ (beginning || chr(1114111))
    limit at_most
  ) as sales_order
$$;
create function order_numbered(organization uuid, wanted text) returns setof uuid
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select order_id from sales_order
  where organization_id = organization
    and (current_setting('role') <> 'plimsoll_runtime'
      or organization = nullif(current_setting('plimsoll.organization', true), '')::uuid)
    and lower(number) = lower(wanted)
$$;
revoke execute on function orders_numbered(uuid, text[], bigint), order_numbered(uuid, text) from public;
do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    grant execute on function orders_numbered(uuid, text[], bigint), order_numbered(uuid, text) to plimsoll_runtime;
  end if;
end
$$;

-- `coalesce` is such a function, `case` is none.
drop index replenishment_by_cover;
create index replenishment_by_cover on replenishment
  (organization_id, (case when cover_days is null then 1e12 else cover_days end), item_id, location_id);

-- Months belong to all organizations at once: nobody handles them from behind a wall.
do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_everyone') then
    revoke execute on function
      next_month_to_close(), close_movement_month(timestamptz, timestamptz),
      archive_movement_month(timestamptz, jsonb, timestamptz),
      begin_movement_restore(timestamptz), end_movement_restore(timestamptz), drop_movement_restore(timestamptz)
      from plimsoll_runtime;
    grant execute on function
      next_month_to_close(), close_movement_month(timestamptz, timestamptz),
      archive_movement_month(timestamptz, jsonb, timestamptz),
      begin_movement_restore(timestamptz), end_movement_restore(timestamptz), drop_movement_restore(timestamptz)
      to plimsoll_everyone;
  end if;
end
$$;

-- As before, with the wall: what is asked of the parent is held by the parent's, what is asked of a month by its own.
create or replace function attach_movement_month(month timestamptz) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  name text := movement_month_name(month);
begin
  execute format(
    'alter table public.%I add constraint %I check (recorded_at >= %L and recorded_at < %L)',
    name, name || '_of_month', month, month + interval '1 month');
  execute format(
    'create trigger movement_is_written_whole before insert or update or delete or truncate on public.%I
       for each statement execute function public.movement_is_written_whole()', name);
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    execute format('revoke insert, update, delete, truncate on public.%I from plimsoll_runtime', name);
  end if;
  -- One that was restored has it already.
  if not (select relrowsecurity from pg_class where oid = ('public.' || name)::regclass) then
    perform raise_wall(('public.' || name)::regclass);
  end if;
  execute format(
    'alter table public.movement attach partition public.%I for values from (%L) to (%L)',
    name, month, month + interval '1 month');
  execute format('alter table public.%I drop constraint %I', name, name || '_of_month');
end
$$;

create or replace function begin_movement_restore(month timestamptz) returns text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  name text := movement_month_name(month) || '_restored';
begin
  perform pg_advisory_xact_lock(hashtext('plimsoll movement months'));
  execute format('drop table if exists public.%I', name);
  execute format('create table public.%I (like public.movement including all)', name);
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    execute format('revoke update, delete, truncate on public.%I from plimsoll_runtime', name);
  end if;
  perform raise_wall(('public.' || name)::regclass);
  return name;
end
$$;

create or replace function prepare_desired_months(since timestamptz, until timestamptz) returns setof text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  month timestamptz := date_trunc('month', since);
  name text;
begin
  perform pg_advisory_xact_lock(hashtext('plimsoll desired months'));
  while month <= until loop
    name := 'desired_log_' || to_char(month, 'YYYY_MM');
    if to_regclass('public.' || name) is null
      and not exists (
        select from desired_log_other where at >= month and at < month + interval '1 month'
      )
    then
      execute format('create table public.%I (like public.desired_log including all)', name);
      execute format(
        'alter table public.%I add constraint %I check (at >= %L and at < %L)',
        name, name || '_of_month', month, month + interval '1 month');
      perform raise_wall(('public.' || name)::regclass);
      execute format(
        'alter table public.desired_log attach partition public.%I for values from (%L) to (%L)',
        name, month, month + interval '1 month');
      execute format('alter table public.%I drop constraint %I', name, name || '_of_month');
      if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
        execute format('revoke update, delete, truncate on public.%I from plimsoll_runtime', name);
      end if;
      return next name;
    end if;
    month := month + interval '1 month';
  end loop;
end
$$;

-- Whoever works behind a wall deletes no organization: that is for what is done for all of them.
do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_everyone') then
    if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
      revoke execute on function delete_organization(uuid, int) from plimsoll_runtime;
    end if;
    grant execute on function delete_organization(uuid, int) to plimsoll_everyone;
  end if;
end
$$;
