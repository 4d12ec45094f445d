import type pg from 'pg'
import { LedgerInvariants } from './ledger.ts'
import { isRequestLive, type WarehouseBook } from './warehouse-books.ts'

/** A shop's books, as the verdict reads them. */
type ShopBook = {
  name: string
  connectionId: string
  orders: ReadonlyMap<
    string,
    {
      id: string
      state: 'open' | 'closed' | 'cancelled'
      lines: readonly { id: string; sku: string; ordered: number; current: number; shipped: number }[]
    }
  >
  told: ReadonlyMap<string, { orderId: string; units: number }>
}

export type WeekVerdict = {
  orders: number
  lines: number
  units: number
  /** Lines by how they ended. A line of which some left and the rest waits counts as waiting. */
  linesShipped: number
  linesCancelled: number
  linesWaiting: number
  /** Lines of which the parts that left, wait and were cancelled are not all that was ordered; none may be. */
  linesAstray: number
  parcels: number
  /** Units that left beyond what anybody ordered. */
  shippedTwice: number
  /** At every location and for every SKU the hub's count is what lies on the floor. */
  countsAgree: boolean
  /** Units that the hub still reserves, and those that wait to be sent. */
  reservedUnits: number
  waitingUnits: number
  /** What is wrong; none of it may be. */
  differences: string[]
}

type Held = { order_id: string; sku: string; open: number }

/**
 * Judges a week from the books of shops and warehouses, against plain rows of the hub's.
 * Each line must have ended once: it left, it was cancelled, or it waits and is reserved.
 */
export async function judgeWeek(
  reader: pg.Client,
  world: { organizationId: string; shops: readonly ShopBook[]; warehouses: readonly WarehouseBook[] },
): Promise<WeekVerdict> {
  const { organizationId, shops, warehouses } = world
  const held = await reader.query<Held>(
    `select sales_order.external_id as order_id, item.sku,
      sum(reservation.reserved - reservation.released - reservation.shipped)::int as open
    from reservation
    join order_line on order_line.organization_id = $1 and order_line.line_id = reservation.owner_id
    join sales_order on sales_order.organization_id = $1 and sales_order.order_id = order_line.order_id
    join item on item.organization_id = $1 and item.item_id = reservation.item_id
    where reservation.organization_id = $1 group by 1, 2 order by 1, 2`,
    [organizationId],
  )
  const openOf = new Map(held.rows.map((row) => [`${row.order_id} ${row.sku}`, row.open]))
  const leftOf = unitsThatLeft(warehouses)
  const verdict: WeekVerdict = {
    orders: 0,
    lines: 0,
    units: 0,
    linesShipped: 0,
    linesCancelled: 0,
    linesWaiting: 0,
    linesAstray: 0,
    parcels: new Set(warehouses.flatMap(({ left }) => left.map(({ externalId }) => externalId))).size,
    shippedTwice: 0,
    countsAgree: true,
    reservedUnits: 0,
    waitingUnits: 0,
    differences: [],
  }
  const ordered = new Set<string>()
  for (const { id, state, lines } of shops.flatMap((shop) => [...shop.orders.values()])) {
    verdict.orders += 1
    for (const line of lines) {
      const key = `${id} ${line.sku}`
      ordered.add(key)
      const left = leftOf.get(key) ?? 0
      const reserved = openOf.get(key) ?? 0
      verdict.lines += 1
      verdict.units += line.ordered
      verdict.shippedTwice += Math.max(0, left - line.ordered)
      const isCancelled = state === 'cancelled'
      const waiting = isCancelled ? 0 : line.ordered - left
      verdict.waitingUnits += Math.max(0, waiting)
      if (waiting > 0) verdict.linesWaiting += 1
      else if (left >= line.ordered) verdict.linesShipped += 1
      else verdict.linesCancelled += 1
      const isTold = isCancelled ? line.shipped <= left : line.shipped === left
      if (reserved === waiting && isTold) continue
      verdict.linesAstray += 1
      verdict.differences.push(
        `${line.id} (${state}): ordered ${line.ordered}, left ${left}, told ${line.shipped}, reserved ${reserved}`,
      )
    }
  }
  for (const [key, units] of leftOf)
    if (!ordered.has(key)) {
      verdict.shippedTwice += units
      verdict.differences.push(`${units} left of ${key}, which nobody ordered`)
    }
  verdict.differences.push(...(await differencesOfCounts(reader, organizationId, warehouses)))
  verdict.countsAgree = !verdict.differences.some((text) => text.startsWith('counted'))
  verdict.differences.push(...(await leftOpen(reader, organizationId)))
  const broken = await new LedgerInvariants(reader, organizationId).check()
  verdict.differences.push(...broken.map(({ text }) => text))
  for (const { name, requests } of warehouses)
    for (const request of requests.filter(isRequestLive))
      verdict.differences.push(`${name} still works on ${request.number}`)
  const reserved = await reader.query<{ units: number }>(
    `select coalesce(sum(reserved), 0)::int as units from balance where organization_id = $1`,
    [organizationId],
  )
  verdict.reservedUnits = reserved.rows[0]?.units ?? 0
  if (verdict.reservedUnits !== verdict.waitingUnits)
    verdict.differences.push(`${verdict.reservedUnits} units are reserved, and ${verdict.waitingUnits} wait`)
  return verdict
}

/** By order and SKU; an order that several shipments send has suffixed numbers. */
function unitsThatLeft(warehouses: readonly WarehouseBook[]): Map<string, number> {
  const left = new Map<string, number>()
  for (const { number, sku, units } of warehouses.flatMap((warehouse) => warehouse.left)) {
    const key = `${orderOf(number)} ${sku}`
    left.set(key, (left.get(key) ?? 0) + units)
  }
  return left
}

function orderOf(number: string): string {
  return /^#([a-z]+-\d+)/.exec(number)?.[1] ?? number
}

async function differencesOfCounts(
  reader: pg.Client,
  organizationId: string,
  warehouses: readonly WarehouseBook[],
): Promise<string[]> {
  const { rows } = await reader.query<{ code: string; sku: string; on_hand: number }>(
    `select location.code, item.sku, sum(on_hand)::int as on_hand
    from balance
    join item on item.organization_id = $1 and item.item_id = balance.item_id
    join location on location.organization_id = $1 and location.location_id = balance.location_id
    where balance.organization_id = $1 group by 1, 2`,
    [organizationId],
  )
  const counted = new Map(rows.map((row) => [`${row.code} ${row.sku}`, row.on_hand]))
  return warehouses.flatMap(({ locationCode, shelves }) =>
    [...shelves].flatMap(([sku, lies]) => {
      const said = counted.get(`${locationCode} ${sku}`) ?? 0
      return said === lies ? [] : [`counted ${said} of ${sku} at ${locationCode}, where ${lies} lie`]
    }),
  )
}

/** What the hub itself has not brought to its end. */
async function leftOpen(reader: pg.Client, organizationId: string): Promise<string[]> {
  const { rows } = await reader.query<{ text: string }>(
    `select 'shipment ' || number || ' is ' || state as text from shipment
      where organization_id = $1 and state not in ('shipped', 'cancelled', 'rejected')
    union all
    select 'an errand (' || kind || ') is ' || state from errand
      where organization_id = $1 and state in ('waiting', 'sent', 'unknown')
    union all
    select 'an event of ' || topic || ' is ' || state from inbox
      where organization_id = $1 and state in ('pending', 'fetch', 'parked') and topic <> 'level'
    order by 1`,
    [organizationId],
  )
  return rows.map(({ text }) => text)
}
