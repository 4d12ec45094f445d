import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { runStockCommands } from '../commands/run-commands.ts'
import { assignBins, saveBins } from '../locations/bins.store.ts'
import { CutOff, cutting } from '../testing/cutting.ts'
import { codeOf, documentStore, done, headOf } from '../testing/document-world.ts'
import { commandOf, createStockWorld, WORLD_TIME } from '../testing/stock-world.ts'
import { findBrokenBalances } from '../verify.store.ts'
import {
  approveStockCount,
  cancelStockCount,
  type NewStockCount,
  postStockCount,
  recountStockCount,
  startStockCount,
} from './count-actions.ts'
import { findCountLines } from './count-lines.store.ts'
import { enterStockCount } from './enter-count.ts'
import { findStockCount, findStockCountPage } from './stock-counts.store.ts'

// A busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(() => database.drop())

const SKUS = ['A', 'B', 'C', 'D', 'E', 'F', 'G']

/** A location with ten of each of the first `stocked` items, a clock that moves, and the actions of a count there. */
async function newCount(wanted: Partial<NewStockCount> = {}, stocked = 2) {
  const world = await createStockWorld(database, { skus: SKUS, locationCodes: ['MAIN'] })
  const clock = { now: WORLD_TIME }
  const store = documentStore(world, clock)
  const wait = (minutes: number) => {
    clock.now = new Date(clock.now.getTime() + minutes * 60_000)
  }
  const move = (sku: string, quantity: number) =>
    runStockCommands(database, store.context, [commandOf('adjust', sku, quantity)])
  for (const sku of SKUS.slice(0, stocked)) await move(sku, 10)
  wait(1)
  const count = await done(
    startStockCount(store, headOf(), { locationCode: 'MAIN', scope: { kind: 'location' }, ...wanted }),
  )
  const { countId } = count
  return {
    world,
    store,
    countId,
    clock,
    wait,
    move,
    enter: (figures: Record<string, number>, counter = 'Ann', countedAt?: Date) =>
      enterStockCount(store, headOf(), {
        countId,
        counter,
        entries: Object.entries(figures).map(([sku, quantity]) => ({ sku, quantity, countedAt })),
      }),
    approve: (rest: { approver?: string; leaveUncounted?: boolean; acceptBeyondTolerance?: boolean } = {}) =>
      approveStockCount(store, headOf(), { countId, approver: 'Bob', ...rest }),
    recount: (skus?: string[]) => recountStockCount(store, headOf(), { countId, skus }),
    post: (rest: { confirmZeros?: boolean } = {}, reason: string | null = null, key?: string) =>
      postStockCount(store, headOf({ reason, ...(key !== undefined && { key }) }), { countId, ...rest }),
    lines: () => findCountLines(database.kysely, store.context.organizationId, countId),
  }
}

test('what is sold after the counting stays on top of the count, line by line', async () => {
  const count = await newCount()
  await count.move('A', -1)
  count.wait(5)
  await done(count.enter({ A: 8 }))
  count.wait(5)
  await count.move('A', -3)
  await done(count.enter({ B: 10 }))
  count.wait(5)
  await count.move('B', -2)

  // By the ledger nine were there when eight were counted.
  const shown = (await count.lines()).map(({ sku, expected, ledger, counted, difference }) => [
    sku,
    expected,
    ledger,
    counted,
    difference,
  ])
  expect(shown).toEqual([
    ['A', 10, 9, 8, -1],
    ['B', 10, 10, 10, 0],
  ])
  await done(count.approve())
  count.wait(5)
  await done(count.post())
  expect(await count.world.balance('A', 'MAIN')).toMatchObject({ onHand: 5 })
  expect(await count.world.balance('B', 'MAIN')).toMatchObject({ onHand: 8 })
  // What was posted stays what it was, though the ledger agrees by now.
  expect((await count.lines()).map(({ difference }) => difference)).toEqual([-1, 0])
})

test('I3: a count is posted once: again it answers the same, and otherwise it is refused', async () => {
  const count = await newCount()
  await done(count.enter({ A: 7, B: 12 }))
  await done(count.approve())
  const outcomes = await Promise.all([
    count.post(),
    count.post(),
    count.post({}, null, 'K'),
    count.post({}, null, 'K'),
  ])
  const results = outcomes.map((outcome) => ('result' in outcome ? outcome.result : outcome))
  for (const result of results) expect(result).toEqual(results[0])
  expect(results[0]).toMatchObject({ state: 'posted' })
  expect(await count.world.balance('A', 'MAIN')).toMatchObject({ onHand: 7 })
  await count.move('A', 5)
  expect(await codeOf(count.post())).toBe('applied')
  expect(await count.world.balance('A', 'MAIN')).toMatchObject({ onHand: 12 })
  expect(await codeOf(count.post({}, 'another reason'))).toBe('count-already-posted')
  expect(await codeOf(count.recount(['A']))).toBe('count-already-posted')
  expect(await codeOf(count.enter({ A: 3 }))).toBe('count-already-posted')
})

