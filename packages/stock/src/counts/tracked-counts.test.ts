// Stock counts of lots and serial numbers, and what their differences are worth, on a real database.
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runStockCommands } from '../commands/run-commands.ts'
import { saveCurrency, valueItems } from '../history/valuation.store.ts'
import { valueVariances } from '../history/variance-value.ts'
import { findBrokenLots, findBrokenSerials } from '../lots/verify-tracked.store.ts'
import { codeOf, documentStore, done, headOf } from '../testing/document-world.ts'
import { balancesByLot } from '../testing/lot-stories.ts'
import { lifeOf, serialsOf, shipUntold } from '../testing/serial-stories.ts'
import { commandOf, createStockWorld, onReservation, WORLD_TIME } from '../testing/stock-world.ts'
import { findBrokenBalances } from '../verify.store.ts'
import {
  approveStockCount,
  type NewStockCount,
  postStockCount,
  recountStockCount,
  startStockCount,
} from './count-actions.ts'
import { findCountLines } from './count-lines.store.ts'
import { type CountEntry, enterStockCount } from './enter-count.ts'
import { asSeenByCounters, needsRecount, zerosOf } from './stock-count.ts'
import { findStockCount } from './stock-counts.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenLots(database.kysely)).toEqual([])
  expect(await findBrokenSerials(database.kysely)).toEqual([])
  await database.drop()
})

/** A place with cameras S1, S2, S3, six MILK of L1 and four of L2, and two mugs; and the count of it. */
async function newCount(wanted: Partial<NewStockCount> = {}) {
  const world = await createStockWorld(database, {
    skus: ['CAM', 'MILK', 'MUG'],
    locationCodes: ['MAIN', 'EAST'],
    tracking: { CAM: 'serial', MILK: 'lot' },
  })
  const { organizationId } = world.context
  await saveCurrency(database.kysely, organizationId, 'EUR')
  const clock = { now: WORLD_TIME }
  const store = documentStore(world, clock)
  const run = (...commands: Parameters<typeof runStockCommands>[2]) =>
    runStockCommands(database, store.context, commands)
  await run(
    commandOf('receive', 'CAM', 3, { serials: ['S1', 'S2', 'S3'], unitCost: 400_000 }),
    commandOf('receive', 'MILK', 6, { lot: 'L1', expiresOn: '2026-09-01', unitCost: 10_000 }),
    commandOf('receive', 'MILK', 4, { lot: 'L2', expiresOn: '2026-12-01', unitCost: 20_000 }),
    commandOf('receive', 'MUG', 2),
  )
  const wait = () => {
    clock.now = new Date(clock.now.getTime() + 60_000)
  }
  wait()
  const { countId } = await done(
    startStockCount(store, headOf(), { locationCode: 'MAIN', scope: { kind: 'location' }, ...wanted }),
  )
  const lines = () => findCountLines(database.kysely, organizationId, countId)
  return {
    world,
    store,
    clock,
    countId,
    run,
    wait,
    lines,
    lineOf: async (sku: string) => (await lines()).find((line) => line.sku === sku),
    enter: (...entries: CountEntry[]) =>
      enterStockCount(store, headOf(), { countId, counter: 'Ann', entries }),
    approve: (rest: { acceptBeyondTolerance?: boolean } = {}) =>
      done(approveStockCount(store, headOf(), { countId, approver: 'Bob', leaveUncounted: true, ...rest })),
    post: () => {
      wait()
      return postStockCount(store, headOf(), { countId })
    },
    recount: (...skus: string[]) => recountStockCount(store, headOf(), { countId, skus }),
    /** Reserves a camera and ships it by its serial. */
    sell: async (serial: string) => {
      const [reserved] = await run(commandOf('reserve', 'CAM', 1))
      if (reserved?.kind !== 'applied') throw new Error(JSON.stringify(reserved))
      const id = reserved.result.reservationId ?? ''
      await run(onReservation('ship', id, 1, { serials: [serial] }))
    },
  }
}
const cams = (...serials: string[]): CountEntry => ({ sku: 'CAM', quantity: serials.length, serials })

