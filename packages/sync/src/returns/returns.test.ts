import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenBalances, findBrokenReservations } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saveShipsOrdersFrom } from '../connections/connections.store.ts'
import { applyHeard } from '../fulfilment/hear.ts'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'
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

/** A shop whose order of `units` our own people have sent. */
async function openSent(units: number) {
  const clock = manualClock()
  const world = await createWorld(database, clock, { leaseMs: 36_000_000 })
  const { context } = world
  await world.stock('mug', 20)
  const { platform, connectionId } = await world.open('shop', { mug: 20 })
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
  const at = async () => {
    const [row] = await world.rows(sql<{ onHand: number; held: number }>`
      select coalesce(sum(on_hand), 0)::bigint as on_hand, coalesce(sum(held), 0)::bigint as held from balance
      where organization_id = ${context.organizationId}`)
    return row
  }
  return { world, context, platform, order, shipmentId, go, at }
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
    kind: fc.constantFrom('refund' as const, 'sellable' as const, 'damaged' as const),
    units: fc.integer({ min: 1, max: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const { world, context, platform, order, shipmentId, go, at } = await openSent(4)
      let refunded = 0
      let inspected = 0
      let damaged = 0
      for (const { kind, units } of steps) {
        if (kind === 'refund') {
          platform.refund(order.externalId, units)
          refunded = Math.min(4, refunded + units)
          await go(8)
          continue
        }
        const made = await createReturn(context, head(), {
          number: 'RMA',
          shipmentId,
          locationCode: 'MAIN',
          lines: [{ sku: 'mug', quantity: units }],
        })
        if (made.kind === 'refused') throw new Error(made.message)
        const lines = [{ line: 1, quantity: units, condition: kind }]
        const outcome = await inspectReturn(context, head(), { returnId: made.result.returnId, lines })
        expect(outcome.kind).toBe(inspected + units <= 4 ? 'applied' : 'refused')
        if (outcome.kind === 'refused') continue
        inspected += units
        if (kind === 'damaged') damaged += units
      }
      await go(8)
      expect(await at()).toEqual({ onHand: 16 + Math.max(refunded, inspected), held: damaged })
      const wrong = await world.rows(sql`
        select from order_line where organization_id = ${context.organizationId} and returned > shipped`)
      expect(wrong).toEqual([])
    }),
    fromEnvironment(4),
  )
}, 300_000)
