-- A brand says itself which of its locations stand behind each location of a platform.

-- Since when nothing stands behind it by a person's word, so that its levels are kept at zero. Null and no pool: it is left
-- as it is, nothing is written there.
alter table external_location add column emptied_at timestamptz;

-- How often a person has said it; from the first time on no import does.
alter table connection add column pool_version bigint not null default 0 check (pool_version >= 0);

-- What a platform shows at its locations it adds up for its shoppers: behind two of them the same units would be sold twice.
-- Of those that stand behind several, as early imports had it, the first keeps them.
with doubled as (
  delete from pool_location
  where exists (
    select from pool_location as other
    where other.organization_id = pool_location.organization_id and other.connection_id = pool_location.connection_id
      and other.location_id = pool_location.location_id and other.external_id < pool_location.external_id
  )
  returning organization_id, connection_id, external_id
), affected as (
  select distinct organization_id, item_id from level
  join doubled using (organization_id, connection_id)
  where level.external_location_id = doubled.external_id and item_id is not null
)
insert into changed_item (organization_id, change_id, item_id, changed_at)
select organization_id, gen_random_uuid(), item_id, clock_timestamp() from affected;

update external_location set emptied_at = clock_timestamp()
where not counted_by_platform
  and not exists (
    select from pool_location
    where pool_location.organization_id = external_location.organization_id
      and pool_location.connection_id = external_location.connection_id
      and pool_location.external_id = external_location.external_id
  )
  and exists (
    select from level
    where level.organization_id = external_location.organization_id
      and level.connection_id = external_location.connection_id
      and level.external_location_id = external_location.external_id
  );

create unique index pool_location_once on pool_location (organization_id, connection_id, location_id);
