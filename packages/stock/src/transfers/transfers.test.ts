import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runStockCommands } from '../commands/run-commands.ts'
import type { DocumentStore } from '../documents/run-document.ts'
import { findLocations } from '../items.store.ts'
import { CutOff, cutting } from '../testing/cutting.ts'
import { codeOf, documentStore, done, headOf } from '../testing/document-world.ts'
import { commandOf, createStockWorld, type StockWorld, WORLD_TIME } from '../testing/stock-world.ts'
import { findBrokenBalances } from '../verify.store.ts'
import { findBrokenIncoming } from '../verify-incoming.store.ts'
import {
  cancelTransfer,
  closeTransfer,
  createTransfer,
  dispatchTransfer,
  receiveTransfer,
} from './transfer-actions.ts'
import { findTransfer, findTransferPage } from './transfers.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(() => database.drop())

async function newWorld(onHand = 10): Promise<{ world: StockWorld; store: DocumentStore }> {
  const world = await createStockWorld(database, { skus: ['A', 'B'], locationCodes: ['MAIN', 'EAST'] })
  await runStockCommands(database, world.context, [
    commandOf('receive', 'A', onHand),
    commandOf('receive', 'B', onHand),
  ])
  return { world, store: documentStore(world, { now: WORLD_TIME }) }
}

const lines = (quantity: number) => [
  { sku: 'A', quantity },
  { sku: 'B', quantity },
]
const newTransfer = (store: DocumentStore, quantity = 6) =>
  done(createTransfer(store, headOf(), { fromCode: 'MAIN', toCode: 'EAST', lines: lines(quantity) }))

test('a transfer leaves, is on its way, arrives in parts, and what is damaged is held', async () => {
  const { world, store } = await newWorld()
  const { transferId, viaCode, state } = await newTransfer(store)
  expect({ viaCode, state }).toEqual({ viaCode: 'TRANSIT', state: 'draft' })

  await done(dispatchTransfer(store, headOf(), { transferId }))
  expect(await world.balance('A', 'MAIN')).toMatchObject({ onHand: 4 })
  expect(await unitsAt(world, 'A', 'TRANSIT')).toBe(6)
  expect(await world.balance('A', 'EAST')).toMatchObject({ onHand: 0, incoming: 6 })

  const part = [{ line: 1, quantity: 4, damaged: 1 }]
  expect(await done(receiveTransfer(store, headOf(), { transferId, lines: part }))).toMatchObject({
    state: 'partly-received',
  })
  expect(await world.balance('A', 'EAST')).toEqual({ onHand: 4, reserved: 0, held: 1, incoming: 2 })

  const rest = [
    { line: 1, quantity: 2 },
    { line: 2, quantity: 6 },
  ]
  const ended = await done(receiveTransfer(store, headOf(), { transferId, lines: rest }))
  expect(ended).toMatchObject({ state: 'received', endedAt: WORLD_TIME.toISOString() })
  expect(await findTransfer(database.kysely, world.context.organizationId, transferId)).toEqual(ended)
  expect(await unitsAt(world, 'A', 'TRANSIT')).toBe(0)
})

test('what never arrives is written off with a reason, and the transfer is closed', async () => {
  const { world, store } = await newWorld()
  const { transferId } = await newTransfer(store)
  await done(dispatchTransfer(store, headOf(), { transferId }))
  await done(receiveTransfer(store, headOf(), { transferId, lines: [{ line: 1, quantity: 5 }] }))
  expect(await codeOf(closeTransfer(store, headOf(), transferId))).toBe('reason-missing')
  const closed = await done(closeTransfer(store, headOf({ reason: 'fell off the lorry' }), transferId))
  expect(closed.state).toBe('closed')
  expect(closed.lines.map(({ received, lost }) => [received, lost])).toEqual([
    [5, 1],
    [0, 6],
  ])
  expect(await world.balance('A', 'EAST')).toMatchObject({ onHand: 5, incoming: 0 })
  expect(await unitsAt(world, 'B', 'TRANSIT')).toBe(0)
})

test('what comes back is on hand where it came from, and nobody waits for it any more', async () => {
  const { world, store } = await newWorld()
  const { transferId } = await newTransfer(store)
  await done(dispatchTransfer(store, headOf(), { transferId }))
  expect(await codeOf(cancelTransfer(store, headOf(), transferId))).toBe('document-state')
  const back = [
    { line: 1, quantity: 6 },
    { line: 2, quantity: 6, damaged: 2 },
  ]
  expect(await done(receiveTransfer(store, headOf(), { transferId, lines: back, back: true }))).toMatchObject(
    {
      state: 'closed',
    },
  )
  expect(await world.balance('A', 'MAIN')).toEqual({ onHand: 10, reserved: 0, held: 0, incoming: 0 })
  expect(await world.balance('B', 'MAIN')).toMatchObject({ onHand: 10, held: 2 })
  expect(await world.balance('A', 'EAST')).toMatchObject({ onHand: 0, incoming: 0 })
})

