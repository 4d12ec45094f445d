// Orders whose channel and whose warehouses say what they like, in any order and as often as they like, on a real database.
import { inTransaction, type Tx } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import {
  findBrokenBalances,
  findBrokenReservations,
  insertMovements,
  type NewMovement,
  runStockCommands,
} from '@plimsoll/stock'
import { commandOf, createStockWorld } from '@plimsoll/stock/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decideOrders, lockOrders, saveOrders } from '../incoming-orders.ts'
import { type OrderFacts, openUnitsOf } from '../order-facts.ts'
import { factsOf, lineOf } from '../testing/order-states.ts'
import { shipmentsToStop, stopShipments } from './cancel-shipments.ts'
import { type HeardParcel, type HearingOutcome, hearShipment } from './hear-shipment.ts'
import { type OrderInHand, takeOrderInHand } from './order-in-hand.ts'
import { planShipments, TakenMeanwhile, unroutedOf } from './plan-shipments.ts'
import { settleAnew } from './settle-anew.ts'
import { type HeardState, isOpen } from './shipment.ts'
import { findParcels } from './shipments.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
})
afterAll(() => database.drop())

const PLACES = ['MAIN', 'EAST', 'WEST'] as const

/** A brand with stock at three places, one channel and one warehouse's connection. */
async function openBrand(stock: number, tracking: { LOTS?: 'lot' } = {}) {
  const skus = ['A', 'B', 'KIT', ...Object.keys(tracking)]
  const world = await createStockWorld(database, { skus, locationCodes: PLACES, tracking })
  const { organizationId } = world.context
  const commands = ['A', 'B'].flatMap((sku) =>
    PLACES.map((locationCode) => commandOf('receive', sku, stock, { locationCode })),
  )
  await runStockCommands(database, world.context, commands)
  const connectionId = world.context.uuid()
  const warehouseId = world.context.uuid()
  const secretId = world.context.uuid()
  await sql`
    insert into secret (organization_id, secret_id, key_name, sealed, created_at)
    values (${organizationId}, ${secretId}, 'test', '\\x00', ${world.context.now()})`.execute(database.kysely)
  await sql`
    insert into connection (organization_id, connection_id, connector, name, state, pause_reasons, settings, secret_id,
      default_location_id, orders_poll_ms, created_at)
    values (${organizationId}, ${warehouseId}, 'w', 'W', 'live', '{}', '{}', ${secretId}, ${world.locationId('MAIN')}, 1000,
      ${world.context.now()})`.execute(database.kysely)
  const place = { connectionId, defaultLocationId: world.locationId('MAIN') }
  return {
    world,
    warehouseId,
    hear: (facts: OrderFacts) =>
      inTransaction(database, async (tx) => {
        const known = await lockOrders(tx, organizationId, connectionId, [facts.externalId])
        const incoming = { facts, authoritative: false, seenBy: 'webhook', seenAt: world.context.now() }
        const decided = decideOrders(world.context, place, known, [incoming])
        await saveOrders(tx, world.context, connectionId, decided)
        await insertMovements(tx, world.context, decided.movements)
        return decided.orders[0]
      }),
    inHand: <T>(
      orderId: string,
      work: (hand: OrderInHand, tx: Parameters<typeof takeOrderInHand>[0]) => Promise<T>,
    ) =>
      inTransaction(database, async (tx) => {
        const hand = await takeOrderInHand(tx, organizationId, orderId)
        if (hand === undefined) throw new Error('the order is known')
        return await work(hand, tx)
      }),
    heard: (shipmentId: string, heard: Parameters<typeof hearShipment>[2]['heard']) =>
      inTransaction(database, async (tx): Promise<HearingOutcome> => {
        for (;;) {
          const outcome = await hearShipment(tx, world.context, { shipmentId, heard, actor: 'warehouse' })
          if (outcome.kind !== 'heard') return outcome
          await insertMovements(tx, world.context, outcome.movements)
          if (!outcome.isMore) return outcome
        }
      }),
  }
}
type Brand = Awaited<ReturnType<typeof openBrand>>

