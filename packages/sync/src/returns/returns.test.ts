import { ANNOUNCED_RETURNS, type AnnouncedReturn, manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findReturnPage } from '@plimsoll/orders'
import { findBrokenBalances, findBrokenReservations, saveLocation } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saveShipsOrdersFrom } from '../connections/connections.store.ts'
import { toStockContext } from '../context.ts'
import { applyHeard } from '../fulfilment/hear.ts'
import { insertInbox } from '../intake/inbox.store.ts'
import { toInboxEvent } from '../intake/inbox.ts'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'
import { choosePlace } from './announced-return.ts'
import { cancelReturn, createReturn, inspectReturn } from './return-actions.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
  await database.drop()
})

let actions = 0
const head = () => {
  actions += 1
  return { key: `return-test-${actions}`, actor: 'test' }
}

type Place = 'MAIN' | 'EAST'

/** A shop whose order of `units` our own people have sent. */
async function openSent(units: number) {
  const clock = manualClock()
  const world = await createWorld(database, clock, { leaseMs: 36_000_000 })
  const { context } = world
  await inTransaction(database, (tx) =>
    saveLocation(tx, toStockContext(context), { code: 'EAST', name: 'East', kind: 'warehouse' }),
  )
  await world.stock('mug', 20)
  const streams = [{ name: ANNOUNCED_RETURNS, everyMs: 86_400_000, visibilityLagMs: 0 }]
  const { platform, connectionId } = await world.open('shop', { mug: 20 }, { streams })
  platform.takesShipments = true
  await inTransaction(database, (tx) =>
    saveShipsOrdersFrom(tx, context.organizationId, connectionId, new Date(0)),
  )
  const stepped = await stepConnection(world, connectionId)
  const order = platform.sell('mug', units)
  if (order === undefined) throw new Error('the shop sells it')
  const go = (count: number) => turns(clock, stepped, count, 1_000)
  await go(30)
  const [line] = await world.rows(sql<{ shipmentId: string; shipmentLineId: string; itemId: string }>`
    select shipment_id, shipment_line_id, item_id from shipment_line
    where organization_id = ${context.organizationId}`)
  if (line === undefined) throw new Error('it was routed')
  const { shipmentId, shipmentLineId, itemId } = line
  await inTransaction(database, (tx) =>
    applyHeard(context, tx, {
      shipmentId,
      actor: 'test',
      heard: {
        state: 'shipped',
        externalId: null,
        version: null,
        problem: null,
        parcels: [
          {
            externalId: 'P',
            carrier: null,
            trackingNumber: null,
            trackingUrl: null,
            shippedAt: new Date(clock.now()),
            lines: [{ shipmentLineId, itemId, sku: 'mug', units, lot: null, serials: [] }],
          },
        ],
      },
    }),
  )
  await go(10)
  const at = async (place: Place = 'MAIN') => {
    const [row] = await world.rows(sql<{ onHand: number; held: number }>`
      select coalesce(sum(on_hand), 0)::bigint as on_hand, coalesce(sum(held), 0)::bigint as held
      from balance join location using (organization_id, location_id)
      where organization_id = ${context.organizationId} and location.code = ${place}`)
    return row
  }
  /** As a read of the channel's stream stores it. */
  const announce = async (said: 'hint' | (Partial<AnnouncedReturn> & Pick<AnnouncedReturn, 'version'>)) => {
    const told = said === 'hint' ? { version: undefined } : said
    const announced: AnnouncedReturn = {
      externalId: 'R-1',
      number: 'RMA-77',
      orderExternalId: order.externalId,
      state: 'announced',
      lines: [{ lineExternalId: `${order.externalId}-1`, units: 2 }],
      ...told,
    }
    const { externalId, version } = announced
    const event = toInboxEvent(
      { kind: 'announced-return', externalId, version, return: said === 'hint' ? undefined : announced },
      context.uuid,
    )
    if (event === undefined) throw new Error('it is stored')
    const arrival = {
      organizationId: context.organizationId,
      connectionId,
      source: 'poll' as const,
      at: new Date(clock.now()),
      uuid: context.uuid,
    }
    await inTransaction(database, (tx) => insertInbox(tx, arrival, [event]))
    await go(3)
  }
  const returns = async () =>
    (await findReturnPage(database.kysely, context.organizationId, { limit: 10 })).rows
  const verdicts = () =>
    world.rows(sql<{ state: string; reasonCode: string | null }>`
      select state, reason_code from inbox
      where organization_id = ${context.organizationId} and topic = 'announced-return' order by inbox_id`)
  const streamReads = () => platform.calls.filter((call) => call === 'stream').length
  return { world, context, platform, order, shipmentId, go, at, announce, returns, verdicts, streamReads }
}

