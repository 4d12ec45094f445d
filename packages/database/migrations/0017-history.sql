-- Stock as of any moment, and old months in files.
--
-- A movement is found by its item and the moment it was recorded at: the key is ordered so. What was heard of more
-- than an hour late (`effective_at` long before `recorded_at`) has an index of its own, since what was true at a moment
-- includes what was recorded after it.
--
-- A month is closed once it is over for an hour: `close_movement_month` waits for everybody who still writes into its
-- partition, refuses whoever comes later, and only then adds up. `balance_checkpoint` holds the figures from all
-- movements recorded before `at`, a row for each balance that the month before `at` changed; `closed_month` says which
-- months are closed and which of them lie in files. Rows that waited in the default partition move to their month then.
--
-- `archive_movement_month` drops a partition only when the file that was written and read back holds exactly its rows
-- (count, digest of rows, digest of sums) and the checkpoints carry its sums. A digest is the sum of md5 prefixes, so
-- that neither side has to sort or to keep what it reads.

alter table movement drop constraint movement_pkey;
alter table movement add constraint movement_pkey primary key (organization_id, item_id, recorded_at, movement_id);
create index movement_late on movement (organization_id, item_id, effective_at)
  where recorded_at - effective_at > interval '1 hour';

create table balance_checkpoint (
  organization_id uuid not null,
  item_id uuid not null,
  location_id uuid not null,
  lot_id uuid not null,
  at timestamptz not null check (at = date_trunc('month', at at time zone 'UTC') at time zone 'UTC'),
  on_hand bigint not null check (abs(on_hand) <= 9007199254740991),
  reserved bigint not null,
  held bigint not null,
  incoming bigint not null,
  primary key (organization_id, item_id, location_id, lot_id, at)
);

create table closed_month (
  organization_id uuid not null,
  month timestamptz not null check (month = date_trunc('month', month at time zone 'UTC') at time zone 'UTC'),
  -- Of this organization.
  movements bigint not null,
  closed_at timestamptz not null,
  -- Of the file that holds the month of all organizations: movements, digests, name. Null while it is in the table.
  archive jsonb,
  archived_at timestamptz,
  primary key (organization_id, month),
  check ((archive is null) = (archived_at is null))
);

create function history_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'checkpoints and closed months are written once, by the functions that close and archive months'
    using errcode = 'restrict_violation';
end
$$;
create trigger balance_checkpoint_is_append_only before update or delete or truncate on balance_checkpoint
  for each statement execute function history_is_append_only();
create trigger closed_month_is_append_only before delete or truncate on closed_month
  for each statement execute function history_is_append_only();
create function closed_month_stays_closed() returns trigger language plpgsql as $$
begin
  if (old.organization_id, old.month, old.movements, old.closed_at)
    is distinct from (new.organization_id, new.month, new.movements, new.closed_at)
  then
    raise exception 'a closed month stays as it was closed' using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
create trigger closed_month_stays_closed before update on closed_month
  for each row execute function closed_month_stays_closed();

-- On each closed partition: refuses what comes too late.
create function movement_month_is_closed() returns trigger language plpgsql as $$
begin
  raise exception 'the month of % is closed: record what is heard of it now, with the moment it was effective at',
    new.recorded_at using errcode = 'restrict_violation';
end
$$;
-- On the default partition, which catches what has no month: also of months that were archived.
create function movement_month_is_open() returns trigger language plpgsql set timezone = 'UTC' as $$
begin
  if new.recorded_at < (select max(month) + interval '1 month' from closed_month) then
    raise exception 'the month of % is closed: record what is heard of it now, with the moment it was effective at',
      new.recorded_at using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
create trigger movement_month_is_open before insert on movement_other
  for each row execute function movement_month_is_open();

create function movement_month_name(month timestamptz) returns text
language sql immutable set timezone = 'UTC' as $$ select 'movement_' || to_char(month, 'YYYY_MM') $$;

