// Orders that people make, on a real database and a manual clock, with the production worker of the connection by hand.
import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenBalances, findBrokenReservations, saveItems, saveLocation } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allocateFreed } from '../allocation/allocate-freed.ts'
import { findConnections } from '../connections/connections.store.ts'
import { connect, findConnectionId } from '../connections/connections.ts'
import { toStockContext } from '../context.ts'
import { purgeRecipients } from '../fulfilment/recipients.store.ts'
import { shipParcel } from '../fulfilment/ship-parcel.ts'
import { mergeShipments, splitShipment } from '../fulfilment/split-shipments.ts'
import { findReadings } from '../safety/stale-orders.store.ts'
import { createWorld } from '../testing/world.ts'
import { ByHandDesk } from './by-hand-desk.ts'
import { cancelHandOrder, changeHandOrder } from './change-hand-order.ts'
import { createHandOrder } from './create-hand-order.ts'
import type { NewHandOrder } from './hand-order.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const DAY_MS = 86_400_000
const MUG = { sku: 'mug', name: 'Mug', units: [{ code: 'case', factor: 6, rounding: 'refuse' }] } as const

/** A brand with mugs at two warehouses of its own, and no shop. */
async function openBrand(main: number, east: number) {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  const { context } = world
  await inTransaction(database, async (tx) => {
    await saveLocation(tx, toStockContext(context), { code: 'EAST', name: 'East', kind: 'warehouse' })
    await saveItems(tx, toStockContext(context), [MUG])
  })
  if (main > 0) await world.adjust('mug', main)
  if (east > 0) await world.adjust('mug', east, 'EAST')
  const desk = new ByHandDesk(context)
  const go = async (rounds: number, ms = 1_000) => {
    for (let round = 0; round < rounds; round += 1) {
      await allocateFreed(context)
      await desk.turn()
      await clock.advance(ms)
    }
  }
  return { clock, world, context, go }
}
type Brand = Awaited<ReturnType<typeof openBrand>>

const order = (key: string, quantity: number, more: Partial<NewHandOrder> = {}): NewHandOrder => ({
  key,
  kind: 'manual',
  location: null,
  lines: [{ sku: 'mug', quantity }],
  backorder: false,
  actor: 'ada',
  ...more,
})
const ADA = {
  name: 'Ada Lovelace',
  company: undefined,
  addressLines: ['St James’s Square 12'],
  city: 'London',
  region: undefined,
  postalCode: 'SW1Y 4JH',
  country: 'GB',
  phone: undefined,
  email: 'ada@example.com',
}

const shipmentsOf = ({ world }: Brand) =>
  world.rows(sql<{ shipmentId: string; number: string; state: string; code: string; units: number }>`
    select shipment_id, number, state, location.code, sum(units)::bigint as units
    from shipment
    join shipment_line using (organization_id, shipment_id)
    join location using (organization_id, location_id)
    where organization_id = ${world.context.organizationId}
    group by shipment_id, number, state, location.code, shipment.created_at
    order by shipment.created_at, number`)
const ordersOf = ({ world }: Brand) =>
  world.rows(sql<{ number: string; state: string; version: number }>`
    select number, state, version from sales_order
    where organization_id = ${world.context.organizationId} order by placed_at, number`)
async function stockOf({ world }: Brand) {
  const [row] = await world.rows(sql<{ onHand: number; reserved: number }>`
    select coalesce(sum(on_hand), 0)::bigint as on_hand, coalesce(sum(reserved), 0)::bigint as reserved from balance
    where organization_id = ${world.context.organizationId}`)
  return row
}
async function assertWhole(): Promise<void> {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
}

test('an order made by hand reserves, is routed at once, leaves by own people, and is closed by that', async () => {
  const brand = await openBrand(10, 0)
  const { context, go } = brand
  const made = await createHandOrder(
    context,
    order('a', 2, { lines: [{ sku: 'mug', quantity: 1, unit: 'case' }] }),
  )
  expect(made).toMatchObject({ kind: 'created', number: 'H-1001' })
  expect(await stockOf(brand)).toEqual({ onHand: 10, reserved: 6 })
  await go(1)
  const [shipment] = await shipmentsOf(brand)
  expect(shipment).toMatchObject({ state: 'received', code: 'MAIN', units: 6, number: 'H-1001' })
  await shipParcel(context, shipment?.shipmentId ?? '', {
    key: 'p',
    carrier: null,
    trackingNumber: null,
    trackingUrl: null,
    lines: [{ sku: 'mug', units: 6 }],
    isLast: false,
    version: undefined,
    actor: 'packer',
  })
  expect(await ordersOf(brand)).toMatchObject([{ number: 'H-1001', state: 'closed' }])
  expect(await stockOf(brand)).toEqual({ onHand: 4, reserved: 0 })
  // It has no channel that could be told.
  expect(
    await brand.world.rows(sql`select from errand where organization_id = ${context.organizationId}`),
  ).toEqual([])
  await assertWhole()
})