/** Sends whatever of the order is in no shipment, all of it from one place. */
async function route(brand: Brand, orderId: string, place: string, most = 99): Promise<string[]> {
  const { world } = brand
  try {
    return await brand.inHand(orderId, async (hand, tx) => {
      const lines = unroutedOf(hand, world.context.now()).map(({ lineId, quantity }) => ({
        lineId,
        quantity: Math.min(quantity, most),
      }))
      if (lines.length === 0) return []
      const planned = [
        {
          locationId: world.locationId(place),
          warehouseId: brand.warehouseId,
          lines,
          because: { rule: 'test' },
        },
      ]
      const made = await planShipments(tx, world.context, hand, { planned, actor: 'hub' })
      await insertMovements(tx, world.context, made.movements)
      await assertThere(tx, world.context.organizationId, made.movements)
      return made.shipments.map(({ shipmentId }) => shipmentId)
    })
  } catch (error) {
    if (error instanceof TakenMeanwhile) return []
    throw error
  }
}

/** Nothing came to be promised at a location beyond what is there; the movements have locked what they changed. */
async function assertThere(tx: Tx, organizationId: string, movements: readonly NewMovement[]): Promise<void> {
  const into = movements.filter(({ reservedDelta }) => reservedDelta > 0)
  if (into.length === 0) return
  const found = await sql<{ itemId: string }>`
    select item_id from balance
    where organization_id = ${organizationId}
      and (item_id, location_id) in (
        select * from unnest(${sql.val(into.map(({ itemId }) => itemId))}::uuid[],
          ${sql.val(into.map(({ locationId }) => locationId))}::uuid[]))
    group by item_id, location_id
    having sum(on_hand - reserved - held) < 0
    limit 1`.execute(tx)
  if (found.rows.length > 0) throw new TakenMeanwhile()
}

async function stop(brand: Brand, orderId: string, all: boolean): Promise<void> {
  await brand.inHand(orderId, async (hand, tx) => {
    const shipments = all ? hand.shipments : shipmentsToStop(hand)
    const stopped = await stopShipments(tx, brand.world.context, hand, {
      shipments,
      requested: new Set(hand.shipments.map(({ shipmentId }) => shipmentId)),
      reason: 'customer-asked',
      actor: 'test',
    })
    await insertMovements(tx, brand.world.context, stopped.movements)
  })
}

const onHand = async (brand: Brand, sku: string) =>
  Object.fromEntries(
    await Promise.all(
      PLACES.map(async (code) => [code, (await brand.world.balance(sku, code)).onHand] as const),
    ),
  )

function parcelOf(externalId: string, lines: HeardParcel['lines'], at = '2026-05-02T10:00:00Z'): HeardParcel {
  return {
    externalId,
    carrier: 'DHL',
    trackingNumber: `T-${externalId}`,
    trackingUrl: null,
    shippedAt: new Date(at),
    lines,
  }
}

const said = (state: HeardState, parcels: HeardParcel[] = [], version: number | null = null) => ({
  state,
  externalId: 'W-1',
  version,
  problem: null,
  parcels,
})