-- A table like `movement` becomes the partition of a month. A check that says what the bounds say spares the scan.
create function attach_movement_month(month timestamptz) returns void
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
  execute format(
    'alter table public.movement attach partition public.%I for values from (%L) to (%L)',
    name, month, month + interval '1 month');
  execute format('alter table public.%I drop constraint %I', name, name || '_of_month');
end
$$;

-- As before, but never a month that is closed: its partition may lie in a file.
create or replace function prepare_movement_months(since timestamptz, until timestamptz) returns setof text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  month timestamptz := date_trunc('month', since);
begin
  perform pg_advisory_xact_lock(hashtext('plimsoll movement months'));
  while month <= until loop
    if to_regclass('public.' || movement_month_name(month)) is null
      and month > coalesce((select max(closed_month.month) from closed_month), '-infinity')
      and not exists (
        select from movement_other
        where recorded_at >= month and recorded_at < month + interval '1 month'
      )
    then
      execute format('create table public.%I (like public.movement including all)', movement_month_name(month));
      perform attach_movement_month(month);
      return next movement_month_name(month);
    end if;
    month := month + interval '1 month';
  end loop;
end
$$;

-- Moves the rows of a month that nobody had made ahead out of the default partition, into their own.
create function settle_movement_month(month timestamptz) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  name text := movement_month_name(month);
begin
  if to_regclass('public.' || name) is not null then return; end if;
  execute format('create table public.%I (like public.movement including all)', name);
  -- Also waits for whoever writes into it.
  alter table movement_other disable trigger movement_is_written_whole;
  execute format(
    'with moved as (
       delete from public.movement_other where recorded_at >= $1 and recorded_at < $2 returning *
     )
     insert into public.%I select * from moved', name) using month, month + interval '1 month';
  alter table movement_other enable trigger movement_is_written_whole;
  perform attach_movement_month(month);
end
$$;

-- The month after the last one closed; before any is, the month of the first movement. Null: there is none.
create function next_month_to_close() returns timestamptz
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  last timestamptz;
  partition regclass;
  first timestamptz;
begin
  select max(month) into last from closed_month;
  if last is not null then return last + interval '1 month'; end if;
  -- A partition after the other: over all of them at once, the least moment would be looked for in every row.
  for partition in
    select inhrelid::regclass from pg_inherits
    where inhparent = 'public.movement'::regclass and inhrelid <> 'public.movement_other'::regclass
    order by inhrelid::regclass::text
  loop
    execute format('select min(recorded_at) from %s', partition) into first;
    exit when first is not null;
  end loop;
  return date_trunc('month', least(first, (select min(recorded_at) from movement_other)));
end
$$;

-- Closes a month. Months are closed in order, so that each checkpoint builds on the one before. Returns how many
-- checkpoints were written, or null where another process has closed it.
create function close_movement_month(month timestamptz, closed_at timestamptz) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  since timestamptz := date_trunc('month', month);
  until timestamptz := date_trunc('month', month) + interval '1 month';
  written bigint;
