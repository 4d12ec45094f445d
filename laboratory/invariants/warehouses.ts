import type pg from 'pg'
import {
  type Books,
  latestOf,
  type OrderBook,
  type PlatformBook,
  type StartedCall,
  type Violation,
} from './books.ts'
import type { Promises } from './promises.ts'
import { isRequestLive, mayStillSend, type WarehouseBook } from './warehouse-books.ts'

/** As long as a write may have been under way that was right when it left. */
const LOWERED_MS = 8_000

const ON_HAND = `select location.code, item.sku, sum(on_hand)::int as units from balance
  join item on item.organization_id = $1 and item.item_id = balance.item_id
  join location on location.organization_id = $1 and location.location_id = balance.location_id
  where balance.organization_id = $1 group by 1, 2`

type Place = { code: string; sku: string; units: number }

/**
 * I11, where warehouses send the orders: no more is asked for, and no more leaves, than anybody ordered; what a warehouse
 * may still send stays reserved; no parcel is told of that did not leave; and what the hub counts there is what lay there at
 * some moment, less all that it knows to have left since.
 */
export class Warehouses {
  readonly #reader: pg.Client
  readonly #books: Books
  readonly #promises: Promises
  #judged = -1

  constructor(reader: pg.Client, books: Books, promises: Promises) {
    this.#reader = reader
    this.#books = books
    this.#promises = promises
  }

  async check(isTouched: (tables: readonly string[]) => boolean): Promise<Violation[]> {
    const { warehouses } = this.#books
    if (warehouses.length === 0) return []
    const isLedger = isTouched(['balance', 'reservation', 'parcel'])
    const now = warehouses.reduce(
      (sum, each) => sum + each.requests.length + each.left.length + each.adjustments.length,
      0,
    )
    const isFloor = this.#judged !== now
    this.#judged = now
    if (!isLedger && !isFloor) return []
    return [
      ...(isFloor ? [...askedTwice(warehouses), ...beyondOrders(this.#books)] : []),
      ...(await this.#reserved()),
      ...(isLedger ? await this.#counted() : []),
    ]
  }

  /** A number that falls by nothing it is told of is lowered first, or the platform sells again what has just left. */
  async checkCall({ platform: name, told }: StartedCall): Promise<Violation[]> {
    const platform = this.#books.platforms.find((each) => each.name === name)
    const order = told === undefined ? undefined : platform?.orders.get(told.orderId)
    if (told === undefined || platform === undefined || order === undefined) return []
    const left = leftOf(this.#books, order.id, skuOf(platform, order))
    const each = platform.levels.get(order.stockUnitId)?.unitsPerListing ?? 1
    if (told.units * each > left)
      return [
        { invariant: 'I11', text: `${name} is told that ${told.units} of ${order.id} left, and ${left} did` },
      ]
    if (!platform.neverFalls) return []
    const level = platform.levels.get(order.stockUnitId)
    const levelId = await this.#levelIdOf(platform, order)
    if (level?.quantity === undefined || levelId === undefined) return []
    if (platform.stoppedSince !== undefined) return []
    if (latestOf(order).state !== 'open') return []
    const promised = this.#promises.mostWithTelling(levelId, this.#books.now() - LOWERED_MS)
    if (promised === undefined || level.quantity <= promised - told.units) return []
    const text = `${name} shows ${level.quantity} of ${order.stockUnitId} as it is told that ${told.units} of them left; ${promised} were promised with those`
    return [{ invariant: 'I11', text }]
  }

  async #levelIdOf({ connectionId }: PlatformBook, { stockUnitId }: OrderBook): Promise<string | undefined> {
    const { rows } = await this.#reader.query<{ level_id: string }>(
      `select level_id from level where organization_id = $1 and connection_id = $2 and stock_unit_id = $3`,
      [this.#books.organizationId, connectionId, stockUnitId],
    )
    return rows[0]?.level_id
  }

  async #reserved(): Promise<Violation[]> {
    const { rows } = await this.#reader.query<{ order_id: string; code: string; sku: string; open: number }>(
      `select sales_order.external_id as order_id, location.code, item.sku,
        sum(reservation.reserved - reservation.released - reservation.shipped)::int as open
      from reservation
      join order_line on order_line.organization_id = $1 and order_line.line_id = reservation.owner_id
      join sales_order on sales_order.organization_id = $1 and sales_order.order_id = order_line.order_id
      join item on item.organization_id = $1 and item.item_id = reservation.item_id
      join location on location.organization_id = $1 and location.location_id = reservation.location_id
      where reservation.organization_id = $1 group by 1, 2, 3`,
      [this.#books.organizationId],
    )
    const reserved = new Map(rows.map((row) => [`${row.order_id} ${row.code} ${row.sku}`, row.open]))
    return this.#books.warehouses.flatMap(({ name, locationCode, requests }) =>
      [...openByOrder(requests)].flatMap(([order, bySku]) =>
        [...bySku].flatMap(([sku, units]) => {
          const held = reserved.get(`${order} ${locationCode} ${sku}`) ?? 0
          if (held >= units) return []
          const text = `${name} may still send ${units} of ${sku} for ${order}, and ${held} are reserved for it there`
          return [{ invariant: 'I11', text }]
        }),
      ),
    )
  }

  async #counted(): Promise<Violation[]> {
    const { organizationId, warehouses } = this.#books
    const [onHand, known] = await Promise.all([
      this.#places(ON_HAND, organizationId),
      this.#places(
        `select location.code, parcel_line.sku, sum(parcel_line.units)::int as units
        from parcel_line
        join parcel on parcel.organization_id = $1 and parcel.parcel_id = parcel_line.parcel_id
        join shipment on shipment.organization_id = $1 and shipment.shipment_id = parcel.shipment_id
        join location on location.organization_id = $1 and location.location_id = shipment.location_id
        where parcel_line.organization_id = $1 group by 1, 2`,
        organizationId,
      ),
    ])
    return warehouses.flatMap((warehouse) =>
      [...warehouse.opening].flatMap(([sku, opening]) => {
        const key = `${warehouse.locationCode} ${sku}`
        const left = known.get(key) ?? 0
        const lay = (onHand.get(key) ?? 0) + left
        const ever = sumsOf(opening, warehouse, sku)
        // Nothing has been counted yet.
        if (ever.has(lay) || (lay === 0 && left === 0)) return []
        const text = `the hub counts ${lay - left} of ${sku} at ${warehouse.name} and knows that ${left} left; ${lay} never lay there (${[...ever].join(', ')})`
        return [{ invariant: 'I11', text }]
      }),
    )
  }

  async #places(text: string, organizationId: string): Promise<Map<string, number>> {
    const { rows } = await this.#reader.query<Place>(text, [organizationId])
    return new Map(rows.map(({ code, sku, units }) => [`${code} ${sku}`, units]))
  }