test('what came back is inspected: sellable, damaged, disposed; the same key counts once; too much is refused', async () => {
  const { context, shipmentId, at } = await openSent(5)
  expect(await at()).toEqual({ onHand: 15, held: 0 })
  const made = await createReturn(context, head(), {
    number: 'RMA-1',
    shipmentId,
    locationCode: 'MAIN',
    lines: [{ sku: 'mug', quantity: 4 }],
  })
  if (made.kind === 'refused') throw new Error(made.message)
  const { returnId } = made.result
  expect(await at()).toEqual({ onHand: 15, held: 0 })
  const first = head()
  const lines = [
    { line: 1, quantity: 1, condition: 'sellable' as const },
    { line: 1, quantity: 1, condition: 'damaged' as const },
    { line: 1, quantity: 1, condition: 'disposed' as const },
  ]
  expect(await inspectReturn(context, first, { returnId, lines })).toMatchObject({
    kind: 'applied',
    result: { state: 'partly-inspected', lines: [{ restocked: 1, damaged: 1, disposed: 1 }] },
  })
  expect(await inspectReturn(context, first, { returnId, lines })).toMatchObject({ kind: 'repeated' })
  expect(await at()).toEqual({ onHand: 17, held: 1 })
  expect(await inspectReturn(context, head(), { returnId, lines })).toMatchObject({ code: 'beyond-expected' })
  expect(await cancelReturn(context, head(), returnId)).toMatchObject({ result: { state: 'closed' } })
  expect(await inspectReturn(context, head(), { returnId, lines })).toMatchObject({ code: 'document-state' })
  const more = await createReturn(context, head(), {
    number: 'RMA-2',
    shipmentId,
    locationCode: 'MAIN',
    lines: [{ sku: 'mug', quantity: 9 }],
  })
  if (more.kind === 'refused') throw new Error(more.message)
  const beyond = [{ line: 1, quantity: 9, condition: 'sellable' as const }]
  expect(
    await inspectReturn(context, head(), { returnId: more.result.returnId, lines: beyond }),
  ).toMatchObject({
    code: 'insufficient-shipped',
    field: 'lines[0].quantity',
  })
  expect(await at()).toEqual({ onHand: 17, held: 1 })
}, 120_000)

test('I11: refunded on the channel and inspected here, in any order and in parts, units are back once and never more than left', async () => {
  const step = fc.record({
    kind: fc.constantFrom('refund' as const, 'sellable' as const, 'damaged' as const, 'disposed' as const),
    units: fc.integer({ min: 1, max: 3 }),
    place: fc.constantFrom<Place>('MAIN', 'EAST'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const { world, context, platform, order, shipmentId, go, at } = await openSent(4)
      let refunded = 0
      let inspected = 0
      const kept = { MAIN: 0, EAST: 0 }
      const damaged = { MAIN: 0, EAST: 0 }
      for (const { kind, units, place } of steps) {
        if (kind === 'refund') {
          platform.refund(order.externalId, units)
          refunded = Math.min(4, refunded + units)
          await go(8)
          continue
        }
        const made = await createReturn(context, head(), {
          number: 'RMA',
          shipmentId,
          locationCode: place,
          lines: [{ sku: 'mug', quantity: units }],
        })
        if (made.kind === 'refused') throw new Error(made.message)
        const lines = [{ line: 1, quantity: units, condition: kind }]
        const outcome = await inspectReturn(context, head(), { returnId: made.result.returnId, lines })
        expect(outcome.kind).toBe(inspected + units <= 4 ? 'applied' : 'refused')
        if (outcome.kind === 'refused') continue
        inspected += units
        if (kind !== 'disposed') kept[place] += units
        if (kind === 'damaged') damaged[place] += units
      }
      await go(8)
      // What is refunded and nobody has looked at counts as back where it left from.
      const told = Math.max(0, refunded - inspected)
      expect(await at('MAIN')).toEqual({ onHand: 16 + told + kept.MAIN, held: damaged.MAIN })
      expect(await at('EAST')).toEqual({ onHand: kept.EAST, held: damaged.EAST })
      const wrong = await world.rows(sql`
        select from order_line where organization_id = ${context.organizationId} and returned > shipped`)
      expect(wrong).toEqual([])
    }),
    fromEnvironment(4),
  )
}, 300_000)

