// A count of serials and lots with sales going on, against what is really on the shelf, on a real database.
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { runStockCommands } from '../commands/run-commands.ts'
import { findBrokenLots, findBrokenSerials } from '../lots/verify-tracked.store.ts'
import { CutOff, cutting } from '../testing/cutting.ts'
import { documentStore, done, headOf } from '../testing/document-world.ts'
import { balancesByLot } from '../testing/lot-stories.ts'
import { serialsOf, shipUntold } from '../testing/serial-stories.ts'
import { commandOf, createStockWorld, onReservation, WORLD_TIME } from '../testing/stock-world.ts'
import { findBrokenBalances } from '../verify.store.ts'
import { approveStockCount, postStockCount, startStockCount } from './count-actions.ts'
import { enterStockCount } from './enter-count.ts'

// A busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(() => database.drop())

const KNOWN = ['S1', 'S2', 'S3', 'S4', 'S5']
const happening = fc.record({
  kind: fc.constantFrom('sell', 'sell', 'sell untold', 'sell untold', 'tell', 'arrive', 'milk'),
  nth: fc.nat(4),
  lot: fc.constantFrom('L1', 'L2'),
})
/** What was wrong before anybody counted: stolen, or found without having been heard of. */
const wrong = fc.record({
  stolen: fc.subarray(KNOWN, { maxLength: 2 }),
  surplus: fc.boolean(),
  milk: fc.integer({ min: -2, max: 2 }),
})

test('I1: with sales going on, told by serial or not, what is there is what is on the shelf', async () => {
  await fc.assert(
    fc.asyncProperty(
      wrong,
      fc.array(happening, { maxLength: 4 }),
      fc.array(happening, { maxLength: 6, size: 'max' }),
      fc.array(happening, { maxLength: 3 }),
      fc.nat(16),
      async (mistakes, before, after, meanwhile, cutAfter) => {
        const shelf = await newShelf(mistakes)
        for (const each of before) await shelf.happen(each)
        const post = await shelf.count()
        for (const each of after) await shelf.happen(each)
        await Promise.all([post(cutAfter), post(), ...meanwhile.map(shelf.happen)])
        await post()
        await shelf.expectTrue()
      },
    ),
    fromEnvironment(15),
  )
  expect(database.counters.deadlocks).toBe(0)
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenSerials(database.kysely)).toEqual([])
  expect(await findBrokenLots(database.kysely)).toEqual([])
})

/** A shelf of cameras and milk, on which not all is as the ledger has it. */
async function newShelf(mistakes: { stolen: string[]; surplus: boolean; milk: number }) {
  const world = await createStockWorld(database, {
    skus: ['CAM', 'MILK'],
    locationCodes: ['MAIN'],
    tracking: { CAM: 'serial', MILK: 'lot' },
  })
  const clock = { now: WORLD_TIME }
  const store = documentStore(world, clock)
  const run = (...commands: Parameters<typeof runStockCommands>[2]) =>
    runStockCommands(database, store.context, commands)
  await run(
    commandOf('receive', 'CAM', KNOWN.length, { serials: KNOWN }),
    commandOf('receive', 'MILK', 30, { lot: 'L1' }),
    commandOf('receive', 'MILK', 30, { lot: 'L2' }),
  )
  // What is really there; what the ledger can sell by its number; and what left without it.
  const there = new Set(KNOWN.filter((serial) => !mistakes.stolen.includes(serial)))
  const sellable = new Set(there)
  const untold: { lineId: Promise<string>; serial: string; isCounted: boolean }[] = []
  const milk = { L1: 30 + mistakes.milk, L2: 30 }
  if (mistakes.surplus) there.add('FOUND')
  let arrivals = 0
  const wait = () => {
    clock.now = new Date(clock.now.getTime() + 60_000)
  }

  const take = (nth: number): string | undefined => {
    const serial = [...sellable][nth % Math.max(1, sellable.size)]
    if (serial === undefined) return undefined
    sellable.delete(serial)
    there.delete(serial)
    return serial
  }
  const happen = async ({ kind, nth, lot }: { kind: string; nth: number; lot: 'L1' | 'L2' }) => {
    wait()
    const at = clock.now
    switch (kind) {
      case 'sell': {
        const serial = take(nth)
        if (serial === undefined) return
        const [reserved] = await run(commandOf('reserve', 'CAM', 1))
        const id = reserved?.kind === 'applied' ? (reserved.result.reservationId ?? '') : ''
        // By the ledger there may be too few to promise; then it goes without.
        if (id !== '') {
          const [sold] = await run(onReservation('ship', id, 1, { serials: [serial] }))
          expect(sold).toMatchObject({ kind: 'applied' })
          return
        }
        untold.push({ lineId: shipUntold(world, 'CAM', at), serial, isCounted: false })
        await untold.at(-1)?.lineId
        return
      }
      case 'sell untold': {
        const serial = take(nth)
        if (serial === undefined) return
        const lineId = shipUntold(world, 'CAM', at)
        untold.push({ lineId, serial, isCounted: false })
        await lineId
        return
      }
      case 'tell': {
        const [first] = untold.splice(0, 1)
        if (first === undefined) return
        const lineId = await first.lineId
        const head = { key: lineId, actor: 'test', reason: null, effectiveAt: undefined }
        const [told] = await run({ kind: 'tell-serials', ...head, lineId, serials: [first.serial] })
        // A count may have found by now that it is gone; then there is nothing left to tell.
        if (told?.kind === 'refused') expect(told.code).toBe('serial-not-in-stock')
        return
      }
      case 'arrive': {
        arrivals += 1
        const serial = `NEW${arrivals}`
        await run(commandOf('receive', 'CAM', 1, { serials: [serial] }))
        there.add(serial)
        return
      }
      default:
        milk[lot] -= 1
        await run(commandOf('adjust', 'MILK', -1, { lot }))
    }
  }

  return {
    happen,
    /** Counts what is on the shelf; posts it later. */
    count: async () => {
      wait()
      const scope = { kind: 'location' as const }
      const { countId } = await done(startStockCount(store, headOf(), { locationCode: 'MAIN', scope }))
      const entries = [
        { sku: 'CAM', quantity: there.size, serials: [...there] },
        { sku: 'MILK', lot: 'L1', quantity: milk.L1 },
        { sku: 'MILK', lot: 'L2', quantity: milk.L2 },
      ]
      await done(enterStockCount(store, headOf(), { countId, counter: 'Ann', entries }))
      for (const each of untold) each.isCounted = true
      await done(approveStockCount(store, headOf(), { countId, approver: 'Bob', leaveUncounted: true }))
      wait()
      return async (cutAfter?: number) => {
        const each = cutAfter === undefined ? store : { ...store, database: cutting(database, cutAfter) }
        try {
          await done(postStockCount(each, headOf(), { countId }))
        } catch (error) {
          if (!(error instanceof CutOff)) throw error
        }
      }
    },
    expectTrue: async () => {
      expect((await world.balance('CAM', 'MAIN')).onHand).toBe(there.size)
      const open = untold.filter(({ isCounted }) => !isCounted).map(({ serial }) => serial)
      expect((await serialsOf(world)).filter((text) => text.endsWith('in-stock MAIN'))).toEqual(
        [...there, ...open].map((serial) => `${serial} in-stock MAIN`).sort(),
      )
      expect((await balancesByLot(world)).filter((text) => text.startsWith('L'))).toEqual([
        `L1 ${milk.L1} 0 0`,
        `L2 ${milk.L2} 0 0`,
      ])
    },
  }
}
