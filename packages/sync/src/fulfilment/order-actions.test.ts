// What people do to orders and shipments of our own warehouses, with the production workers on a manual clock.
import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenBalances, findBrokenReservations, findBrokenSerials, saveLocation } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeKit } from '../availability/kit-changes.ts'
import { changeStock } from '../availability/stock-changes.ts'
import { toStockContext } from '../context.ts'
import { stepConnection } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'
import { holdOrder, unholdOrder } from './order-holds.ts'
import { checkPacked, isSameParcel } from './pack-parcel.ts'
import { type NewParcel, shipParcel } from './ship-parcel.ts'
import { type AfterCancel, cancelShipment, routeNow } from './shipment-actions.ts'
import { changeShipsOrders } from './ships-orders.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

type Brand = Awaited<ReturnType<typeof openBrand>>
type ShipmentNow = {
  shipmentId: string
  number: string
  state: string
  code: string
  version: number
  units: number
  shipped: number
}

/** A shop with one listing, and two warehouses of our own that send its orders. */
async function openBrand(main: number, east: number) {
  const clock = manualClock()
  const world = await createWorld(database, clock, { leaseMs: 3_600_000 })
  const { context } = world
  await world.stock('bottle', main)
  const { platform, connectionId } = await world.open('shop', { bottle: 0 })
  platform.takesShipments = true
  await inTransaction(database, (tx) =>
    saveLocation(tx, toStockContext(context), { code: 'EAST', name: 'East', kind: 'warehouse' }),
  )
  if (east > 0) await world.adjust('bottle', east, 'EAST')
  await changeShipsOrders(context, connectionId, { shipsOrders: true, from: new Date(0) })
  const shop = await stepConnection(world, connectionId)
  const go = async (rounds: number) => {
    for (let round = 0; round < rounds; round += 1) {
      await shop.turn()
      await clock.advance(1_000)
    }
  }
  await go(10)
  return { clock, context, world, platform, connectionId, go }
}

async function shipmentsOf({ world }: Brand): Promise<ShipmentNow[]> {
  return await world.rows(sql<ShipmentNow>`
    select shipment_id, number, state, location.code, shipment.version, units, shipped
    from shipment
    join shipment_line using (organization_id, shipment_id)
    join location using (organization_id, location_id)
    where organization_id = ${world.context.organizationId}
    order by shipment.created_at, number`)
}

const parcel = (key: string, units: number, more: Partial<NewParcel> = {}): NewParcel => ({
  key,
  carrier: 'DHL',
  trackingNumber: `T-${key}`,
  trackingUrl: null,
  lines: [{ sku: 'bottle', units }],
  isLast: false,
  version: undefined,
  actor: 'packer',
  ...more,
})

async function onHand({ world }: Brand): Promise<number> {
  const [row] = await world.rows(sql<{ units: number }>`
    select coalesce(sum(on_hand), 0)::bigint as units from balance
    where organization_id = ${world.context.organizationId}`)
  return row?.units ?? 0
}

async function assertWhole(): Promise<void> {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
}

test('which units left, by the serial numbers of a parcel, the ledger knows; a number that it does not know stays with the parcel', async () => {
  const brand = await openBrand(0, 0)
  const { platform, context, world, go } = brand
  const { organizationId } = context
  await world.rows(sql`
    update item set tracking = 'serial' where organization_id = ${organizationId} and sku = 'bottle' returning item_id`)
  const serials = ['S-1', 'S-2', 'S-3']
  const head = { actor: 'test', reason: null, effectiveAt: undefined, sku: 'bottle', locationCode: 'MAIN' }
  const [come] = await changeStock(context, [{ ...head, key: 'come', kind: 'adjust', quantity: 3, serials }])
  expect(come?.kind).toBe('applied')
  await go(6)
  platform.sell('bottle', 2)
  await go(12)
  const [{ shipmentId = '' } = {}] = await shipmentsOf(brand)
  const packed = (key: string, serial: string) =>
    parcel(key, 1, { lines: [{ sku: 'bottle', units: 1, serials: [serial] }] })
  const statesNow = async () =>
    await world.rows(sql<{ serial: string; state: string }>`
      select serial, state from serial where organization_id = ${organizationId} order by serial`)
  expect(await shipParcel(context, shipmentId, packed('a', 'S-2'))).toMatchObject({ kind: 'shipped' })
  expect(await shipParcel(context, shipmentId, packed('a', 'S-2'))).toMatchObject({ kind: 'repeated' })
  expect(await statesNow()).toEqual([
    { serial: 'S-1', state: 'in-stock' },
    { serial: 'S-2', state: 'shipped' },
    { serial: 'S-3', state: 'in-stock' },
  ])
  expect(await shipParcel(context, shipmentId, packed('b', 'S-9'))).toMatchObject({ kind: 'shipped' })
  expect((await statesNow()).map(({ state }) => state)).toEqual(['in-stock', 'shipped', 'in-stock'])
  expect(await onHand(brand)).toBe(1)
  const kept = await world.rows(sql<{ serials: string[] }>`
    select serials from parcel_line where organization_id = ${organizationId} order by serials`)
  expect(kept).toEqual([{ serials: ['S-2'] }, { serials: ['S-9'] }])
  await assertWhole()
})

