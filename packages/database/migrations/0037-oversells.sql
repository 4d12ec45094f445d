-- Whose fault each unit sold beyond what was there was, and what policies said before they were changed.

-- One row for each order line, item of it and cause. What is judged may be judged anew, as late facts come in, until it
-- is final.
create table oversell (
  organization_id uuid not null,
  line_id uuid not null,
  item_id uuid not null,
  cause text not null check (cause in ('platform', 'person', 'delay', 'race', 'unexplained')),
  order_id uuid not null,
  connection_id uuid not null,
  units bigint not null check (units > 0),
  -- By the platform's clock.
  placed_at timestamptz not null,
  found_at timestamptz not null,
  judged_at timestamptz not null,
  final boolean not null,
  -- What it was, part by part; the units of the parts add up to `units`.
  parts jsonb not null,
  primary key (organization_id, line_id, item_id, cause),
  foreign key (organization_id, connection_id) references connection,
  foreign key (organization_id, item_id) references item
);
create index oversell_recent on oversell (organization_id, placed_at desc, line_id);
create index oversell_of_item on oversell (organization_id, item_id) where not final;

-- What a policy without an end said from then on, written by the statement that changed it. `fields` null: it was taken
-- away.
create table policy_change (
  organization_id uuid not null,
  scope text not null,
  scope_id uuid not null,
  at timestamptz not null,
  fields jsonb,
  change_id bigint generated always as identity,
  primary key (organization_id, change_id)
);
create index policy_change_of on policy_change (organization_id, scope, scope_id, at desc);
create trigger policy_change_is_append_only before update or delete or truncate on policy_change
  for each statement execute function life_is_append_only();

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke update, delete, truncate on policy_change from plimsoll_runtime;
  end if;
end
$$;
