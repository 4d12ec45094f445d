import type pg from 'pg'
import {
  type AcknowledgedWebhook,
  type Books,
  latestOf,
  type OrderBook,
  type OrderState,
  openUnitsOf,
  type Part,
  partsOf,
  type Violation,
} from './books.ts'
import { leftOf } from './warehouses.ts'

/** Units of one item. */
type Held = { open: number; shipped: number; returned: number }
type Moved = { reserved: number; onHand: number }

/** What the hub has done for one order, by item: what its reservations say, and what its movements add up to. */
export type KnownOrder = {
  connectionId: string
  externalId: string
  state: string
  held: Readonly<Record<string, Held>>
  moved: Readonly<Record<string, Moved>>
}

/** Every order that the hub knows, by connection and external id. */
export async function findKnownOrders(reader: pg.Client, organizationId: string): Promise<KnownOrder[]> {
  const { rows } = await reader.query(
    `select sales_order.connection_id as "connectionId", external_id as "externalId", sales_order.state,
      coalesce(held.items, '{}') as held, coalesce(moved.items, '{}') as moved
    from sales_order
    left join lateral (
      select json_object_agg(sku, json_build_object('open', open, 'shipped', shipped, 'returned', returned)) as items
      from (
        select sku, sum(reserved - released - shipped)::int as open, sum(shipped)::int as shipped,
          sum(returned)::int as returned
        from reservation join item using (organization_id, item_id)
        where reservation.organization_id = $1 and owner_id in (
          select line_id from order_line where organization_id = $1 and order_id = sales_order.order_id
        )
        group by sku order by sku
      ) as of_item
    ) as held on true
    left join lateral (
      select json_object_agg(sku, json_build_object('reserved', reserved, 'onHand', on_hand)) as items
      from (
        select sku, sum(reserved_delta)::int as reserved, sum(on_hand_delta)::int as on_hand
        from movement join item using (organization_id, item_id)
        where movement.organization_id = $1 and reference_id = sales_order.order_id
        group by sku order by sku
      ) as of_item
    ) as moved on true
    where sales_order.organization_id = $1 order by 1, 2`,
    [organizationId],
  )
  return rows
}

/** The same, of all items together. */
export type CountedOrder = Pick<KnownOrder, 'connectionId' | 'externalId' | 'state'> &
  Held & { movedReserved: number; movedOnHand: number }

/** Adds up what was done for an order, whatever it is of. */
export function countOrder({ connectionId, externalId, state, held, moved }: KnownOrder): CountedOrder {
  const counted = { open: 0, shipped: 0, returned: 0, movedReserved: 0, movedOnHand: 0 }
  for (const { open, shipped, returned } of Object.values(held)) {
    counted.open += open
    counted.shipped += shipped
    counted.returned += returned
  }
  for (const { reserved, onHand } of Object.values(moved)) {
    counted.movedReserved += reserved
    counted.movedOnHand += onHand
  }
  return { connectionId, externalId, state, ...counted }
}

const NOTHING_HELD: Held = { open: 0, shipped: 0, returned: 0 }

/**
 * I3: what was done for an order is, at every moment and for every item, what one of its states asks for; never the sum of
 * two, and never of an order that no platform has.
 */
