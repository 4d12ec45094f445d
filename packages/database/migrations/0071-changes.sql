-- Who changed which policy, mapping or setting, when and why, from what to what. Kinds that keep a history of their own go on
-- doing so; what they lacked (who, what was before, which request) is added there. Everything else is recorded by a trigger on
-- its table, so that no way of changing it can forget to.

-- In whose name a transaction works: JSON that `packages/database/src/author.ts` sets for it. Null: the hub itself.
create function author_now() returns jsonb language sql stable as $$
  select nullif(current_setting('plimsoll.author', true), '')::jsonb
$$;

create table setting_change (
  organization_id uuid not null references organization,
  change_id bigint generated always as identity,
  kind text not null check (kind <> ''),
  -- What names it: {"connectionId": …}, {"scope": …, "scopeId": …}.
  subject jsonb not null check (jsonb_typeof(subject) = 'object'),
  at timestamptz not null,
  actor text not null check (actor <> ''),
  why text check (why <> ''),
  -- Null before: it was made; null after: it was taken away.
  before jsonb,
  after jsonb,
  -- Of one request all changes have the same.
  change_set uuid,
  -- The change that this one takes back.
  undoes text,
  primary key (organization_id, change_id),
  check (before is distinct from after)
);
create index setting_change_recent on setting_change (organization_id, at desc, change_id desc);
create index setting_change_of on setting_change (organization_id, kind, subject, change_id desc);
create index setting_change_set on setting_change (organization_id, change_set) where change_set is not null;
create trigger setting_change_is_append_only before update or delete or truncate on setting_change
  for each statement execute function life_is_append_only();

-- Whoever undoes something says what it must still be: the row's own lock decides between two who change it at once.
-- Error PL001 is caught by the hub, which then says what changed since.
create function refuse_unexpected(kind text, subject jsonb, was jsonb) returns void language plpgsql as $$
declare
  expected jsonb := author_now() -> 'expects';
  field text;
begin
  if expected is null or expected ->> 'kind' <> kind or expected -> 'subject' <> subject then return; end if;
  for field in select jsonb_object_keys(expected -> 'fields') loop
    if coalesce(was -> field, 'null') <> coalesce(expected -> 'fields' -> field, 'null') then
      raise exception '% has been changed since', field using errcode = 'PL001';
    end if;
  end loop;
end
$$;

-- Records a change of one row. Arguments: the kind; the columns that name it; the columns that are recorded; where a row says
-- when it was written, that column. Columns are named as the API names them; nulls are left out.
create function setting_is_recorded() returns trigger language plpgsql as $$
declare
  was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  becomes jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  any_row jsonb := coalesce(becomes, was);
  author jsonb := author_now();
  subject jsonb;
  before jsonb;
  after jsonb;
begin
  select jsonb_object_agg(name, any_row -> column_of(name)) into subject
  from unnest(string_to_array(tg_argv[1], ',')) as name;
  if was is not null then
    select coalesce(jsonb_object_agg(name, was -> column_of(name)) filter (where was -> column_of(name) <> 'null'), '{}')
    into before from unnest(string_to_array(tg_argv[2], ',')) as name;
  end if;
  if becomes is not null then
    select coalesce(
      jsonb_object_agg(name, becomes -> column_of(name)) filter (where becomes -> column_of(name) <> 'null'), '{}')
    into after from unnest(string_to_array(tg_argv[2], ',')) as name;
  end if;
  if before is not distinct from after then return null; end if;
  perform refuse_unexpected(tg_argv[0], jsonb_strip_nulls(subject), before);
  insert into setting_change (organization_id, kind, subject, at, actor, why, before, after, change_set, undoes)
  values (
    (any_row ->> 'organization_id')::uuid, tg_argv[0], jsonb_strip_nulls(subject),
    coalesce((author ->> 'at')::timestamptz, (becomes ->> nullif(tg_argv[3], ''))::timestamptz, clock_timestamp()),
    coalesce(author ->> 'actor', 'hub'), author ->> 'why', before, after,
    (author ->> 'changeSet')::uuid, author ->> 'undoes'
  );
  return null;
end
$$;

create function column_of(name text) returns text language sql immutable as $$
  select lower(regexp_replace(name, '([A-Z])', '_\1', 'g'))
$$;

create trigger policy_window_is_recorded after insert or update or delete on policy_window
  for each row execute function setting_is_recorded('policy-window', 'windowId,scope,scopeId',
    'name,startsAt,endsAt,timeZone,bufferUnits,bufferPercent,cap,floor,fixed,paused,minShelfLifeDays,promiseIncoming,poolLocationIds,sharePercent,exclusivePercent,incomingPercent,incomingWithinDays,campaignUnits', '');
