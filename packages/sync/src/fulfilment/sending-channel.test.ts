// A channel that keeps stock for its seller sends the orders of another: it is a channel and a warehouse in one connection.
import { type Connector, manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenBalances, findBrokenReservations, saveLocation } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { saveShipsOrdersFrom } from '../connections/connections.store.ts'
import { connect } from '../connections/connections.ts'
import { toStockContext } from '../context.ts'
import { tieCountedPlace } from '../counts/counted-places.ts'
import { changeConnection, changePools } from '../index.ts'
import { MemoryPlatform } from '../testing/memory-platform.ts'
import { type MemorySender, memorySenderConnector } from '../testing/memory-sender.ts'
import { MemoryWarehouse } from '../testing/memory-warehouse.ts'
import { stepConnection } from '../testing/steps.ts'
import type { WarehouseFault } from '../testing/warehouse-call.ts'
import { createWorld, type World } from '../testing/world.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

type Options = { follows?: MemorySender['follows']; isOn?: boolean; leaseMs?: number }

/** A shop, and a marketplace that keeps all the bottles and sells cups that the seller keeps. */
async function openBrand(
  units: number,
  { follows = 'list', isOn = true, leaseMs = 3_600_000 }: Options = {},
) {
  const clock = manualClock()
  const world = await createWorld(database, clock, { leaseMs })
  const { context } = world
  await world.stock('bottle', 0)
  await world.stock('cup', 5)
  const { platform: shop, connectionId: shopId } = await world.open('shop', { bottle: 0 })
  shop.takesShipments = true
  await inTransaction(database, (tx) =>
    saveLocation(tx, toStockContext(context), { code: 'KEPT', name: 'Kept', kind: 'marketplace-fulfilled' }),
  )
  const warehouse = new MemoryWarehouse(clock, 'by-key')
  warehouse.stock.set('bottle', units)
  const sender: MemorySender = {
    platform: new MemoryPlatform(clock),
    warehouse,
    follows,
    isShown: () => true,
  }
  // A listing of the same thing that the seller keeps: nobody can be asked to send that.
  sender.platform.list('bottle-own', { quantity: 0 })
  sender.platform.list('cup', { quantity: 0 })
  const connectors = context.connectors as Map<string, Connector>
  connectors.set('memory-market', memorySenderConnector(sender, 'memory-market'))
  const { connectionId: marketId } = await connect(context, {
    connector: 'memory-market',
    name: 'market',
    settings: { sendsForOthers: isOn },
    credentials: { key: sender.platform.key },
    locationCode: 'MAIN',
    ordersPollMs: 100,
  })
  await world.import(marketId)
  await sql`
    update listing set item_id = (select item_id from item where organization_id = ${context.organizationId} and sku = 'bottle'),
      mapped_by = 'person'
    where connection_id = ${marketId} and external_id = 'bottle-own'`.execute(database.kysely)
  await changeConnection(context, marketId, { kind: 'go-live' })
  await tieCountedPlace(context, marketId, 'floor', 'KEPT')
  await inTransaction(database, (tx) => saveShipsOrdersFrom(tx, context.organizationId, shopId, new Date(0)))
  const stepped = {
    shop: await stepConnection(world, shopId),
    market: await stepConnection(world, marketId),
  }
  const brand = { clock, world, shop, shopId, sender, warehouse, marketId, stepped }
  return brand
}
type Brand = Awaited<ReturnType<typeof openBrand>>

const showKept = async ({ world, shopId }: Brand) => {
  const [place] = await world.rows(sql<{ externalId: string }>`
    select external_id from pool_location where connection_id = ${shopId}`)
  return await changePools(world.context, shopId, [
    { externalId: place?.externalId ?? '', locations: ['MAIN', 'KEPT'] },
  ])
}

async function goOn(brand: Brand, rounds: number, ms = 700): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    for (const who of ['shop', 'market'] as const) {
      brand.warehouse.land()
      if ((await brand.stepped[who].turn()) === undefined) await die(brand, who)
    }
    await brand.clock.advance(ms)
  }
}