begin
  perform pg_advisory_xact_lock(hashtext('plimsoll movement months'));
  if exists (select from closed_month where closed_month.month >= since) then return null; end if;
  if since is distinct from next_month_to_close() then
    raise exception 'months are closed in order: % is not the next one', since using errcode = 'restrict_violation';
  end if;
  if closed_at < until + interval '1 hour' then
    raise exception 'the month of % is not over for an hour yet', since using errcode = 'restrict_violation';
  end if;
  perform settle_movement_month(since);
  -- The barrier: the lock that this takes waits for all who write into the month, and lets readers be.
  execute format(
    'create trigger movement_month_is_closed before insert on public.%I
       for each row execute function public.movement_month_is_closed()', movement_month_name(since));
  -- Each statement of this function sees what was committed while the one before waited.
  insert into balance_checkpoint
    (organization_id, item_id, location_id, lot_id, at, on_hand, reserved, held, incoming)
  select moved.organization_id, moved.item_id, moved.location_id, moved.lot_id, until,
    moved.on_hand + coalesce(earlier.on_hand, 0), moved.reserved + coalesce(earlier.reserved, 0),
    moved.held + coalesce(earlier.held, 0), moved.incoming + coalesce(earlier.incoming, 0)
  from (
    select organization_id, item_id, location_id, lot_id,
      sum(on_hand_delta)::bigint as on_hand, sum(reserved_delta)::bigint as reserved,
      sum(held_delta)::bigint as held, sum(incoming_delta)::bigint as incoming
    from movement
    where recorded_at >= since and recorded_at < until
    group by organization_id, item_id, location_id, lot_id
  ) as moved
  left join lateral (
    select on_hand, reserved, held, incoming from balance_checkpoint
    where balance_checkpoint.organization_id = moved.organization_id
      and balance_checkpoint.item_id = moved.item_id
      and balance_checkpoint.location_id = moved.location_id
      and balance_checkpoint.lot_id = moved.lot_id
      and balance_checkpoint.at <= since
    order by at desc
    limit 1
  ) as earlier on true;
  get diagnostics written = row_count;
  insert into closed_month (organization_id, month, movements, closed_at)
  select organization_id, since, coalesce(moved.movements, 0), close_movement_month.closed_at
  from organization
  full join (
    select organization_id, count(*) as movements from movement
    where recorded_at >= since and recorded_at < until
    group by organization_id
  ) as moved using (organization_id);
  return written;
end
$$;

create function history_digest(line text) returns numeric
language sql immutable parallel safe set search_path = pg_catalog as $$
  select ('x' || substr(md5(line), 1, 15))::bit(60)::bigint::numeric
$$;

-- What a table like `movement` holds: rows as they stand in a file, sums as they stand beside it.
create function movement_month_content(name text, out movements bigint, out row_digest numeric, out sum_digest numeric)
language plpgsql set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
begin
  execute format(
    'select count(*), coalesce(sum(public.history_digest(to_jsonb(movement)::text)), 0) from public.%I as movement', name)
    into movements, row_digest;
  execute format(
    'select coalesce(sum(public.history_digest(concat_ws('' '', organization_id, item_id, location_id, lot_id,
       on_hand, reserved, held, incoming))), 0)
     from (
       select organization_id, item_id, location_id, lot_id, sum(on_hand_delta) as on_hand,
         sum(reserved_delta) as reserved, sum(held_delta) as held, sum(incoming_delta) as incoming
       from public.%I
       group by organization_id, item_id, location_id, lot_id
     ) as summed', name)
    into sum_digest;
end
$$;

-- Drops the partition of a closed month whose rows lie in a file. `archive` is the file's manifest.
create function archive_movement_month(month timestamptz, archive jsonb, archived_at timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC'
set lock_timeout = '3s' as $$
declare
  since timestamptz := date_trunc('month', month);
  until timestamptz := date_trunc('month', month) + interval '1 month';
  name text := movement_month_name(month);
  held record;
  uncarried bigint;
begin
  perform pg_advisory_xact_lock(hashtext('plimsoll movement months'));
  if not exists (
    select from closed_month where closed_month.month = since and closed_month.archive is null
  ) or to_regclass('public.' || name) is null then
    raise exception 'the month of % is not closed, or lies in a file already', since
      using errcode = 'restrict_violation';
  end if;
  if exists (
    select from closed_month
    where closed_month.month < since and closed_month.archive is null and movements > 0
  ) then
    raise exception 'an earlier month than % must be archived first', since using errcode = 'restrict_violation';
  end if;
  select * into held from movement_month_content(name);
  if (archive ->> 'movements')::bigint is distinct from held.movements
    or (archive ->> 'rowDigest')::numeric is distinct from held.row_digest
    or (archive ->> 'sumDigest')::numeric is distinct from held.sum_digest
  then
    raise exception 'the file of % does not hold what the table holds: nothing was dropped', name
      using errcode = 'data_corrupted';
  end if;
  execute format(
    'select count(*) from (
       select organization_id, item_id, location_id, lot_id, sum(on_hand_delta) as on_hand,
         sum(reserved_delta) as reserved, sum(held_delta) as held, sum(incoming_delta) as incoming
       from public.%I
       group by organization_id, item_id, location_id, lot_id
     ) as moved
     left join public.balance_checkpoint as after
       on (after.organization_id, after.item_id, after.location_id, after.lot_id)
         = (moved.organization_id, moved.item_id, moved.location_id, moved.lot_id) and after.at = $2
     left join lateral (
       select * from public.balance_checkpoint as earlier
       where (earlier.organization_id, earlier.item_id, earlier.location_id, earlier.lot_id)
         = (moved.organization_id, moved.item_id, moved.location_id, moved.lot_id) and earlier.at <= $1
       order by earlier.at desc
       limit 1
     ) as earlier on true
     where (after.on_hand - coalesce(earlier.on_hand, 0), after.reserved - coalesce(earlier.reserved, 0),
         after.held - coalesce(earlier.held, 0), after.incoming - coalesce(earlier.incoming, 0))
       is distinct from (moved.on_hand::bigint, moved.reserved::bigint, moved.held::bigint, moved.incoming::bigint)',
    name) into uncarried using since, until;
  if uncarried > 0 then
    raise exception '% checkpoints after % do not carry its sums: nothing was dropped', uncarried, name
      using errcode = 'data_corrupted';
  end if;
  -- Last, since it locks everybody out: what was checked cannot change, the month is closed.
  execute format('alter table public.movement detach partition public.%I', name);
  execute format('drop table public.%I', name);
  update closed_month
    set archive = archive_movement_month.archive, archived_at = archive_movement_month.archived_at
    where closed_month.month = since;