test('a return that the channel granted is announced once, follows what it says until somebody looks, and is inspected like any other', async () => {
  const { context, order, at, announce, returns, verdicts, streamReads } = await openSent(5)
  const line = (units: number) => [{ lineExternalId: `${order.externalId}-1`, units }]
  await announce({ version: 2, lines: line(2) })
  await announce({ version: 2, lines: line(2) }) // told twice is one
  await announce({ version: 1, lines: line(4) }) // older
  const [made] = await returns()
  expect(await returns()).toMatchObject([
    {
      number: 'RMA-77',
      state: 'announced',
      announcedBy: 'shop',
      orderId: expect.any(String),
      locationCode: 'MAIN',
      lines: [{ line: 1, sku: 'mug', announced: 2 }],
    },
  ])
  expect(await at()).toEqual({ onHand: 15, held: 0 })
  // Moments are no finer than a second on some channels: of two states of one, what was told last counts.
  await announce({ version: 3, lines: line(1) })
  await announce({ version: 3, lines: line(3) })
  expect(await returns()).toMatchObject([{ returnId: made?.returnId, lines: [{ announced: 3 }] }])
  // A webhook says no more than that something has changed: the list is read, and what was known stays.
  const before = streamReads()
  await announce('hint')
  expect(streamReads()).toBe(before + 1)
  expect(await returns()).toMatchObject([{ state: 'announced', lines: [{ announced: 3 }] }])
  const lines = [
    { line: 1, quantity: 1, condition: 'sellable' as const },
    { line: 1, quantity: 1, condition: 'damaged' as const },
  ]
  const returnId = made?.returnId ?? ''
  expect(await inspectReturn(context, head(), { returnId, lines })).toMatchObject({ kind: 'applied' })
  expect(await at()).toEqual({ onHand: 17, held: 1 })
  await announce({ version: 4, lines: line(5) }) // somebody has looked: what is expected stays
  await announce({ version: 5, state: 'closed', lines: [] })
  expect(await returns()).toMatchObject([{ state: 'partly-inspected', lines: [{ announced: 3 }] }])
  await announce({ version: 6, state: 'cancelled', lines: [] })
  expect(await returns()).toMatchObject([{ state: 'closed' }])
  // Over before the hub heard of it, of an order or a line that nobody knows.
  await announce({ externalId: 'R-2', version: 1, state: 'cancelled', lines: line(1) })
  await announce({ externalId: 'R-3', version: 1, orderExternalId: 'nobody-knows', lines: line(1) })
  await announce({ externalId: 'R-4', version: 1, lines: [{ lineExternalId: 'none', units: 1 }] })
  expect(await returns()).toHaveLength(1)
  const settled = (await verdicts()).map(({ state, reasonCode }) => reasonCode ?? state)
  expect(settled.sort()).toEqual([
    'applied',
    'applied',
    'applied',
    'applied',
    'applied',
    'nothing-expected',
    'nothing-new',
    'nothing-new',
    'repeated',
    'unknown-line',
    'unknown-order',
  ])
  // More than left is taken back on no return of the order.
  await announce({ externalId: 'R-5', number: 'RMA-78', version: 1, lines: line(4) })
  const second = (await returns()).find(({ number }) => number === 'RMA-78')?.returnId ?? ''
  expect(
    await inspectReturn(context, head(), {
      returnId: second,
      lines: [{ line: 1, quantity: 4, condition: 'sellable' }],
    }),
  ).toMatchObject({ code: 'insufficient-shipped' })
  expect(await at()).toEqual({ onHand: 17, held: 1 })
}, 120_000)

test('a return comes in where its units left from, a warehouse that sends for others too, else at the first place of one’s own; what its channel sends itself it takes back itself', () => {
  const place = fc.record({
    locationId: fc.constantFrom('a', 'b', 'c'),
    code: fc.constant('X'),
    kind: fc.constant('warehouse'),
    countedBy: fc.constantFrom(null, 'wms', 'shop'),
    sends: fc.boolean(),
  })
  fc.assert(
    fc.property(
      fc.uniqueArray(place, { selector: ({ locationId }) => locationId }),
      fc.constantFrom('a', 'b', undefined),
      (places, leftFrom) => {
        const chosen = choosePlace(places, leftFrom, 'shop')
        const left = places.find(({ locationId }) => locationId === leftFrom)
        if (chosen === 'told-by-warehouse') {
          expect(left?.countedBy === 'shop' || (left?.countedBy === 'wms' && !left.sends)).toBe(true)
          return
        }
        if (chosen === undefined) {
          expect(left).toBeUndefined()
          expect(places.every(({ countedBy }) => countedBy !== null)).toBe(true)
          return
        }
        if (left !== undefined) expect(chosen).toBe(left)
        else expect(chosen.countedBy).toBeNull()
        if (chosen.countedBy !== null) expect(chosen).toMatchObject({ countedBy: 'wms', sends: true })
      },
    ),
  )
})