test('an order is routed to a warehouse, ships in two parcels, and its channel hears of it last: it leaves once', async () => {
  const brand = await openBrand(10)
  const { world } = brand
  const facts = factsOf({ lines: [lineOf({ itemId: world.itemId('A'), current: 3, unitsPerListing: 2 })] })
  const order = await brand.hear(facts)
  const orderId = order?.orderId ?? ''
  expect(await world.balance('A', 'MAIN')).toMatchObject({ onHand: 10, reserved: 6 })
  const [shipmentId = ''] = await route(brand, orderId, 'EAST')
  expect(await world.balance('A', 'MAIN')).toMatchObject({ onHand: 10, reserved: 0 })
  expect(await world.balance('A', 'EAST')).toMatchObject({ onHand: 10, reserved: 6 })

  const line = (units: number) => ({
    shipmentLineId: null,
    itemId: world.itemId('A'),
    sku: 'A',
    units,
    lot: null,
    serials: [],
  })
  const first = parcelOf('p1', [line(4)])
  expect(await brand.heard(shipmentId, said('working', [first]))).toMatchObject({
    kind: 'heard',
    shortUnits: 0,
  })
  expect(await brand.heard(shipmentId, said('working', [first]))).toEqual({ kind: 'nothing-new' })
  expect(await world.balance('A', 'EAST')).toMatchObject({ onHand: 6, reserved: 2 })
  await brand.heard(shipmentId, said('shipped', [first, parcelOf('p2', [line(2)])]))
  expect(await world.balance('A', 'EAST')).toMatchObject({ onHand: 4, reserved: 0 })
  // The channel learns of it in its turn.
  const told = factsOf({
    version: 2,
    state: 'closed',
    lines: [lineOf({ itemId: world.itemId('A'), current: 3, shipped: 3, unitsPerListing: 2 })],
  })
  await brand.hear(told)
  expect(await onHand(brand, 'A')).toEqual({ MAIN: 10, EAST: 4, WEST: 10 })
})

// The laboratory's seed 506: both left at the moment of the first, by the ledger, and a count from in between had the second twice.
test('I11: parcels that left one after the other and are heard of at once leave the ledger each at its own moment', async () => {
  const brand = await openBrand(10)
  const { world } = brand
  const order = await brand.hear(factsOf({ lines: [lineOf({ itemId: world.itemId('A'), current: 5 })] }))
  const [shipmentId = ''] = await route(brand, order?.orderId ?? '', 'EAST')
  const of = (units: number) => [
    { shipmentLineId: null, itemId: world.itemId('A'), sku: 'A', units, lot: null, serials: [] },
  ]
  const parcels = [
    parcelOf('p2', of(2), '2026-05-01T10:07:00Z'),
    parcelOf('p1', of(1), '2026-05-01T10:00:00Z'),
    parcelOf('p3', of(1), '2026-05-01T10:07:00Z'),
  ]
  expect(await brand.heard(shipmentId, said('shipped', parcels))).toMatchObject({
    kind: 'heard',
    shortUnits: 1,
    shipment: { state: 'shipped' },
  })
  const left = await sql<{ effectiveAt: Date; units: number }>`
    select effective_at, on_hand_delta as units from movement
    where organization_id = ${world.context.organizationId} and kind = 'ship' order by effective_at`.execute(
    database.kysely,
  )
  expect(left.rows).toEqual([
    { effectiveAt: new Date('2026-05-01T10:00:00Z'), units: -1 },
    { effectiveAt: new Date('2026-05-01T10:07:00Z'), units: -3 },
  ])
  expect(await world.balance('A', 'EAST')).toMatchObject({ onHand: 6, reserved: 1 })
})

test('what a warehouse may still send stays reserved although the order is cancelled, until the warehouse says that it stays', async () => {
  const brand = await openBrand(5)
  const { world } = brand
  const lines = [lineOf({ itemId: world.itemId('A'), current: 2 })]
  const orderId = (await brand.hear(factsOf({ lines })))?.orderId ?? ''
  const [shipmentId = ''] = await route(brand, orderId, 'EAST')
  await brand.heard(shipmentId, said('received'))
  await brand.hear(factsOf({ version: 2, state: 'cancelled', lines }))
  expect(await world.balance('A', 'EAST')).toMatchObject({ onHand: 5, reserved: 2 })
  await stop(brand, orderId, false)
  expect(await world.balance('A', 'EAST')).toMatchObject({ onHand: 5, reserved: 2 })
  await brand.heard(shipmentId, said('cancelled'))
  expect(await world.balance('A', 'EAST')).toMatchObject({ onHand: 5, reserved: 0 })
})

