-- Safety rails: what each level wanted and since when, what is held back until a person decides, who stopped what and
-- why, and what a person saw before a connection went live.

-- Every change of a desired quantity, written by the statement that makes it. What a level showed at a moment, and
-- whether orders explain that it fell to zero, are read from here. By month, as movements are; the default partition
-- catches whatever no month has been made for.
create table desired_log (
  organization_id uuid not null,
  level_id uuid not null,
  version bigint not null,
  -- Null: nothing had been worked out.
  before bigint,
  desired bigint not null,
  because text not null,
  -- When the first of what changed it came about.
  caused_at timestamptz not null,
  at timestamptz not null,
  primary key (organization_id, level_id, version, at)
) partition by range (at);
create table desired_log_other partition of desired_log default;

-- Makes the months from `since` up to and including `until`, each as desired_log_YYYY_MM.
create function prepare_desired_months(since timestamptz, until timestamptz) returns setof text
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
revoke execute on function prepare_desired_months(timestamptz, timestamptz) from public;

-- How much may go to zero, or rise, at once. The nearest non-null field wins; scope_id of the organization is its own id.
create table guard_setting (
  organization_id uuid not null references organization,
  scope text not null check (scope in ('organization', 'connection')),
  scope_id uuid not null,
  zero_percent int check (zero_percent between 0 and 100),
  zero_minimum int check (zero_minimum >= 1),
  raise_percent int check (raise_percent between 0 and 100),
  raise_minimum int check (raise_minimum >= 1),
  raise_factor int check (raise_factor >= 1),
  window_seconds int check (window_seconds between 1 and 86400),
  updated_by text not null,
  updated_at timestamptz not null,
  primary key (organization_id, scope, scope_id)
);

-- Writes that wait for a person's word (I8), or, `first-batch`, for the first ones to have proved themselves.
create table hold (
  organization_id uuid not null,
  hold_id uuid not null,
  connection_id uuid not null,
  kind text not null check (kind in ('zero', 'raise', 'first-batch', 'go-live')),
  state text not null check (state in ('waiting', 'confirmed', 'refused', 'passed')),
  listings bigint not null,
  of_listings bigint not null,
  -- Of zeros: units that would no longer be offered. Of raises: units that would be offered on top.
  units bigint not null,
  opened_at timestamptz not null,
  decided_at timestamptz,
  decided_by text,
  reason text,
  primary key (organization_id, hold_id),
  foreign key (organization_id, connection_id) references connection
);
create index hold_recent on hold (organization_id, opened_at desc, hold_id desc);
create index hold_undecided on hold (organization_id, connection_id) where state in ('waiting', 'refused');

-- A level whose writes are held back, or let through by a person, while what it wants lies from `least` to `most`.
create table held_level (
  organization_id uuid not null,
  connection_id uuid not null,
  level_id uuid not null,
  hold_id uuid not null,
  state text not null check (state in ('held', 'allowed')),
  shown bigint,
  wanted bigint not null,
  least bigint not null,
  most bigint,
  -- Of an allowed zero: of this version of the desired quantity alone.
  version bigint,
  since timestamptz not null,
  primary key (organization_id, connection_id, level_id),
  foreign key (organization_id, hold_id) references hold
);
create index held_level_of_hold on held_level (organization_id, hold_id, level_id);

-- Stops all writes of an organization, or (under the id of nobody) of the whole hub. A set of reasons: each is taken
-- back by itself. It is asked in the statement that records a write before its call.
create table halt (
  organization_id uuid not null,
  reason text not null check (reason <> ''),
  actor text not null,
  since timestamptz not null,
  primary key (organization_id, reason)
);

-- Set: every level of the connection shows 0, for this reason; once all do, it is paused.
alter table connection add column zeroed_for text check (zeroed_for <> '');

-- Who stopped or started what, and why. `connection_id` null: all connections.
create table pause_change (
  organization_id uuid not null,
  change_id uuid not null,
  scope text not null check (scope in ('hub', 'organization', 'connection')),
  connection_id uuid,
  what text not null check (what in ('paused', 'resumed', 'zeroing', 'zeroed', 'went-live')),
  reason text not null,
  actor text not null,
  changed_at timestamptz not null,
  primary key (organization_id, change_id)
);
create index pause_change_recent on pause_change (organization_id, changed_at desc, change_id desc);
create trigger pause_change_is_append_only before update or delete or truncate on pause_change
  for each statement execute function life_is_append_only();

-- What a person saw of the first writes; going live names it.
create table preview (
  organization_id uuid not null,
  preview_id uuid not null,
  connection_id uuid not null,
  digest text not null,
  levels bigint not null,
  made_at timestamptz not null,
  used_at timestamptz,
  primary key (organization_id, preview_id),
  foreign key (organization_id, connection_id) references connection
);
create table preview_level (
  organization_id uuid not null,
  preview_id uuid not null,
  level_id uuid not null,
  -- Null: not known.
  shows bigint,
  would_show bigint not null,
  primary key (organization_id, preview_id, level_id),
  foreign key (organization_id, preview_id) references preview
);

-- One more kind of task, whatever kinds there are by now.
do $$
declare
  known text;
begin
  select pg_get_constraintdef(oid) into known from pg_constraint where conname = 'task_kind_check';
  alter table task drop constraint task_kind_check;
  execute 'alter table task add constraint task_kind_check ' || replace(known, 'ARRAY[', 'ARRAY[''hold''::text, ');
end
$$;

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke update, delete, truncate on desired_log, desired_log_other, pause_change from plimsoll_runtime;
    grant execute on function prepare_desired_months(timestamptz, timestamptz) to plimsoll_runtime;
  end if;
end
$$;
