// Orders of a shop that a warehouse sends, with the production workers on a manual clock: answers are lost, processes die.
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenBalances, findBrokenReservations } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Brand, die, go, goOn, openBrand } from '../testing/sent-brand.ts'
import type { WarehouseFault } from '../testing/warehouse-call.ts'
import type { World } from '../testing/world.ts'
import { isLowered } from './telling.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const leftOf = ({ warehouse }: Brand) => {
  const left = new Map<string, number>()
  for (const { number, units } of warehouse.left)
    left.set(baseOf(number), (left.get(baseOf(number)) ?? 0) + units)
  return Object.fromEntries([...left].sort())
}
/** An order that is sent in several shipments has suffixed numbers. */
const baseOf = (number: string) => number.replace(/^(#o-\d+)-\d+$/, '$1')

async function onHand(world: World): Promise<number> {
  const [row] = await world.rows(sql<{ units: number }>`
    select coalesce(sum(on_hand), 0)::bigint as units from balance
    where organization_id = ${world.context.organizationId}`)
  return row?.units ?? 0
}

test('an order of a shop is sent by a warehouse: asked once, left once, told to the shop with its tracking', async () => {
  const brand = await openBrand(database, 10, 'by-key')
  const { platform, warehouse, world } = brand
  expect(await onHand(world)).toBe(10)
  expect(platform.quantityOf('bottle')).toBe(10)
  const order = platform.sell('bottle', 3)
  await go(brand, 12)
  expect(warehouse.shipments).toHaveLength(1)
  const [shipment] = warehouse.shipments
  expect(shipment?.request).toMatchObject({
    number: '#o-1',
    locationId: 'floor',
    recipient: { name: 'Shopper of o-1', country: 'DE' },
    lines: [{ sku: 'bottle', quantity: 3 }],
  })
  if (shipment === undefined) throw new Error('it was asked for')
  warehouse.send(shipment, 1)
  await go(brand, 40)
  expect(platform.orders.get(order?.externalId ?? '')).toMatchObject({ state: 'open', shipped: 1 })
  warehouse.send(shipment)
  await go(brand, 40)
  expect(platform.orders.get(order?.externalId ?? '')).toMatchObject({ state: 'closed', shipped: 3 })
  expect([...platform.parcels.values()].map(({ units }) => units)).toEqual([1, 2])
  expect(await onHand(world)).toBe(7)
  expect(platform.quantityOf('bottle')).toBe(7)
})

test('to whom an order goes is kept sealed, and in no event, log or error', async () => {
  const brand = await openBrand(database, 10, 'by-key')
  brand.platform.sell('bottle', 1)
  await go(brand, 12)
  const { organizationId } = brand.world.context
  const tables = ['inbox', 'order_event', 'errand', 'shipment', 'sales_order', 'order_recipient']
  for (const table of tables) {
    const rows = await brand.world.rows(sql`
      select * from ${sql.table(table)} where organization_id = ${organizationId}`)
    expect(rows.length).toBeGreaterThan(0)
    expect(JSON.stringify(rows), table).not.toContain('Hafenstraße')
  }
  expect(JSON.stringify(brand.world.errors)).not.toContain('Hafenstraße')
})

test('a cancelled order is stopped at the warehouse; what it may still send is sold to nobody', async () => {
  const brand = await openBrand(database, 5, 'by-key')
  const { platform, warehouse } = brand
  const order = platform.sell('bottle', 2)
  await go(brand, 12)
  const [shipment] = warehouse.shipments
  if (shipment === undefined || order === undefined) throw new Error('it was asked for')
  warehouse.work(shipment)
  await go(brand, 30)
  platform.cancel(order.externalId)
  await go(brand, 30)
  // Too late: it is being worked on. The shop put the units back by itself, and the hub took them off again.
  expect(platform.quantityOf('bottle')).toBe(3)
  warehouse.send(shipment)
  await go(brand, 40)
  expect(platform.quantityOf('bottle')).toBe(3)
  expect(await onHand(brand.world)).toBe(3)
  const tasks = await brand.world.rows(sql<{ kind: string }>`
    select kind from task where organization_id = ${brand.world.context.organizationId} and closed_at is null
    order by kind`)
  expect(tasks.map(({ kind }) => kind)).toContain('shipped-anyway')
})

test('a number that falls at shipment, or never, is lowered before the shop is told; whoever dies in between, it never shows more', async () => {
  const brand = await openBrand(database, 10, 'by-key', 5_000, { writeStyle: 'counts-open-orders' })
  const { platform, warehouse, world } = brand
  platform.countsOpenOrders = true
  const order = platform.sell('bottle', 4)
  await go(brand, 20)
  // What is sold and not sent is shown on top: the shop takes it off itself.
  expect([platform.quantityOf('bottle'), platform.shownOf('bottle')]).toEqual([10, 6])
  const [shipment] = warehouse.shipments
  if (shipment === undefined || order === undefined) throw new Error('it was asked for')
  warehouse.send(shipment)
  const shown: (number | undefined)[] = []
  for (let round = 0; round < 120; round += 1) {
    await goOn(brand, 1, 400)
    shown.push(platform.shownOf('bottle'))
    // Whoever was about to tell is gone, twice.
    if (round === 30 || round === 33) await die(brand, 'shop')
  }
  expect(platform.orders.get(order.externalId)).toMatchObject({ state: 'closed', shipped: 4 })
  expect(Math.max(...shown.map((units) => units ?? 0))).toBe(6)
  expect([platform.quantityOf('bottle'), platform.shownOf('bottle')]).toEqual([6, 6])
  expect(await onHand(world)).toBe(6)
})

test('a write that was settled though nobody knows what became of it keeps no parcel from being told', async () => {
  const brand = await openBrand(database, 10, 'by-key', 5_000, { writeStyle: 'counts-open-orders' })
  const { world, connectionId } = brand
  const { organizationId } = world.context
  const lowered = () => isLowered(database.kysely, organizationId, connectionId, ['bottle'])
  expect(await lowered()).toBe(true)
  const ofShop = sql`organization_id = ${organizationId} and connection_id = ${connectionId}`
  const settled = await world.rows(sql<{ writeId: string; settledAt: Date }>`
    update write set state = 'unknown' where ${ofShop} and settled_at is not null returning write_id, settled_at`)
  expect(settled.length).toBeGreaterThan(0)
  expect(await lowered()).toBe(true)
  // What the shop said before it was settled says nothing of it; what it shows after that does.
  await world.rows(sql`
    update level set acknowledged_at = acknowledged_at - interval '1 hour', observed_at = null
    where ${ofShop} returning level_id`)
  expect(await lowered()).toBe(false)
  await world.rows(sql`
    update level set observed_at = acknowledged_at + interval '2 hours', observed = desired
    where ${ofShop} returning level_id`)
  expect(await lowered()).toBe(true)
  await world.rows(sql`update write set settled_at = null where ${ofShop} returning write_id`)
  expect(await lowered()).toBe(false)
})

test('a parcel that its shop does not take without a tracking number is told once there is one, and its task ends', async () => {
  const brand = await openBrand(database, 10, 'by-key')
  const { platform, warehouse, world } = brand
  platform.wantsTracking = true
  warehouse.tracksLater = true
  const order = platform.sell('bottle', 2)?.externalId ?? ''
  await go(brand, 12)
  const [shipment] = warehouse.shipments
  if (shipment === undefined) throw new Error('it was asked for')
  warehouse.send(shipment)
  await go(brand, 30)
  const tasks = async () => {
    const rows = await world.rows(sql<{ kind: string }>`
      select kind from task where organization_id = ${world.context.organizationId} and closed_at is null`)
    return rows.map(({ kind }) => kind)
  }
  expect(await tasks()).toEqual(['not-told'])
  warehouse.track(shipment)
  await go(brand, 30)
  expect(platform.orders.get(order)).toMatchObject({ state: 'closed', shipped: 2 })
  expect(platform.parcels.size).toBe(1)
  expect(await tasks()).toEqual([])
}, 120_000)

test('what a warehouse refuses is shown, and sent from elsewhere', async () => {
  const brand = await openBrand(database, 5, 'by-key')
  const { platform, warehouse, world } = brand
  await world.adjust('bottle', 4)
  warehouse.refused.add('#o-1')
  platform.sell('bottle', 2)
  await go(brand, 30)
  const rows = await world.rows(sql<{ state: string; code: string }>`
    select shipment.state, location.code from shipment join location using (organization_id, location_id)
    where organization_id = ${world.context.organizationId} order by shipment.created_at`)
  expect(rows).toEqual([
    { state: 'rejected', code: '3PL' },
    { state: 'received', code: 'MAIN' },
  ])
})

test('what leaves from elsewhere for want of stock is demand of the place that would have sent it, and only if it keeps it', async () => {
  const brand = await openBrand(database, 20, 'by-key')
  const { platform, world } = brand
  const { organizationId } = world.context
  await world.rows(sql`
    update location set routing_priority = 1 where organization_id = ${organizationId} and code = 'MAIN' returning 1`)
  const noted = () =>
    world.rows(sql<{ order: string; code: string }>`
      select sales_order.external_id as order, location.code from demand_place
      join sales_order using (organization_id, order_id)
      join location using (organization_id, location_id)
      where demand_place.organization_id = ${organizationId} order by 1`)
  platform.sell('bottle', 1) // before MAIN ever had any
  await go(brand, 12)
  await world.stock('bottle', 2)
  const second = platform.sell('bottle', 3) // more than MAIN has
  await go(brand, 12)
  const third = platform.sell('bottle', 2)
  await go(brand, 12)
  expect(await noted()).toEqual([{ order: second?.externalId, code: 'MAIN' }])
  const left = await world.rows(sql<{ order: string; code: string }>`
    select sales_order.external_id as order, location.code from shipment
    join sales_order using (organization_id, order_id)
    join location on location.organization_id = shipment.organization_id and location.location_id = shipment.location_id
    where shipment.organization_id = ${organizationId} order by shipment.created_at`)
  expect(left.map(({ code }) => code)).toEqual(['3PL', '3PL', 'MAIN'])
  expect(left.at(-1)?.order).toBe(third?.externalId)
})

test('a shipment that is too much for its warehouse by itself is not asked for there, and sent from elsewhere', async () => {
  const brand = await openBrand(database, 5, 'by-key')
  const { platform, warehouse, world } = brand
  await world.adjust('bottle', 4)
  // What has more lines than that goes as several shipments, down to single units; those cannot be less.
  warehouse.linesMax = 0
  platform.sell('bottle', 2)
  await go(brand, 30)
  expect(warehouse.shipments).toEqual([])
  const rows = await world.rows(sql<{ state: string; code: string; problemCode: string | null }>`
    select shipment.state, location.code, shipment.problem_code from shipment
    join location using (organization_id, location_id)
    where organization_id = ${world.context.organizationId} order by shipment.created_at`)
  expect(rows).toEqual([
    { state: 'rejected', code: '3PL', problemCode: 'too-many-lines' },
    { state: 'rejected', code: '3PL', problemCode: 'too-many-lines' },
    { state: 'received', code: 'MAIN', problemCode: null },
  ])
})

type Happening =
  | { kind: 'sell'; units: number }
  | { kind: 'cancel'; nth: number }
  | { kind: 'work' | 'send'; nth: number; most: number }
  | { kind: 'go'; rounds: number }
  | { kind: 'die'; who: 'shop' | 'warehouse' }
  | { kind: 'late' }

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('sell' as const), units: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), nth: fc.nat(4) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('work' as const, 'send' as const, 'send' as const),
      nth: fc.nat(4),
      most: fc.constantFrom(1, 99),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('go' as const), rounds: fc.integer({ min: 1, max: 8 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('die' as const),
      who: fc.constantFrom('shop' as const, 'warehouse' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'late' as const }) },
)

