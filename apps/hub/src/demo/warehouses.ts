import type { Clock } from '@plimsoll/connector-kit'
import { listConnectorIds, loadConnectors, loadSimulator } from '@plimsoll/connectors'
import {
  ConnectionRegistry,
  changeConnection,
  changePools,
  connect,
  importConnection,
  type SyncContext,
  setShipsOrders,
  tieCountedPlace,
} from '@plimsoll/sync'
import { sql } from 'kysely'
import { request } from 'undici'
import { z } from 'zod'
import { ensureLocation, importItems } from '../items-import.ts'
import type { DemoShop } from './brand.ts'
import type { Child } from './children.ts'
import type { History } from './history.ts'

/** A warehouse that counts and sends for the demo's brand: a simulator of its platform, with people who work by themselves. */
export type DemoWarehouse = {
  connector: string
  connectionId: string
  location: { code: string; name: string; kind: '3pl' | 'overseas' }
  floor: FloorControl
}

/** Items lie at one of the warehouses each, in turn. */
export function lyingAt<Item>(items: readonly Item[], nth: number, of: number): Item[] {
  return items.filter((_, at) => at % of === nth)
}

/** @throws UnknownWarehouse where there is no such connector, it is none, or it has no simulator */
export async function checkWarehouses(ids: readonly string[]): Promise<void> {
  const connectors = await loadConnectors()
  for (const id of ids) {
    if (connectors.get(id)?.manifest.kind === 'warehouse' && (await loadSimulator(id)) !== undefined) continue
    const known = listConnectorIds().filter((each) => connectors.get(each)?.manifest.kind === 'warehouse')
    throw new UnknownWarehouse(id, known)
  }
}

export class UnknownWarehouse extends Error {
  constructor(id: string, known: readonly string[]) {
    super(`There is no simulated warehouse "${id}"; there are: ${known.join(', ')}.`)
    this.name = 'UnknownWarehouse'
  }
}

const started = z.object({ url: z.url(), settings: z.unknown(), credentials: z.unknown() })

/** Fills a warehouse's floor and connects it, as a person would: import, tie its place to a location, go live. */
export async function connectWarehouse(
  context: SyncContext,
  child: Pick<Child, 'ready'>,
  {
    connector,
    history,
    nth,
    of,
  }: {
    connector: string
    history: { items: readonly Pick<History['items'][number], 'sku' | 'name' | 'opening'>[] }
    nth: number
    of: number
  },
): Promise<DemoWarehouse> {
  const { url, settings, credentials } = started.parse(child.ready)
  const floor = createFloorControl(url)
  const kind = nth === 0 ? ('3pl' as const) : ('overseas' as const)
  const location = { code: `3PL-${nth + 1}`, name: `${connector} warehouse`, kind }
  await ensureLocation(context, location)
  const items = lyingAt(history.items, nth, of)
  await floor.fill(items.map(({ sku, name, opening }) => ({ sku, title: name.en, units: opening })))
  await importItems(context, {
    name: `opening-${location.code}`,
    items: items.map((item) => ({
      sku: item.sku,
      name: item.name.en,
      location: location.code,
      quantity: item.opening,
    })),
  })
  const { connectionId } = await connect(context, {
    connector,
    name: `Harbour & Co. (${connector})`,
    settings,
    credentials,
    locationCode: location.code,
    ordersPollMs: undefined,
  })
  const open = await new ConnectionRegistry(context).find(connectionId)
  if (open === undefined) throw new Error('the connection just made cannot be found')
  await importConnection(context, open)
  const [place] = (await floor.state()).facilities
  if (place === undefined) throw new Error('the warehouse has no facility')
  await tieCountedPlace(context, connectionId, place.id, location.code)
  await changeConnection(context, connectionId, { kind: 'go-live' })
  return { connector, connectionId, location, floor }
}

/** The shops sell what lies at the warehouses, and the hub has their orders sent from there. */
export async function sendFrom(
  context: SyncContext,
  shops: readonly Pick<DemoShop, 'connectionId'>[],
  warehouses: readonly DemoWarehouse[],
): Promise<void> {
  for (const { connectionId } of shops) {
    const places = await sql<{ externalId: string }>`
      select external_id from pool_location
      where organization_id = ${context.organizationId} and connection_id = ${connectionId}
      order by external_id limit 1`.execute(context.database.kysely)
    const externalId = places.rows[0]?.externalId
    if (externalId === undefined) throw new Error('the shop shows what lies somewhere')
    const locations = warehouses.map(({ location }) => location.code)
    await changePools(context, connectionId, [{ externalId, locations }])
    await setShipsOrders(context, connectionId, new Date(context.clock.now()))
  }
}

const floorState = z.object({
  facilities: z.array(z.object({ id: z.string(), name: z.string() })),
  requests: z.record(z.string(), z.number()),
})
const verdict = z.object({
  ordersShipped: z.int(),
  shippedTwice: z.int(),
  countsAgree: z.boolean(),
  differences: z.array(z.unknown()),
})
const requests = z.object({
  rows: z.array(z.looseObject({ parcels: z.array(z.looseObject({ trackingNumber: z.string() })) })),
})

