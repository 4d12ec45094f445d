import type { ItemPage, ItemRow } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'
import { findKitFigures, selectKitsThere } from './kit-figures.store.ts'
import { levelStatusSql } from './level-status.ts'

export type ItemQuery = {
  search: string
  offset: number
  limit: number
  filter: 'all' | 'oversold' | 'out' | 'drift' | 'pending'
}

type Figures = { onHand: number; reserved: number; held: number; incoming: number; available: number }
type Window = { total: number; items: { itemId: string; sku: string; name: string }[] }

/** One window of the grid, in order of SKU: items, their balances by location, and what each channel shows. */
export async function findItemPage(db: Db, organizationId: string, query: ItemQuery): Promise<ItemPage> {
  const isWhole = query.search.trim() === '' && query.filter === 'all'
  const { total, items } = await (isWhole ? findWindow : findNarrowedWindow)(db, organizationId, query)
  const itemIds = items.map((item) => item.itemId)
  const [balances, channels, kits] = await Promise.all([
    findBalances(db, organizationId, itemIds),
    findChannels(db, organizationId, itemIds),
    findKitFigures(db, organizationId, itemIds),
  ])
  return {
    total,
    offset: query.offset,
    rows: items.map((item) => {
      const kit = kits.get(item.itemId)
      const locations = kit?.locations ?? balances.get(item.itemId) ?? []
      const figures = { ...sumFigures(locations), ...(kit && { available: kit.available }) }
      const shown = channels.get(item.itemId) ?? []
      return { ...item, isKit: kit !== undefined, ...figures, locations, channels: shown }
    }),
  }
}

/**
 * SKU and name of a long stretch of the same list, so that a screen can show every row at once wherever it is
 * scrolled to. Put together by the database: a hundred thousand rows taken apart and put together again here
 * would hold up the process's other work.
 * @returns the answer's JSON, of the shape `itemNames`
 */
export async function findItemNames(db: Db, organizationId: string, query: ItemQuery): Promise<string> {
  const found = await sql<{ names: string }>`
    select json_build_object(
      'offset', ${query.offset}::bigint,
      'skus', coalesce(json_agg(sku order by sku), '[]'),
      'names', coalesce(json_agg(name order by sku), '[]')
    )::text as names
    from (
      select sku, name from item
      where ${isListed(organizationId, query)}
      order by sku
      offset ${query.offset} limit ${query.limit}
    ) as stretch`.execute(db)
  const [row] = found.rows
  if (row === undefined) throw new Error('an aggregate always answers one row')
  return row.names
}
/** Of all items: both statements are answered from the index `item_in_order` alone. */
async function findWindow(db: Db, organizationId: string, query: ItemQuery): Promise<Window> {
  const listed = isListed(organizationId, query)
  const [counted, items] = await Promise.all([
    sql<{ total: number }>`select count(*) as total from item where ${listed}`.execute(db),
    sql<Window['items'][number]>`
      select item.item_id, item.sku, item.name
      from (select item_id from item where ${listed} order by sku offset ${query.offset} limit ${query.limit}) as page
      join item on item.organization_id = ${organizationId} and item.item_id = page.item_id
      order by item.sku`.execute(db),
  ])
  return { total: counted.rows[0]?.total ?? 0, items: items.rows }
}

/**
 * Of items that are searched or filtered: what decides is looked at once for both count and window. A search reads
 * every name (60 ms for 100,000): an index over parts of words needs an extension that not every server has.
 */
async function findNarrowedWindow(db: Db, organizationId: string, query: ItemQuery): Promise<Window> {
  const found = await sql<{ total: number; itemId: string | null; sku: string; name: string }>`
    with matched as materialized (
      select item_id, sku from item where ${isListed(organizationId, query)}
    )
    select counted.total, item.item_id, item.sku, item.name
    from (select count(*) as total from matched) as counted
    left join (select item_id from matched order by sku offset ${query.offset} limit ${query.limit}) as page on true
    left join item on item.organization_id = ${organizationId} and item.item_id = page.item_id
    order by item.sku`.execute(db)
  return {
    total: found.rows[0]?.total ?? 0,
    items: found.rows.flatMap(({ itemId, sku, name }) => (itemId === null ? [] : [{ itemId, sku, name }])),
  }
}

function isListed(organizationId: string, query: ItemQuery): RawBuilder<boolean> {
  return sql`item.organization_id = ${organizationId} and item.archived_at is null
    and ${searchCondition(query.search)} and ${filterCondition(organizationId, query.filter)}`
}

/** Typed text is matched as it is: `%` and `_` mean themselves. */
function searchCondition(search: string): RawBuilder<boolean> {
  const text = search.trim()
  if (text === '') return sql`true`
  const pattern = `%${text.replace(/[\\%_]/g, (character) => `\\${character}`)}%`
  return sql`(item.sku ilike ${pattern} or item.name ilike ${pattern})`
}

/** Each looks at balances or levels as a whole: asked item by item, the same took ten times as long. */
function filterCondition(organizationId: string, filter: ItemQuery['filter']): RawBuilder<boolean> {
  switch (filter) {
    case 'all':
      return sql`true`
    case 'oversold':
      // An item can only be oversold if some balance of it is: few are left to add up.
      return sql`item.item_id in (
        select item_id from balance
        where organization_id = ${organizationId} and item_id in (
          select item_id from balance
          where organization_id = ${organizationId} and on_hand - reserved - held < 0
        )
        group by item_id
        having sum(on_hand - reserved - held) < 0
      )`
    case 'out':
      // Items that never had a balance are out of stock, too. A kit is there as long as every part allows one.
      return sql`not exists (
        select from (
          select item_id from balance
          where organization_id = ${organizationId}
          group by item_id
          having sum(on_hand - reserved - held) > 0
          union all
          ${selectKitsThere(organizationId)}
        ) as there
        where there.item_id = item.item_id
      )`
    case 'drift':
    case 'pending':
      return sql`item.item_id in (
        select level.item_id from level
        join connection on connection.organization_id = level.organization_id
          and connection.connection_id = level.connection_id
        where level.organization_id = ${organizationId} and ${levelStatusSql} = ${filter}
      )`
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