async function die(brand: Brand, who: 'shop' | 'market'): Promise<void> {
  await brand.clock.advance(5_100)
  const connectionId = who === 'shop' ? brand.shopId : brand.marketId
  brand.stepped[who] = await stepConnection(brand.world, connectionId)
}

async function at(world: World, sku = 'bottle') {
  const [row] = await world.rows(sql<{ onHand: number; reserved: number }>`
    select coalesce(sum(on_hand), 0)::bigint as on_hand, coalesce(sum(reserved), 0)::bigint as reserved
    from balance join item using (organization_id, item_id) join location using (organization_id, location_id)
    where balance.organization_id = ${world.context.organizationId} and location.code = 'KEPT' and item.sku = ${sku}`)
  return row
}
const openTasks = async (world: World) =>
  await world.rows(sql<{ kind: string }>`
    select kind from task where organization_id = ${world.context.organizationId} and closed_at is null order by kind`)

test.each(['list', 'each'] as const)(
  'what a marketplace keeps is shown by the shop, asked for once, and told to it with its tracking (followed by %s)',
  async (follows) => {
    const brand = await openBrand(10, { follows })
    const { world, shop, warehouse } = brand
    expect(await showKept(brand)).toMatchObject({ kind: 'changed' })
    await goOn(brand, 40, 1_000)
    expect(await at(world)).toEqual({ onHand: 10, reserved: 0 })
    expect(shop.quantityOf('bottle')).toBe(10)
    const order = shop.sell('bottle', 4)
    await goOn(brand, 12, 1_000)
    const [asked] = warehouse.shipments
    // By the SKU that the marketplace keeps, not by the one that the seller does.
    expect(asked?.request).toMatchObject({ locationId: 'floor', lines: [{ sku: 'bottle', quantity: 4 }] })
    // Counted again before it leaves: what was taken off for it is there all the same.
    await goOn(brand, 30, 20_000)
    expect(await at(world)).toEqual({ onHand: 10, reserved: 4 })
    expect(shop.quantityOf('bottle')).toBe(6)
    if (asked === undefined) throw new Error('nothing was asked for')
    warehouse.send(asked)
    await goOn(brand, 30, 2_000)
    expect(await at(world)).toEqual({ onHand: 6, reserved: 0 })
    expect(shop.orders.get(order?.externalId ?? '')?.state).toBe('closed')
    await goOn(brand, 30, 30_000)
    expect(await at(world)).toEqual({ onHand: 6, reserved: 0 })
    expect(await openTasks(world)).toEqual([])
    expect(warehouse.left).toEqual([
      { number: order === undefined ? '' : `#${order.externalId}`, sku: 'bottle', units: 4 },
    ])
  },
)

test('switched off, it is a channel: what it keeps is counted, shown by nobody else, and sent for nobody', async () => {
  const brand = await openBrand(10, { isOn: false })
  const { world, shop, warehouse } = brand
  await expect(showKept(brand)).rejects.toThrow(/whose platform sells what is there/)
  await goOn(brand, 40, 1_000)
  expect(await at(world)).toEqual({ onHand: 10, reserved: 0 })
  expect(shop.quantityOf('bottle')).toBe(0)
  // Beyond what is there: it is not routed to where only the marketplace sells from.
  shop.edit('bottle', 3)
  shop.sell('bottle', 1)
  await goOn(brand, 20, 1_000)
  expect(warehouse.shipments).toEqual([])
  const shipments = await world.rows(sql`
    select from shipment where organization_id = ${world.context.organizationId}`)
  expect(shipments).toEqual([])
})

test('what it keeps it sells itself: its own listings never show it as the seller’s', async () => {
  const { world, marketId } = await openBrand(10)
  const [place] = await world.rows(sql<{ externalId: string }>`
    select external_id from pool_location where connection_id = ${marketId}`)
  const change = { externalId: place?.externalId ?? '', locations: ['MAIN', 'KEPT'] }
  await expect(changePools(world.context, marketId, [change])).rejects.toThrow(
    /whose platform sells what is there/,
  )
})