test('under one key an order is made once; another under it is refused', async () => {
  const brand = await openBrand(10, 0)
  const all = await Promise.all([1, 2, 3].map(() => createHandOrder(brand.context, order('a', 2))))
  expect(all.map(({ kind }) => kind).sort()).toEqual(['created', 'repeated', 'repeated'])
  expect(await createHandOrder(brand.context, order('a', 3))).toMatchObject({
    kind: 'refused',
    refusal: { code: 'key-reused' },
  })
  expect(await stockOf(brand)).toEqual({ onHand: 10, reserved: 2 })
})

test('more than is free is refused, unless it is said to wait; then it is sent when it has come', async () => {
  const brand = await openBrand(3, 1)
  const { context, go, world } = brand
  await expect(createHandOrder(context, order('a', 5))).rejects.toMatchObject({
    code: 'beyond-free',
    field: 'lines',
  })
  await expect(createHandOrder(context, order('a', 4, { location: 'MAIN' }))).rejects.toMatchObject({
    code: 'beyond-free',
  })
  expect(await stockOf(brand)).toEqual({ onHand: 4, reserved: 0 })
  expect(await ordersOf(brand)).toEqual([])
  await createHandOrder(context, order('a', 4, { location: 'MAIN', backorder: true }))
  await go(2)
  expect(await shipmentsOf(brand)).toMatchObject([{ code: 'MAIN', units: 3 }])
  // They agreed to wait: nobody need be told that more is promised than is there.
  expect(
    await world.rows(sql`select kind from task where organization_id = ${context.organizationId}`),
  ).toEqual([])
  await world.adjust('mug', 5, 'EAST')
  await go(3)
  expect(await shipmentsOf(brand)).toHaveLength(1)
  await world.adjust('mug', 1)
  await go(3)
  expect(await shipmentsOf(brand)).toMatchObject([{ units: 3 }, { code: 'MAIN', units: 1 }])
  await assertWhole()
})

test('what is sold at a point of sale leaves with the order, and is not sold where it is not', async () => {
  const brand = await openBrand(3, 5)
  const { context, go } = brand
  const sale = (key: string, quantity: number, more: Partial<NewHandOrder> = {}) =>
    createHandOrder(context, order(key, quantity, { kind: 'point-of-sale', location: 'MAIN', ...more }))
  await sale('a', 2)
  expect(await stockOf(brand)).toEqual({ onHand: 6, reserved: 0 })
  expect(await ordersOf(brand)).toMatchObject([{ state: 'closed' }])
  await expect(sale('b', 2)).rejects.toMatchObject({ code: 'beyond-free' })
  await expect(sale('b', 1, { location: null })).rejects.toMatchObject({
    code: 'invalid-order',
    field: 'location',
  })
  expect(await stockOf(brand)).toEqual({ onHand: 6, reserved: 0 })
  // It happened all the same: then the count is wrong, and that is what the ledger says.
  await sale('b', 2, { backorder: true })
  expect(await stockOf(brand)).toEqual({ onHand: 4, reserved: 0 })
  await go(3)
  expect(await shipmentsOf(brand)).toEqual([])
  await assertWhole()
})

