import type { ItemPage, ItemRow } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'
import { levelStatusSql } from './level-status.ts'

export type ItemQuery = {
  search: string
  offset: number
  limit: number
  filter: 'all' | 'oversold' | 'out' | 'drift' | 'pending'
}

type Figures = { onHand: number; reserved: number; held: number; incoming: number; available: number }

/** One window of the grid, in order of SKU: items, their balances by location, and what each channel shows. */
export async function findItemPage(db: Db, organizationId: string, query: ItemQuery): Promise<ItemPage> {
  const where = sql`item.organization_id = ${organizationId} and item.archived_at is null
    and ${searchCondition(query.search)} and ${filterCondition(query.filter)}`
  const [total, items] = await Promise.all([
    sql<{ total: number }>`select count(*) as total from item where ${where}`.execute(db),
    sql<{ itemId: string; sku: string; name: string }>`
      select item_id, sku, name from item
      where ${where}
      order by sku
      offset ${query.offset} limit ${query.limit}`.execute(db),
  ])
  const itemIds = items.rows.map((item) => item.itemId)
  const [balances, channels] = await Promise.all([
    findBalances(db, organizationId, itemIds),
    findChannels(db, organizationId, itemIds),
  ])
  return {
    total: total.rows[0]?.total ?? 0,
    offset: query.offset,
    rows: items.rows.map((item) => {
      const locations = balances.get(item.itemId) ?? []
      return { ...item, ...sumFigures(locations), locations, channels: channels.get(item.itemId) ?? [] }
    }),
  }
}

/** Typed text is matched as it is: `%` and `_` mean themselves. */
function searchCondition(search: string): RawBuilder<boolean> {
  const text = search.trim()
  if (text === '') return sql`true`
  const pattern = `%${text.replace(/[\\%_]/g, (character) => `\\${character}`)}%`
  return sql`(item.sku ilike ${pattern} or item.name ilike ${pattern})`
}

function filterCondition(filter: ItemQuery['filter']): RawBuilder<boolean> {
  const available = sql`(
    select coalesce(sum(on_hand - reserved - held), 0) from balance
    where balance.organization_id = item.organization_id and balance.item_id = item.item_id
  )`
  const hasLevel = (status: string) => sql<boolean>`exists (
    select from level
    join connection on connection.organization_id = level.organization_id
      and connection.connection_id = level.connection_id
    where level.organization_id = item.organization_id and level.item_id = item.item_id
      and ${levelStatusSql} = ${status}
  )`
  switch (filter) {
    case 'all':
      return sql`true`
    case 'oversold':
      return sql`${available} < 0`
    case 'out':
      return sql`${available} <= 0`
    case 'drift':
    case 'pending':
      return hasLevel(filter)
    default: {
      const never: never = filter
      return never
    }
  }
}

type LocationFigures = Figures & { locationId: string }

async function findBalances(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<Map<string, LocationFigures[]>> {
  const found = await sql<LocationFigures & { itemId: string }>`
    select item_id, location_id, sum(on_hand)::bigint as on_hand, sum(reserved)::bigint as reserved,
      sum(held)::bigint as held, sum(incoming)::bigint as incoming,
      sum(on_hand - reserved - held)::bigint as available
    from balance
    where organization_id = ${organizationId} and item_id = any(${sql.val([...itemIds])}::uuid[])
    group by item_id, location_id
    order by item_id, location_id`.execute(db)
  const byItem = new Map<string, LocationFigures[]>()
  for (const { itemId, ...row } of found.rows) byItem.set(itemId, [...(byItem.get(itemId) ?? []), row])
  return byItem
}

async function findChannels(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<Map<string, ItemRow['channels']>> {
  const found = await sql<ItemRow['channels'][number] & { itemId: string }>`
    select item_id, connection_id, sum(desired)::bigint as desired, sum(acknowledged)::bigint as acknowledged,
      sum(observed)::bigint as observed,
      -- The worst of its levels speaks for the cell.
      (array_agg(status order by array_position(
        array['drift', 'pending', 'held', 'untracked', 'in-step'], status)))[1] as status
    from (
      select level.item_id, level.connection_id, desired, acknowledged, observed, ${levelStatusSql} as status
      from level
      join connection on connection.organization_id = level.organization_id
        and connection.connection_id = level.connection_id
      where level.organization_id = ${organizationId} and level.item_id = any(${sql.val([...itemIds])}::uuid[])
    ) as shown
    group by item_id, connection_id
    order by item_id, connection_id`.execute(db)
  const byItem = new Map<string, ItemRow['channels']>()
  for (const { itemId, ...cell } of found.rows) byItem.set(itemId, [...(byItem.get(itemId) ?? []), cell])
  return byItem
}

export function sumFigures(rows: readonly Figures[]): Figures {
  const sum = { onHand: 0, reserved: 0, held: 0, incoming: 0, available: 0 }
  for (const row of rows) {
    sum.onHand += row.onHand
    sum.reserved += row.reserved
    sum.held += row.held
    sum.incoming += row.incoming
    sum.available += row.available
  }
  return sum
}