test('a sheet lists each lot, and each serial that is expected', async () => {
  const { lines } = await newCount()
  expect((await lines()).map(({ sku, lot, expected, serials }) => [sku, lot, expected, serials])).toEqual([
    ['CAM', null, 3, { expected: ['S1', 'S2', 'S3'], found: null, missing: null, unexpected: null }],
    ['MILK', 'L1', 6, null],
    ['MILK', 'L2', 4, null],
    ['MUG', null, 2, null],
  ])
})

test('what is missing and what nobody expected is the variance, and what is posted', async () => {
  const { world, enter, lineOf, approve, post, countId, wait } = await newCount({ toleranceUnits: 1 })
  wait()
  await done(enter(cams('S1', 'S3', 'S9')))
  const variance = { found: ['S1', 'S3', 'S9'], missing: ['S2'], unexpected: ['S9'] }
  const line = await lineOf('CAM')
  expect(line).toMatchObject({ counted: 3, ledger: 3, difference: 0, serials: variance })
  const count = await findStockCount(database.kysely, world.context.organizationId, countId)
  if (line === undefined || count === undefined) throw new Error('there is a line')
  // One too few and another too many are two that are not as the ledger has them.
  expect(needsRecount(count, line)).toBe(true)
  expect(asSeenByCounters({ ...count, blind: true }, line).serials).toEqual({
    expected: null,
    found: ['S1', 'S3', 'S9'],
    missing: null,
    unexpected: null,
  })
  await approve({ acceptBeyondTolerance: true })
  await done(post())
  expect(await serialsOf(world)).toEqual([
    'S1 in-stock MAIN',
    'S2 removed MAIN',
    'S3 in-stock MAIN',
    'S9 in-stock MAIN',
  ])
  expect(await lifeOf(world, 'S9')).toEqual(['found MAIN'])
  // It stays what it was, though the ledger agrees by now.
  expect(await lineOf('CAM')).toMatchObject({ difference: 0, serials: variance })
})

test('each lot is counted by itself, and another that was found is added', async () => {
  const { world, run, enter, lines, approve, post, wait } = await newCount()
  await run(commandOf('receive', 'MILK', 1, { lot: 'L3', expiresOn: '2026-10-01', locationCode: 'EAST' }))
  wait()
  await done(
    enter(
      { sku: 'MILK', lot: 'L1', quantity: 5 },
      { sku: 'MILK', lot: 'L2', quantity: 0 },
      { sku: 'MILK', lot: 'L3', quantity: 2 },
    ),
  )
  expect((await lines()).map(({ sku, lot, counted, difference }) => [sku, lot, counted, difference])).toEqual(
    [
      ['CAM', null, null, null],
      ['MILK', 'L1', 5, -1],
      ['MILK', 'L2', 0, -4],
      ['MUG', null, null, null],
      ['MILK', 'L3', 2, 2],
    ],
  )
  await approve()
  await done(post())
  expect(await balancesByLot(world)).toEqual(['- 2 0 0', '- 3 0 0', 'L1 5 0 0', 'L3 2 0 0', 'L3@EAST 1 0 0'])
})

