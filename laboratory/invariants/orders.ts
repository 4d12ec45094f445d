import type pg from 'pg'
import {
  type AcknowledgedWebhook,
  type Books,
  latestOf,
  type OrderBook,
  type OrderState,
  openUnitsOf,
  type Violation,
} from './books.ts'

/** What the hub has done for one order, in base units: what its reservations say, and what its movements add up to. */
export type KnownOrder = {
  connectionId: string
  externalId: string
  state: string
  open: number
  shipped: number
  returned: number
  movedReserved: number
  movedOnHand: number
}

/** Every order that the hub knows, by connection and external id. */
export async function findKnownOrders(reader: pg.Client, organizationId: string): Promise<KnownOrder[]> {
  const { rows } = await reader.query(
    `select sales_order.connection_id as "connectionId", external_id as "externalId", sales_order.state,
      coalesce(held.open, 0)::int as open, coalesce(held.shipped, 0)::int as shipped,
      coalesce(held.returned, 0)::int as returned,
      coalesce(moved.reserved, 0)::int as "movedReserved", coalesce(moved.on_hand, 0)::int as "movedOnHand"
    from sales_order
    left join lateral (
      select sum(reserved - released - shipped) as open, sum(shipped) as shipped, sum(returned) as returned
      from reservation
      where reservation.organization_id = $1 and owner_id in (
        select line_id from order_line where organization_id = $1 and order_id = sales_order.order_id
      )
    ) as held on true
    left join lateral (
      select sum(reserved_delta) as reserved, sum(on_hand_delta) as on_hand
      from movement where movement.organization_id = $1 and reference_id = sales_order.order_id
    ) as moved on true
    where sales_order.organization_id = $1 order by 1, 2`,
    [organizationId],
  )
  return rows
}

/**
 * I3: what was done for an order is, at every moment, what one of its states asks for; never the sum of two, and
 * never of an order that no platform has.
 */
export function checkOrders(books: Books, known: readonly KnownOrder[]): Violation[] {
  return known.flatMap((order) => {
    const book = findOrder(books, order)
    const name = `order ${order.externalId}`
    if (book === undefined) return [{ invariant: 'I3', text: `${name} is on no platform` }]
    if (order.movedReserved !== order.open || order.movedOnHand !== order.returned - order.shipped) {
      const text = `${name}: movements say ${order.movedReserved} reserved and ${order.movedOnHand} on hand, reservations ${order.open} open, ${order.shipped} shipped, ${order.returned} returned`
      return [{ invariant: 'I3', text }]
    }
    const units = unitsOf(books, order, book)
    if (book.states.some((state) => isAsIn(state, order, units))) return []
    const text = `${name} holds ${order.open} open, ${order.shipped} shipped, ${order.returned} returned, as in none of its states (${book.states.map(wordsOf).join('; ')})`
    return [{ invariant: 'I3', text }]
  })
}

/** I4: a webhook that was answered with "stored" is stored; the events of later states may come to stand for it. */
export async function checkAcknowledged(
  reader: pg.Client,
  books: Books,
  acknowledged: readonly AcknowledgedWebhook[],
): Promise<Violation[]> {
  const violations: Violation[] = []
  for (const { platform, orderId, version } of acknowledged) {
    const connectionId = books.platforms.find((each) => each.name === platform)?.connectionId
    const { rows } = await reader.query(
      `select 1 from inbox
      where organization_id = $1 and connection_id = $2 and topic = 'order' and subject = $3
        and (payload ->> 'version')::bigint = $4 limit 1`,
      [books.organizationId, connectionId, orderId, version],
    )
    if (rows.length === 0) {
      violations.push({
        invariant: 'I4',
        text: `the webhook of ${orderId} (version ${version}) was acknowledged and is not stored`,
      })
    }
  }
  return violations
}

/** Once the world is calm: every order is known exactly as its platform has it. */
export function differencesOfOrders(books: Books, known: readonly KnownOrder[]): string[] {
  const byName = new Map(known.map((order) => [`${order.connectionId} ${order.externalId}`, order]))
  return books.platforms.flatMap((platform) =>
    [...platform.orders.values()].flatMap((book) => {
      const order = byName.get(`${platform.connectionId} ${book.id}`)
      if (order === undefined) return [`order ${book.id} is not known`]
      const latest = latestOf(book)
      if (order.state === latest.state && isAsIn(latest, order, unitsOf(books, order, book))) return []
      return [
        `order ${book.id} is known as ${order.state} with ${order.open} open, ${order.shipped} shipped, ${order.returned} returned, and is ${wordsOf(latest)}`,
      ]
    }),
  )
}

function findOrder(books: Books, known: KnownOrder): OrderBook | undefined {
  const platform = books.platforms.find((each) => each.connectionId === known.connectionId)
  return platform?.orders.get(known.externalId)
}

function isAsIn(state: OrderState, known: KnownOrder, unitsPerListing: number): boolean {
  return (
    openUnitsOf(state) * unitsPerListing === known.open &&
    state.shipped * unitsPerListing === known.shipped &&
    state.returned * unitsPerListing === known.returned
  )
}

function unitsOf(books: Books, known: KnownOrder, { stockUnitId }: OrderBook): number {
  const platform = books.platforms.find((each) => each.connectionId === known.connectionId)
  return platform?.levels.get(stockUnitId)?.unitsPerListing ?? 1
}

function wordsOf(state: OrderState): string {
  return `${state.state} with ${openUnitsOf(state)} open, ${state.shipped} shipped, ${state.returned} returned`
}