export function checkOrders(books: Books, known: readonly KnownOrder[]): Violation[] {
  return known.flatMap((order) => {
    const book = findOrder(books, order)
    const name = `order ${order.externalId}`
    if (book === undefined) return [{ invariant: 'I3', text: `${name} is on no platform` }]
    for (const sku of new Set([...Object.keys(order.held), ...Object.keys(order.moved)])) {
      const held = order.held[sku] ?? NOTHING_HELD
      const moved = order.moved[sku] ?? { reserved: 0, onHand: 0 }
      if (moved.reserved === held.open && moved.onHand === held.returned - held.shipped) continue
      const text = `${name}: movements say ${moved.reserved} of ${sku} reserved and ${moved.onHand} on hand, reservations ${heldWords(held)}`
      return [{ invariant: 'I3', text }]
    }
    const parts = partsOfOrder(books, order, book)
    if (books.warehouses.length > 0) return ofWarehouses(books, order, book, parts)
    if (book.states.some((state) => isAsIn(state, order, parts))) return []
    const text = `${name} holds ${wordsOfHeld(order)}, as in none of its states (${book.states.map(wordsOf).join('; ')})`
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
      const parts = partsOfOrder(books, order, book)
      const isAs =
        books.warehouses.length > 0 ? isAsSent(books, latest, order, parts) : isAsIn(latest, order, parts)
      if (order.state === latest.state && isAs) return []
      return [
        `order ${book.id} is known as ${order.state} with ${wordsOfHeld(order)}, and is ${wordsOf(latest)}`,
      ]
    }),
  )
}

function findOrder(books: Books, known: KnownOrder): OrderBook | undefined {
  const platform = books.platforms.find((each) => each.connectionId === known.connectionId)
  return platform?.orders.get(known.externalId)
}

/** Base units of every item that one unit of the order takes. */
function partsOfOrder(books: Books, known: KnownOrder, { stockUnitId }: OrderBook): readonly Part[] {
  const platform = books.platforms.find((each) => each.connectionId === known.connectionId)
  const level = platform?.levels.get(stockUnitId)
  if (level === undefined) throw new Error(`order ${known.externalId} is of no level`)
  return partsOf(books, level.sku).map(({ sku, units }) => ({ sku, units: units * level.unitsPerListing }))
}

function isAsIn(state: OrderState, known: KnownOrder, parts: readonly Part[]): boolean {
  const isOthers = Object.keys(known.held).some((sku) => !parts.some((part) => part.sku === sku))
  return (
    !isOthers &&
    parts.every(({ sku, units }) => {
      const held = known.held[sku] ?? NOTHING_HELD
      return (
        openUnitsOf(state) * units === held.open &&
        state.shipped * units === held.shipped &&
        state.returned * units === held.returned
      )
    })
  )
}

/**
 * Where warehouses send, what has shipped is known from them before the platform knows it, and what one may still send is
 * held though the platform wants it no more: no more is shipped than left, and no more held in all than was ever wanted.
 */
function ofWarehouses(books: Books, order: KnownOrder, book: OrderBook, parts: readonly Part[]): Violation[] {
  return parts.flatMap(({ sku, units }) => {
    const { open, shipped, returned } = order.held[sku] ?? NOTHING_HELD
    const left = leftOf(books, book.id, sku)
    const most = units * Math.max(...book.states.map(({ current }) => current))
    if (shipped <= left && open + shipped <= most && returned === 0) return []
    const text = `order ${book.id} holds ${wordsOfHeld(order)}; ${left} of ${sku} left, and ${most} were ever wanted`
    return [{ invariant: 'I11', text }]
  })
}

/** At the end: all that left is shipped, and what is wanted still and did not is held. */
function isAsSent(books: Books, latest: OrderState, order: KnownOrder, parts: readonly Part[]): boolean {
  return parts.every(({ sku, units }) => {
    const { open, shipped, returned } = order.held[sku] ?? NOTHING_HELD
    const left = leftOf(books, order.externalId, sku)
    const isOver = latest.state === 'cancelled'
    return (
      shipped === left && open === (isOver ? 0 : Math.max(0, latest.current * units - left)) && returned === 0
    )
  })
}

function wordsOf(state: OrderState): string {
  return `${state.state} with ${heldWords({ ...state, open: openUnitsOf(state) })}`
}

function wordsOfHeld({ held }: KnownOrder): string {
  const words = Object.entries(held).map(([sku, each]) => `of ${sku} ${heldWords(each)}`)
  return words.length === 0 ? 'nothing' : words.join(' and ')
}

function heldWords({ open, shipped, returned }: Held): string {
  return `${open} open, ${shipped} shipped, ${returned} returned`
}