create trigger guard_setting_is_recorded after insert or update or delete on guard_setting
  for each row execute function setting_is_recorded('guard', 'scope,scopeId',
    'zeroPercent,zeroMinimum,raisePercent,raiseMinimum,raiseFactor,windowSeconds', 'updated_at');
create trigger stale_rule_is_recorded after insert or update or delete on stale_rule
  for each row execute function setting_is_recorded('stale-rule', 'scope,scopeId', 'afterMs,kind,amount', 'updated_at');
create trigger shelf_life_minimum_is_recorded after insert or update or delete on shelf_life_minimum
  for each row execute function setting_is_recorded('shelf-life', 'scope,scopeId', 'days', 'updated_at');
create trigger replenishment_setting_is_recorded after insert or update or delete on replenishment_setting
  for each row execute function setting_is_recorded('replenishment', 'itemId,locationId', 'fields', 'saved_at');
create trigger demand_left_out_is_recorded after insert or update or delete on demand_left_out
  for each row execute function setting_is_recorded('demand-left-out', 'leftOutId',
    'itemId,locationId,sinceDay,untilDay,reason', 'saved_at');
create trigger valuation_setting_is_recorded after insert or update or delete on valuation_setting
  for each row execute function setting_is_recorded('currency', 'organizationId', 'currency', '');
create trigger stock_setting_is_recorded after insert or update or delete on stock_setting
  for each row execute function setting_is_recorded('reason-rule', 'organizationId', 'listedReasonRequired', '');
create trigger adjustment_reason_is_recorded after insert or update or delete on adjustment_reason
  for each row execute function setting_is_recorded('reason', 'code', 'nameEn,nameZh,direction,archivedAt', '');
create trigger location_is_recorded after insert or update or delete on location
  for each row execute function setting_is_recorded('location', 'locationId',
    'code,name,kind,country,timeZone,countedBy,address,openingDays,holidays,region,postalCode,latitude,longitude,routingPriority,cutOff,capacityPerDay,ships,archivedAt', '');
create trigger bin_is_recorded after insert or update or delete on bin
  for each row execute function setting_is_recorded('bin', 'locationId,binId', 'code,zone,barcode', '');
create trigger custom_field_is_recorded after insert or update or delete on custom_field
  for each row execute function setting_is_recorded('custom-field', 'key', 'type,name', '');
-- What proves an application is sealed under `secret_id`; only its address is told.
create trigger webhook_application_is_recorded after insert or update or delete on webhook_application
  for each row execute function setting_is_recorded('application', 'connector,applicationKey', 'secretId', 'created_at');
create trigger counted_place_is_recorded after insert or update or delete on counted_place
  for each row execute function setting_is_recorded('counted-place', 'connectionId,externalId', 'locationId', 'tied_at');

-- A connection is written all the time by the engine; only what people set is looked at. That its
-- credentials were replaced is a change of its own (`record_setting`); what they are is told nowhere.
create trigger connection_is_made after insert on connection
  for each row execute function setting_is_recorded('connection', 'connectionId',
    'connector,name,settings,defaultLocationId,ordersPollMs,editRule,shipsOrdersFrom', 'created_at');
create trigger connection_is_recorded after update on connection
  for each row
  when (old.name is distinct from new.name or old.settings is distinct from new.settings
    or old.default_location_id is distinct from new.default_location_id
    or old.orders_poll_ms is distinct from new.orders_poll_ms or old.edit_rule is distinct from new.edit_rule
    or old.ships_orders_from is distinct from new.ships_orders_from)
  execute function setting_is_recorded('connection', 'connectionId',
    'connector,name,settings,defaultLocationId,ordersPollMs,editRule,shipsOrdersFrom', '');

-- What the hub ties by SKU when a listing is first seen is no change of anybody's; from then on each is one.
create trigger listing_mapping_is_recorded after update on listing
  for each row
  when ((old.item_id is distinct from new.item_id or old.units_per_listing is distinct from new.units_per_listing
      or old.mapped_by is distinct from new.mapped_by)
    and not (old.item_id is null and new.mapped_by is not distinct from 'sku' and old.mapped_by is null))
  execute function setting_is_recorded('mapping', 'listingId,connectionId', 'itemId,unitsPerListing,mappedBy', '');

-- What is written as a whole, row by row: said once, by whoever writes it.
create function record_setting(
  organization_id uuid, kind text, subject jsonb, before jsonb, after jsonb, at timestamptz
) returns void language plpgsql as $$
declare
  author jsonb := author_now();