test('a parcel that left although it was to be stopped has left, and says so', async () => {
  const brand = await openBrand(5)
  const { world } = brand
  const lines = [lineOf({ itemId: world.itemId('A'), current: 2 })]
  const orderId = (await brand.hear(factsOf({ lines })))?.orderId ?? ''
  const [shipmentId = ''] = await route(brand, orderId, 'EAST')
  await brand.hear(factsOf({ version: 2, state: 'cancelled', lines }))
  await stop(brand, orderId, false)
  await brand.heard(shipmentId, said('cancelled'))
  const parcel = parcelOf('p1', [
    { shipmentLineId: null, itemId: world.itemId('A'), sku: 'A', units: 2, lot: null, serials: [] },
  ])
  expect(await brand.heard(shipmentId, said('shipped', [parcel]))).toMatchObject({
    kind: 'heard',
    isAgainstWill: true,
  })
  expect(await world.balance('A', 'EAST')).toMatchObject({ onHand: 3, reserved: 0 })
})

test('where the channel said first that it had shipped, the parcel says from where: the units leave there, once', async () => {
  const brand = await openBrand(5)
  const { world } = brand
  const item = { itemId: world.itemId('A'), current: 2 }
  const orderId = (await brand.hear(factsOf({ lines: [lineOf(item)] })))?.orderId ?? ''
  const [shipmentId = ''] = await route(brand, orderId, 'WEST', 1)
  // A person marked all of it as shipped: from where the rest was reserved, as far as anybody knew.
  await brand.hear(factsOf({ version: 2, state: 'closed', lines: [lineOf({ ...item, shipped: 2 })] }))
  const parcel = parcelOf('p1', [
    { shipmentLineId: null, itemId: world.itemId('A'), sku: 'A', units: 1, lot: null, serials: [] },
  ])
  await brand.heard(shipmentId, said('shipped', [parcel]))
  expect(await onHand(brand, 'A')).toEqual({ MAIN: 4, EAST: 5, WEST: 4 })
})

test('a rejected shipment gives its units up: they are promised still, and are routed anew', async () => {
  const brand = await openBrand(5)
  const { world } = brand
  const lines = [lineOf({ itemId: world.itemId('A'), current: 2 })]
  const orderId = (await brand.hear(factsOf({ lines })))?.orderId ?? ''
  const [shipmentId = ''] = await route(brand, orderId, 'EAST')
  const problem = { code: 'address', message: 'No such street.' }
  await brand.heard(shipmentId, { ...said('rejected'), problem })
  expect(await world.balance('A', 'EAST')).toMatchObject({ onHand: 5, reserved: 2 })
  expect(await route(brand, orderId, 'WEST')).toHaveLength(1)
  expect(await world.balance('A', 'EAST')).toMatchObject({ reserved: 0 })
  expect(await world.balance('A', 'WEST')).toMatchObject({ reserved: 2 })
})

test('more than what is there is never routed to a place', async () => {
  const brand = await openBrand(2)
  const orderId =
    (await brand.hear(factsOf({ lines: [lineOf({ itemId: brand.world.itemId('A'), current: 3 })] })))
      ?.orderId ?? ''
  expect(await route(brand, orderId, 'EAST')).toEqual([])
  expect(await brand.world.balance('A', 'EAST')).toMatchObject({ reserved: 0 })
})

test('I11: parcels that are heard of at once share the lines of one item: each unit leaves once, and what is too much is told', async () => {
  const anyUnits = fc.integer({ min: 1, max: 4 })
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(anyUnits, anyUnits),
      fc.array(fc.array(anyUnits, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
      async (ordered, reads) => {
        const brand = await openBrand(12)
        const { world } = brand
        const itemId = world.itemId('A')
        const lines = ordered.map((current, nth) => lineOf({ externalId: `line-${nth}`, itemId, current }))
        const orderId = (await brand.hear(factsOf({ lines })))?.orderId ?? ''
        const [shipmentId = ''] = await route(brand, orderId, 'EAST')
        const boxes: HeardParcel[] = []
        const unexpected: number[] = []
        let shortUnits = 0
        for (const [nth, read] of reads.entries()) {
          const line = { shipmentLineId: null, itemId, sku: 'A', lot: null, serials: [] }
          for (const units of read) boxes.push(parcelOf(`p${boxes.length}`, [{ ...line, units }]))
          const state = nth === reads.length - 1 ? 'shipped' : 'working'
          const outcome = await brand.heard(shipmentId, said(state, [...boxes]))
          if (outcome.kind !== 'heard') throw new Error('there was something new')
          unexpected.push(...outcome.unexpected.map(({ units }) => units))
          shortUnits += outcome.shortUnits
        }
        const asked = ordered[0] + ordered[1]
        const sent = reads.flat().reduce((sum, units) => sum + units, 0)
        const left = Math.min(asked, sent)
        expect(await world.balance('A', 'EAST')).toMatchObject({ onHand: 12 - left, reserved: asked - left })
        expect(shortUnits).toBe(asked - left)
        expect(unexpected.reduce((sum, units) => sum + units, 0)).toBe(sent - left)
      },
    ),
    fromEnvironment(12),
  )
}, 60_000)