type Happening =
  | { kind: 'sell'; units: number }
  | { kind: 'cancel' | 'work' | 'send'; nth: number }
  | { kind: 'go'; rounds: number; ms: number }
  | { kind: 'die'; who: 'shop' | 'market' }

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('sell' as const), units: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('cancel' as const, 'work' as const, 'send' as const, 'send' as const),
      nth: fc.nat(5),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('go' as const),
      rounds: fc.integer({ min: 1, max: 8 }),
      ms: fc.constantFrom(700, 5_000, 40_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('die' as const),
      who: fc.constantFrom('shop' as const, 'market' as const),
    }),
  },
)

test('I11: counts late or at once, answers lost and processes dead: each unit leaves once, no count makes or loses one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('list' as const, 'each' as const),
      fc.array(happening, { minLength: 5, maxLength: 12 }),
      fc.array(
        fc.constantFrom<WarehouseFault | undefined>('lost', 'dropped', undefined, undefined, undefined),
        {
          minLength: 1,
          maxLength: 8,
        },
      ),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
      async (follows, happenings, faults, shows) => {
        const brand = await openBrand(30, { follows, leaseMs: 5_000 })
        const { world, shop, warehouse, sender, clock } = brand
        await showKept(brand)
        await goOn(brand, 30, 1_000)
        let nth = 0
        warehouse.fault = (call) => (call === 'counts' ? undefined : faults[nth++ % faults.length])
        sender.isShown = () => shows[nth++ % shows.length] ?? true
        const orders: string[] = []
        for (const each of happenings) {
          const shipment =
            'nth' in each
              ? warehouse.shipments[each.nth % Math.max(1, warehouse.shipments.length)]
              : undefined
          if (each.kind === 'sell') {
            const order = shop.sell('bottle', each.units)
            if (order !== undefined) orders.push(order.externalId)
          }
          const orderId = each.kind === 'cancel' ? orders[each.nth % Math.max(1, orders.length)] : undefined
          if (orderId !== undefined) shop.cancel(orderId)
          if (each.kind === 'work' && shipment !== undefined) warehouse.work(shipment)
          if (each.kind === 'send' && shipment !== undefined) warehouse.send(shipment)
          if (each.kind === 'go') await goOn(brand, each.rounds, each.ms)
          if (each.kind === 'die') await die(brand, each.who)
          // What is promised to the shop's orders was there to promise: nobody else sells the bottles.
          const kept = await at(world)
          expect(kept?.onHand, JSON.stringify(each)).toBeGreaterThanOrEqual(kept?.reserved ?? 0)
        }
        warehouse.fault = () => undefined
        for (let round = 0; round < 6; round += 1) {
          await goOn(brand, 12, 3_000)
          warehouse.land()
          for (const shipment of warehouse.shipments) warehouse.send(shipment)
        }
        sender.isShown = () => true
        await goOn(brand, 40, 10_000)
        await clock.advance(30 * 60_000)
        await goOn(brand, 20, 2_000)

        const left = new Map<string, number>()
        for (const { number, units } of warehouse.left) {
          const base = number.replace(/^(#o-\d+)-\d+$/, '$1')
          left.set(base, (left.get(base) ?? 0) + units)
        }
        for (const externalId of orders) {
          const order = shop.orders.get(externalId)
          const units = left.get(`#${externalId}`) ?? 0
          expect(units).toBeLessThanOrEqual(order?.units ?? 0)
          if (order !== undefined && order.state !== 'cancelled')
            expect([units, order.state]).toEqual([order.units, 'closed'])
        }
        expect(await at(world)).toEqual({ onHand: warehouse.stock.get('bottle'), reserved: 0 })
      },
    ),
    { ...fromEnvironment(4), endOnFailure: true },
  )
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
}, 300_000)
