// Kits of which some has left and the rest has not, at a warehouse that counts what lies there: production workers on a manual clock.
import { type ManualClock, manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenBalances, findBrokenReservations, saveLocation } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { changeKit } from '../availability/kit-changes.ts'
import { saveShipsOrdersFrom } from '../connections/connections.store.ts'
import { connect } from '../connections/connections.ts'
import { toStockContext } from '../context.ts'
import { changeConnection } from '../index.ts'
import { MemoryWarehouse, memoryWarehouseConnector } from '../testing/memory-warehouse.ts'
import { type Stepped, stepConnection } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'
import { tieCountedPlace } from './counted-places.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
})
afterAll(() => database.drop())

const PARTS = ['cup', 'saucer', 'bottle'] as const
const LYING = 40

/** A shop that sells sets (a cup and two saucers), packs of six bottles and single cups, all from a warehouse that counts. */
async function openBrand() {
  const clock = manualClock()
  const world = await createWorld(database, clock, { leaseMs: 3_600_000 })
  const { context } = world
  const { organizationId } = context
  for (const sku of [...PARTS, 'set', 'six']) await world.stock(sku, 0)
  for (const [sku, components] of [
    ['set', { cup: 1, saucer: 2 }],
    ['six', { bottle: 6 }],
  ] as const)
    await changeKit(context, {
      sku,
      kind: 'virtual',
      components: Object.entries(components).map(([each, quantity]) => ({ sku: each, quantity })),
      actor: 'test',
      reason: null,
      expectedVersion: undefined,
    })
  const { platform, connectionId } = await world.open('shop', { set: 0, six: 0, cup: 0 })
  platform.takesShipments = true
  await inTransaction(database, (tx) =>
    saveLocation(tx, toStockContext(context), { code: '3PL', name: '3PL', kind: '3pl' }),
  )
  const warehouse = new MemoryWarehouse(clock, 'by-key')
  for (const sku of PARTS) warehouse.stock.set(sku, LYING)
  ;(context.connectors as Map<string, unknown>).set(
    'memory-3pl',
    memoryWarehouseConnector(warehouse, 'memory-3pl'),
  )
  const { connectionId: warehouseId } = await connect(context, {
    connector: 'memory-3pl',
    name: '3pl',
    settings: {},
    credentials: { key: 'k' },
    locationCode: 'MAIN',
    ordersPollMs: 100,
  })
  await world.import(warehouseId)
  await changeConnection(context, warehouseId, { kind: 'go-live' })
  await tieCountedPlace(context, warehouseId, 'floor', '3PL')
  await sql`
    update pool_location set location_id = (
      select location_id from location where organization_id = ${organizationId} and code = '3PL')
    where organization_id = ${organizationId} and connection_id = ${connectionId}`.execute(database.kysely)
  await inTransaction(database, (tx) => saveShipsOrdersFrom(tx, organizationId, connectionId, new Date(0)))
  const stepped = [await stepConnection(world, connectionId), await stepConnection(world, warehouseId)]
  const brand = { clock, world, platform, warehouse, stepped }
  await go(brand, 16)
  return brand
}

async function go({ clock, stepped }: { clock: ManualClock; stepped: readonly Stepped[] }, rounds: number) {
  for (let round = 0; round < rounds; round += 1) {
    for (const each of stepped) await each.turn()
    await clock.advance(1_000)
  }
}

type Brand = Awaited<ReturnType<typeof openBrand>>
const ledger = async ({ world }: Brand) =>
  Object.fromEntries(
    (
      await world.rows(sql<{ sku: string; onHand: number; free: number }>`
        select sku, sum(on_hand)::bigint as on_hand, sum(on_hand - reserved - held)::bigint as free
        from balance join item using (organization_id, item_id)
        where organization_id = ${world.context.organizationId} group by sku`)
    ).map(({ sku, ...units }) => [sku, units]),
  )
const counted = async ({ world }: Brand) =>
  await world.rows(sql<{ sku: string; units: number }>`
    select sku, on_hand_delta as units from movement join item using (organization_id, item_id)
    where organization_id = ${world.context.organizationId} and kind = 'count' order by sku`)

/** Time for a count, and for what is told beside it. */
const count = async (brand: Brand) => {
  await brand.clock.advance(20 * 60_000)
  await go(brand, 7)
}

const isOver = (state: string) => state === 'shipped' || state === 'cancelled'

/** The warehouse finds nothing more of what was asked for. */
function sendNoMore(warehouse: MemoryWarehouse, shipment: MemoryWarehouse['shipments'][number]): void {
  const lying = new Map(warehouse.stock)
  for (const sku of PARTS) warehouse.stock.set(sku, 0)
  warehouse.send(shipment)
  for (const [sku, units] of lying) warehouse.stock.set(sku, units)
}

const act = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      sell: fc.constantFrom('set', 'six', 'cup'),
      units: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      send: fc.constantFrom(...PARTS),
      most: fc.integer({ min: 1, max: 7 }),
      nth: fc.nat(1),
    }),
  },
  { weight: 2, arbitrary: fc.constant('count' as const) },
  { weight: 1, arbitrary: fc.record({ end: fc.nat(2) }) },
)