test('an entry is refused by its line where lot or serials are missing, wrong or too many', async () => {
  const { enter, run, lines, recount } = await newCount({ scope: { kind: 'items', skus: ['MILK', 'CAM'] } })
  expect(await enter({ sku: 'CAM', quantity: 2 })).toMatchObject({
    code: 'serial-missing',
    field: 'lines[0].serials',
  })
  expect(await codeOf(enter({ sku: 'CAM', quantity: 2, serials: ['S1'] }))).toBe('serial-count-mismatch')
  expect(await codeOf(enter(cams('S1', 'S1')))).toBe('serial-duplicate')
  expect(await codeOf(enter({ sku: 'MILK', lot: 'L1', quantity: 1, serials: ['S1'] }))).toBe(
    'serial-not-tracked',
  )
  expect(await enter({ sku: 'MILK', quantity: 2 })).toMatchObject({ code: 'lot-missing' })
  expect(await codeOf(enter({ sku: 'MILK', lot: 'L9', quantity: 2 }))).toBe('unknown-lot')
  expect(await codeOf(enter({ sku: 'CAM', lot: 'L1', quantity: 0 }))).toBe('lot-not-tracked')
  expect(await codeOf(enter({ sku: 'MUG', quantity: 2 }))).toBe('unknown-document-line')
  const both = [
    { sku: 'MILK', lot: 'L1', quantity: 2 },
    { sku: 'MILK', lot: 'L1 ', quantity: 3 },
  ]
  expect(await codeOf(enter(...both))).toBe('invalid-lines')
  expect((await lines()).every(({ counted }) => counted === null)).toBe(true)
  // Another lot of an item that is counted may be found beside those that are listed.
  await run(commandOf('receive', 'MILK', 1, { lot: 'L3', expiresOn: '2026-10-01', locationCode: 'EAST' }))
  await done(enter({ sku: 'MILK', lot: 'L3', quantity: 1 }, { sku: 'MILK', lot: 'L1', quantity: 6 }))
  expect(await enter({ sku: 'MILK', lot: 'L1', quantity: 6 })).toMatchObject({
    code: 'count-already-entered',
    message: 'Line 1: "MILK" of lot "L1" was counted by Ann in this round.',
  })
  await done(enter(cams()))
  await done(recount('CAM'))
  await done(enter(cams('S1')))
  expect((await lines()).find(({ sku }) => sku === 'CAM')).toMatchObject({
    round: 2,
    serials: { found: ['S1'], missing: ['S2', 'S3'] },
  })
})

test('what has no lot by the ledger is a line of its own, and may be counted away', async () => {
  const { world, store, run, wait } = await newCount()
  await shipUntold(world, 'MILK', WORLD_TIME)
  wait()
  const { countId } = await done(
    startStockCount(store, headOf(), { locationCode: 'MAIN', scope: { kind: 'items', skus: ['MILK'] } }),
  )
  const lines = await findCountLines(database.kysely, world.context.organizationId, countId)
  expect(lines.map(({ lot, expected }) => [lot, expected])).toEqual([
    ['L1', 6],
    ['L2', 4],
    [null, -1],
  ])
  const entries = [
    { sku: 'MILK', lot: 'L1', quantity: 5 },
    { sku: 'MILK', lot: 'L2', quantity: 4 },
    { sku: 'MILK', quantity: 0 },
  ]
  await done(enterStockCount(store, headOf(), { countId, counter: 'Ann', entries }))
  await done(approveStockCount(store, headOf(), { countId, approver: 'Bob' }))
  await done(postStockCount(store, headOf(), { countId }))
  expect(await world.balance('MILK', 'MAIN')).toMatchObject({ onHand: 9 })
  // By hand a lot is named.
  expect(await run(commandOf('count', 'MILK', 0))).toMatchObject([{ code: 'lot-missing' }])
})

test('an item that goes to zero in all of its lots is one, and one lot alone is none', async () => {
  const { enter, lines, wait } = await newCount()
  wait()
  await done(enter({ sku: 'MILK', lot: 'L1', quantity: 0 }, cams()))
  expect(zerosOf(await lines())).toEqual([{ sku: 'CAM', units: 3 }])
  await done(enter({ sku: 'MILK', lot: 'L2', quantity: 0 }))
  expect(zerosOf(await lines())).toEqual([
    { sku: 'CAM', units: 3 },
    { sku: 'MILK', units: 10 },
  ])
})

test('a count of serials stays true while units leave, named or not', async () => {
  const { world, enter, sell, approve, post, wait, lineOf, run, clock } = await newCount()
  // Before the counting one left that nobody has named: that is why S3 is not found, and nothing is missing in number.
  await shipUntold(world, 'CAM', clock.now)
  wait()
  await done(enter(cams('S1', 'S2')))
  expect(await lineOf('CAM')).toMatchObject({ ledger: 2, difference: 0, serials: { missing: ['S3'] } })
  wait()
  await sell('S1')
  await run(commandOf('receive', 'CAM', 1, { serials: ['S4'] }))
  await shipUntold(world, 'CAM', clock.now)
  wait()
  await approve()
  await done(post())
  // S2 and S4 are there but for the one that left since without a name.
  expect(await world.balance('CAM', 'MAIN')).toMatchObject({ onHand: 1 })
  expect(await serialsOf(world)).toEqual([
    'S1 shipped MAIN',
    'S2 in-stock MAIN',
    'S3 removed MAIN',
    'S4 in-stock MAIN',
  ])
})

