-- From where orders are sent: the rules with their history, and what locations say of themselves for them.

alter table location
  add column region text check (region <> '' and length(region) <= 100),
  add column postal_code text check (postal_code <> '' and length(postal_code) <= 20),
  add column latitude double precision check (latitude between -90 and 90),
  add column longitude double precision check (longitude between -180 and 180),
  -- 1 is preferred to 2.
  add column routing_priority int not null default 100 check (routing_priority between 1 and 1000000),
  -- Local time by which an order leaves on the same day.
  add column cut_off text check (cut_off ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  -- Parcels; null: as many as come.
  add column capacity_per_day int check (capacity_per_day >= 0),
  -- Null: as its kind says (transit and marketplace-fulfilled do not).
  add column ships boolean,
  add constraint location_coordinates_whole check ((latitude is null) = (longitude is null));

-- Each row is the whole list from then on; the newest counts. None: the defaults.
create table routing_rules (
  organization_id uuid not null references organization,
  version bigint not null check (version > 0),
  rules jsonb not null check (jsonb_typeof(rules) = 'array'),
  actor text not null check (actor <> ''),
  saved_at timestamptz not null,
  primary key (organization_id, version)
);
create trigger routing_rules_is_append_only before update or delete or truncate on routing_rules
  for each statement execute function life_is_append_only();

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke update, delete, truncate on routing_rules from plimsoll_runtime;
  end if;
end
$$;