  async uncounted(): Promise<string[]> {
    const onHand = await this.#places(ON_HAND, this.#books.organizationId)
    return this.#books.warehouses.flatMap(({ name, locationCode, shelves }) =>
      [...shelves].flatMap(([sku, lies]) => {
        const said = onHand.get(`${locationCode} ${sku}`) ?? 0
        return said === lies ? [] : [`the hub counts ${said} of ${sku} at ${name}, where ${lies} lie`]
      }),
    )
  }

  /** What keeps it from having come to its end: every line left, was cancelled or waits, once. */
  async differences(now: Date): Promise<string[]> {
    const { warehouses, organizationId } = this.#books
    if (warehouses.length === 0) return []
    const { rows } = await this.#reader.query<{ text: string }>(
      `select 'shipment ' || number || ' is ' || state as text from shipment
        where organization_id = $1 and state not in ('shipped', 'cancelled', 'rejected')
      union all
      select 'an errand (' || kind || ') is ' || state from errand
        where organization_id = $1 and state in ('waiting', 'sent', 'unknown')
      union all
      select external_id || ' is to be routed' from order_to_route
        join sales_order using (organization_id, order_id)
        where organization_id = $1 and not_before <= $2
      order by 1`,
      // One that waits for stock is looked at again in an hour; one that is due or was put off for a moment goes on by itself.
      [organizationId, new Date(now.getTime() + 60_000)],
    )
    return [
      ...rows.map((row) => row.text),
      ...warehouses.flatMap(({ name, requests }) =>
        requests.filter(isRequestLive).map(({ number }) => `${name} works on ${number}`),
      ),
      ...(await this.uncounted()),
      ...this.#books.platforms.flatMap((platform) =>
        [...platform.orders.values()].flatMap((order) => untold(this.#books, platform, order)),
      ),
    ]
  }
}