type Act = typeof act extends fc.Arbitrary<infer T> ? T : never
const HALVES = [
  { sell: 'set', units: 2 },
  { sell: 'six', units: 1 },
  { send: 'cup', most: 2, nth: 0 },
  { send: 'bottle', most: 4, nth: 1 },
  'count',
  { send: 'saucer', most: 3, nth: 0 },
  'count',
] satisfies Act[]

const SHORT = [
  { sell: 'set', units: 2 },
  { sell: 'six', units: 1 },
  { send: 'cup', most: 2, nth: 0 },
  { send: 'bottle', most: 5, nth: 1 },
  { send: 'saucer', most: 2, nth: 0 },
  'count',
  { end: 0 },
  { end: 1 },
  'count',
  { send: 'bottle', most: 4, nth: 3 },
  'count',
] satisfies Act[]

test('I1: however a kit leaves by parts, a count in between takes nothing off twice, and sells nothing that has left', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 7 }), async (acts: readonly Act[]) => {
      const brand = await openBrand()
      const { warehouse, platform } = brand
      const first = await counted(brand)
      expect(first).toEqual([...PARTS].sort().map((sku) => ({ sku, units: LYING })))
      for (const each of [...acts, 'count' as const]) {
        if (each === 'count') {
          await count(brand)
          // Nothing was lost and nothing came: all that differs is known by parcels.
          expect(await counted(brand)).toEqual(first)
          const wanted = new Map<string, number>()
          for (const { request, parcels, state } of warehouse.shipments)
            for (const { sku, quantity } of isOver(state) ? [] : request.lines) {
              const left = parcels.flatMap(({ lines }) => lines).filter((line) => line.sku === sku)
              const open = quantity - left.reduce((sum, line) => sum + line.quantity, 0)
              wanted.set(sku, (wanted.get(sku) ?? 0) + open)
            }
          const now = await ledger(brand)
          for (const sku of PARTS)
            expect(now[sku]?.free, sku).toBe((warehouse.stock.get(sku) ?? 0) - (wanted.get(sku) ?? 0))
        } else if ('sell' in each) {
          platform.sell(each.sell, each.units)
          await go(brand, 7)
        } else if ('end' in each) {
          const shipment = warehouse.shipments[each.end]
          if (shipment !== undefined) sendNoMore(warehouse, shipment)
          await go(brand, 7)
        } else {
          const shipment = warehouse.shipments[each.nth]
          if (shipment !== undefined) warehouse.send(shipment, each.most, each.send)
          await go(brand, 3)
        }
      }
      for (const shipment of warehouse.shipments) warehouse.send(shipment)
      await count(brand)
      const end = await ledger(brand)
      for (const sku of PARTS)
        expect(end[sku]).toEqual({ onHand: warehouse.stock.get(sku), free: warehouse.stock.get(sku) })
      expect(await counted(brand)).toEqual(first)
      expect(await findBrokenBalances(database.kysely)).toEqual([])
      expect(await findBrokenReservations(database.kysely)).toEqual([])
    }),
    { ...fromEnvironment(2), endOnFailure: true, examples: [[HALVES], [SHORT]] },
  )
})

test.each([
  ['a set of which no saucers are there', 'set', 'saucer', 1],
  ['a pack of six of which five are there', 'six', 'bottle', 5],
])(
  '%s leaves short: what left is off the ledger, the order waits anew, and cancelled it holds nothing',
  async (_, sku, part, there) => {
    const brand = await openBrand()
    const { world, warehouse, platform } = brand
    const reserved = async () =>
      (
        await world.rows(sql<{ units: number }>`
        select coalesce(sum(reserved), 0)::bigint as units from balance
        where organization_id = ${world.context.organizationId}`)
      )[0]?.units
    const orderId = platform.sell(sku, 1)?.externalId ?? ''
    await go(brand, 7)
    const [shipment] = warehouse.shipments
    if (shipment === undefined) throw new Error('the order was asked for')
    warehouse.stock.set(part, there)
    warehouse.send(shipment)
    warehouse.send(shipment)
    expect(shipment.state).toBe('shipped')
    await count(brand)
    // What is missing was not there; what left has left, and is no difference of a count.
    expect(await counted(brand)).toContainEqual({ sku: part, units: there - LYING })
    expect((await counted(brand)).length).toBe(PARTS.length + 1)
    const lying = await ledger(brand)
    for (const each of PARTS) expect(lying[each]?.onHand, each).toBe(warehouse.stock.get(each))
    // It is promised still: it was asked for anew, as long as there was some by all that was known.
    expect(warehouse.shipments.map(({ state }) => state)).toEqual(['shipped', 'received'])
    platform.cancel(orderId)
    await count(brand)
    expect(await reserved()).toBe(0)
    const end = await ledger(brand)
    for (const each of PARTS)
      expect(end[each], each).toEqual({ onHand: warehouse.stock.get(each), free: warehouse.stock.get(each) })
    expect(await findBrokenBalances(database.kysely)).toEqual([])
    expect(await findBrokenReservations(database.kysely)).toEqual([])
  },
)
