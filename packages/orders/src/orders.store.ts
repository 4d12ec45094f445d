import { type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { KnownLine } from './order-change.ts'

export type OrderRow = {
  orderId: string
  externalId: string
  number: string
  state: 'pending' | 'open' | 'closed' | 'cancelled'
  placedAt: Date
  version: number | null
  contentHash: string
  currency: string | null
  test: boolean
  seenBy: string
  seenAt: Date
}

/**
 * Orders of a connection, locked: the version that a state is judged by must not move meanwhile. An order
 * that is not there yet cannot be locked, so writers of one connection take turns. The select is a
 * statement of its own, or it would not see what the one before has committed.
 */
export async function lockOrderRows(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  externalIds: readonly string[],
): Promise<OrderRow[]> {
  const turn = `orders of ${organizationId} ${connectionId}`
  const locked = sql`select pg_advisory_xact_lock(hashtextextended(${turn}, 0))`.execute(tx)
  const found = sql<OrderRow>`
    select order_id, external_id, number, state, placed_at, version, content_hash, currency, test, seen_by, seen_at
    from sales_order
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and external_id = any(${sql.val(externalIds)}::text[])
    order by order_id
    for update`.execute(tx)
  // Sent together, carried out one after the other.
  const [, { rows }] = await Promise.all([locked, found])
  return rows
}

type LineRow = { [Field in keyof KnownLine]: Exclude<KnownLine[Field], undefined> | null } & {
  orderId: string
}

/** Lines by order. */
export async function findLines(
  tx: Tx,
  organizationId: string,
  orderIds: readonly string[],
): Promise<Map<string, KnownLine[]>> {
  const lines = new Map<string, KnownLine[]>()
  if (orderIds.length === 0) return lines
  const found = await sql<LineRow>`
    select order_id, line_id, external_id, listing_external_id, stock_unit_id, item_id, sku, title,
      units_per_listing, ordered, current, shipped, returned, unsubtracted
    from order_line
    where organization_id = ${organizationId} and order_id = any(${sql.val(orderIds)}::uuid[])
    order by line_id`.execute(tx)
  for (const { orderId, ...row } of found.rows) {
    const line = {
      ...row,
      listingExternalId: row.listingExternalId ?? undefined,
      stockUnitId: row.stockUnitId ?? undefined,
      itemId: row.itemId ?? undefined,
      sku: row.sku ?? undefined,
    } as KnownLine
    lines.set(orderId, [...(lines.get(orderId) ?? []), line])
  }
  return lines
}

/** Inserts or updates orders in one statement. `seen…` and `applied_at` keep what was first written. */
export async function saveOrderRows(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  appliedAt: Date,
  rows: readonly OrderRow[],
): Promise<void> {
  if (rows.length === 0) return
  const source = unnestRows('saved', rows, {
    orderId: 'uuid',
    externalId: 'text',
    number: 'text',
    state: 'text',
    placedAt: 'timestamptz',
    version: 'bigint',
    contentHash: 'text',
    currency: 'text',
    test: 'boolean',
    seenBy: 'text',
    seenAt: 'timestamptz',
  })
  await sql`
    insert into sales_order
      (organization_id, connection_id, order_id, external_id, number, state, placed_at, version, content_hash,
       currency, test, seen_by, seen_at, applied_at, changed_at)
    select ${organizationId}, ${connectionId}, order_id, external_id, number, state, placed_at, version,
       content_hash, currency, test, seen_by, seen_at, ${appliedAt}, ${appliedAt}
    from ${source}
    on conflict (organization_id, order_id) do update set
      number = excluded.number,
      state = excluded.state,
      version = excluded.version,
      content_hash = excluded.content_hash,
      changed_at = excluded.changed_at`.execute(tx)
}

/** Inserts or updates lines in one statement. */
export async function saveLines(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  rows: readonly (KnownLine & { orderId: string })[],
): Promise<void> {
  if (rows.length === 0) return
  const source = unnestRows('saved', rows, {
    lineId: 'uuid',
    orderId: 'uuid',
    externalId: 'text',
    listingExternalId: 'text',
    stockUnitId: 'text',
    itemId: 'uuid',
    sku: 'text',
    title: 'text',
    unitsPerListing: 'bigint',
    ordered: 'bigint',
    current: 'bigint',
    shipped: 'bigint',
    returned: 'bigint',
    unsubtracted: 'bigint',
  })
  await sql`
    insert into order_line
      (organization_id, connection_id, line_id, order_id, external_id, listing_external_id, stock_unit_id,
       item_id, sku, title, units_per_listing, ordered, current, shipped, returned, unsubtracted)
    select ${organizationId}, ${connectionId}, line_id, order_id, external_id, listing_external_id,
       stock_unit_id, item_id, sku, title, units_per_listing, ordered, current, shipped, returned, unsubtracted
    from ${source}
    on conflict (organization_id, line_id) do update set
      stock_unit_id = excluded.stock_unit_id,
      item_id = excluded.item_id,
      units_per_listing = excluded.units_per_listing,
      current = excluded.current,
      shipped = excluded.shipped,
      returned = excluded.returned,
      unsubtracted = excluded.unsubtracted`.execute(tx)
}
