import type { SyncContext } from '@plimsoll/sync'
import { sql } from 'kysely'
import type { ClerkBook } from './clerk.ts'
import type { BookedOrder, BookedWrite, ShopState } from './control.ts'
import type { BookEvent } from './oversells.ts'

type Books = {
  connectionId: string
  name: string
  state: ShopState
  orders: readonly BookedOrder[]
  writes: readonly BookedWrite[]
}

/**
 * Orders of which nothing was kept. The books do not say when an order was cancelled, so it counts as never placed, as in
 * the verdict: what it held meanwhile is left out on both sides.
 */
export async function findCancelled({ database, organizationId }: SyncContext): Promise<Set<string>> {
  const { rows } = await sql<{ connectionId: string; externalId: string }>`
    select sales_order.connection_id, sales_order.external_id
    from sales_order join order_line using (organization_id, order_id)
    where organization_id = ${organizationId}
    group by sales_order.connection_id, sales_order.external_id
    having sum(order_line.current) = 0`.execute(database.kysely)
  return new Set(rows.map(({ connectionId, externalId }) => `${connectionId} ${externalId}`))
}

/** What happened to every item, as the shops' and the clerk's own books have it. */
export function toBookEvents(
  shops: readonly Books[],
  { changes }: ClerkBook,
  cancelled: ReadonlySet<string>,
): BookEvent[] {
  const ofShops = shops.flatMap(({ connectionId, name: shop, state, orders, writes }) => {
    const skus = new Map(state.levels.map(({ stockUnitId, sku }) => [stockUnitId, sku]))
    const kept = orders.filter(({ externalId }) => !cancelled.has(`${connectionId} ${externalId}`))
    const sold = kept.flatMap(({ atNs, lines }) =>
      lines.map(
        ({ sku, quantity }): BookEvent => ({ kind: 'order', atNs: BigInt(atNs), sku, shop, units: quantity }),
      ),
    )
    const written = writes.map(({ atNs, stockUnitId, quantity }): BookEvent => {
      return { kind: 'write', atNs: BigInt(atNs), sku: skus.get(stockUnitId) ?? '', shop, quantity }
    })
    return [...sold, ...written]
  })
  const byHand = changes.map(({ atNs, sku, units }): BookEvent => ({ kind: 'stock', atNs, sku, units }))
  return [...ofShops, ...byHand]
}
