import type { Clock } from '@plimsoll/connector-kit'
import type { SyncContext } from '@plimsoll/sync'
import { sql } from 'kysely'
import type { DemoShop } from './brand.ts'
import { findSoldByHand } from './by-hand.ts'
import { judgeBooks } from './judge-sending.ts'
import type { DemoWarehouse } from './warehouses.ts'

export type SendingVerdict = {
  /** By the warehouses' books: orders of which all that was asked for has left, from whichever of them. */
  ordersShipped: number
  /** Tracking numbers of parcels that customers can see on the platforms, by these' books. */
  trackingConfirmed: number
  /** Of orders of the shops: a customer of an order made by hand is told by no platform. */
  parcels: number
  /** Parcels of orders that were cancelled when they had been packed: their platforms take no tracking any more. */
  leftThoughCancelled: number
  /** Units sent beyond what was asked for, or beyond what anybody bought, by all warehouses together. */
  shippedTwice: number
  /** What the hub believes to lie at each warehouse is what lies there. */
  countsAgree: boolean
  /** Shipments that have not ended. */
  open: number
}

/** What a person who looks into it would ask next. */
export type SendingDetails = { differences: unknown[]; untold: string[] }

/** Until everything has left and is told, or nothing more has happened for too long; then judges it. */
export async function awaitSent({
  base,
  shops,
  warehouses,
  clock,
  isJudged,
  say,
}: {
  base: { context: SyncContext }
  shops: readonly DemoShop[]
  warehouses: readonly DemoWarehouse[]
  clock: Clock
  /** False: nobody waits for it. */
  isJudged: boolean
  say(line: string): void
}): Promise<SendingVerdict> {
  const startedMs = clock.monotonic()
  let last = { as: '', atMs: startedMs }
  for (;;) {
    const { verdict, details } = await judgeSending(base.context, shops, warehouses)
    const isDone = verdict.open === 0 && verdict.countsAgree && verdict.trackingConfirmed === verdict.parcels
    // On a busy machine all of it is slow; only what stands still is given up.
    const as = JSON.stringify([verdict, details.differences, details.untold])
    const nowMs = clock.monotonic()
    if (as !== last.as) last = { as, atMs: nowMs }
    const isOver = nowMs - last.atMs > PATIENCE_MS || nowMs - startedMs > PATIENCE_MS_MAX
    if (isOver && !isDone) {
      for (const shipment of await findOpen(base.context)) say(`  not ended: ${shipment}`)
      for (const difference of details.differences) say(`  counted otherwise: ${JSON.stringify(difference)}`)
      for (const number of details.untold) say(`  shown to no customer: parcel ${number}`)
      for (const task of await findTasks(base.context)) say(`  to be seen to: ${task}`)
    }
    if (isDone || !isJudged || isOver) return verdict
    await clock.sleep(500)
  }
}
/** A call whose answer was lost is made again after some twenty seconds; a parcel is told after that. */
const PATIENCE_MS = 180_000
const PATIENCE_MS_MAX = 420_000