test('an order by hand is edited and cancelled like any other; its version says whether anybody was before', async () => {
  const brand = await openBrand(10, 10)
  const { context, go, world } = brand
  await createHandOrder(context, order('a', 4, { recipient: ADA }))
  await go(1)
  const [line] = await world.rows(sql<{ lineId: string }>`
    select line_id from order_line where organization_id = ${context.organizationId}`)
  const lineId = line?.lineId ?? ''
  const change = { backorder: false, actor: 'ada', version: 1 }
  const twoLines = [
    { lineId, quantity: 6 },
    { sku: 'mug', quantity: 1 },
  ]
  expect(await changeHandOrder(context, 'H-1001', { ...change, lines: twoLines })).toMatchObject({
    kind: 'changed',
  })
  expect(await stockOf(brand)).toMatchObject({ reserved: 7 })
  expect(await changeHandOrder(context, 'H-1001', { ...change, note: 'x' })).toMatchObject({
    refusal: { code: 'version-changed' },
  })
  await expect(
    changeHandOrder(context, 'H-1001', { ...change, version: 2, lines: [{ lineId, quantity: 60 }] }),
  ).rejects.toMatchObject({ code: 'beyond-free' })
  expect(await stockOf(brand)).toMatchObject({ reserved: 7 })
  await changeHandOrder(context, 'H-1001', { ...change, version: 2, lines: [{ lineId, quantity: 1 }] })
  await go(2)
  expect(await stockOf(brand)).toMatchObject({ reserved: 1 })
  const open = (await shipmentsOf(brand)).filter(({ state }) => state === 'received')
  expect(open.reduce((sum, { units }) => sum + units, 0)).toBe(1)
  await cancelHandOrder(context, 'H-1001', { version: undefined, note: null, actor: 'ada' })
  await cancelHandOrder(context, 'H-1001', { version: undefined, note: null, actor: 'ada' })
  await go(2)
  expect(await stockOf(brand)).toEqual({ onHand: 20, reserved: 0 })
  expect(await ordersOf(brand)).toMatchObject([{ state: 'cancelled' }])
  await assertWhole()
})

test('a shipment is split to another location as far as there is something, and two are put together again', async () => {
  const brand = await openBrand(6, 2)
  const { context, go } = brand
  await createHandOrder(context, order('a', 6, { location: 'MAIN' }))
  await go(1)
  const [first] = await shipmentsOf(brand)
  const id = first?.shipmentId ?? ''
  const split = (quantity: number, location: string | undefined) =>
    splitShipment(context, id, {
      lines: [{ sku: 'mug', quantity }],
      location,
      version: undefined,
      actor: 'ada',
    })
  await expect(split(3, 'EAST')).rejects.toMatchObject({ code: 'beyond-free' })
  await expect(split(6, undefined)).rejects.toMatchObject({ code: 'invalid-split' })
  await split(2, 'EAST')
  await go(1)
  expect(await shipmentsOf(brand)).toMatchObject([
    { code: 'MAIN', units: 4, state: 'received' },
    { code: 'EAST', units: 2, state: 'received' },
  ])
  const second = await split(1, undefined)
  const other = second.kind === 'done' ? second.shipmentId : ''
  const [, east] = await shipmentsOf(brand)
  const merge = (from: string) =>
    mergeShipments(context, id, { other: from, version: undefined, actor: 'ada' })
  await expect(merge(east?.shipmentId ?? '')).rejects.toMatchObject({ code: 'invalid-split' })
  await merge(other)
  expect(await shipmentsOf(brand)).toMatchObject([
    { code: 'MAIN', units: 4, state: 'received' },
    { code: 'EAST', units: 2, state: 'received' },
    { code: 'MAIN', units: 1, state: 'cancelled' },
  ])
  expect(await stockOf(brand)).toEqual({ onHand: 8, reserved: 6 })
  await assertWhole()
})

test('a pre-order waits for its date, holds nobody up until then, and then takes its turn', async () => {
  const brand = await openBrand(3, 0)
  const { context, go, clock } = brand
  const waitsUntil = new Date(clock.now() + 2 * DAY_MS)
  await createHandOrder(context, order('pre', 3, { lines: [{ sku: 'mug', quantity: 3, waitsUntil }] }))
  await go(3)
  expect(await shipmentsOf(brand)).toEqual([])
  await createHandOrder(context, order('now', 3))
  await go(3)
  expect(await shipmentsOf(brand)).toMatchObject([{ number: 'H-1002', units: 3 }])
  await brand.world.adjust('mug', 3)
  await go(3)
  expect(await shipmentsOf(brand)).toHaveLength(1)
  await clock.advance(2 * DAY_MS)
  await go(3)
  expect(await shipmentsOf(brand)).toMatchObject([{ number: 'H-1002' }, { number: 'H-1001', units: 3 }])
  await assertWhole()
})