test('each refusal names its line and leaves nothing behind', async () => {
  const { world, store } = await newWorld()
  const create = (rest: object) =>
    createTransfer(store, headOf(), { fromCode: 'MAIN', toCode: 'EAST', lines: lines(1), ...rest })
  expect(await codeOf(create({ fromCode: 'NOWHERE' }))).toBe('unknown-location')
  expect(await codeOf(create({ toCode: 'MAIN' }))).toBe('same-location')
  expect(await codeOf(create({ viaCode: 'EAST' }))).toBe('invalid-location')
  expect(
    await create({
      lines: [
        { sku: 'A', quantity: 1 },
        { sku: 'NEW', quantity: 1 },
      ],
    }),
  ).toMatchObject({
    code: 'unknown-sku',
    field: 'lines[1].sku',
  })
  expect(await create({ lines: [...lines(1), { sku: 'A', quantity: 2 }] })).toMatchObject({
    code: 'invalid-lines',
    message: 'Lines 1 and 3 are both of "A".',
  })
  expect(await create({ lines: lines(0.5) })).toMatchObject({ code: 'quantity-not-whole' })
  expect(await codeOf(create({ lines: [] }))).toBe('invalid-lines')
  expect(
    (await findLocations(database.kysely, world.context.organizationId)).map(({ code }) => code),
  ).toEqual(['EAST', 'MAIN'])

  const { transferId } = await newTransfer(store)
  await runStockCommands(database, world.context, [commandOf('reserve', 'B', 5)])
  // B has 5 left of the 6 asked: A, which would do, stays as well.
  expect(await dispatchTransfer(store, headOf(), { transferId })).toMatchObject({
    code: 'insufficient-stock',
    message: expect.stringContaining('6 units of "B" asked, 5 are available at "MAIN"'),
  })
  expect(await world.balance('A', 'MAIN')).toMatchObject({ onHand: 10 })
  expect(
    await codeOf(receiveTransfer(store, headOf(), { transferId, lines: [{ line: 1, quantity: 1 }] })),
  ).toBe('document-state')
  await done(dispatchTransfer(store, headOf(), { transferId, lines: [{ line: 2, quantity: 5 }] }))
  expect(
    await receiveTransfer(store, headOf(), { transferId, lines: [{ line: 2, quantity: 6 }] }),
  ).toMatchObject({ code: 'beyond-dispatched', field: 'lines[0].quantity' })
  expect(
    await codeOf(receiveTransfer(store, headOf(), { transferId, lines: [{ line: 9, quantity: 1 }] })),
  ).toBe('unknown-document-line')
  expect(await codeOf(dispatchTransfer(store, headOf(), { transferId: 'no-id' }))).toBe('unknown-transfer')
})

test('I3: an action under one key is carried out once, whatever runs at once; another under it is refused', async () => {
  const { world, store } = await newWorld()
  const { transferId } = await newTransfer(store)
  await done(dispatchTransfer(store, headOf(), { transferId }))
  const receive = (key: string, quantity: number) =>
    receiveTransfer(store, headOf({ key }), { transferId, lines: [{ line: 1, quantity }] })
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => receive('delivery-1', 4)))
  expect(outcomes.filter(({ kind }) => kind === 'applied')).toHaveLength(1)
  expect(outcomes.filter(({ kind }) => kind === 'repeated')).toHaveLength(7)
  expect(await codeOf(receive('delivery-1', 3))).toBe('key-reused')
  expect(await world.balance('A', 'EAST')).toMatchObject({ onHand: 4, incoming: 2 })

  // Under keys of their own only one of them finds two left.
  const others = await Promise.all(['x', 'y', 'z'].map((key) => codeOf(receive(key, 2))))
  expect(others.sort()).toEqual(['applied', 'beyond-dispatched', 'beyond-dispatched'])
})

test('first transfers that are made at once share one transit location', async () => {
  const { world, store } = await newWorld()
  await Promise.all(Array.from({ length: 6 }, () => newTransfer(store, 1)))
  const locations = await findLocations(database.kysely, world.context.organizationId)
  expect(locations.filter(({ kind }) => kind === 'transit')).toHaveLength(1)
})

test('transfers are listed newest first, page by page and by state', async () => {
  const { world, store } = await newWorld()
  const ids = []
  for (let index = 0; index < 5; index += 1) ids.unshift((await newTransfer(store, 1)).transferId)
  await done(cancelTransfer(store, headOf(), ids[1] ?? ''))
  const { organizationId } = world.context
  const first = await findTransferPage(database.kysely, organizationId, { limit: 3 })
  const second = await findTransferPage(database.kysely, organizationId, {
    limit: 3,
    cursor: first.next ?? '',
  })
  expect([...first.rows, ...second.rows].map(({ transferId }) => transferId)).toEqual(ids)
  expect(second.next).toBeNull()
  const cancelled = await findTransferPage(database.kysely, organizationId, { limit: 9, state: 'cancelled' })
  expect(cancelled.rows.map(({ transferId }) => transferId)).toEqual([ids[1]])
})

