-- Items, locations and the ledger. Movements are the only way to change a balance: the trigger
-- `movement_posts_to_balance` is the one writer (I1), and the guards below refuse everybody else,
-- table owner included (I2). Hot tables carry check constraints and no foreign keys.

create table item (
  organization_id uuid not null references organization,
  item_id uuid not null,
  sku text not null check (sku <> '' and length(sku) <= 200),
  name text not null,
  created_at timestamptz not null,
  archived_at timestamptz,
  primary key (organization_id, item_id),
  unique (organization_id, sku)
);

create table location (
  organization_id uuid not null references organization,
  location_id uuid not null,
  code text not null check (code <> '' and length(code) <= 100),
  name text not null,
  kind text not null check (kind in ('warehouse', 'store', '3pl', 'overseas', 'marketplace-fulfilled', 'transit')),
  created_at timestamptz not null,
  primary key (organization_id, location_id),
  unique (organization_id, code)
);

-- One row per command ever applied. Its own table, so that it outlives archived movements (I3).
-- `digest` tells a repeated command from a different one under the same key.
create table command_key (
  organization_id uuid not null,
  command_key text not null check (length(command_key) <= 300),
  digest text not null,
  result jsonb,
  applied_at timestamptz not null,
  primary key (organization_id, command_key)
);

create table movement (
  organization_id uuid not null,
  movement_id uuid not null,
  item_id uuid not null,
  location_id uuid not null,
  lot_id uuid not null,
  kind text not null check (kind in (
    'receive', 'adjust', 'count', 'reserve', 'release', 'ship', 'return', 'hold', 'unhold',
    'transfer-out', 'transfer-in', 'assemble', 'expect', 'arrive'
  )),
  on_hand_delta bigint not null,
  reserved_delta bigint not null,
  held_delta bigint not null,
  incoming_delta bigint not null,
  command_key text not null,
  reference_kind text check (reference_kind in ('order', 'reservation')),
  reference_id uuid,
  reason text,
  actor text not null,
  effective_at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (organization_id, movement_id),
  check (on_hand_delta <> 0 or reserved_delta <> 0 or held_delta <> 0 or incoming_delta <> 0)
);
create index movement_of_item on movement (organization_id, item_id, movement_id desc);

-- On hand may be negative: the world sold what the hub did not know of. The rest may not.
create table balance (
  organization_id uuid not null,
  item_id uuid not null,
  location_id uuid not null,
  lot_id uuid not null,
  on_hand bigint not null check (abs(on_hand) <= 9007199254740991),
  reserved bigint not null check (reserved >= 0 and reserved <= 9007199254740991),
  held bigint not null check (held >= 0 and held <= 9007199254740991),
  incoming bigint not null check (incoming >= 0 and incoming <= 9007199254740991),
  version bigint not null,
  updated_at timestamptz not null,
  primary key (organization_id, item_id, location_id, lot_id)
) with (fillfactor = 70);

-- What one order line (or API caller) holds of one item at one location. Cumulative: open = reserved - released - shipped (I11).
create table reservation (
  organization_id uuid not null,
  reservation_id uuid not null,
  item_id uuid not null,
  location_id uuid not null,
  lot_id uuid not null,
  kind text not null check (kind in ('strict', 'recorded')),
  owner_kind text not null check (owner_kind in ('order-line', 'api')),
  owner_id uuid not null,
  reserved bigint not null check (reserved >= 0),
  released bigint not null check (released >= 0),
  shipped bigint not null check (shipped >= 0),
  returned bigint not null check (returned >= 0),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, reservation_id),
  check (released + shipped <= reserved),
  check (returned <= shipped)
);
create index reservation_of_owner on reservation (organization_id, owner_id);
create index reservation_open on reservation (organization_id, item_id) where released + shipped < reserved;

-- Missing balances are inserted as zero first so that they can be locked like any other; locks are
-- taken in key order (organization, item, location, lot), hence no deadlock between writers.
create function movement_posts_to_balance() returns trigger
language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  insert into balance
    (organization_id, item_id, location_id, lot_id, on_hand, reserved, held, incoming, version, updated_at)
  select organization_id, item_id, location_id, lot_id, 0, 0, 0, 0, 0, min(recorded_at)
  from added
  group by organization_id, item_id, location_id, lot_id
  order by organization_id, item_id, location_id, lot_id
  on conflict do nothing;

  perform from balance
  where (organization_id, item_id, location_id, lot_id) in (
    select organization_id, item_id, location_id, lot_id from added
  )
  order by organization_id, item_id, location_id, lot_id
  for update;

  update balance set
    on_hand = balance.on_hand + change.on_hand,
    reserved = balance.reserved + change.reserved,
    held = balance.held + change.held,
    incoming = balance.incoming + change.incoming,
    version = balance.version + 1,
    updated_at = change.recorded_at
  from (
    select organization_id, item_id, location_id, lot_id,
      sum(on_hand_delta)::bigint as on_hand,
      sum(reserved_delta)::bigint as reserved,
      sum(held_delta)::bigint as held,
      sum(incoming_delta)::bigint as incoming,
      max(recorded_at) as recorded_at
    from added
    group by organization_id, item_id, location_id, lot_id
  ) as change
  where balance.organization_id = change.organization_id
    and balance.item_id = change.item_id
    and balance.location_id = change.location_id
    and balance.lot_id = change.lot_id;
  return null;
end
$$;
create trigger movement_posts_to_balance
  after insert on movement referencing new table as added
  for each statement execute function movement_posts_to_balance();

create function movement_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'movements are append-only: correct a mistake by a reversing movement'
    using errcode = 'restrict_violation';
end
$$;
create trigger movement_is_append_only before update or delete or truncate on movement
  for each statement execute function movement_is_append_only();

-- Depth 1 is this guard itself, fired by a plain statement; 2 means that a movement's trigger is the writer.
create function balance_is_written_by_movements() returns trigger language plpgsql as $$
begin
  if pg_trigger_depth() < 2 then
    raise exception 'balances are written by movements alone: insert a movement instead'
      using errcode = 'restrict_violation';
  end if;
  return null;
end
$$;
create trigger balance_is_written_by_movements before insert or update or delete on balance
  for each statement execute function balance_is_written_by_movements();
create trigger balance_is_never_truncated before truncate on balance
  for each statement execute function balance_is_written_by_movements();

do $$
begin
  if exists (select from pg_roles where rolname = 'plimsoll_runtime') then
    revoke update, delete, truncate on movement from plimsoll_runtime;
    revoke insert, update, delete, truncate on balance from plimsoll_runtime;
    revoke delete, truncate on command_key from plimsoll_runtime;
  end if;
end
$$;
