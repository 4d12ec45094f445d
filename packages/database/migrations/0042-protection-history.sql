-- How everything was protected at any moment, who said so, and what each number kept back because of it.

-- What a setting said from then on, written by the statement that changed it. `mode` null: it was taken back.
create table protection_change (
  organization_id uuid not null,
  scope text not null check (scope in ('organization', 'connection', 'item')),
  scope_id uuid not null,
  at timestamptz not null,
  mode text check (mode in ('open', 'buffered', 'guaranteed', 'auto')),
  oversells_per_million bigint,
  actor text not null,
  change_id bigint generated always as identity,
  primary key (organization_id, change_id),
  check ((mode is null) = (oversells_per_million is null))
);
create index protection_change_of on protection_change (organization_id, scope, scope_id, at desc);
create trigger protection_change_is_append_only before update or delete or truncate on protection_change
  for each statement execute function life_is_append_only();

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke update, delete, truncate on protection_change from plimsoll_runtime;
  end if;
end
$$;

-- How the level was protected when it came to want this, and how many listing units fewer it wanted than its policies let
-- it. Null: that was not kept yet.
alter table desired_log
  add column protection text check (protection in ('open', 'buffered', 'tightening', 'guaranteed')),
  add column kept_back bigint check (kept_back >= 0);

-- Where a listing was on sale, in its connector's words, kept before it is taken off; not null while it may be off.
alter table listing add column withdrawn_placement text;
update listing set withdrawn_placement = '' where withdrawn_at is not null;
