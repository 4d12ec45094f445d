// Lots that are found on the shelf and that nobody has heard of, and single lines that are counted again. On a real
// database.
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runStockCommands } from '../commands/run-commands.ts'
import { findLot } from '../lots/lots.store.ts'
import { findBrokenLots } from '../lots/verify-tracked.store.ts'
import { codeOf, documentStore, done, headOf } from '../testing/document-world.ts'
import { balancesByLot } from '../testing/lot-stories.ts'
import { commandOf, createStockWorld, WORLD_TIME } from '../testing/stock-world.ts'
import { findBrokenBalances } from '../verify.store.ts'
import { approveStockCount, postStockCount, recountStockCount, startStockCount } from './count-actions.ts'
import { findCountLines } from './count-lines.store.ts'
import { type CountEntry, enterStockCount } from './enter-count.ts'
import type { CountScope } from './stock-count.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenLots(database.kysely)).toEqual([])
  expect(database.counters.deadlocks).toBe(0)
  await database.drop()
})

/** A place with six MILK of L1, four of L2 and two mugs; and the count of it. */
async function newCount(scope: CountScope = { kind: 'location' }) {
  const world = await createStockWorld(database, {
    skus: ['MILK', 'MUG'],
    locationCodes: ['MAIN'],
    tracking: { MILK: 'lot' },
  })
  const { organizationId } = world.context
  const clock = { now: WORLD_TIME }
  const store = documentStore(world, clock)
  const run = (...commands: Parameters<typeof runStockCommands>[2]) =>
    runStockCommands(database, store.context, commands)
  await run(
    commandOf('receive', 'MILK', 6, { lot: 'L1', expiresOn: '2026-09-01' }),
    commandOf('receive', 'MILK', 4, { lot: 'L2', expiresOn: '2026-12-01' }),
    commandOf('receive', 'MUG', 2),
  )
  const wait = () => {
    clock.now = new Date(clock.now.getTime() + 60_000)
  }
  wait()
  const { countId } = await done(startStockCount(store, headOf(), { locationCode: 'MAIN', scope }))
  const lines = () => findCountLines(database.kysely, organizationId, countId)
  return {
    world,
    countId,
    run,
    wait,
    lines,
    lineOf: async (lot: string) => (await lines()).find((line) => line.lot === lot),
    lotOf: (code: string) => findLot(database.kysely, organizationId, { itemId: world.itemId('MILK'), code }),
    enter: (...entries: CountEntry[]) =>
      enterStockCount(store, headOf(), { countId, counter: 'Ann', entries }),
    recount: (request: { skus?: string[]; lines?: { sku: string; lot?: string }[] }) =>
      recountStockCount(store, headOf(), { countId, ...request }),
    approve: () =>
      done(approveStockCount(store, headOf(), { countId, approver: 'Bob', leaveUncounted: true })),
    post: () => {
      wait()
      return postStockCount(store, headOf(), { countId })
    },
  }
}

const found = (quantity: number, rest: Partial<CountEntry['newLot']> = {}): CountEntry => ({
  sku: 'MILK',
  quantity,
  newLot: { code: 'L9', expiresOn: '2027-01-31', ...rest },
})

test('a lot that nobody has heard of is made when the count is posted, with what is printed on it', async () => {
  const { world, wait, enter, lineOf, lotOf, approve, post } = await newCount()
  wait()
  await done(enter(found(3, { code: ' L9 ', manufacturedOn: '2026-01-31', supplierLot: 'S-1' })))
  const told = { expiresOn: '2027-01-31', manufacturedOn: '2026-01-31', supplierLot: 'S-1' }
  expect(await lineOf('L9')).toMatchObject({
    expected: 0,
    counted: 3,
    ledger: 0,
    difference: 3,
    newLot: told,
  })
  expect(await lotOf('L9')).toBeUndefined()
  await approve()
  await done(post())
  expect(await lotOf('L9')).toMatchObject({ ...told, status: 'released' })
  expect(await lineOf('L9')).toMatchObject({ counted: 3, difference: 3, newLot: null })
  expect(await balancesByLot(world)).toEqual(['- 2 0 0', 'L1 6 0 0', 'L2 4 0 0', 'L9 3 0 0'])
})

test('without the word for it no lot is made, and what is told of a new one must be right', async () => {
  const { enter, run, recount, lineOf, lines } = await newCount({ kind: 'items', skus: ['MILK'] })
  const refused = async (entry: CountEntry) => {
    const outcome = await enter(entry)
    return outcome.kind === 'refused' ? `${outcome.code} ${outcome.field}` : outcome.kind
  }
  expect(await refused({ sku: 'MILK', lot: 'L9', quantity: 1 })).toBe('unknown-lot lines[0].lot')
  expect(await refused(found(1, { expiresOn: '2027-02-30' }))).toBe(
    'lot-day-invalid lines[0].newLot.expiresOn',
  )
  expect(await refused(found(1, { code: ' ' }))).toBe('lot-code-invalid lines[0].newLot.code')
  expect(await refused(found(1, { code: 'L1' }))).toBe('lot-differs lines[0].newLot.expiresOn')
  expect(await refused({ ...found(1), lot: 'L1' })).toBe('invalid-lines lines[0].newLot')
  expect(await refused({ ...found(1), sku: 'MUG' })).toBe('lot-not-tracked lines[0].newLot')
  expect(await codeOf(enter(found(1), found(2)))).toBe('invalid-lines')
  expect(await lines()).toHaveLength(2)
  // A known one is the lot that it is, where what is told agrees.
  await done(enter(found(6, { code: 'L1', expiresOn: '2026-09-01' })))
  expect(await lineOf('L1')).toMatchObject({ counted: 6, newLot: null })
  await done(enter(found(1)))
  expect(await codeOf(enter(found(2)))).toBe('count-already-entered')
  // Once it is on the sheet it has a name, and another round may put right what was read wrong.
  await done(recount({ lines: [{ sku: 'MILK', lot: 'L9' }] }))
  await done(enter({ sku: 'MILK', lot: 'L9', quantity: 2 }))
  expect(await lineOf('L9')).toMatchObject({ round: 2, counted: 2, newLot: { expiresOn: '2027-01-31' } })
  await done(recount({ lines: [{ sku: 'MILK', lot: 'L9' }] }))
  await done(enter(found(2, { expiresOn: '2027-03-31' })))
  expect(await lineOf('L9')).toMatchObject({ round: 3, newLot: { expiresOn: '2027-03-31' } })
  expect(await run(commandOf('count', 'MILK', 1, { lot: 'L9' }))).toMatchObject([{ code: 'unknown-lot' }])
})