test('I1: what parcels say of lots leaves those lots, once, by whichever lines, in whatever packs, whole or not', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ current: fc.integer({ min: 1, max: 3 }), unitsEach: fc.constantFrom(1, 3) }), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.array(fc.record({ lot: fc.constantFrom('X', 'Y'), units: fc.integer({ min: 1, max: 6 }) }), {
        minLength: 1,
        maxLength: 5,
      }),
      fc.boolean(),
      async (ordered, boxes, isAtOnce) => {
        const brand = await openBrand(1, { LOTS: 'lot' })
        const { world } = brand
        const received = { locationCode: 'EAST', expiresOn: '2027-01-01', force: true, reason: 'a test' }
        await runStockCommands(
          database,
          world.context,
          ['X', 'Y'].map((lot) => commandOf('receive', 'LOTS', 30, { ...received, lot })),
        )
        const itemId = world.itemId('LOTS')
        const lines = ordered.map(({ current, unitsEach }, nth) =>
          lineOf({ externalId: `line-${nth}`, itemId, current, unitsPerListing: unitsEach }),
        )
        const orderId = (await brand.hear(factsOf({ lines })))?.orderId ?? ''
        const [shipmentId = ''] = await route(brand, orderId, 'EAST')
        const lying = new Map([
          ['X', 30],
          ['Y', 30],
        ])
        let room = ordered.reduce((sum, { current, unitsEach }) => sum + current * unitsEach, 0)
        const parcels: HeardParcel[] = []
        for (const [nth, { lot, units: most }] of boxes.entries()) {
          const units = Math.min(most, room)
          if (units === 0) continue
          room -= units
          lying.set(lot, (lying.get(lot) ?? 0) - units)
          const at = isAtOnce ? undefined : `2026-05-0${nth + 1}T10:00:00Z`
          const line = { shipmentLineId: null, itemId, sku: 'LOTS', units, lot, serials: [] }
          parcels.push(parcelOf(`p${nth}`, [line], at))
          if (!isAtOnce) await brand.heard(shipmentId, said('working', [...parcels]))
        }
        await brand.heard(shipmentId, said('shipped', parcels))
        const { rows } = await sql<{ code: string; onHand: number }>`
          select code, on_hand from balance join lot using (organization_id, lot_id)
          where organization_id = ${world.context.organizationId} order by code`.execute(database.kysely)
        expect(new Map(rows.map(({ code, onHand }) => [code, onHand]))).toEqual(lying)
      },
    ),
    fromEnvironment(12),
  )
}, 120_000)

test('a part that left before its kit was whole is held where it left from, whoever cancels another kit', async () => {
  const brand = await openBrand(5)
  const { world } = brand
  const parts = [
    { itemId: world.itemId('A'), unitsEach: 1 },
    { itemId: world.itemId('B'), unitsEach: 2 },
  ]
  const of = (version: number, current: number) =>
    factsOf({ version, lines: [lineOf({ itemId: world.itemId('KIT'), current, ordered: 2, parts })] })
  const orderId = (await brand.hear(of(1, 2)))?.orderId ?? ''
  const [shipmentId = ''] = await route(brand, orderId, 'EAST', 1)
  const cup = { shipmentLineId: null, itemId: world.itemId('A'), sku: 'A', units: 1, lot: null, serials: [] }
  await brand.heard(shipmentId, said('working', [parcelOf('p1', [cup])]))
  await brand.hear(of(2, 1))
  expect(await world.balance('A', 'EAST')).toMatchObject({ onHand: 5, reserved: 1 })
  expect(await world.balance('A', 'MAIN')).toMatchObject({ onHand: 5, reserved: 0 })
  expect(await world.balance('B', 'EAST')).toMatchObject({ onHand: 5, reserved: 2 })
})

