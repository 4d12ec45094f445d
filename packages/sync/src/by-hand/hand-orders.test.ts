// Orders that people make, on a real database and a manual clock, with the production worker of the connection by hand.
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenBalances, findBrokenReservations } from '@plimsoll/stock'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { findConnections } from '../connections/connections.store.ts'
import { connect, findConnectionId } from '../connections/connections.ts'
import { shipParcel } from '../fulfilment/ship-parcel.ts'
import { mergeShipments, splitShipment } from '../fulfilment/split-shipments.ts'
import { purgePersonalData } from '../personal-data/purge-personal-data.ts'
import { createReturn, inspectReturn } from '../returns/return-actions.ts'
import { findReadings } from '../safety/stale-orders.store.ts'
import { ADA, handOrder, openHandBrand, ordersOf, shipmentsOf, stockOf } from '../testing/hand-brand.ts'
import { cancelHandOrder, changeHandOrder } from './change-hand-order.ts'
import { createHandOrder } from './create-hand-order.ts'
import type { NewHandOrder } from './hand-order.ts'

// Many transactions, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const DAY_MS = 86_400_000

async function assertWhole(): Promise<void> {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
}

test('an order made by hand reserves, is routed at once, leaves by own people, and is closed by that', async () => {
  const brand = await openHandBrand(database, 10, 0)
  const { context, go } = brand
  const made = await createHandOrder(
    context,
    handOrder('a', 2, { lines: [{ sku: 'mug', quantity: 1, unit: 'case' }] }),
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
  const brand = await openHandBrand(database, 10, 0)
  const all = await Promise.all([1, 2, 3].map(() => createHandOrder(brand.context, handOrder('a', 2))))
  expect(all.map(({ kind }) => kind).sort()).toEqual(['created', 'repeated', 'repeated'])
  expect(await createHandOrder(brand.context, handOrder('a', 3))).toMatchObject({
    kind: 'refused',
    refusal: { code: 'key-reused' },
  })
  expect(await stockOf(brand)).toEqual({ onHand: 10, reserved: 2 })
})

test('more than is free is refused, unless it is said to wait; then it is sent when it has come', async () => {
  const brand = await openHandBrand(database, 3, 1)
  const { context, go, world } = brand
  await expect(createHandOrder(context, handOrder('a', 5))).rejects.toMatchObject({
    code: 'beyond-free',
    field: 'lines',
  })
  await expect(createHandOrder(context, handOrder('a', 4, { location: 'MAIN' }))).rejects.toMatchObject({
    code: 'beyond-free',
  })
  expect(await stockOf(brand)).toEqual({ onHand: 4, reserved: 0 })
  expect(await ordersOf(brand)).toEqual([])
  await createHandOrder(context, handOrder('a', 4, { location: 'MAIN', backorder: true }))
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
  const brand = await openHandBrand(database, 3, 5)
  const { context, go } = brand
  const sale = (key: string, quantity: number, more: Partial<NewHandOrder> = {}) =>
    createHandOrder(context, handOrder(key, quantity, { kind: 'point-of-sale', location: 'MAIN', ...more }))
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
  const brand = await openHandBrand(database, 10, 10)
  const { context, go, world } = brand
  await createHandOrder(context, handOrder('a', 4, { recipient: ADA }))
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
  const brand = await openHandBrand(database, 6, 2)
  const { context, go } = brand
  await createHandOrder(context, handOrder('a', 6, { location: 'MAIN' }))
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

test('the hub gives a number that nobody has given yet; one that is taken is refused', async () => {
  const { context } = await openHandBrand(database, 9, 0)
  await createHandOrder(context, handOrder('a', 1, { number: 'H-1002' }))
  const made = await createHandOrder(context, handOrder('b', 1))
  expect(made).toMatchObject({ number: 'H-1003' })
  await expect(createHandOrder(context, handOrder('c', 1, { number: 'h-1003' }))).rejects.toMatchObject({
    code: 'order-number-taken',
  })
})

test('what left by an order made by hand comes back like any other', async () => {
  const brand = await openHandBrand(database, 5, 0)
  const { context, go } = brand
  await createHandOrder(context, handOrder('a', 3))
  await go(1)
  const [shipment] = await shipmentsOf(brand)
  const shipmentId = shipment?.shipmentId ?? ''
  const parcel = { carrier: null, trackingNumber: null, trackingUrl: null, isLast: false, version: undefined }
  await shipParcel(context, shipmentId, {
    ...parcel,
    key: 'p',
    actor: 'packer',
    lines: [{ sku: 'mug', units: 3 }],
  })
  const head = (key: string) => ({ key, actor: 'ada' })
  const lines = [{ sku: 'mug', quantity: 2 }]
  const noted = await createReturn(context, head('r'), {
    number: 'RMA-1',
    shipmentId,
    locationCode: 'MAIN',
    lines,
  })
  if (noted.kind === 'refused') throw new Error(noted.message)
  const { returnId } = noted.result
  await inspectReturn(context, head('i'), {
    returnId,
    lines: [{ line: 1, quantity: 2, condition: 'sellable', lot: undefined }],
  })
  expect(await stockOf(brand)).toEqual({ onHand: 4, reserved: 0 })
  await assertWhole()
})

test('a pre-order waits for its date, holds nobody up until then, and then takes its turn', async () => {
  const brand = await openHandBrand(database, 3, 0)
  const { context, go, clock } = brand
  const waitsUntil = new Date(clock.now() + 2 * DAY_MS)
  await createHandOrder(context, handOrder('pre', 3, { lines: [{ sku: 'mug', quantity: 3, waitsUntil }] }))
  await go(3)
  expect(await shipmentsOf(brand)).toEqual([])
  await createHandOrder(context, handOrder('now', 3))
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
  const brand = await openHandBrand(database, 1, 0)
  const { context, clock, world } = brand
  await createHandOrder(context, handOrder('a', 2, { recipient: ADA, backorder: true }))
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
  await purgePersonalData(context)
  expect(await kept()).toHaveLength(1)
  await cancelHandOrder(context, 'H-1001', { version: undefined, note: null, actor: 'ada' })
  await clock.advance(29 * DAY_MS)
  await purgePersonalData(context)
  expect(await kept()).toHaveLength(1)
  await clock.advance(2 * DAY_MS)
  await purgePersonalData(context)
  expect(await kept()).toHaveLength(0)
})

test('the connection by hand is nothing that can be connected, opened, read late or worked', async () => {
  const brand = await openHandBrand(database, 5, 0)
  const { context } = brand
  await createHandOrder(context, handOrder('a', 1))
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