test('the parts of a kit that leave in two boxes are known by their numbers once it is whole, each as its own item', async () => {
  const brand = await openBrand(0, 0)
  const { platform, context, world, go } = brand
  const { organizationId } = context
  for (const sku of ['body', 'lens']) await world.stock(sku, 0)
  await world.rows(sql`
    update item set tracking = 'serial' where organization_id = ${organizationId} and sku in ('body', 'lens') returning item_id`)
  await changeKit(context, {
    sku: 'bottle',
    kind: 'virtual',
    components: ['body', 'lens'].map((sku) => ({ sku, quantity: 1 })),
    actor: 'test',
    reason: null,
    expectedVersion: undefined,
  })
  const head = { actor: 'test', reason: null, effectiveAt: undefined, locationCode: 'MAIN' }
  for (const sku of ['body', 'lens'])
    expect(
      await changeStock(context, [
        { ...head, sku, key: sku, kind: 'adjust', quantity: 2, serials: [`${sku}-1`, `${sku}-2`] },
      ]),
    ).toMatchObject([{ kind: 'applied' }])
  await go(6)
  platform.sell('bottle', 1)
  await go(12)
  const [{ shipmentId = '' } = {}] = await shipmentsOf(brand)
  for (const sku of ['lens', 'body'])
    expect(
      await shipParcel(
        context,
        shipmentId,
        parcel(sku, 1, { lines: [{ sku, units: 1, serials: [`${sku}-2`] }] }),
      ),
    ).toMatchObject({ kind: 'shipped' })
  const left = await world.rows(sql<{ serial: string }>`
    select serial from serial where organization_id = ${organizationId} and state = 'shipped' order by serial`)
  expect(left.map(({ serial }) => serial)).toEqual(['body-2', 'lens-2'])
  expect(await findBrokenSerials(database.kysely)).toEqual([])
})

test('a parcel that our own people send leaves once, whatever is sent again, and its channel is told', async () => {
  const brand = await openBrand(10, 0)
  const { platform, context, go } = brand
  const order = platform.sell('bottle', 3)
  await go(12)
  const [shipment] = await shipmentsOf(brand)
  expect(shipment).toMatchObject({ state: 'received', code: 'MAIN', units: 3, shipped: 0 })
  const { shipmentId = '', version = 0 } = shipment ?? {}
  await expect(shipParcel(context, shipmentId, parcel('a', 4))).rejects.toMatchObject({
    code: 'invalid-parcel',
    field: 'lines.0.units',
  })
  expect(await shipParcel(context, shipmentId, parcel('a', 1, { version: version + 7 }))).toMatchObject({
    kind: 'refused',
    refusal: { code: 'version-changed' },
  })
  expect(await shipParcel(context, shipmentId, parcel('a', 1, { version }))).toMatchObject({
    kind: 'shipped',
  })
  expect(await shipParcel(context, shipmentId, parcel('a', 1, { version }))).toMatchObject({
    kind: 'repeated',
  })
  expect(await shipParcel(context, shipmentId, parcel('a', 2))).toMatchObject({
    kind: 'refused',
    refusal: { code: 'key-reused' },
  })
  expect(await onHand(brand)).toBe(9)
  expect(await shipParcel(context, shipmentId, parcel('b', 2))).toMatchObject({ kind: 'shipped' })
  await expect(shipParcel(context, shipmentId, parcel('c', 1))).rejects.toMatchObject({
    code: 'shipment-ended',
  })
  expect(await onHand(brand)).toBe(7)
  await go(30)
  expect(platform.orders.get(order?.externalId ?? '')).toMatchObject({ state: 'closed', shipped: 3 })
  // Both left at one moment: the shop is told of either first.
  expect([...platform.parcels.values()].map(({ units }) => units).sort()).toEqual([1, 2])
  await assertWhole()
})

test('a held order is not sent until the hold ends; what was planned of it is stopped', async () => {
  const brand = await openBrand(10, 0)
  const { platform, context, go } = brand
  const order = platform.sell('bottle', 3)
  await go(12)
  const id = order?.externalId ?? ''
  const held = await holdOrder(context, id, { reason: 'fraud', note: 'look at it', actor: 'ada' })
  expect(held).toMatchObject({ stopped: ['#o-1'], underWay: [] })
  await go(70)
  expect((await shipmentsOf(brand)).map(({ state }) => state)).toEqual(['cancelled'])
  await expect(routeNow(context, id)).rejects.toMatchObject({ code: 'wrong-state' })
  await expect(unholdOrder(context, id, { reason: 'address', actor: 'ada' })).rejects.toMatchObject({
    code: 'unknown-order-hold',
  })
  await unholdOrder(context, id, { reason: 'fraud', actor: 'ada' })
  await go(2)
  expect((await shipmentsOf(brand)).map(({ state, number }) => `${number} ${state}`)).toEqual([
    '#o-1 cancelled',
    '#o-1-2 received',
  ])
  await assertWhole()
})