type Happening =
  | { kind: 'platform'; state: OrderFacts['state']; current: number; shipped: number }
  | { kind: 'route'; place: (typeof PLACES)[number]; most: number }
  | { kind: 'stop'; all: boolean }
  | {
      kind: 'hear'
      nth: number
      state: HeardState
      units: number
      isKit: boolean
      isOld: boolean
      again: boolean
    }

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    kind: fc.constant('platform' as const),
    state: fc.constantFrom('open' as const, 'open' as const, 'closed' as const, 'cancelled' as const),
    current: fc.nat(4),
    shipped: fc.nat(4),
  }),
  fc.record({
    kind: fc.constant('route' as const),
    place: fc.constantFrom(...PLACES),
    most: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ kind: fc.constant('stop' as const), all: fc.boolean() }),
  fc.record({
    kind: fc.constant('hear' as const),
    nth: fc.nat(3),
    state: fc.constantFrom(
      ...(['received', 'working', 'held', 'rejected', 'shipped', 'cancelled', 'shipped'] as const),
    ),
    units: fc.nat(4),
    isKit: fc.boolean(),
    isOld: fc.boolean(),
    again: fc.boolean(),
  }),
)

test('I11: whatever is said, in whatever order: units leave once, from where they were sent, and what may still leave stays reserved', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(happening, { minLength: 4, maxLength: 14 }),
      async (isKit, happenings) => {
        const brand = await openBrand(12)
        const { world } = brand
        const item = isKit ? world.itemId('KIT') : world.itemId('A')
        const parts = isKit
          ? [
              { itemId: world.itemId('A'), unitsEach: 1 },
              { itemId: world.itemId('B'), unitsEach: 2 },
            ]
          : undefined
        const line = (current: number, shipped: number) =>
          lineOf({ itemId: item, current, shipped, ordered: 4, ...(parts !== undefined && { parts }) })
        let version = 1
        const orderId = (await brand.hear(factsOf({ version, lines: [line(4, 0)] })))?.orderId ?? ''
        const shipmentIds: string[] = []
        let parcels = 0

        for (const each of happenings) {
          if (each.kind === 'platform') {
            version += 1
            const shipped = Math.min(each.shipped, each.current)
            await brand.hear(factsOf({ version, state: each.state, lines: [line(each.current, shipped)] }))
          }
          if (each.kind === 'route') shipmentIds.push(...(await route(brand, orderId, each.place, each.most)))
          if (each.kind === 'stop') await stop(brand, orderId, each.all)
          const shipmentId =
            each.kind === 'hear' ? shipmentIds[each.nth % Math.max(1, shipmentIds.length)] : undefined
          if (each.kind === 'hear' && shipmentId !== undefined) {
            parcels += 1
            const told = (sku: string, units: number) => ({
              shipmentLineId: null,
              itemId: world.itemId(sku),
              sku,
              units,
              lot: null,
              serials: [],
            })
            const lines = [
              ...(each.units > 0 ? [told('A', each.units)] : []),
              ...(isKit && each.isKit && each.units > 0 ? [told('B', each.units * 2)] : []),
            ]
            const before = await findParcels(database.kysely, world.context.organizationId, [shipmentId])
            const known = before.map((parcel) => ({
              ...parcel,
              lines: parcel.lines.map(({ itemId, sku, units }) => ({
                shipmentLineId: null,
                itemId,
                sku,
                units,
                lot: null,
                serials: [],
              })),
            }))
            const heard = said(
              each.state,
              [...known, ...(lines.length > 0 ? [parcelOf(`p${parcels}`, lines)] : [])],
              each.isOld ? 1 : 100,
            )
            const first = await brand.heard(shipmentId, heard)
            if (each.again) expect(await brand.heard(shipmentId, heard)).toEqual({ kind: 'nothing-new' })
            expect(first.kind).not.toBe('unknown')
          }
          // As it is done after every change of an order, and changes nothing but what its channel has changed.
          await brand.inHand(orderId, async (hand, tx) => {
            const settled = await settleAnew(tx, world.context, hand, 'hub')
            if (each.kind !== 'platform') expect(settled.movements).toEqual([])
            await insertMovements(tx, world.context, settled.movements)
          })
          await expectSound(brand, orderId)
        }
      },
    ),
    fromEnvironment(12),
  )
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
}, 120_000)