begin
  if before is not distinct from after then return; end if;
  perform refuse_unexpected(kind, subject, before);
  insert into setting_change (organization_id, kind, subject, at, actor, why, before, after, change_set, undoes)
  values (organization_id, kind, subject, at, coalesce(author ->> 'actor', 'hub'), author ->> 'why', before, after,
    (author ->> 'changeSet')::uuid, author ->> 'undoes');
end
$$;

-- Histories that there are: whose doing a change was, which request it belongs to, and what it was before.
alter table policy_change
  add column before jsonb, add column actor text, add column why text, add column change_set uuid, add column undoes text;
alter table protection_change
  add column before jsonb, add column why text, add column change_set uuid, add column undoes text;
alter table pause_change add column change_set uuid, add column undoes text;
alter table routing_rules add column why text, add column change_set uuid, add column undoes text;
alter table allocation_rule add column why text, add column change_set uuid, add column undoes text;
alter table kit_definition add column change_set uuid, add column undoes text;

create function change_is_signed() returns trigger language plpgsql as $$
declare
  author jsonb := author_now();
begin
  new.change_set := coalesce(new.change_set, (author ->> 'changeSet')::uuid);
  new.undoes := coalesce(new.undoes, author ->> 'undoes');
  return new;
end
$$;
create trigger pause_change_is_signed before insert on pause_change for each row execute function change_is_signed();
create trigger kit_definition_is_signed before insert on kit_definition for each row execute function change_is_signed();

create function rule_is_signed() returns trigger language plpgsql as $$
begin
  new.why := coalesce(new.why, author_now() ->> 'why');
  new.change_set := coalesce(new.change_set, (author_now() ->> 'changeSet')::uuid);
  new.undoes := coalesce(new.undoes, author_now() ->> 'undoes');
  return new;
end
$$;
create trigger routing_rules_is_signed before insert on routing_rules for each row execute function rule_is_signed();
create trigger allocation_rule_is_signed before insert on allocation_rule for each row execute function rule_is_signed();

-- Of what was set before changes were kept, the first is noted now: the newest change always says what is.
insert into policy_change (organization_id, scope, scope_id, at, fields)
select organization_id, scope, scope_id, updated_at, jsonb_build_object(
  'poolLocationIds', pool_location_ids, 'sharePercent', share_percent, 'exclusivePercent', exclusive_percent,
  'bufferUnits', buffer_units, 'bufferPercent', buffer_percent, 'cap', cap, 'floor', floor, 'fixed', fixed,
  'paused', paused, 'minShelfLifeDays', min_shelf_life_days, 'promiseIncoming', promise_incoming,
  'incomingPercent', incoming_percent, 'incomingWithinDays', incoming_within_days)
from policy
where not exists (
  select from policy_change as change
  where change.organization_id = policy.organization_id and change.scope = policy.scope
    and change.scope_id = policy.scope_id);
insert into protection_change (organization_id, scope, scope_id, at, mode, oversells_per_million, actor)
select organization_id, scope, scope_id, updated_at, mode, oversells_per_million, 'unknown'
from protection
where not exists (
  select from protection_change as change
  where change.organization_id = protection.organization_id and change.scope = protection.scope
    and change.scope_id = protection.scope_id);

create function policy_change_is_signed() returns trigger language plpgsql as $$
declare
  author jsonb := author_now();
begin
  new.before := (
    select fields from policy_change
    where organization_id = new.organization_id and scope = new.scope and scope_id = new.scope_id
    order by change_id desc
    limit 1);
  perform refuse_unexpected('policy', jsonb_build_object('scope', new.scope, 'scopeId', new.scope_id), new.before);
  new.actor := coalesce(new.actor, author ->> 'actor', 'hub');
  new.why := coalesce(new.why, author ->> 'why');
  new.change_set := coalesce(new.change_set, (author ->> 'changeSet')::uuid);
  new.undoes := coalesce(new.undoes, author ->> 'undoes');
  return new;
end
$$;
create trigger policy_change_is_signed before insert on policy_change
  for each row execute function policy_change_is_signed();

create function protection_change_is_signed() returns trigger language plpgsql as $$
declare
  author jsonb := author_now();
