-- Rules of a connection that make an item's SKU and units of what its listings say, each version as it was saved: JSONata that
-- people write, run apart from everything else and never inside the database.

create table mapping_rules (
  organization_id uuid not null,
  connection_id uuid not null,
  version int not null check (version > 0),
  -- In the order in which they are asked: name, expression, and whether what it says is tied or suggested.
  rules jsonb not null check (jsonb_typeof(rules) = 'array'),
  actor text not null,
  saved_at timestamptz not null,
  primary key (organization_id, connection_id, version),
  foreign key (organization_id, connection_id) references connection
);

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke update, delete, truncate on mapping_rules from plimsoll_runtime;
  end if;
end
$$;
