import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runStockCommands } from '../commands/run-commands.ts'
import type { DocumentStore } from '../documents/run-document.ts'
import { saveCurrency } from '../history/valuation.store.ts'
import { CutOff, cutting } from '../testing/cutting.ts'
import { codeOf, documentStore, done, headOf } from '../testing/document-world.ts'
import { commandOf, createStockWorld, type StockWorld, WORLD_TIME } from '../testing/stock-world.ts'
import { findBrokenBalances } from '../verify.store.ts'
import { findBrokenIncoming } from '../verify-incoming.store.ts'
import { findInboundPage, findInboundShipment } from './inbound.store.ts'
import { cancelInboundRest, createInboundShipment, receiveInboundShipment } from './inbound-actions.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(() => database.drop())

async function newWorld(): Promise<{ world: StockWorld; store: DocumentStore }> {
  const world = await createStockWorld(database, { skus: ['A', 'B'], locationCodes: ['MAIN', 'EAST'] })
  await saveCurrency(database.kysely, world.context.organizationId, 'EUR')
  return { world, store: documentStore(world, { now: WORLD_TIME }) }
}

const newShipment = (store: DocumentStore, quantity = 10) =>
  done(
    createInboundShipment(store, headOf(), {
      locationCode: 'MAIN',
      supplier: 'Potter',
      reference: 'PO-7',
      expectedOn: '2026-06-01',
      lines: [
        { sku: 'A', quantity, unitCost: 12_500 },
        { sku: 'B', quantity },
      ],
    }),
  )

test('what a supplier announces is incoming, and on hand when it has arrived', async () => {
  const { world, store } = await newWorld()
  const shipment = await newShipment(store)
  expect(await world.balance('A', 'MAIN')).toEqual({ onHand: 0, reserved: 0, held: 0, incoming: 10 })

  const { inboundId } = shipment
  const part = [{ line: 1, quantity: 6, damaged: 2 }]
  expect(await done(receiveInboundShipment(store, headOf(), { inboundId, lines: part }))).toMatchObject({
    state: 'partly-received',
  })
  expect(await world.balance('A', 'MAIN')).toEqual({ onHand: 6, reserved: 0, held: 2, incoming: 4 })

  const rest = [
    { line: 1, quantity: 4 },
    { line: 2, quantity: 10 },
  ]
  const ended = await done(receiveInboundShipment(store, headOf(), { inboundId, lines: rest }))
  expect(ended).toMatchObject({ state: 'received', expectedOn: '2026-06-01', supplier: 'Potter' })
  expect(await findInboundShipment(database.kysely, world.context.organizationId, inboundId)).toEqual(ended)
  const page = await findInboundPage(database.kysely, world.context.organizationId, { limit: 5 })
  expect(page).toEqual({ rows: [ended], next: null })
})

test('more than is on its way is taken only where it is meant, and recorded as such', async () => {
  const { world, store } = await newWorld()
  const { inboundId } = await newShipment(store)
  const receive = (quantity: number, allowOver: boolean) =>
    receiveInboundShipment(store, headOf(), { inboundId, lines: [{ line: 1, quantity }], allowOver })
  expect(await receive(12, false)).toMatchObject({ code: 'beyond-expected', field: 'lines[0].quantity' })
  expect((await done(receive(12, true))).lines[0]).toMatchObject({ received: 12, over: 2 })
  expect(await world.balance('A', 'MAIN')).toMatchObject({ onHand: 12, incoming: 0 })
})

test('what does not come is no longer incoming: by line, or all of the rest', async () => {
  const { world, store } = await newWorld()
  const { inboundId } = await newShipment(store)
  const some = [{ line: 1, quantity: 3 }]
  await done(cancelInboundRest(store, headOf(), { inboundId, lines: some }))
  expect(await world.balance('A', 'MAIN')).toMatchObject({ incoming: 7 })
  expect(
    await codeOf(cancelInboundRest(store, headOf(), { inboundId, lines: [{ line: 1, quantity: 8 }] })),
  ).toBe('insufficient-incoming')
  await done(receiveInboundShipment(store, headOf(), { inboundId, lines: [{ line: 2, quantity: 1 }] }))
  const closed = await done(cancelInboundRest(store, headOf(), { inboundId }))
  expect(closed.state).toBe('closed')
  expect(closed.lines.map(({ cancelled }) => cancelled)).toEqual([10, 9])
  expect(await world.balance('B', 'MAIN')).toEqual({ onHand: 1, reserved: 0, held: 0, incoming: 0 })
  expect(
    await codeOf(receiveInboundShipment(store, headOf(), { inboundId, lines: [{ line: 2, quantity: 1 }] })),
  ).toBe('document-state')

  const other = await newShipment(store)
  expect((await done(cancelInboundRest(store, headOf(), { inboundId: other.inboundId }))).state).toBe(
    'cancelled',
  )
})