export type FloorControl = ReturnType<typeof createFloorControl>

/** What the demo asks of a simulated warehouse, over the control API that all of them have. */
export function createFloorControl(url: string) {
  const call = async (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => {
    const answer = await request(`${url}/_control/warehouse${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
    const told: unknown = await answer.body.json()
    if (answer.statusCode >= 300)
      throw new Error(`${method} ${path} answered ${answer.statusCode}: ${JSON.stringify(told)}`)
    return told
  }
  return {
    url,
    state: async () => floorState.parse(await call('GET', '/state')),
    async fill(items: readonly { sku: string; title: string; units: number }[]): Promise<void> {
      await call(
        'POST',
        '/items',
        items.map(({ sku, title }) => ({ sku, title })),
      )
      const [place] = floorState.parse(await call('GET', '/state')).facilities
      if (place === undefined) throw new Error('the warehouse has no facility')
      for (const { sku, units } of items)
        await call('POST', '/adjustments', { facilityId: place.id, sku, sellable: units, reason: 'opening' })
      // What is lost on the floor would have to be told from what the hub lost: nothing is.
      await call('PUT', '/pace', { shortShare: 0 })
    },
    /** @param counted what the hub believes to lie there */
    verdict: async (counted: readonly { sku: string; onHand: number }[]) =>
      verdict.parse(await call('POST', '/verdict', { counted })),
    trackingNumbers: async () =>
      requests
        .parse(await call('GET', '/requests'))
        .rows.flatMap(({ parcels }) => parcels.map(({ trackingNumber }) => trackingNumber)),
    setFaults: async (faults: object) => {
      const answer = await request(`${url}/_control/faults`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(faults),
      })
      await answer.body.dump()
      if (answer.statusCode >= 300) throw new Error(`faults were answered ${answer.statusCode}`)
    },
  }
}

export type SendingVerdict = {
  /** By the warehouses' books. */
  ordersShipped: number
  /** Tracking numbers of parcels that customers can see on the platforms, by these' books. */
  trackingConfirmed: number
  parcels: number
  /** Parcels of orders that were cancelled when they had been packed: their platforms take no tracking any more. */
  leftThoughCancelled: number
  /** Units sent beyond what was asked for. */
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
  for (;;) {
    const { verdict, details } = await judgeSending(base.context, shops, warehouses)
    const isDone = verdict.open === 0 && verdict.countsAgree && verdict.trackingConfirmed === verdict.parcels
    const isOver = clock.monotonic() - startedMs > PATIENCE_MS
    if (isOver && !isDone) {
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

/** Judges what was sent from the books of warehouses and platforms alone, against the hub's own counts. */
export async function judgeSending(
  context: SyncContext,
  shops: readonly Pick<DemoShop, 'control'>[],
  warehouses: readonly DemoWarehouse[],
): Promise<{ verdict: SendingVerdict; details: SendingDetails }> {
  const details: SendingDetails = { differences: [], untold: [] }
  const told = (await Promise.all(shops.map(({ control }) => control.toldCustomers()))).flat()
  const all: SendingVerdict = {
    ordersShipped: 0,
    trackingConfirmed: 0,
    parcels: 0,
    leftThoughCancelled: 0,
    shippedTwice: 0,
    countsAgree: true,
    open: await countOpen(context),
  }
  const cancelled = await findCancelledParcels(context)
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
    const left = await floor.trackingNumbers()
    const numbers = left.filter((number) => !cancelled.has(number))
    all.leftThoughCancelled += left.length - numbers.length
    all.ordersShipped += judged.ordersShipped
    all.shippedTwice += judged.shippedTwice
    all.countsAgree &&= judged.countsAgree
    all.parcels += numbers.length
    const untold = numbers.filter((number) => !told.some((text) => text.includes(number)))
    all.trackingConfirmed += numbers.length - untold.length
    details.untold.push(...untold)
    details.differences.push(...judged.differences)
  }
  return { verdict: all, details }
}

async function findCancelledParcels({ database, organizationId }: SyncContext): Promise<Set<string>> {
  const found = await sql<{ trackingNumber: string }>`
    select tracking_number from parcel
    join shipment using (organization_id, shipment_id)
    join sales_order using (organization_id, order_id)
    where organization_id = ${organizationId} and sales_order.state = 'cancelled' and tracking_number is not null
    order by tracking_number`.execute(database.kysely)
  return new Set(found.rows.map(({ trackingNumber }) => trackingNumber))
}

async function findTasks({ database, organizationId }: SyncContext): Promise<string[]> {
  const found = await sql<{ detail: string }>`
    select detail from task
    where organization_id = ${organizationId} and closed_at is null
    order by opened_at limit 20`.execute(database.kysely)
  return found.rows.map(({ detail }) => detail)
}

async function countOpen({ database, organizationId }: SyncContext): Promise<number> {
  const found = await sql<{ open: number }>`
    select count(*) as open from shipment
    where organization_id = ${organizationId} and state not in ('shipped', 'cancelled', 'rejected')`.execute(
    database.kysely,
  )
  return found.rows[0]?.open ?? 0
}