function untold(books: Books, platform: PlatformBook, order: OrderBook): string[] {
  const { state, current, shipped } = latestOf(order)
  const each = platform.levels.get(order.stockUnitId)?.unitsPerListing ?? 1
  const left = Math.floor(leftOf(books, order.id, skuOf(platform, order)) / each)
  if (state === 'cancelled' || shipped >= Math.min(current, left)) return []
  return [`${left} of ${order.id} left, and ${platform.name} was told of ${shipped}`]
}

/** A warehouse that takes what it is asked for as often as it is asked must be asked once. */
function askedTwice(warehouses: readonly WarehouseBook[]): Violation[] {
  return warehouses.flatMap(({ name, requests }) =>
    [...Map.groupBy(requests, ({ reference }) => reference).values()].flatMap((same) => {
      const [first] = same
      if (first === undefined || same.length < 2) return []
      return [{ invariant: 'I11', text: `${name} was asked for ${first.number} twice` }]
    }),
  )
}

/** Of an order all floors together have sent, and may still send, no more than was ever wanted of it. */
function beyondOrders(books: Books): Violation[] {
  const asked = new Map<string, number>()
  for (const { requests } of books.warehouses)
    for (const request of requests) {
      const open = mayStillSend(request)
      for (const { sku, sent } of request.lines) open.set(sku, (open.get(sku) ?? 0) + sent)
      for (const [sku, units] of open) {
        const key = `${orderOf(request.number)} ${sku}`
        asked.set(key, (asked.get(key) ?? 0) + units)
      }
    }
  const wanted = new Map<string, number>(
    books.platforms.flatMap((platform) =>
      [...platform.orders.values()].map((order) => {
        const each = platform.levels.get(order.stockUnitId)?.unitsPerListing ?? 1
        const most = Math.max(...order.states.map(({ current }) => current))
        return [`${order.id} ${skuOf(platform, order)}`, most * each] as const
      }),
    ),
  )
  return [...asked].flatMap(([key, units]) => {
    const most = wanted.get(key) ?? 0
    if (units <= most) return []
    return [{ invariant: 'I11', text: `${units} of ${key} have left or may, and ${most} were ordered` }]
  })
}

function openByOrder(requests: WarehouseBook['requests']): Map<string, Map<string, number>> {
  const byOrder = new Map<string, Map<string, number>>()
  for (const request of requests) {
    const order = orderOf(request.number)
    const all = byOrder.get(order) ?? new Map<string, number>()
    byOrder.set(order, all)
    for (const [sku, units] of mayStillSend(request)) all.set(sku, (all.get(sku) ?? 0) + units)
  }
  return byOrder
}

/** All that ever lay there, had nothing left by an order. */
function sumsOf(opening: number, { adjustments }: WarehouseBook, sku: string): Set<number> {
  const sums = new Set([opening])
  let sum = opening
  for (const each of adjustments) {
    if (each.sku !== sku) continue
    sum += each.units
    sums.add(sum)
  }
  return sums
}

/** Base units of an order that left, from whichever floor. */
export function leftOf({ warehouses }: Pick<Books, 'warehouses'>, orderId: string, sku: string): number {
  return warehouses
    .flatMap(({ left }) => left)
    .filter((parcel) => parcel.sku === sku && orderOf(parcel.number) === orderId)
    .reduce((sum, { units }) => sum + units, 0)
}

function skuOf(platform: PlatformBook, { stockUnitId }: OrderBook): string {
  return platform.levels.get(stockUnitId)?.sku ?? ''
}

/** `#shop-1-12`, or `#shop-1-12-2` for another shipment of it. */
function orderOf(number: string): string {
  return /^#(\w+-\d+-\d+)/.exec(number)?.[1] ?? number
}
