-- Organizations that go, with everything of theirs, and sample brands, which are there to be wiped.
--
-- One that is to go is marked first: nobody is served it from then on. Its rows go in pieces, each a transaction of
-- its own, by whichever process finds the mark; so nothing is lost but time where one dies in between. Which tables have
-- rows of organizations is read from the catalogue: a table that is added is not forgotten. Whatever is append-only refuses
-- everybody else as before.

alter table organization
  add column kind text not null default 'own' check (kind in ('own', 'sample')),
  add column deleting_at timestamptz;

-- A brand made to be tried: its shops are simulated, by a process of the hub.
create table sample_brand (
  organization_id uuid primary key references organization,
  language text not null check (language in ('en', 'zh')),
  state text not null check (state in ('making', 'open', 'failed')),
  -- Why it failed, for people.
  problem text,
  made_by text not null,
  made_at timestamptz not null,
  opened_at timestamptz
);

-- Deletes up to so many rows of an organization that is marked, or of one that is gone. @returns how many; 0: nothing of it
-- is left but itself and the processes that serve it.
create function delete_organization(gone uuid, rows_max int) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  kept oid[] := array['public.organization'::regclass::oid, 'public.hub_process'::regclass::oid];
  filled oid[] := '{}';
  each oid;
  next_one oid;
  is_filled boolean;
  deleted bigint := 0;
  of_one bigint;
begin
  if exists (select from organization where organization_id = gone and deleting_at is null) then
    raise exception 'organization % is not marked as to be deleted', gone using errcode = 'restrict_violation';
  end if;
  perform set_config('plimsoll.deletes_organization', 'yes', true);
  -- Places and connections refer to each other: no place does any more, and that key is left out below.
  update location set counted_by = null where organization_id = gone and counted_by is not null;
  for each in
    select attrelid from pg_attribute join pg_class on pg_class.oid = attrelid
    where attname = 'organization_id' and not attisdropped and relkind = 'r' and relpersistence = 'p'
      and relnamespace in ('public'::regnamespace, 'identity'::regnamespace) and attrelid <> all (kept)
    order by attrelid
  loop
    execute format('select exists (select from only %s where organization_id = $1)', each::regclass)
      into is_filled using gone;
    if is_filled then filled := filled || each; end if;
  end loop;
  while cardinality(filled) > 0 and deleted < rows_max loop
    -- One that none of the others refers to.
    select of_filled into next_one from unnest(filled) as of_filled
    where not exists (
      select from pg_constraint
      where contype = 'f' and confrelid = of_filled and conrelid <> of_filled and conrelid = any (filled)
        and not (conrelid = 'public.location'::regclass and confrelid = 'public.connection'::regclass)
    )
    limit 1;
    if not found then
      raise exception 'these tables refer to each other, so that no row of any can go first: %',
        (select string_agg(of_filled::regclass::text, ', ') from unnest(filled) as of_filled);
    end if;
    execute format(
      'delete from only %1$s where ctid = any (array(select ctid from only %1$s where organization_id = $1 limit $2))',
      next_one::regclass)
      using gone, rows_max - deleted;
    get diagnostics of_one = row_count;
    deleted := deleted + of_one;
    -- What somebody changed at that moment stayed: the next call finds it.
    filled := array_remove(filled, next_one);
  end loop;
  perform set_config('plimsoll.deletes_organization', '', true);
  return deleted;
end
$$;

-- True within `delete_organization` alone: whoever the function belongs to is nobody that the hub works as, and where it has
-- no role of its own to work as, nobody else says so.
create function deletes_organization() returns boolean language sql stable as $$
  select coalesce(current_setting('plimsoll.deletes_organization', true), '') = 'yes' and current_user = (
    select rolname from pg_catalog.pg_proc join pg_catalog.pg_roles on pg_roles.oid = proowner
    where pg_proc.oid = 'public.delete_organization(uuid, int)'::regprocedure)
$$;

create or replace function movement_is_append_only() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and public.deletes_organization() then return null; end if;
  raise exception 'movements are append-only: correct a mistake by a reversing movement'
    using errcode = 'restrict_violation';
end
$$;

create or replace function movement_is_written_whole() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and public.deletes_organization() then return null; end if;
  raise exception 'movements are written through the table movement, and never changed'
    using errcode = 'restrict_violation';
end
$$;

create or replace function balance_is_written_by_movements() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and public.deletes_organization() then return null; end if;
  if pg_trigger_depth() < 2 then
    raise exception 'balances are written by movements alone: insert a movement instead'
      using errcode = 'restrict_violation';
  end if;
  return null;
end
$$;

create or replace function life_is_append_only() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and public.deletes_organization() then return null; end if;
  raise exception '% is append-only: what was is never changed', tg_table_name
    using errcode = 'restrict_violation';
end
$$;

create or replace function history_is_append_only() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and public.deletes_organization() then return null; end if;
  raise exception 'checkpoints and closed months are written once, by the functions that close and archive months'
    using errcode = 'restrict_violation';
end
$$;

revoke execute on function delete_organization(uuid, int) from public;
do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    grant execute on function delete_organization(uuid, int) to plimsoll_runtime;
  end if;
end
$$;