end
$$;

-- A table for the rows of a file that come back, and the way from it to the partition that was dropped.
create function begin_movement_restore(month timestamptz) returns text
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
  return name;
end
$$;

create function end_movement_restore(month timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC'
set lock_timeout = '3s' as $$
declare
  since timestamptz := date_trunc('month', month);
  name text := movement_month_name(month) || '_restored';
  known jsonb;
  held record;
begin
  perform pg_advisory_xact_lock(hashtext('plimsoll movement months'));
  select distinct closed_month.archive into known from closed_month
    where closed_month.month = since and closed_month.archive is not null;
  if known is null then
    raise exception 'the month of % does not lie in a file', since using errcode = 'restrict_violation';
  end if;
  -- Nobody adds a row between the check and the end.
  execute format('lock table public.%I in access exclusive mode', name);
  select * into held from movement_month_content(name);
  if (known ->> 'movements')::bigint is distinct from held.movements
    or (known ->> 'rowDigest')::numeric is distinct from held.row_digest
    or (known ->> 'sumDigest')::numeric is distinct from held.sum_digest
  then
    raise exception 'the rows that came back are not those that were archived from %', movement_month_name(month)
      using errcode = 'data_corrupted';
  end if;
  execute format('alter table public.%I rename to %I', name, movement_month_name(month));
  perform attach_movement_month(since);
  execute format(
    'create trigger movement_month_is_closed before insert on public.%I
       for each row execute function public.movement_month_is_closed()', movement_month_name(month));
  update closed_month set archive = null, archived_at = null where closed_month.month = since;
end
$$;

create function drop_movement_restore(month timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  execute format('drop table if exists public.%I', movement_month_name(month) || '_restored');
end
$$;

revoke execute on function
  attach_movement_month(timestamptz), settle_movement_month(timestamptz), next_month_to_close(),
  close_movement_month(timestamptz, timestamptz), archive_movement_month(timestamptz, jsonb, timestamptz),
  movement_month_content(text), begin_movement_restore(timestamptz), end_movement_restore(timestamptz),
  drop_movement_restore(timestamptz)
  from public;
do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke insert, update, delete, truncate on balance_checkpoint, closed_month from plimsoll_runtime;
    grant execute on function
      next_month_to_close(), close_movement_month(timestamptz, timestamptz),
      archive_movement_month(timestamptz, jsonb, timestamptz),
      begin_movement_restore(timestamptz), end_movement_restore(timestamptz), drop_movement_restore(timestamptz)
      to plimsoll_runtime;
  end if;
end
$$;
