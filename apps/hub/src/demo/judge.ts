import { findBrokenBalances, findBrokenReservations } from '@plimsoll/stock'
import type { SyncContext } from '@plimsoll/sync'
import { sql } from 'kysely'
import { findSoldByHand } from './by-hand.ts'
import type { BookedOrder, ShopState } from './control.ts'

export type JudgedShop = {
  connectionId: string
  state: ShopState
  orders: readonly BookedOrder[]
}

export type Verdict = {
  ordersPlaced: number
  ordersApplied: number
  /** Of those, which a platform told of by itself before anybody asked it. */
  ordersPushed: number
  unitsSold: number
  oversoldUnits: number
  listings: number
  /** Levels whose platform shows another quantity than the hub desires. */
  drift: number
  converged: boolean
  conservation: boolean
  parked: number
}

/**
 * Holds the shops' own books against the ledger: what was bought there, and what people ordered in the hub, against what is
 * known here, what each shop shows against what it should.
 * @param received units that went into stock, per SKU: opening, deliveries, adjustments
 */
export async function judge(
  context: SyncContext,
  shops: readonly JudgedShop[],
  received: ReadonlyMap<string, number>,
): Promise<Verdict> {
  const applied = await countApplied(context, shops)
  const drift = (await findOutOfStep(context, shops)).length
  const [ordersPushed, balances, reservations, stock, parked] = await Promise.all([
    countPushed(context),
    findBrokenBalances(context.database.kysely),
    findBrokenReservations(context.database.kysely),
    findStock(context),
    countParked(context),
  ])
  const sold = new Map<string, number>()
  const ofShops = shops.flatMap(({ orders }) => orders).flatMap(({ lines }) => lines)
  for (const line of [...ofShops, ...(await findSoldByHand(context))])
    sold.set(line.sku, (sold.get(line.sku) ?? 0) + line.quantity)
  const cancelled = await findCancelledUnits(context)
  let oversoldUnits = 0
  let isStockRight = true
  for (const [sku, units] of received) {
    const kept = (sold.get(sku) ?? 0) - (cancelled.get(sku) ?? 0)
    oversoldUnits += Math.max(0, kept - units)
    // Whatever happened in between: what is available is what came in less what was sold and kept.
    if ((stock.get(sku) ?? 0) !== units - kept) isStockRight = false
  }
  return {
    ordersPlaced: shops.reduce((sum, shop) => sum + shop.state.ordersPlaced, 0),
    ordersApplied: applied,
    ordersPushed,
    unitsSold: shops.reduce((sum, shop) => sum + shop.state.unitsSold, 0),
    oversoldUnits,
    listings: shops.reduce((sum, shop) => sum + shop.state.levels.length, 0),
    drift,
    converged: drift === 0,
    conservation: balances.length === 0 && reservations.length === 0 && isStockRight,
    parked,
  }
}

/** Orders that were heard of first by a webhook (of a queue, too). */
async function countPushed({ database, organizationId }: SyncContext): Promise<number> {
  const found = await sql<{ orders: number }>`
    select count(*) filter (where source = 'webhook') as orders
    from (
      select distinct on (connection_id, subject) source from inbox
      where organization_id = ${organizationId} and topic = 'order'
      order by connection_id, subject, received_at
    ) as first`.execute(database.kysely)
  return found.rows[0]?.orders ?? 0
}

/** Orders in the books that the hub knows with the very same units. */
async function countApplied(context: SyncContext, shops: readonly JudgedShop[]): Promise<number> {
  let applied = 0
  for (const shop of shops) {
    const found = await sql<{ externalId: string; units: number }>`
      select sales_order.external_id, sum(order_line.ordered)::bigint as units
      from sales_order
      join order_line using (organization_id, order_id)
      where sales_order.organization_id = ${context.organizationId}
        and sales_order.connection_id = ${shop.connectionId}
      group by sales_order.external_id`.execute(context.database.kysely)
    const known = new Map(found.rows.map((row) => [row.externalId, row.units]))
    applied += shop.orders.filter(
      (order) => known.get(order.externalId) === order.lines.reduce((sum, line) => sum + line.quantity, 0),
    ).length
  }
  return applied
}

/** A level whose platform does not show what the hub desires. */
export type OutOfStep = { sku: string; shown: number | null; desired: number | null; known: string }

/** Every level out of step, by the platforms' own state; with what the hub knows of it, for whoever looks into it. */
export async function findOutOfStep(
  context: SyncContext,
  shops: readonly Pick<JudgedShop, 'connectionId' | 'state'>[],
): Promise<OutOfStep[]> {
  const found: OutOfStep[] = []
  for (const shop of shops) {
    const levels = await sql<{
      stockUnitId: string
      externalLocationId: string
      desired: number | null
      known: string
    }>`
      select stock_unit_id, external_location_id, desired,
        concat_ws(' ', 'acknowledged', acknowledged, 'subtracted', subtracted - acknowledged_subtracted,
          'observed', observed, 'recheck', recheck_at, 'problem', problem_code,
          case when exists (
            select from lane_entry
            where lane_entry.organization_id = level.organization_id and lane_entry.level_id = level.level_id
          ) then 'queued' end) as known
      from level
      where organization_id = ${context.organizationId} and connection_id = ${shop.connectionId}`.execute(
      context.database.kysely,
    )
    const known = new Map(levels.rows.map((row) => [`${row.stockUnitId} ${row.externalLocationId}`, row]))
    for (const { sku, quantity, stockUnitId, locationId } of shop.state.levels) {
      const level = known.get(`${stockUnitId} ${locationId}`)
      if (level?.desired === quantity) continue
      found.push({ sku, shown: quantity, desired: level?.desired ?? null, known: level?.known ?? 'unknown' })
    }
  }
  return found
}

async function findStock(context: SyncContext): Promise<Map<string, number>> {
  const found = await sql<{ sku: string; available: number }>`
    select sku, sum(on_hand - reserved - held)::bigint as available
    from item join balance using (organization_id, item_id)
    where organization_id = ${context.organizationId}
    group by sku`.execute(context.database.kysely)
  // Shipped units left the building and the reservation alike: availability does not change by it.
  return new Map(found.rows.map((row) => [row.sku, row.available]))
}

async function findCancelledUnits(context: SyncContext): Promise<Map<string, number>> {
  const found = await sql<{ sku: string; units: number }>`
    -- What left although it was cancelled has left.
    select item.sku, sum(order_line.ordered - greatest(order_line.current, order_line.dispatched))::bigint as units
    from order_line join item using (organization_id, item_id)
    where organization_id = ${context.organizationId}
    group by item.sku`.execute(context.database.kysely)
  return new Map(found.rows.map((row) => [row.sku, row.units]))
}

async function countParked(context: SyncContext): Promise<number> {
  const found = await sql<{ parked: number }>`
    select count(*) as parked from inbox
    where organization_id = ${context.organizationId} and state = 'parked'`.execute(context.database.kysely)
  return found.rows[0]?.parked ?? 0
}
