-- How items are replenished: where from, how long that takes, how sure it is to be, in which packs. Owned by `packages/orders`.
--
-- A row without an item holds for all items, one without a location for all locations; without both for the organization. The
-- nearest wins, field by field.

create table replenishment_setting (
  organization_id uuid not null,
  setting_id uuid not null,
  item_id uuid,
  location_id uuid,
  fields jsonb not null check (jsonb_typeof(fields) = 'object'),
  actor text not null,
  saved_at timestamptz not null,
  primary key (organization_id, setting_id),
  foreign key (organization_id, item_id) references item,
  foreign key (organization_id, location_id) references location
);
create unique index replenishment_setting_of on replenishment_setting (organization_id, item_id, location_id)
  nulls not distinct;
create index replenishment_setting_of_location on replenishment_setting (organization_id, location_id)
  where location_id is not null;

-- Days that say nothing about usual demand, such as a campaign; both ends included, as days at each location.
create table demand_left_out (
  organization_id uuid not null,
  left_out_id uuid not null,
  item_id uuid,
  location_id uuid,
  since_day date not null,
  until_day date not null,
  reason text not null check (length(reason) between 1 and 200),
  actor text not null,
  saved_at timestamptz not null,
  primary key (organization_id, left_out_id),
  foreign key (organization_id, item_id) references item,
  foreign key (organization_id, location_id) references location,
  check (since_day <= until_day)
);
create index demand_left_out_of_item on demand_left_out (organization_id, item_id, until_day);