test('send from elsewhere routes to another location, and no more to the first', async () => {
  const brand = await openBrand(5, 5)
  const { platform, context, go } = brand
  platform.sell('bottle', 2)
  await go(12)
  const [first] = await shipmentsOf(brand)
  const said = {
    afterwards: 'send-from-elsewhere',
    note: null,
    version: first?.version,
    actor: 'ada',
  } as const
  expect(await cancelShipment(context, first?.shipmentId ?? '', said)).toMatchObject({ kind: 'cancelled' })
  await go(12)
  const shipments = await shipmentsOf(brand)
  expect(shipments).toMatchObject([{ state: 'cancelled' }, { state: 'received', units: 2 }])
  expect(new Set(shipments.map(({ code }) => code)).size).toBe(2)
  await assertWhole()
})

type Act =
  | { kind: 'hold' | 'unhold' | 'route' | 'go' }
  | { kind: AfterCancel }
  | { kind: 'ship'; units: number; key: string }
const acts: fc.Arbitrary<Act> = fc.oneof(
  fc.constantFrom<Act>(
    { kind: 'hold' },
    { kind: 'unhold' },
    { kind: 'route' },
    { kind: 'go' },
    { kind: 'go' },
  ),
  fc.constantFrom<Act>({ kind: 'send-again' }, { kind: 'send-from-elsewhere' }),
  fc.record({
    kind: fc.constant('ship' as const),
    units: fc.integer({ min: 1, max: 3 }),
    key: fc.constantFrom('a', 'b', 'c'),
  }),
)

test('whatever people do, and do again, no unit leaves twice and the ledger stays whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { minLength: 3, maxLength: 10 }), async (steps) => {
      const brand = await openBrand(4, 4)
      const { platform, go } = brand
      const order = platform.sell('bottle', 4)
      await go(8)
      const id = order?.externalId ?? ''
      for (const step of steps) await refusedIsFine(act(brand, id, step), step)
      await go(5)
      const left = (await shipmentsOf(brand)).reduce((sum, { shipped }) => sum + shipped, 0)
      expect(left).toBeLessThanOrEqual(4)
      expect(await onHand(brand)).toBe(8 - left)
      await assertWhole()
    }),
    { ...fromEnvironment(6), endOnFailure: true },
  )
})

async function act(brand: Brand, id: string, step: Act): Promise<unknown> {
  const { context, go } = brand
  const actor = 'ada'
  const open = (await shipmentsOf(brand)).find(({ state }) => state === 'received' || state === 'working')
  switch (step.kind) {
    case 'hold':
      return await holdOrder(context, id, { reason: 'manual', note: null, actor })
    case 'unhold':
      return await unholdOrder(context, id, { reason: 'manual', actor })
    case 'route':
      return await routeNow(context, id)
    case 'go':
      return await go(6)
    case 'ship':
      if (open === undefined) return
      return await Promise.all(
        [1, 2].map(() => shipParcel(context, open.shipmentId, parcel(step.key, step.units))),
      )
    default:
      if (open === undefined) return
      return await cancelShipment(context, open.shipmentId, {
        afterwards: step.kind,
        note: null,
        version: undefined,
        actor,
      })
  }
}

async function refusedIsFine(work: Promise<unknown>, step: Act): Promise<void> {
  try {
    await work
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const fine = ['wrong-state', 'unknown-order-hold', 'shipment-ended', 'invalid-parcel', 'unknown-order']
    if (!fine.includes(String(code))) throw new Error(`${step.kind} failed`, { cause: error })
  }
}

test('what is packed is never more than is to be sent, and is tied to its items', () => {
  const items = ['a', 'b'].map((sku) => ({ itemId: `item-${sku}`, sku, tracking: 'plain', lots: ['L1'] }))
  const line = fc.record({
    sku: fc.constantFrom('a', 'b', 'c'),
    units: fc.integer({ min: 1, max: 5 }),
    lot: fc.constantFrom(undefined, 'L1', 'L2'),
  })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.nat(8), fc.nat(8), (lines, a, b) => {
      const open = new Map([
        ['item-a', a],
        ['item-b', b],
      ])
      const checked = checkPacked(lines, items, open)
      const sumOf = (sku: string) =>
        lines.filter((each) => each.sku === sku).reduce((sum, { units }) => sum + units, 0)
      const isGood =
        sumOf('c') === 0 && sumOf('a') <= a && sumOf('b') <= b && !lines.some(({ lot }) => lot === 'L2')
      expect(checked.kind).toBe(isGood ? 'good' : 'wrong')
      if (checked.kind !== 'good') return
      expect(checked.lines.map(({ itemId, units }) => [itemId, units])).toEqual(
        lines.map(({ sku, units }) => [`item-${sku}`, units]),
      )
      // As it comes back from where it is stored: lines may be split there.
      const stored = checked.lines.flatMap((each) =>
        each.units > 1
          ? [
              { ...each, units: 1 },
              { ...each, units: each.units - 1 },
            ]
          : [each],
      )
      expect(isSameParcel(lines, stored.reverse())).toBe(true)
      expect(isSameParcel([...lines, { sku: 'a', units: 1 }], stored)).toBe(false)
    }),
  )
})