async function expectSound(brand: Brand, orderId: string): Promise<void> {
  const { world } = brand
  await brand.inHand(orderId, async (hand, tx) => {
    const [line] = hand.lines
    if (line === undefined) throw new Error('the order has its line')
    const rows = hand.reservations
    const sum = (of: (row: (typeof rows)[number]) => number, itemId: string) =>
      rows.filter((row) => row.itemId === itemId).reduce((total, row) => total + of(row), 0)
    const parts = [...new Map(rows.map((row) => [row.itemId, row.unitsEach]))]
    const open = Math.max(openUnitsOf(hand.order.state, line), line.committed)
    for (const [itemId, unitsEach] of parts) {
      expect(sum((row) => row.reserved - row.released - row.shipped, itemId)).toBe(open * unitsEach)
      expect(sum((row) => row.shipped, itemId)).toBe(line.shipped * unitsEach)
    }
    expect(line.shipped).toBe(Math.max(line.platformShipped, line.dispatched))
    expect(line.dispatched).toBeLessThanOrEqual(4)
    // Nothing is in two shipments at once, and nothing is left in one that has ended.
    const ended = new Set(
      hand.shipments.filter(({ state }) => !isOpen(state)).map(({ shipmentId }) => shipmentId),
    )
    for (const each of hand.shipmentLines)
      if (ended.has(each.shipmentId)) expect(each.shipped + each.givenUp).toBe(each.units)
    // What is in shipments lies where they leave from.
    for (const [itemId] of parts) {
      for (const code of PLACES) {
        const locationId = world.locationId(code)
        const open = hand.shipmentLines
          .filter((each) => each.itemId === itemId && !ended.has(each.shipmentId))
          .filter(
            (each) =>
              hand.shipments.find((one) => one.shipmentId === each.shipmentId)?.locationId === locationId,
          )
          .reduce((total, each) => total + each.units - each.shipped - each.givenUp, 0)
        const there = rows
          .filter((row) => row.itemId === itemId && row.locationId === locationId)
          .reduce((total, row) => total + row.reserved - row.released - row.shipped, 0)
        expect(there).toBeGreaterThanOrEqual(open)
      }
    }
    const left = await sql<{ units: number }>`
      select coalesce(sum(on_hand), 0)::bigint as units from balance
      where organization_id = ${world.context.organizationId} and item_id = ${world.itemId('A')}`.execute(tx)
    const unitsEach = parts.find(([itemId]) => itemId === world.itemId('A'))?.[1] ?? 1
    const ofA = hand.shipmentLines.filter(({ itemId }) => itemId === world.itemId('A'))
    const sumOf = (of: 'shipped' | 'writtenOff') => ofA.reduce((total, each) => total + each[of], 0)
    // Parts of kits that left alone are off, and nothing else.
    expect(left.rows[0]?.units).toBe(
      3 * 12 - (line.shipped - line.returned) * unitsEach - sumOf('writtenOff'),
    )
    if (hand.shipmentLines.some((each) => each.units > each.shipped + each.givenUp)) return
    expect(line.committed, 'nothing may leave any more').toBe(0)
    expect(sumOf('writtenOff')).toBe(Math.max(0, sumOf('shipped') - line.shipped * unitsEach))
  })
}
