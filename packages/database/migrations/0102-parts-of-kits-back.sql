-- Parts of a kit that an order line sold come back one by one, and the line's own figures are in whole kits: how much of each part
-- has come, and how much of what the line counts as back has not. Owned by `packages/orders`.
create table kit_part_back (
  organization_id uuid not null,
  line_id uuid not null,
  item_id uuid not null,
  -- Base units.
  came_back bigint not null check (came_back > 0 or missing > 0),
  missing bigint not null check (missing >= 0),
  primary key (organization_id, line_id, item_id),
  foreign key (organization_id, item_id) references item
);
select raise_wall('kit_part_back');
