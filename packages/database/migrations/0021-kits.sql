-- Kits: items whose stock is that of other items.
--
-- `kit_component` is what a person defines: a kit and what is in it, replaced as a whole. `kit_part` follows from it,
-- for virtual kits alone: each kit with the plain or assembled items at the end of its nesting, quantities multiplied
-- along the way and added over the ways. It is kept by the transaction that changes any kit, so that neither a sale nor
-- availability ever has to walk the nesting. `kit_definition` is who said what when; nothing in it is ever changed.

alter table item add column if not exists kit_kind text not null default 'none'
  check (kit_kind in ('none', 'virtual', 'assembled'));

create table kit_component (
  organization_id uuid not null,
  kit_item_id uuid not null,
  component_item_id uuid not null,
  -- Base units of the component in one base unit of the kit.
  quantity bigint not null check (quantity > 0 and quantity <= 9007199254740991),
  primary key (organization_id, kit_item_id, component_item_id),
  foreign key (organization_id, kit_item_id) references item,
  foreign key (organization_id, component_item_id) references item,
  check (kit_item_id <> component_item_id)
);
create index kit_component_used_in on kit_component (organization_id, component_item_id, kit_item_id);

create table kit_part (
  organization_id uuid not null,
  kit_item_id uuid not null,
  part_item_id uuid not null,
  quantity bigint not null check (quantity > 0 and quantity <= 9007199254740991),
  primary key (organization_id, kit_item_id, part_item_id),
  foreign key (organization_id, kit_item_id) references item,
  foreign key (organization_id, part_item_id) references item,
  check (kit_item_id <> part_item_id)
);
-- Read for every change of stock: which kits contain what changed.
create index kit_part_used_in on kit_part (organization_id, part_item_id, kit_item_id);

create table kit_definition (
  organization_id uuid not null,
  kit_item_id uuid not null,
  version bigint not null check (version > 0),
  kit_kind text not null check (kit_kind in ('none', 'virtual', 'assembled')),
  -- [{"itemId": …, "quantity": …}], as it was said.
  components jsonb not null,
  actor text not null,
  reason text,
  defined_at timestamptz not null,
  primary key (organization_id, kit_item_id, version),
  foreign key (organization_id, kit_item_id) references item
);

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke update, delete, truncate on kit_definition from plimsoll_runtime;
  end if;
end
$$;