test('to whom it goes is sealed, kept while the order is open, and forgotten a month after it has ended', async () => {
  const brand = await openBrand(1, 0)
  const { context, clock, world } = brand
  await createHandOrder(context, order('a', 2, { recipient: ADA, backorder: true }))
  const { organizationId } = context
  for (const table of ['sales_order', 'hand_order', 'order_event', 'order_recipient', 'order_line']) {
    const rows = await world.rows(
      sql<{
        text: string
      }>`select row_to_json(t)::text as text from ${sql.table(table)} as t where organization_id = ${organizationId}`,
    )
    expect(rows.map(({ text }) => text).join()).not.toMatch(/Lovelace|James|example/)
  }
  const kept = () => world.rows(sql`select from order_recipient where organization_id = ${organizationId}`)
  await clock.advance(90 * DAY_MS)
  await purgeRecipients(database.kysely, organizationId, new Date(clock.now()))
  expect(await kept()).toHaveLength(1)
  await cancelHandOrder(context, 'H-1001', { version: undefined, note: null, actor: 'ada' })
  await clock.advance(29 * DAY_MS)
  await purgeRecipients(database.kysely, organizationId, new Date(clock.now()))
  expect(await kept()).toHaveLength(1)
  await clock.advance(2 * DAY_MS)
  await purgeRecipients(database.kysely, organizationId, new Date(clock.now()))
  expect(await kept()).toHaveLength(0)
})

test('the connection by hand is nothing that can be connected, opened, read late or worked', async () => {
  const brand = await openBrand(5, 0)
  const { context } = brand
  await createHandOrder(context, order('a', 1))
  const { organizationId } = context
  expect(await findConnections(database.kysely, organizationId)).toEqual([])
  expect(await findReadings(database.kysely, organizationId)).toEqual([])
  await expect(findConnectionId(context, 'by-hand')).rejects.toMatchObject({ code: 'unknown-connection' })
  await expect(
    connect(context, {
      connector: 'by-hand',
      name: 'x',
      settings: {},
      credentials: {},
      locationCode: 'MAIN',
      ordersPollMs: undefined,
    }),
  ).rejects.toMatchObject({ code: 'unknown-connector' })
})

type Act =
  | { kind: 'make'; quantity: number; place: 'MAIN' | 'EAST' | null; backorder: boolean; sale: boolean }
  | { kind: 'change'; nth: number; quantity: number; backorder: boolean }
  | { kind: 'cancel' | 'ship'; nth: number; units: number }
  | { kind: 'split'; nth: number; units: number; place: 'MAIN' | 'EAST' | null }
  | { kind: 'merge'; nth: number; other: number }
  | { kind: 'adjust'; units: number; place: 'MAIN' | 'EAST' }
  | { kind: 'go' }

test('I11: whatever people do to orders by hand, at once too, no unit is promised for two shipments, and none leaves twice', async () => {
  const place = fc.constantFrom('MAIN' as const, 'EAST' as const)
  const act: fc.Arbitrary<Act> = fc.oneof(
    fc.record({
      kind: fc.constant('make' as const),
      quantity: fc.integer({ min: 1, max: 6 }),
      place: fc.option(place),
      backorder: fc.boolean(),
      sale: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('change' as const),
      nth: fc.nat(4),
      quantity: fc.integer({ min: 1, max: 8 }),
      backorder: fc.boolean(),
    }),
    fc.record({
      kind: fc.constantFrom('cancel' as const, 'ship' as const),
      nth: fc.nat(4),
      units: fc.integer({ min: 1, max: 4 }),
    }),
    fc.record({
      kind: fc.constant('split' as const),
      nth: fc.nat(4),
      units: fc.integer({ min: 1, max: 4 }),
      place: fc.option(place),
    }),
    fc.record({ kind: fc.constant('merge' as const), nth: fc.nat(4), other: fc.nat(4) }),
    fc.record({ kind: fc.constant('adjust' as const), units: fc.integer({ min: 1, max: 5 }), place }),
    fc.constant({ kind: 'go' as const }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(act, { minLength: 1, maxLength: 3 }), { maxLength: 8 }),
      async (rounds) => {
        const brand = await openBrand(6, 4)
        let came = 10
        for (const [round, acts] of rounds.entries()) {
          const known = await ordersOf(brand)
          const shipments = await shipmentsOf(brand)
          await Promise.all(
            acts.map((each, nth) =>
              refusedIsFine(doAct(brand, each, `${round}-${nth}`, { known, shipments })),
            ),
          )
          for (const each of acts) if (each.kind === 'adjust') came += each.units
          await assertCoveredEverywhere(brand)
        }
        await brand.go(3)
        await assertCoveredEverywhere(brand)
        const [left] = await brand.world.rows(sql<{ shipped: number }>`
        select coalesce(sum(shipped), 0)::bigint as shipped from order_line
        where organization_id = ${brand.context.organizationId}`)
        expect((await stockOf(brand))?.onHand).toBe(came - (left?.shipped ?? 0))
        await assertWhole()
      },
    ),
    { ...fromEnvironment(6), endOnFailure: true },
  )
})