test('I12: a line that nobody counted is left as it is, and only where that is said', async () => {
  const count = await newCount()
  await done(count.enter({ A: 9 }))
  expect(await count.approve()).toMatchObject({
    code: 'count-unfinished',
    message: '1 lines are not counted: B.',
  })
  await done(count.approve({ leaveUncounted: true }))
  await done(count.post())
  expect(await count.world.balance('A', 'MAIN')).toMatchObject({ onHand: 9 })
  expect(await count.world.balance('B', 'MAIN')).toMatchObject({ onHand: 10 })
})

test('a difference beyond the tolerance is counted again, and the second figure stands', async () => {
  const count = await newCount({ toleranceUnits: 2, tolerancePercent: 10 })
  await done(count.enter({ A: 8, B: 5 }))
  expect(await count.approve()).toMatchObject({
    code: 'count-beyond-tolerance',
    message: '1 lines differ by more than the tolerance: B.',
  })
  await done(count.recount())
  expect((await count.lines()).map(({ counted, round }) => [counted, round])).toEqual([
    [8, 1],
    [null, 2],
  ])
  await done(count.enter({ B: 6 }, 'Cy'))
  await done(count.approve())
  // Who counts an approved one again opens it.
  expect((await done(count.recount(['A']))).state).toBe('counting')
  await done(count.enter({ A: 10 }))
  await done(count.approve())
  await done(count.post())
  expect(await count.world.balance('B', 'MAIN')).toMatchObject({ onHand: 6 })
})

test('whoever approves has counted none of it, where the count says so', async () => {
  const count = await newCount({ separateApprover: true })
  await done(count.enter({ A: 10, B: 10 }, 'Ann'))
  expect(await codeOf(count.approve({ approver: 'Ann' }))).toBe('count-same-person')
  expect(await done(count.approve({ approver: 'Bob' }))).toMatchObject({
    approvedBy: 'Bob',
    state: 'approved',
  })
})

test('I8: a count that takes many items to zero asks whether it is meant', async () => {
  const count = await newCount({}, 7)
  await done(count.enter({ A: 0, B: 0, C: 0, D: 0, E: 0, F: 10, G: 10 }))
  await done(count.approve())
  expect(await count.post()).toMatchObject({
    code: 'count-zeros-unconfirmed',
    message: '5 of 7 counted items would go to zero, 50 units in all: A, B, C, D, E.',
  })
  expect(await count.world.balance('A', 'MAIN')).toMatchObject({ onHand: 10 })
  await done(count.post({ confirmZeros: true }))
  expect(await count.world.balance('A', 'MAIN')).toMatchObject({ onHand: 0 })
})

test('each refusal names its entry, and nothing of the others is kept', async () => {
  const count = await newCount({ scope: { kind: 'items', skus: ['A', 'B'] } })
  expect(await count.enter({ A: 1, B: -1 })).toMatchObject({
    code: 'quantity-negative',
    field: 'lines[1].quantity',
  })
  expect(await count.enter({ A: 1, NEW: 1 })).toMatchObject({ code: 'unknown-sku', field: 'lines[1].sku' })
  expect(await count.enter({ A: 1, C: 1 })).toMatchObject({
    code: 'unknown-document-line',
    field: 'lines[1].sku',
  })
  const before = new Date(WORLD_TIME.getTime() - 1)
  expect(await count.enter({ A: 1 }, 'Ann', before)).toMatchObject({ code: 'count-moment' })
  const tomorrow = new Date(WORLD_TIME.getTime() + 86_400_000)
  expect(await count.enter({ A: 1 }, 'Ann', tomorrow)).toMatchObject({ code: 'count-moment' })
  expect((await count.lines()).map(({ counted }) => counted)).toEqual([null, null])
  await done(count.enter({ A: 1 }))
  expect(await codeOf(count.enter({ A: 2 }))).toBe('count-already-entered')
  expect(await codeOf(count.post())).toBe('document-state')
  await done(cancelStockCount(count.store, headOf(), count.countId))
  expect(await codeOf(count.approve())).toBe('document-state')
  expect(await codeOf(cancelStockCount(count.store, headOf(), 'none'))).toBe('unknown-stock-count')
})

