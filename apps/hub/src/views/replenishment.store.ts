import type { ReplenishmentRow } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import type { PlanFigures } from '@plimsoll/orders'
import { sql } from 'kysely'

export const REPLENISHMENT_SORTS = [
  'urgency',
  'cover',
  'runs-out',
  'available',
  'incoming',
  'demand',
  'suggested',
  'sku',
  'location',
] as const
export type ReplenishmentSort = (typeof REPLENISHMENT_SORTS)[number]

export type ReplenishmentQuery = {
  locations?: readonly string[] | undefined
  urgencies?: readonly ReplenishmentRow['urgency'][] | undefined
  /** Only those that something is suggested for. */
  suggested?: boolean | undefined
  /** How the SKU begins, or a part of the name. */
  search?: string | undefined
  sku?: string | undefined
  sort: ReplenishmentSort
  descending: boolean
  cursor?: string | undefined
  limit: number
}

export type StoredReplenishment = Omit<ReplenishmentRow, 'suggestion' | 'because' | 'leadDays' | 'wanted'> & {
  itemId: string
  locationId: string
  suggestion: 'transfer' | 'purchase' | 'assembly' | null
  suggestedUnits: number
  suggestionId: string | null
  fromCode: string | null
  supplier: string | null
  leadDays: number
  wanted: number
  because: ReplenishmentRow['because']
  plannedAt: Date
  sortedBy: string
}

/** What is sorted by, as a number or text that is never null: what is not known comes last, going up. */
const SORTS: Record<ReplenishmentSort, { value: ReturnType<typeof sql>; type: 'float8' | 'text' }> = {
  urgency: { value: sql`urgency_order`, type: 'float8' },
  cover: { value: sql`case when cover_days is null then 1e12 else cover_days end`, type: 'float8' },
  'runs-out': { value: sql`coalesce(runs_out_on - date '2000-01-01', 1e9)`, type: 'float8' },
  available: { value: sql`available::float8`, type: 'float8' },
  incoming: { value: sql`incoming::float8`, type: 'float8' },
  demand: { value: sql`coalesce(per_day, -1)`, type: 'float8' },
  suggested: { value: sql`suggested_units::float8`, type: 'float8' },
  sku: { value: sql`item.sku`, type: 'text' },
  location: { value: sql`location.code`, type: 'text' },
}

/** A page of what replenishment comes to; rows that are alike in what they are sorted by follow each other by their ids. */
export async function findReplenishmentPage(
  db: Db,
  organizationId: string,
  query: ReplenishmentQuery,
): Promise<{ rows: StoredReplenishment[]; next: string | null }> {
  const { locations, urgencies, suggested, search, sku, sort, descending, limit } = query
  const { value, type } = SORTS[sort]
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor, type)
  const key = sql`(${value}, replenishment.item_id, replenishment.location_id)`
  const direction = descending ? sql`desc` : sql`asc`
  const found = await sql<StoredReplenishment>`
    select replenishment.item_id, replenishment.location_id, item.sku, item.name, location.code as location, urgency,
      available, incoming, per_day, cover_days, runs_out_on::text as runs_out_on,
      (figures -> 'rule' ->> 'leadDays')::int as lead_days,
      (figures -> 'network' -> 'levels' ->> 'reorderPoint')::bigint as reorder_point,
      (figures -> 'network' -> 'levels' ->> 'orderUpTo')::bigint as order_up_to,
      (figures ->> 'wanted')::bigint as wanted, figures ->> 'because' as because,
      suggestion, suggested_units, suggestion_id, source.code as from_code, supplier, planned_at,
      (${value})::text as sorted_by
    from replenishment
    join item on item.organization_id = replenishment.organization_id and item.item_id = replenishment.item_id
    join location on location.organization_id = replenishment.organization_id
      and location.location_id = replenishment.location_id
    left join location as source on source.organization_id = replenishment.organization_id
      and source.location_id = replenishment.source_location_id
    where replenishment.organization_id = ${organizationId} and location.archived_at is null
      ${locations === undefined ? sql`` : sql`and location.code = any(${sql.val([...locations])}::text[])`}
      ${urgencies === undefined ? sql`` : sql`and urgency = any(${sql.val([...urgencies])}::text[])`}
      ${suggested === true ? sql`and suggestion is not null` : sql``}
      ${sku === undefined ? sql`` : sql`and item.sku = ${sku}`}
      ${
        search === undefined
          ? sql``
          : sql`and (item.sku ilike ${`${likeText(search)}%`} or item.name ilike ${`%${likeText(search)}%`})`
      }
      ${
        after === undefined
          ? sql``
          : sql`and ${key} ${descending ? sql`<` : sql`>`}
              (${after.value}::${sql.raw(type)}, ${after.itemId}::uuid, ${after.locationId}::uuid)`
      }
    order by ${value} ${direction}, replenishment.item_id ${direction}, replenishment.location_id ${direction}
    limit ${limit + 1}`.execute(db)
  const rows = found.rows.slice(0, limit)
  const last = rows.at(-1)
  return { rows, next: found.rows.length > limit && last !== undefined ? toCursor(last) : null }
}

export type ReplenishmentTotal = {
  location: string
  urgency: ReplenishmentRow['urgency']
  items: number
  suggested: number
}

export async function findReplenishmentTotals(db: Db, organizationId: string): Promise<ReplenishmentTotal[]> {
  const found = await sql<ReplenishmentTotal>`
    select location.code as location, urgency, count(*)::int as items, count(suggestion)::int as suggested
    from replenishment
    join location on location.organization_id = replenishment.organization_id
      and location.location_id = replenishment.location_id
    where replenishment.organization_id = ${organizationId} and location.archived_at is null
    group by location.code, urgency
    order by location.code, min(urgency_order)`.execute(db)
  return found.rows
}

/** Every figure that led to a row, and the codes of the places they name. */
export async function findReplenishmentFigures(
  db: Db,
  organizationId: string,
  { itemId, locationId }: { itemId: string; locationId: string },
): Promise<PlanFigures | undefined> {
  const found = await sql<{ figures: PlanFigures }>`
    select figures from replenishment
    where organization_id = ${organizationId} and item_id = ${itemId} and location_id = ${locationId}`.execute(
    db,
  )
  return found.rows[0]?.figures
}

export async function findSkus(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<Map<string, string>> {
  const found = await sql<{ itemId: string; sku: string }>`
    select item_id, sku from item
    where organization_id = ${organizationId} and item_id = any(${sql.val([...itemIds])}::uuid[])`.execute(db)
  return new Map(found.rows.map(({ itemId, sku }) => [itemId, sku]))
}

function likeText(text: string): string {
  return text.replace(/[\\%_]/g, (sign) => `\\${sign}`)
}

function toCursor({ sortedBy, itemId, locationId }: StoredReplenishment): string {
  return Buffer.from(JSON.stringify([sortedBy, itemId, locationId])).toString('base64url')
}

type Position = { value: string; itemId: string; locationId: string }

/** Where the page before ended; undefined for what is no cursor of this order. */
export function readCursor(cursor: string, type: 'float8' | 'text' = 'text'): Position | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  if (!Array.isArray(parsed)) return undefined
  const [value, itemId, locationId]: unknown[] = parsed
  if (typeof value !== 'string' || typeof itemId !== 'string' || typeof locationId !== 'string')
    return undefined
  if (!UUID.test(itemId) || !UUID.test(locationId)) return undefined
  return type === 'float8' && Number.isNaN(Number(value)) ? undefined : { value, itemId, locationId }
}
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