/** What open shipments are to send from a place is there. A sale beyond what was there is a fact that may leave less. */
async function assertCoveredEverywhere({ world }: Brand): Promise<void> {
  const found = await world.rows(sql<{ code: string; open: number; onHand: number; beyond: number }>`
    select location.code, sum(units - shipped - given_up)::bigint as open,
      (select sum(on_hand)::bigint from balance where balance.organization_id = shipment.organization_id
        and balance.location_id = shipment.location_id) as on_hand,
      (select coalesce(sum(order_line.shipped), 0)::bigint from hand_order
        join order_line using (organization_id, order_id)
        where hand_order.organization_id = shipment.organization_id and hand_order.kind = 'point-of-sale'
          and hand_order.note = 'beyond' and hand_order.location_id = shipment.location_id) as beyond
    from shipment
    join shipment_line using (organization_id, shipment_id)
    join location using (organization_id, location_id)
    where organization_id = ${world.context.organizationId} and state not in ('shipped', 'cancelled', 'rejected')
    group by shipment.organization_id, shipment.location_id, location.code`)
  for (const { open, onHand, beyond } of found) expect(open).toBeLessThanOrEqual(onHand + beyond)
  const more = await world.rows(sql`
    select from order_line where organization_id = ${world.context.organizationId} and committed + shipped > current`)
  expect(more).toEqual([])
}

async function doAct(
  brand: Brand,
  act: Act,
  key: string,
  { known, shipments }: { known: { number: string }[]; shipments: { shipmentId: string; state: string }[] },
): Promise<unknown> {
  const { context } = brand
  switch (act.kind) {
    case 'make': {
      const { quantity, backorder, sale } = act
      const note = sale && backorder ? 'beyond' : undefined
      const location = sale ? (act.place ?? 'MAIN') : act.place
      return await createHandOrder(
        context,
        order(key, quantity, { location, backorder, note, kind: sale ? 'point-of-sale' : 'manual' }),
      )
    }
    case 'change': {
      const number = known[act.nth]?.number
      if (number === undefined) return
      const [line] = await brand.world.rows(sql<{ lineId: string }>`
        select line_id from order_line join sales_order using (organization_id, order_id)
        where organization_id = ${context.organizationId} and number = ${number} order by order_line.external_id limit 1`)
      const lines = [{ lineId: line?.lineId ?? '', quantity: act.quantity }]
      return await changeHandOrder(context, number, {
        lines,
        backorder: act.backorder,
        actor: 'ada',
        version: undefined,
      })
    }
    case 'cancel': {
      const number = known[act.nth]?.number
      return number === undefined
        ? undefined
        : await cancelHandOrder(context, number, { version: undefined, note: null, actor: 'ada' })
    }
    case 'ship': {
      const open = shipments.filter(({ state }) => state === 'received' || state === 'working')[act.nth]
      if (open === undefined) return
      return await shipParcel(context, open.shipmentId, {
        key,
        carrier: null,
        trackingNumber: null,
        trackingUrl: null,
        lines: [{ sku: 'mug', units: act.units }],
        isLast: false,
        version: undefined,
        actor: 'packer',
      })
    }
    case 'split': {
      const open = shipments[act.nth]
      if (open === undefined) return
      const lines = [{ sku: 'mug', quantity: act.units }]
      const split = { lines, location: act.place ?? undefined, version: undefined, actor: 'ada' }
      return await splitShipment(context, open.shipmentId, split)
    }
    case 'merge': {
      const [into, other] = [shipments[act.nth], shipments[act.other]]
      if (into === undefined || other === undefined) return
      const merge = { other: other.shipmentId, version: undefined, actor: 'ada' }
      return await mergeShipments(context, into.shipmentId, merge)
    }
    case 'adjust':
      return await brand.world.adjust('mug', act.units, act.place)
    case 'go':
      return await brand.go(2)
    default: {
      const never: never = act
      return never
    }
  }
}

const FINE = [
  'beyond-free',
  'invalid-order',
  'wrong-state',
  'shipment-ended',
  'invalid-parcel',
  'invalid-split',
  'shipment-under-way',
  'unknown-shipment',
]
async function refusedIsFine(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!FINE.includes(code)) throw error
  }
}