test('a sheet lists the location in the order of its bins, or some of it; what is found beside it is added', async () => {
  const count = await newCount()
  const { context } = count.store
  await saveBins(database, context, 'MAIN', [
    { code: '01', zone: 'Z' },
    { code: '02', zone: 'Y' },
  ])
  await assignBins(database, context, 'MAIN', [
    { sku: 'A', bin: '01' },
    { sku: 'C', bin: '02' },
  ])
  const sheet = async (scope: NewStockCount['scope']) => {
    const { countId } = await done(startStockCount(count.store, headOf(), { locationCode: 'MAIN', scope }))
    const lines = await findCountLines(database.kysely, context.organizationId, countId)
    return lines.map(({ sku, zone, bin, expected }) => [sku, zone, bin, expected])
  }
  expect(await sheet({ kind: 'location' })).toEqual([
    ['C', 'Y', '02', 0],
    ['A', 'Z', '01', 10],
    ['B', null, null, 10],
  ])
  expect(await sheet({ kind: 'zones', zones: ['Z'] })).toEqual([['A', 'Z', '01', 10]])
  expect(await sheet({ kind: 'bins', bins: ['02'] })).toEqual([['C', 'Y', '02', 0]])
  expect(
    await codeOf(
      startStockCount(count.store, headOf(), {
        locationCode: 'MAIN',
        scope: { kind: 'zones', zones: ['Q'] },
      }),
    ),
  ).toBe('invalid-lines')

  await done(count.enter({ A: 10, B: 10, G: 3 }))
  expect((await count.lines()).map(({ sku, counted }) => [sku, counted])).toEqual([
    ['A', 10],
    ['B', 10],
    ['G', 3],
  ])
  await done(count.approve())
  await done(count.post())
  expect(await count.world.balance('G', 'MAIN')).toMatchObject({ onHand: 3 })
  const page = await findStockCountPage(database.kysely, context.organizationId, {
    limit: 9,
    state: 'posted',
  })
  expect(page.rows.map(({ countId }) => countId)).toEqual([count.countId])
})

test('I1: with sales going on, what is there is what was counted and what moved after its counting', async () => {
  const happening = fc.record({
    kind: fc.constantFrom('sale', 'sale', 'sale', 'late sale', 'count', 'recount'),
    sku: fc.constantFrom('A', 'B'),
    units: fc.integer({ min: 1, max: 5 }),
    counted: fc.integer({ min: 0, max: 12 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(happening, { maxLength: 14 }),
      fc.array(happening, { maxLength: 4 }),
      fc.nat(16),
      async (during, meanwhile, cutAfter) => {
        const count = await newCount()
        const moved: { sku: string; at: number; units: number }[] = []
        const entered = new Map<string, { counted: number; at: number }>()
        const sell = async (sku: string, units: number, at: Date) => {
          moved.push({ sku, at: at.getTime(), units })
          await runStockCommands(database, count.store.context, [
            commandOf('adjust', sku, -units, { effectiveAt: at }),
          ])
        }
        for (const { kind, sku, units, counted } of during) {
          count.wait(1)
          const now = new Date(count.clock.now)
          if (kind === 'sale') await sell(sku, units, now)
          else if (kind === 'late sale') await sell(sku, units, new Date(now.getTime() - 150_000))
          else if (kind === 'count' && !entered.has(sku)) {
            await done(count.enter({ [sku]: counted }))
            entered.set(sku, { counted, at: now.getTime() })
          } else if (kind === 'recount' && entered.has(sku)) {
            await done(count.recount([sku]))
            entered.delete(sku)
          }
        }
        if (entered.size === 0) return
        count.wait(1)
        await done(count.approve({ leaveUncounted: true }))
        count.wait(1)
        const key = 'post'
        const cut = { ...count.store, database: cutting(database, cutAfter) }
        await Promise.all([
          postStockCount(cut, headOf({ key }), { countId: count.countId }).catch((error: unknown) => {
            if (!(error instanceof CutOff)) throw error
          }),
          count.post({}, null, key),
          count.post(),
          ...meanwhile.map(({ sku, units }) => sell(sku, units, new Date(count.clock.now))),
        ])
        for (const sku of ['A', 'B']) {
          const line = entered.get(sku)
          const after = moved
            .filter((each) => each.sku === sku && (line === undefined || each.at > line.at))
            .reduce((sum, { units }) => sum + units, 0)
          const { onHand } = await count.world.balance(sku, 'MAIN')
          expect(onHand, sku).toBe((line?.counted ?? 10) - after)
        }
        const { organizationId } = count.store.context
        expect(await findStockCount(database.kysely, organizationId, count.countId)).toMatchObject({
          state: 'posted',
        })
      },
    ),
    fromEnvironment(40),
  )
  expect(database.counters.deadlocks).toBe(0)
  expect(await findBrokenBalances(database.kysely)).toEqual([])
})