begin
  new.before := (
    select case when mode is not null
      then jsonb_build_object('mode', mode, 'oversellsPerMillion', oversells_per_million) end
    from protection_change
    where organization_id = new.organization_id and scope = new.scope and scope_id = new.scope_id
    order by change_id desc
    limit 1);
  perform refuse_unexpected('protection', jsonb_build_object('scope', new.scope, 'scopeId', new.scope_id), new.before);
  new.why := coalesce(new.why, author ->> 'why');
  new.change_set := coalesce(new.change_set, (author ->> 'changeSet')::uuid);
  new.undoes := coalesce(new.undoes, author ->> 'undoes');
  return new;
end
$$;
create trigger protection_change_is_signed before insert on protection_change
  for each row execute function protection_change_is_signed();

create index policy_change_recent on policy_change (organization_id, at desc, change_id desc);
create index policy_change_set on policy_change (organization_id, change_set) where change_set is not null;
create index protection_change_recent on protection_change (organization_id, at desc, change_id desc);

-- Everything that was changed, in one shape. `change` names a row of it: the source, then its own number or id.
create view change_record as
  select organization_id, 'setting:' || change_id as change, change_id::numeric as place, kind, subject, at, actor, why,
    before, after, change_set, undoes
  from setting_change
  union all
  select organization_id, 'policy:' || change_id, change_id, 'policy',
    jsonb_build_object('scope', scope, 'scopeId', scope_id), at, coalesce(actor, 'unknown'), why,
    jsonb_strip_nulls(before), jsonb_strip_nulls(fields), change_set, undoes
  from policy_change
  where before is distinct from fields
  union all
  select organization_id, 'protection:' || change_id, change_id, 'protection',
    jsonb_build_object('scope', scope, 'scopeId', scope_id), at, actor, why, before,
    case when mode is not null then jsonb_build_object('mode', mode, 'oversellsPerMillion', oversells_per_million) end,
    change_set, undoes
  from protection_change
  -- Said again it is no change.
  where (before ->> 'mode', (before ->> 'oversellsPerMillion')::bigint) is distinct from (mode, oversells_per_million)
  union all
  select organization_id, 'pause:' || change_id, 0, 'pause',
    jsonb_strip_nulls(jsonb_build_object('scope', scope, 'connectionId', connection_id)), changed_at, actor, reason,
    null, jsonb_build_object('what', what, 'reason', reason), change_set, undoes
  from pause_change
  union all
  select organization_id, 'routing:' || version, version, 'routing', '{}', saved_at, actor, why,
    (select jsonb_build_object('rules', rules) from routing_rules as older
      where older.organization_id = routing_rules.organization_id and older.version = routing_rules.version - 1),
    jsonb_build_object('rules', rules), change_set, undoes
  from routing_rules
  union all
  select organization_id, 'allocation:' || version, version, 'allocation', '{}', saved_at, actor, why,
    (select jsonb_build_object('kind', kind, 'connectionIds', connection_ids) from allocation_rule as older
      where older.organization_id = allocation_rule.organization_id and older.version = allocation_rule.version - 1),
    jsonb_build_object('kind', kind, 'connectionIds', connection_ids), change_set, undoes
  from allocation_rule
  union all
  select organization_id, 'kit:' || kit_item_id || ':' || version, version, 'kit',
    jsonb_build_object('itemId', kit_item_id), defined_at, actor, reason,
    (select jsonb_build_object('kitKind', kit_kind, 'components', components) from kit_definition as older
      where older.organization_id = kit_definition.organization_id and older.kit_item_id = kit_definition.kit_item_id
        and older.version = kit_definition.version - 1),
    jsonb_build_object('kitKind', kit_kind, 'components', components), change_set, undoes
  from kit_definition
  union all
  select organization_id, 'item:' || item_id || ':' || change_id, 0, 'item',
    jsonb_build_object('itemId', item_id), changed_at, actor, null,
    case when before is not null then jsonb_build_object(what, before) end,
    case when after is not null then jsonb_build_object(what, after) end, null, null
  from item_change
  union all
  select organization_id, 'lot-status:' || lot_id || ':' || change_id, 0, 'lot-status',
    jsonb_build_object('lotId', lot_id), changed_at, actor, reason,
    case when before is not null then jsonb_build_object('status', before) end,
    jsonb_build_object('status', after), null, null
  from lot_status_change
  union all
  select organization_id, 'lot-detail:' || lot_id || ':' || change_id, 0, 'lot-detail',
    jsonb_build_object('lotId', lot_id), changed_at, actor, reason,
    case when before is not null then jsonb_build_object(what, before) end,
    case when after is not null then jsonb_build_object(what, after) end, null, null
  from lot_detail_change;

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke update, delete, truncate on setting_change from plimsoll_runtime;
  end if;
end
$$;