test('each refusal names its line, and nothing is expected then', async () => {
  const { world, store } = await newWorld()
  const create = (lines: { sku: string; quantity: number; unitCost?: number }[], locationCode = 'MAIN') =>
    createInboundShipment(store, headOf(), { locationCode, lines })
  expect(
    await create([
      { sku: 'A', quantity: 1 },
      { sku: 'NEW', quantity: 1 },
    ]),
  ).toMatchObject({
    code: 'unknown-sku',
    field: 'lines[1].sku',
  })
  expect(await create([{ sku: 'A', quantity: 1, unitCost: -1 }])).toMatchObject({
    field: 'lines[0].unitCost',
  })
  expect(await codeOf(create([{ sku: 'A', quantity: 1 }], 'NOWHERE'))).toBe('unknown-location')
  expect(await codeOf(create([{ sku: 'A', quantity: 2 ** 53 }]))).toBe('quantity-out-of-range')
  expect(
    await codeOf(
      receiveInboundShipment(store, headOf(), { inboundId: 'none', lines: [{ line: 1, quantity: 1 }] }),
    ),
  ).toBe('unknown-inbound-shipment')
  expect(await world.balance('A', 'MAIN')).toMatchObject({ incoming: 0 })
})

test('I1: incoming is what open shipments still expect, however receipts race, repeat and are cut', async () => {
  const step = fc.record({
    kind: fc.constantFrom('receive', 'receive', 'over', 'cancel', 'close', 'new'),
    line: fc.integer({ min: 1, max: 2 }),
    quantity: fc.integer({ min: 1, max: 6 }),
    key: fc.integer({ min: 0, max: 7 }),
    cutAfter: fc.option(fc.integer({ min: 0, max: 12 }), { freq: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }),
      async (rounds) => {
        const { world, store } = await newWorld()
        const { inboundId } = await newShipment(store)
        const { organizationId } = world.context
        for (const round of rounds) {
          await Promise.all(
            round.map(async ({ kind, line, quantity, key, cutAfter }) => {
              const head = headOf({ key: `K${key}` })
              const each = cutAfter === null ? store : { ...store, database: cutting(database, cutAfter) }
              const lines = [{ line, quantity }]
              try {
                if (kind === 'new')
                  await runStockCommands(database, world.context, [commandOf('adjust', 'A', quantity)])
                else if (kind === 'close') await cancelInboundRest(each, head, { inboundId })
                else if (kind === 'cancel') await cancelInboundRest(each, head, { inboundId, lines })
                else {
                  await receiveInboundShipment(each, head, { inboundId, lines, allowOver: kind === 'over' })
                }
              } catch (error) {
                if (!(error instanceof CutOff)) throw error
              }
            }),
          )
          const shipment = await findInboundShipment(database.kysely, organizationId, inboundId)
          const onHand = await world.balance('B', 'MAIN')
          expect(onHand.onHand).toBe(shipment?.lines[1]?.received)
          expect(await findBrokenIncoming(database.kysely)).toEqual([])
        }
      },
    ),
    fromEnvironment(40),
  )
  expect(database.counters.deadlocks).toBe(0)
  expect(await findBrokenBalances(database.kysely)).toEqual([])
})

test('what is broken is found: incoming that no document expects', async () => {
  const { world } = await newWorld()
  const command = {
    kind: 'expect' as const,
    ...headOf(),
    reason: null,
    effectiveAt: undefined,
    sku: 'A',
    locationCode: 'EAST',
    quantity: 3,
  }
  await runStockCommands(database, world.context, [command])
  expect(await findBrokenIncoming(database.kysely)).toMatchObject([
    { organizationId: world.context.organizationId, incoming: 3, expected: 0 },
  ])
})
