-- What listings that are tied to nothing may sell, what a person accepted of it and can take back, and which are to be left
-- alone. Owned by `packages/sync/src/mapping`.

alter table listing
  drop constraint listing_mapped_by_check,
  add constraint listing_mapped_by_check check (mapped_by in ('sku', 'person', 'rule')),
  -- Never to be matched, and no longer asked about.
  add column ignored_at timestamptz,
  add column ignored_because text,
  add column ignored_by text,
  -- How sure the best suggestion is: 3 certain, 2 likely, 1 possible, 0 none was found, -1 nobody has looked yet.
  add column suggested smallint not null default -1 check (suggested between -1 and 3),
  add constraint listing_ignored check (
    (ignored_at is null) = (ignored_because is null) and (ignored_at is null) = (ignored_by is null)
    and (ignored_at is null or item_id is null)
  );
-- The list of what waits, the surest first, of all connections and of one; and what nobody has looked at.
create index listing_to_map on listing (organization_id, suggested desc, listing_id)
  where item_id is null and ignored_at is null and state <> 'gone';
create index listing_to_map_of_connection on listing (organization_id, connection_id, suggested desc, listing_id)
  where item_id is null and ignored_at is null and state <> 'gone';
create index listing_ignored_at on listing (organization_id, connection_id, listing_id) where ignored_at is not null;
-- Whether another of the connection has the same.
create index listing_sku on listing (organization_id, connection_id, sku) where sku is not null;
create index listing_barcode on listing (organization_id, connection_id, barcode) where barcode is not null;

create table mapping_suggestion (
  organization_id uuid not null,
  listing_id uuid not null,
  -- 1 is the best.
  place smallint not null check (place > 0),
  item_id uuid not null,
  units_per_listing bigint not null check (units_per_listing > 0),
  confidence text not null check (confidence in ('certain', 'likely', 'possible')),
  score int not null,
  -- Why, as `suggestion.ts` has it.
  reasons jsonb not null check (jsonb_typeof(reasons) = 'array'),
  primary key (organization_id, listing_id, place),
  foreign key (organization_id, listing_id) references listing,
  foreign key (organization_id, item_id) references item
);
create index mapping_suggestion_of_item on mapping_suggestion (organization_id, item_id);

-- Who looks for matches now: one process at a time, as long as it says so; and for which items all was last looked at.
create table mapping_look (
  organization_id uuid not null primary key references organization,
  holder uuid,
  held_until timestamptz,
  -- How many items there were, and when the newest change to one was.
  items_known text,
  all_looked_at timestamptz
);

-- What was accepted together, and is taken back together.
create table mapping_acceptance (
  organization_id uuid not null references organization,
  acceptance_id uuid not null,
  actor text not null,
  how text not null check (how in ('person', 'rule')),
  listings int not null check (listings > 0),
  accepted_at timestamptz not null,
  undone_at timestamptz,
  undone_by text,
  primary key (organization_id, acceptance_id),
  check ((undone_at is null) = (undone_by is null))
);
create index mapping_acceptance_newest on mapping_acceptance (organization_id, accepted_at desc, acceptance_id desc);

create table mapping_acceptance_line (
  organization_id uuid not null,
  acceptance_id uuid not null,
  listing_id uuid not null,
  item_id uuid not null,
  units_per_listing bigint not null,
  item_id_before uuid,
  units_before bigint not null,
  mapped_by_before text,
  mapped_sku_before text,
  primary key (organization_id, acceptance_id, listing_id),
  foreign key (organization_id, acceptance_id) references mapping_acceptance
);