test('a serial that is told after the counting was gone before it, and is neither missing nor counted twice', async () => {
  const { world, enter, approve, post, wait, lineOf, run, clock } = await newCount()
  const lineId = await shipUntold(world, 'CAM', clock.now)
  wait()
  await done(enter(cams('S1', 'S2')))
  wait()
  await shipUntold(world, 'CAM', clock.now)
  const head = { key: 'told', actor: 'test', reason: null, effectiveAt: undefined }
  expect(await run({ kind: 'tell-serials', ...head, lineId, serials: ['S3'] })).toMatchObject([
    { kind: 'applied' },
  ])
  expect(await lineOf('CAM')).toMatchObject({ serials: { missing: [], unexpected: [] } })
  wait()
  await approve()
  await done(post())
  expect(await world.balance('CAM', 'MAIN')).toMatchObject({ onHand: 1 })
  expect(await serialsOf(world)).toEqual(['S1 in-stock MAIN', 'S2 in-stock MAIN', 'S3 shipped MAIN'])
})

test('a serial that is elsewhere by the ledger is not counted in: it is moved first', async () => {
  const { world, enter, approve, post, wait, run } = await newCount()
  await run(commandOf('receive', 'CAM', 1, { serials: ['E1'], locationCode: 'EAST' }))
  wait()
  await done(enter(cams('S1', 'S2', 'S3', 'E1')))
  await approve()
  expect(await post()).toMatchObject({ code: 'serial-elsewhere', field: 'serials' })
  wait()
  const move = { fromCode: 'EAST', toCode: 'MAIN', quantity: 1, serials: ['E1'] }
  const head = { key: 'moved', actor: 'test', reason: null, effectiveAt: undefined }
  expect(await run({ kind: 'transfer', ...head, sku: 'CAM', ...move })).toMatchObject([{ kind: 'applied' }])
  await done(post())
  expect(await world.balance('CAM', 'MAIN')).toMatchObject({ onHand: 4 })
})

test('differences are worth what their movements come to in the valuation, by either method', async () => {
  const { world, enter, approve, post, wait, lines, clock } = await newCount()
  const { organizationId } = world.context
  wait()
  await done(
    enter(
      cams('S1', 'S2'),
      { sku: 'MILK', lot: 'L1', quantity: 3 },
      { sku: 'MILK', lot: 'L2', quantity: 6 },
      { sku: 'MUG', quantity: 1 },
    ),
  )
  const valued = async (method: 'average' | 'fifo') => {
    const sheet = await lines()
    const { currency, values } = await valueVariances(
      database.kysely,
      organizationId,
      { locationId: world.locationId('MAIN'), method, at: clock.now },
      sheet.map(({ itemId, difference }) => ({ itemId, units: difference ?? 0 })),
    )
    expect(currency).toBe('EUR')
    return values
  }
  // MILK at 14,000 on average. Nobody has said what a mug costs.
  const average = await valued('average')
  expect(average).toEqual([-400_000n, -42_000n, 28_000n, undefined])
  const fifo = await valued('fifo')
  expect(fifo).toMatchObject([-400_000n, -30_000n, 31_429n, undefined])
  const costOf = async (method: 'average' | 'fifo') => {
    const itemIds = ['CAM', 'MILK'].map(world.itemId)
    const states = await valueItems(database.kysely, organizationId, itemIds, { at: clock.now })
    return itemIds.reduce(
      (sum, itemId) => sum + (states.get(itemId)?.[method].pools.get(world.locationId('MAIN'))?.cost ?? 0n),
      0n,
    )
  }
  const before = { average: await costOf('average'), fifo: await costOf('fifo') }
  wait()
  await approve()
  await done(post())
  const known = (values: (bigint | undefined)[]) =>
    values.reduce<bigint>((sum, value) => sum + (value ?? 0n), 0n)
  expect(await costOf('average')).toBe(before.average + known(average))
  expect(await costOf('fifo')).toBe(before.fifo + known(fifo))
})