test('I11: whatever answers are lost and whoever dies, each unit ordered leaves once or never, and the counts agree', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('by-key' as const, 'by-read-back' as const),
      fc.boolean(),
      fc.array(happening, { minLength: 6, maxLength: 16 }),
      fc.array(
        fc.constantFrom<WarehouseFault | undefined>(
          'lost',
          'dropped',
          'late',
          undefined,
          undefined,
          undefined,
        ),
        {
          minLength: 1,
          maxLength: 12,
        },
      ),
      async (requests, tracksLater, happenings, faults) => {
        const brand = await openBrand(database, 40, requests, 5_000)
        const { platform, warehouse, world, clock } = brand
        platform.wantsTracking = tracksLater
        warehouse.tracksLater = tracksLater
        let nth = 0
        warehouse.fault = (call) => (call === 'counts' ? undefined : faults[nth++ % faults.length])
        platform.fault = (operation) => {
          if (operation !== 'ship' && operation !== 'recipient') return undefined
          const fault = faults[nth++ % faults.length]
          return operation === 'recipient' && fault === 'late' ? 'lost' : fault
        }
        const orders: string[] = []
        for (const each of happenings) {
          const shipment =
            'nth' in each
              ? warehouse.shipments[each.nth % Math.max(1, warehouse.shipments.length)]
              : undefined
          if (each.kind === 'sell') {
            const order = platform.sell('bottle', each.units)
            if (order !== undefined) orders.push(order.externalId)
          }
          const orderId = each.kind === 'cancel' ? orders[each.nth % Math.max(1, orders.length)] : undefined
          if (orderId !== undefined) platform.cancel(orderId)
          if (each.kind === 'work' && shipment !== undefined) warehouse.work(shipment)
          if (each.kind === 'send' && shipment !== undefined) warehouse.send(shipment, each.most)
          if (each.kind === 'go') await goOn(brand, each.rounds)
          if (each.kind === 'die') await die(brand, each.who)
          if (each.kind === 'late') {
            platform.landLate()
          }
        }
        // The world calms down: everything that was asked for is sent, and all is told.
        warehouse.fault = () => undefined
        platform.fault = () => undefined
        for (let round = 0; round < 6; round += 1) {
          await goOn(brand, 12, 3_000)
          warehouse.land()
          platform.landLate()
          for (const shipment of warehouse.shipments) warehouse.send(shipment)
        }
        await goOn(brand, 20, 3_000)
        for (const shipment of warehouse.shipments) warehouse.track(shipment)
        await goOn(brand, 40, 10_000)
        await clock.advance(30 * 60_000)
        await goOn(brand, 20, 2_000)

        const left = leftOf(brand)
        for (const externalId of orders) {
          const order = platform.orders.get(externalId)
          if (order === undefined) throw new Error('the shop keeps its orders')
          const units = left[`#${externalId}`] ?? 0
          expect(units, `${externalId} of ${order.units}`).toBeLessThanOrEqual(order.units)
          if (order.state !== 'cancelled') expect([units, order.state]).toEqual([order.units, 'closed'])
        }
        expect(await onHand(world)).toBe(warehouse.stock.get('bottle'))
        const open = await world.rows(sql<{ state: string }>`
          select state from shipment where organization_id = ${world.context.organizationId}
            and state not in ('shipped', 'cancelled', 'rejected')`)
        expect(open).toEqual([])
      },
    ),
    { ...fromEnvironment(5), endOnFailure: true },
  )
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
}, 300_000)