/** Judges what was sent from the books of warehouses and platforms alone, against the hub's own counts. */
export async function judgeSending(
  context: SyncContext,
  shops: readonly Pick<DemoShop, 'control'>[],
  warehouses: readonly DemoWarehouse[],
): Promise<{ verdict: SendingVerdict; details: SendingDetails }> {
  const details: SendingDetails = { differences: [], untold: [] }
  const told = (await Promise.all(shops.map(({ control }) => control.toldCustomers()))).flat()
  const bought = (await Promise.all(shops.map(({ control }) => control.orders()))).flat()
  const all: SendingVerdict = {
    ...judgeBooks(await Promise.all(warehouses.map(({ floor }) => floor.books())), [
      ...bought.flatMap(({ lines }) => lines),
      ...(await findSoldByHand(context)),
    ]),
    trackingConfirmed: 0,
    parcels: 0,
    leftThoughCancelled: 0,
    countsAgree: true,
    open: await countOpen(context),
  }
  const { cancelled, byHand } = await findUntoldParcels(context)
  for (const { location, floor } of warehouses) {
    const { rows: counted } = await sql<{ sku: string; onHand: number }>`
      select item.sku, sum(balance.on_hand)::bigint as on_hand
      from balance
      join item using (organization_id, item_id)
      join location on location.organization_id = balance.organization_id and location.location_id = balance.location_id
      where balance.organization_id = ${context.organizationId} and location.code = ${location.code}
      group by item.sku
      order by item.sku`.execute(context.database.kysely)
    const judged = await floor.verdict(counted)
    const left = (await floor.trackingNumbers()).filter((number) => !byHand.has(number))
    const numbers = left.filter((number) => !cancelled.has(number))
    all.leftThoughCancelled += left.length - numbers.length
    all.countsAgree &&= judged.countsAgree
    all.parcels += numbers.length
    const untold = numbers.filter((number) => !told.some((text) => text.includes(number)))
    all.trackingConfirmed += numbers.length - untold.length
    details.untold.push(...untold)
    details.differences.push(...judged.differences)
  }
  return { verdict: all, details }
}

/** By their tracking numbers: those that no platform takes any more, and those that none waits for. */
async function findUntoldParcels({
  database,
  organizationId,
}: SyncContext): Promise<{ cancelled: Set<string>; byHand: Set<string> }> {
  const { rows } = await sql<{ trackingNumber: string; isByHand: boolean }>`
    select tracking_number, connector = 'by-hand' as is_by_hand from parcel
    join shipment using (organization_id, shipment_id)
    join sales_order using (organization_id, order_id)
    join connection on connection.organization_id = sales_order.organization_id
      and connection.connection_id = sales_order.connection_id
    where parcel.organization_id = ${organizationId} and tracking_number is not null
      and (connector = 'by-hand' or sales_order.state = 'cancelled')
    order by tracking_number`.execute(database.kysely)
  const numbersOf = (which: boolean) =>
    new Set(rows.flatMap(({ trackingNumber, isByHand }) => (isByHand === which ? [trackingNumber] : [])))
  return { cancelled: numbersOf(false), byHand: numbersOf(true) }
}

async function findTasks({ database, organizationId }: SyncContext): Promise<string[]> {
  const found = await sql<{ detail: string }>`
    select detail from task
    where organization_id = ${organizationId} and closed_at is null
    order by opened_at limit 20`.execute(database.kysely)
  return found.rows.map(({ detail }) => detail)
}

/** Shipments that have not ended, and how their calls stand. */
async function findOpen({ database, organizationId }: SyncContext): Promise<string[]> {
  const found = await sql<{ open: string }>`
    select concat_ws(' ', number, 'at', location.code, shipment.state, 'asked', to_char(asked_at, 'HH24:MI:SS'), 'heard',
      to_char(heard_at, 'HH24:MI:SS'), 'calls', (
        select string_agg(concat_ws(' ', kind, errand.state, attempts, error), ', ' order by kind) from errand
        where errand.organization_id = shipment.organization_id and errand.subject_id = shipment.shipment_id
      )) as open
    from shipment
    join location on location.organization_id = shipment.organization_id
      and location.location_id = shipment.location_id
    where shipment.organization_id = ${organizationId}
      and shipment.state not in ('shipped', 'cancelled', 'rejected')
    order by asked_at limit 20`.execute(database.kysely)
  return found.rows.map(({ open }) => open)
}

async function countOpen({ database, organizationId }: SyncContext): Promise<number> {
  const found = await sql<{ open: number }>`
    select count(*) as open from shipment
    where organization_id = ${organizationId} and state not in ('shipped', 'cancelled', 'rejected')`.execute(
    database.kysely,
  )
  return found.rows[0]?.open ?? 0
}
