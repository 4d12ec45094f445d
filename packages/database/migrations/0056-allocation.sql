-- Who gets what has come in, of the orders that wait for it. Each row is the rule from then on; the newest counts, none is
-- `first-come`. `connection_ids`: of `channel-priority`, the first comes first; channels that are not named come after them.

create table allocation_rule (
  organization_id uuid not null references organization,
  version bigint not null check (version > 0),
  kind text not null check (kind in ('first-come', 'channel-priority', 'promise-date')),
  connection_ids uuid[] not null default '{}',
  actor text not null check (actor <> ''),
  saved_at timestamptz not null,
  primary key (organization_id, version),
  check (kind = 'channel-priority' or connection_ids = '{}')
);
create trigger allocation_rule_is_append_only before update or delete or truncate on allocation_rule
  for each statement execute function life_is_append_only();

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke update, delete, truncate on allocation_rule from plimsoll_runtime;
  end if;
end
$$;

-- `waits_since`: some of the order could be sent from nowhere when it was last looked at, at `tried_at`; it is looked at again
-- when something that it waits for has come.
alter table order_to_route add column waits_since timestamptz, add column tried_at timestamptz;
create index order_to_route_waiting on order_to_route (organization_id, tried_at) where waits_since is not null;
