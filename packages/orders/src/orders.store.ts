import { arrayOf, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { KnownLine } from './order-change.ts'
import type { ChannelHold, OrderDestination } from './order-facts.ts'

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
  /** What is known of where it goes; null: nothing. */
  destination: OrderDestination | null
  shipBy: Date | null
  shippingMethod: string | null
  /** Why its channel holds it; empty: it does not. Null: it has not said. */
  channelHolds: readonly ChannelHold[] | null
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
    select order_id, external_id, number, state, placed_at, version, content_hash, currency, test, seen_by, seen_at,
      destination, ship_by, shipping_method, channel_holds
    from sales_order
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and external_id = any(${arrayOf(externalIds, 'text')})
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
      units_per_listing, ordered, current, reserved, released, shipped, returned, unsubtracted,
      committed, dispatched, coalesce(platform_shipped, shipped) as platform_shipped, taken_back, waits_until,
      channel_held, let_go,
      coalesce(platform_returned, returned) as platform_returned,
      dispatched > 0 and exists (
        select from shipment_line as sent
        join shipment using (organization_id, shipment_id)
        where sent.organization_id = order_line.organization_id and sent.line_id = order_line.line_id
          and sent.shipped > 0 and shipment.warehouse_id is not null
      ) as is_taken_back_elsewhere
    from order_line
    where organization_id = ${organizationId} and order_id = any(${arrayOf(orderIds, 'uuid')})
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

/**
 * Writes orders: the new ones in one statement, those that changed in another. An upsert would do both, at a
 * third more for the new ones (measured), which is nearly all of them. `seen…` and `applied_at` keep what was first written.
 */
export async function saveOrderRows(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  appliedAt: Date,
  { added, changed }: Saved<OrderRow>,
): Promise<void> {
  const statements: Promise<unknown>[] = []
  if (added.length > 0) {
    const source = unnestRows('added', added, {
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
      destination: 'jsonb',
      shipBy: 'timestamptz',
      shippingMethod: 'text',
      channelHolds: 'jsonb',
    })
    statements.push(
      sql`
        insert into sales_order
          (organization_id, connection_id, order_id, external_id, number, state, placed_at, version, content_hash,
           currency, test, seen_by, seen_at, applied_at, changed_at, destination, ship_by, shipping_method, channel_holds)
        select ${organizationId}, ${connectionId}, order_id, external_id, number, state, placed_at, version,
           content_hash, currency, test, seen_by, seen_at, ${appliedAt}, ${appliedAt}, destination, ship_by,
           shipping_method, channel_holds
        from ${source}`.execute(tx),
    )
  }
  if (changed.length > 0) {
    const source = unnestRows('changed', changed, {
      orderId: 'uuid',
      number: 'text',
      state: 'text',
      version: 'bigint',
      contentHash: 'text',
      destination: 'jsonb',
      shipBy: 'timestamptz',
      shippingMethod: 'text',
      channelHolds: 'jsonb',
    })
    statements.push(
      sql`
        update sales_order set
          number = changed.number,
          state = changed.state,
          version = changed.version,
          content_hash = changed.content_hash,
          destination = changed.destination,
          ship_by = changed.ship_by,
          shipping_method = changed.shipping_method,
          channel_holds = changed.channel_holds,
          changed_at = ${appliedAt}
        from ${source}
        where sales_order.organization_id = ${organizationId} and sales_order.order_id = changed.order_id`.execute(
        tx,
      ),
    )
  }
  await Promise.all(statements)
}

export type LineToSave = KnownLine & { orderId: string }

/** Writes lines, as `saveOrderRows` does orders. */
export async function saveLines(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  { added, changed }: Saved<LineToSave>,
): Promise<void> {
  const statements: Promise<unknown>[] = []
  if (added.length > 0) {
    const source = unnestRows('added', added, {
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
      reserved: 'bigint',
      released: 'bigint',
      shipped: 'bigint',
      returned: 'bigint',
      unsubtracted: 'bigint',
      notShown: 'bigint',
      channelHeld: 'bigint',
    })
    statements.push(
      sql`
        insert into order_line
          (organization_id, connection_id, line_id, order_id, external_id, listing_external_id, stock_unit_id,
           item_id, sku, title, units_per_listing, ordered, current, reserved, released, shipped, returned,
           unsubtracted, telling, channel_held)
        select ${organizationId}, ${connectionId}, line_id, order_id, external_id, listing_external_id,
           stock_unit_id, item_id, sku, title, units_per_listing, ordered, current, reserved, released, shipped,
           returned, unsubtracted, coalesce(not_shown, 0), channel_held
        from ${source}`.execute(tx),
    )
  }
  if (changed.length > 0) {
    const source = unnestRows('changed', changed, {
      orderId: 'uuid',
      externalId: 'text',
      stockUnitId: 'text',
      itemId: 'uuid',
      unitsPerListing: 'bigint',
      ordered: 'bigint',
      current: 'bigint',
      reserved: 'bigint',
      released: 'bigint',
      shipped: 'bigint',
      returned: 'bigint',
      unsubtracted: 'bigint',
      notShown: 'bigint',
      committed: 'bigint',
      dispatched: 'bigint',
      platformShipped: 'bigint',
      platformReturned: 'bigint',
      takenBack: 'bigint',
      channelHeld: 'bigint',
      letGo: 'bigint',
    })
    statements.push(
      sql`
        update order_line set
          stock_unit_id = changed.stock_unit_id,
          item_id = changed.item_id,
          units_per_listing = changed.units_per_listing,
          ordered = changed.ordered,
          current = changed.current,
          reserved = changed.reserved,
          released = changed.released,
          shipped = changed.shipped,
          returned = changed.returned,
          unsubtracted = changed.unsubtracted,
          committed = changed.committed,
          dispatched = changed.dispatched,
          platform_shipped = changed.platform_shipped,
          platform_returned = changed.platform_returned,
          taken_back = changed.taken_back,
          channel_held = changed.channel_held,
          let_go = changed.let_go,
          -- What the channel has taken off by now it need not be shown less for.
          telling = coalesce(changed.not_shown,
            greatest(0, order_line.telling - greatest(0, order_line.unsubtracted - changed.unsubtracted)))
        from ${source}
        where order_line.organization_id = ${organizationId} and order_line.order_id = changed.order_id
          and order_line.external_id = changed.external_id`.execute(tx),
    )
  }
  await Promise.all(statements)
}

/** Rows to write, told apart by whether the table has them already. */
export type Saved<Row> = { added: readonly Row[]; changed: readonly Row[] }