test('a new lot of which nothing was found after all is not made', async () => {
  const { world, enter, recount, lotOf, lineOf, approve, post } = await newCount()
  await done(enter(found(3)))
  await done(recount({ lines: [{ sku: 'MILK', lot: 'L9' }] }))
  await done(enter(found(0)))
  await approve()
  await done(post())
  expect(await lotOf('L9')).toBeUndefined()
  expect(await lineOf('L9')).toMatchObject({ counted: 0, difference: 0 })
  expect(await balancesByLot(world)).toEqual(['- 2 0 0', 'L1 6 0 0', 'L2 4 0 0'])
})

test('I1: a lot that is received between the counting and the posting is the one that was found', async () => {
  const { world, run, wait, enter, lineOf, approve, post } = await newCount()
  wait()
  await done(enter(found(3)))
  wait()
  await run(commandOf('receive', 'MILK', 5, { lot: 'L9', expiresOn: '2027-01-31' }))
  expect(await lineOf('L9')).toMatchObject({ counted: 3, ledger: 0, difference: 3, newLot: null })
  await approve()
  await done(post())
  expect(await balancesByLot(world)).toEqual(['- 2 0 0', 'L1 6 0 0', 'L2 4 0 0', 'L9 8 0 0'])
  expect(await lineOf('L9')).toMatchObject({ counted: 3, difference: 3 })
})

test('a lot that was received with other dates is not silently the one that was found', async () => {
  const { run, wait, enter, recount, lineOf, approve, post } = await newCount()
  wait()
  await done(enter(found(3)))
  await run(commandOf('receive', 'MILK', 5, { lot: 'L9', expiresOn: '2027-02-28' }))
  await approve()
  expect(await post()).toMatchObject({ kind: 'refused', code: 'lot-differs' })
  await done(recount({ lines: [{ sku: 'MILK', lot: 'L9' }] }))
  wait()
  await done(enter(found(8, { expiresOn: '2027-02-28' })))
  await approve()
  await done(post())
  expect(await lineOf('L9')).toMatchObject({ counted: 8, ledger: 5, difference: 3 })
})

test('I3: posted twice at once, beside a receipt of the same lot, it is made once', async () => {
  for (let round = 0; round < 5; round++) {
    const { world, run, wait, enter, lotOf, approve, post } = await newCount()
    await done(enter(found(3)))
    wait()
    await approve()
    const receipt = run(commandOf('receive', 'MILK', 5, { lot: 'L9', expiresOn: '2027-01-31' }))
    await Promise.all([done(post()), receipt, done(post())])
    expect(await lotOf('L9')).toMatchObject({ expiresOn: '2027-01-31' })
    expect(await balancesByLot(world)).toEqual(['- 2 0 0', 'L1 6 0 0', 'L2 4 0 0', 'L9 8 0 0'])
  }
})

test('single lines are counted again, by item and lot', async () => {
  const { enter, recount, lines } = await newCount()
  await done(
    enter(
      { sku: 'MILK', lot: 'L1', quantity: 5 },
      { sku: 'MILK', lot: 'L2', quantity: 3 },
      { sku: 'MUG', quantity: 1 },
    ),
  )
  const rounds = async () => (await lines()).map(({ sku, lot, round }) => `${sku} ${lot ?? '-'} ${round}`)
  await done(recount({ lines: [{ sku: 'MILK', lot: ' L2 ' }] }))
  expect(await rounds()).toEqual(['MILK L1 1', 'MILK L2 2', 'MUG - 1'])
  await done(recount({ skus: ['MUG'], lines: [{ sku: 'MILK', lot: 'L1' }] }))
  expect(await rounds()).toEqual(['MILK L1 2', 'MILK L2 2', 'MUG - 2'])
  await done(enter({ sku: 'MUG', quantity: 2 }))
  await done(recount({ lines: [{ sku: 'MUG' }] }))
  expect(await rounds()).toEqual(['MILK L1 2', 'MILK L2 2', 'MUG - 3'])
  expect(await recount({ lines: [{ sku: 'MUG' }, { sku: 'MILK', lot: 'L7' }] })).toMatchObject({
    code: 'unknown-document-line',
    field: 'lines[1].lot',
  })
  // Without a lot it is the line of what has none, and there is no such line.
  expect(await recount({ lines: [{ sku: 'MILK' }] })).toMatchObject({
    code: 'unknown-document-line',
    field: 'lines[0].lot',
  })
  expect(await recount({ lines: [{ sku: 'TEA' }] })).toMatchObject({
    code: 'unknown-document-line',
    field: 'lines[0].sku',
  })
})
