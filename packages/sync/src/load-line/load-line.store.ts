import { type Db, type LotStatus, type Tx, unnestRows } from '@plimsoll/database'
import { unusableOf } from '@plimsoll/stock'
import { sql } from 'kysely'
import { withPartsOfKits } from '../availability/kit-levels.store.ts'
import { dayAt } from '../availability/lot-stock.store.ts'
import type { ItemAtLocation } from '../availability/supply.ts'
import { unreadableOrders } from '../intake/inbox.store.ts'
import { findDemands } from './demand.store.ts'
import type { MeasuredDemand } from './demand.ts'
import type { Written } from './exposure.ts'
import type { ProtectionRow } from './protection.ts'

export type ItemDepth = {
  itemId: string
  /** Automatically it is dealt from so many units on; null: that is not worth it. */
  tightenUnits: number | null
  /** What is said of its protection; undefined: its units are not dealt. */
  standing: ItemStanding['state']
  /** By connection. */
  buffers: ReadonlyMap<string, { units: number; autoUnits: number }>
}

/**
 * Settings that reach these items, or what the kits that contain them are made of (few, read whole), and what is
 * measured of those items: of those left out nothing is, and they are not dealt.
 */
export async function findProtections(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<{ settings: ProtectionRow[]; depths: Map<string, ItemDepth> }> {
  type Row = Pick<ProtectionRow, 'mode'> & { scope: ProtectionRow['scope'] | null; id: string } & {
    oversells: number
    tighten: number | null
    standing: ItemDepth['standing'] | null
    connectionId: string | null
    units: number
    autoUnits: number
  }
  // One statement, since it is part of every change of stock.
  const found = await sql<Row>`
    with reached as (select unnest(${withPartsOfKits(organizationId, itemIds)}) as item_id)
    select scope, scope_id as id, mode, oversells_per_million as oversells, null::bigint as tighten,
      null as standing, null::uuid as connection_id, 0::bigint as units, 0::bigint as auto_units
    from protection
    where organization_id = ${organizationId}
      and (scope <> 'item' or scope_id in (select item_id from reached))
    union all
    select null, reached.item_id, null, 0, tighten_units, item_protection.state, connection_id,
      coalesce(units, 0), coalesce(auto_units, 0)
    from reached
    left join item_depth on item_depth.organization_id = ${organizationId}
      and item_depth.item_id = reached.item_id
    left join connection_buffer as buffer on buffer.organization_id = ${organizationId}
      and buffer.item_id = item_depth.item_id
    left join item_protection on item_protection.organization_id = ${organizationId}
      and item_protection.item_id = reached.item_id
    where item_depth.item_id is not null or item_protection.item_id is not null
    order by 1, 2, connection_id`.execute(db)
  const settings: ProtectionRow[] = []
  const depths = new Map<string, ItemDepth & { buffers: Map<string, { units: number; autoUnits: number }> }>()
  for (const { scope, id, mode, oversells, tighten, standing, connectionId, ...buffer } of found.rows) {
    if (scope !== null) {
      settings.push({ scope, scopeId: id, mode, oversellsPerMillion: oversells })
      continue
    }
    const depth = depths.get(id) ?? {
      itemId: id,
      tightenUnits: tighten,
      standing: standing ?? undefined,
      buffers: new Map(),
    }
    depths.set(id, depth)
    if (connectionId !== null)
      depth.buffers.set(connectionId, { units: buffer.units, autoUnits: buffer.autoUnits })
  }
  return { settings, depths }
}

/** Base units of items at each location, less what no lot may give: expired, quarantined, or with too few days left. */
export async function findAvailableAt(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  { at, minShelfLifeDays }: { at: Date; minShelfLifeDays: number },
): Promise<ItemAtLocation[]> {
  const ids = sql`any(${sql.val([...itemIds])}::uuid[])`
  type Lot = {
    itemId: string
    locationId: string
    status: LotStatus
    expiresOn: string | null
    today: string
  } & {
    onHand: number
    reserved: number
    held: number
  }
  const [balances, lots] = await Promise.all([
    sql<ItemAtLocation>`
      select item_id, location_id, sum(on_hand - reserved - held)::bigint as units from balance
      where organization_id = ${organizationId} and item_id = ${ids}
      group by item_id, location_id
      order by item_id, location_id`.execute(db),
    sql<Lot>`
      select lot.item_id, balance.location_id, lot.status, lot.expires_on, ${dayAt(at)} as today, balance.on_hand,
        balance.reserved, balance.held
      from lot
      join balance on balance.organization_id = lot.organization_id and balance.item_id = lot.item_id
        and balance.lot_id = lot.lot_id and balance.on_hand > balance.held
      join location on location.organization_id = balance.organization_id
        and location.location_id = balance.location_id
      where lot.organization_id = ${organizationId} and lot.item_id = ${ids}
        and (lot.status <> 'released' or lot.expires_on is not null)
      order by lot.item_id, balance.location_id, lot.lot_id`.execute(db),
  ])
  const unusable = lots.rows.map(({ itemId, locationId, ...lot }) => ({
    itemId,
    locationId,
    units: -unusableOf(lot, lot, lot.today, minShelfLifeDays),
  }))
  return [...balances.rows, ...unusable.filter(({ units }) => units !== 0)]
}

/** What levels other than these hold of the items. */
export async function findOtherGrants(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  levelIds: readonly string[],
): Promise<ItemAtLocation[]> {
  const found = await sql<ItemAtLocation>`
    select item_id, location_id, sum(units)::bigint as units from level_grant
    where organization_id = ${organizationId} and item_id = any(${sql.val([...itemIds])}::uuid[])
      and level_id <> all(${sql.val([...levelIds])}::uuid[])
    group by item_id, location_id
    order by item_id, location_id`.execute(db)
  return found.rows
}

/** What the line is drawn from, of one level. */
export type LineFacts = {
  levelId: string
  locationIds: string[]
  exposureOlder: number | null
  exposureOlderUntil: Date | null
  exposureCurrent: number
  exposureFrom: Date | null
  sellsBeyondZero: boolean
  /** Up to then every order of its connection is known; null: nobody can say, or one of them cannot be read. */
  fenceAt: Date | null
  measured: MeasuredDemand | null
  writtenMs: number | null
  /** Orders an hour that its connection takes, of everything. */
  connectionSales: number
}

export async function findLineFacts(
  db: Db,
  organizationId: string,
  levelIds: readonly string[],
): Promise<LineFacts[]> {
  type Row = Omit<LineFacts, 'measured'>
  const found = await sql<Row>`
    with unread as materialized (${unreadableOrders(organizationId)})
    select level.level_id, exposure_older, exposure_older_until, exposure_current, exposure_from,
      case when level.connection_id not in (select connection_id from unread) then fence_at end as fence_at,
      written_ms, coalesce(sales_per_hour, 0) as connection_sales,
      array(
        select location_id from pool_location
        where pool_location.organization_id = level.organization_id
          and pool_location.connection_id = level.connection_id
          and pool_location.external_id = level.external_location_id
        order by location_id
      ) as location_ids,
      exists (
        select from listing
        where listing.organization_id = level.organization_id and listing.connection_id = level.connection_id
          and listing.stock_unit_id = level.stock_unit_id and listing.state = 'active' and sells_beyond_zero
      ) as sells_beyond_zero
    from level
    left join stream_cursor on stream_cursor.organization_id = level.organization_id
      and stream_cursor.connection_id = level.connection_id and stream = 'orders'
    left join connection_delay on connection_delay.organization_id = level.organization_id
      and connection_delay.connection_id = level.connection_id
    where level.organization_id = ${organizationId} and level.level_id = any(${sql.val([...levelIds])}::uuid[])
    order by level.level_id`.execute(db)
  const demands = await findDemands(db, organizationId, levelIds)
  return found.rows.map((row) => ({ ...row, measured: demands.get(row.levelId) ?? null }))
}

/** The writes of these levels that have no final outcome. */
export async function findUnderWay(
  db: Db,
  organizationId: string,
  levelIds: readonly string[],
): Promise<({ levelId: string } & Written)[]> {
  const found = await sql<{ levelId: string; expected: number | null } & Omit<Written, 'expected'>>`
    select write.level_id, quantity, expected, (level.given_back - given_back_at_send)::bigint as given_back
    from write
    join level on level.organization_id = write.organization_id and level.level_id = write.level_id
    where write.organization_id = ${organizationId} and write.level_id = any(${sql.val([...levelIds])}::uuid[])
      and settled_at is null
    order by sent_at, write_id`.execute(db)
  return found.rows.map((row) => ({ ...row, expected: row.expected ?? undefined }))
}

export type LineToSave = {
  levelId: string
  protection: 'open' | 'buffered' | 'tightening' | 'guaranteed'
  /** Null: as many as it likes. */
  granted: number | null
  exposureOlder: number | null
}

/** Writes where the line lies: what backs each level's exposure, in place of what did. The levels are locked already. */
export async function saveLine(
  tx: Tx,
  organizationId: string,
  levels: readonly LineToSave[],
  grants: readonly ({ levelId: string } & ItemAtLocation)[],
): Promise<void> {
  if (levels.length === 0) return
  const line = unnestRows('line', levels, {
    levelId: 'uuid',
    protection: 'text',
    granted: 'bigint',
    exposureOlder: 'bigint',
  })
  const granted = unnestRows('granted', grants, {
    levelId: 'uuid',
    itemId: 'uuid',
    locationId: 'uuid',
    units: 'bigint',
  })
  const ids = levels.map(({ levelId }) => levelId).sort()
  await Promise.all([
    sql`
      update level set protection = line.protection, granted = line.granted, exposure_older = line.exposure_older
      from ${line}
      where level.organization_id = ${organizationId} and level.level_id = line.level_id
        and (level.protection, level.granted, level.exposure_older)
          is distinct from (line.protection, line.granted, line.exposure_older)`.execute(tx),
    sql`
      delete from level_grant
      where organization_id = ${organizationId} and level_id = any(${sql.val(ids)}::uuid[])`.execute(tx),
    grants.length === 0
      ? undefined
      : sql`
      insert into level_grant (organization_id, level_id, item_id, location_id, units)
      select ${organizationId}, level_id, item_id, location_id, units from ${granted}`.execute(tx),
  ])
}

export type ItemStanding = {
  itemId: string
  /** Undefined: its units are not dealt. */
  state: 'tightening' | 'guaranteed' | 'broken' | undefined
  shortUnits: number
  obstacles: readonly string[]
}

/** Notes how far items are protected; since when stays as long as the state does. */
export async function saveItemProtection(
  tx: Tx,
  organizationId: string,
  items: readonly ItemStanding[],
  at: Date,
): Promise<void> {
  const dealt = items.filter(({ state }) => state !== undefined)
  const others = items.filter(({ state }) => state === undefined).map(({ itemId }) => itemId)
  const source = unnestRows(
    'standing',
    dealt.map((each) => ({ ...each, codes: each.obstacles.join(' ') })),
    { itemId: 'uuid', state: 'text', shortUnits: 'bigint', codes: 'text' },
  )
  await Promise.all([
    dealt.length === 0
      ? undefined
      : sql`
      insert into item_protection (organization_id, item_id, state, since, short_units, obstacles)
      select ${organizationId}, item_id, state, ${at}, short_units,
        case when codes = '' then '{}' else string_to_array(codes, ' ') end
      from ${source}
      on conflict (organization_id, item_id) do update set
        since = case when item_protection.state = excluded.state then item_protection.since else excluded.since end,
        state = excluded.state,
        short_units = excluded.short_units,
        obstacles = excluded.obstacles
      where (item_protection.state, item_protection.short_units, item_protection.obstacles)
        is distinct from (excluded.state, excluded.short_units, excluded.obstacles)`.execute(tx),
    others.length === 0
      ? undefined
      : sql`
      delete from item_protection
      where organization_id = ${organizationId} and item_id = any(${sql.val(others)}::uuid[])`.execute(tx),
  ])
}

/** Those of these items whose units are dealt. */
export async function findDealtItems(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<string[]> {
  const found = await sql<{ itemId: string }>`
    select item_id from item_protection
    where organization_id = ${organizationId} and item_id = any(${sql.val([...itemIds])}::uuid[])
    order by item_id`.execute(db)
  return found.rows.map((row) => row.itemId)
}

/** Until when, at the latest, the orders of a connection must be known for its dealt levels; undefined: they are. */
export async function findFenceWanted(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<Date | undefined> {
  const found = await sql<{ until: Date | null }>`
    select max(exposure_older_until) as until from level
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and protection in ('tightening', 'guaranteed') and exposure_older is distinct from 0`.execute(db)
  return found.rows[0]?.until ?? undefined
}