test('the one-step form moves what is available, and no more', async () => {
  const { world } = await newWorld()
  const move = (quantity: number) =>
    runStockCommands(database, world.context, [
      {
        kind: 'transfer',
        ...headOf({ reason: null }),
        reason: null,
        effectiveAt: undefined,
        sku: 'A',
        fromCode: 'MAIN',
        toCode: 'EAST',
        quantity,
      },
    ])
  expect(await move(7)).toMatchObject([{ kind: 'applied', result: { locationCode: 'EAST', onHand: 7 } }])
  expect(await move(4)).toMatchObject([{ code: 'insufficient-stock' }])
  expect(await world.balance('A', 'MAIN')).toMatchObject({ onHand: 3 })
})

test('I3: a receipt that is cut before any of its statements leaves nothing behind', async () => {
  const { world, store } = await newWorld()
  const { transferId } = await newTransfer(store)
  const before = await done(dispatchTransfer(store, headOf(), { transferId }))
  const action = headOf()
  const receive = (each: DocumentStore) =>
    receiveTransfer(each, action, { transferId, lines: [{ line: 1, quantity: 6, damaged: 1 }] })
  let cuts = 0
  for (; ; cuts += 1) {
    const outcome = await receive({ ...store, database: cutting(database, cuts) }).catch(
      (error: unknown) => error,
    )
    if (!(outcome instanceof CutOff)) break
    expect(await findTransfer(database.kysely, world.context.organizationId, transferId)).toEqual(before)
    expect(await world.balance('A', 'EAST')).toEqual({ onHand: 0, reserved: 0, held: 0, incoming: 6 })
  }
  expect(cuts).toBeGreaterThan(8)
  expect(await receive(store)).toMatchObject({ kind: 'repeated' })
  expect(await world.balance('A', 'EAST')).toEqual({ onHand: 6, reserved: 0, held: 1, incoming: 0 })
})

test('I1: units at source, in transit, at the destination and lost add up, however receipts race and are cut', async () => {
  const step = fc.record({
    kind: fc.constantFrom('receive', 'receive', 'receive', 'back', 'close', 'reserve'),
    line: fc.integer({ min: 1, max: 2 }),
    quantity: fc.integer({ min: 0, max: 4 }),
    damaged: fc.integer({ min: 0, max: 2 }),
    lost: fc.integer({ min: 0, max: 2 }),
    key: fc.integer({ min: 0, max: 9 }),
    cutAfter: fc.option(fc.integer({ min: 1, max: 14 }), { freq: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }),
      async (requested, rounds) => {
        const { world, store } = await newWorld()
        const { transferId } = await newTransfer(store, requested)
        await dispatchTransfer(store, headOf(), { transferId })
        for (const round of rounds) {
          await Promise.all(
            round.map(async ({ kind, line, quantity, damaged, lost, key, cutAfter }) => {
              const head = headOf({ key: `K${key}`, reason: 'why' })
              const each = cutAfter === null ? store : { ...store, database: cutting(database, cutAfter) }
              const receipt = { line, quantity, damaged, lost }
              try {
                if (kind === 'close') await closeTransfer(each, head, transferId)
                else if (kind === 'reserve') {
                  await runStockCommands(database, world.context, [commandOf('reserve', 'A', quantity)])
                } else {
                  await receiveTransfer(each, head, { transferId, lines: [receipt], back: kind === 'back' })
                }
              } catch (error) {
                if (!(error instanceof CutOff)) throw error
              }
            }),
          )
        }
        const transfer = await findTransfer(database.kysely, world.context.organizationId, transferId)
        for (const [index, sku] of (['A', 'B'] as const).entries()) {
          const line = transfer?.lines[index]
          if (line === undefined) throw new Error('the transfer has two lines')
          const [source, target, transit] = [
            await world.balance(sku, 'MAIN'),
            await world.balance(sku, 'EAST'),
            await unitsAt(world, sku, 'TRANSIT'),
          ]
          expect(source.onHand + transit + target.onHand + line.lost).toBe(10)
          expect(target).toMatchObject({ onHand: line.received, incoming: transit })
          expect(transit).toBe(line.dispatched - line.received - line.lost - line.returned)
        }
      },
    ),
    fromEnvironment(40),
  )
  expect(database.counters.deadlocks).toBe(0)
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenIncoming(database.kysely)).toEqual([])
})

async function unitsAt(world: StockWorld, sku: string, code: string): Promise<number> {
  const { organizationId } = world.context
  const found = await sql<{ onHand: number }>`
    select coalesce(sum(on_hand), 0)::bigint as on_hand from balance
    join location using (organization_id, location_id)
    where balance.organization_id = ${organizationId} and item_id = ${world.itemId(sku)} and code = ${code}`.execute(
    database.kysely,
  )
  return found.rows[0]?.onHand ?? 0
}
