import { manualClock } from '@plimsoll/connector-kit'
import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createActiveList } from './active-list.ts'
import { withAccount } from './testing/connected-account.ts'
import { activeOnPage, type Trading, type TradingItem } from './trading.ts'

const open = { readyInMs: () => 0 }

/** A Trading API of so many listings that counts its calls; `sold` units of each are gone. */
function listingsOf(count: number) {
  const items = Array.from(
    { length: count },
    (_, at): TradingItem => ({
      itemId: String(1_000 + at),
      title: '',
      sku: undefined,
      listingType: 'FixedPriceItem',
      status: 'Active',
      available: 10,
      variations: [],
    }),
  )
  let calls = 0
  const trading = {
    async activeList(page: number) {
      calls += 1
      const rows = items.slice((page - 1) * activeOnPage, page * activeOnPage)
      return {
        items: rows.map((item) => ({ ...item })),
        pages: Math.ceil(count / activeOnPage),
        date: undefined,
      }
    },
    async item(itemId: string) {
      calls += 1
      const item = items.find((each) => each.itemId === itemId)
      if (item === undefined) throw new Error('only those that there are')
      return { item: { ...item }, date: undefined }
    },
  } as unknown as Trading
  return { items, trading, calls: () => calls }
}

test('a sweep costs at most twice the cheaper of single reads and the whole list, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1_500 }),
      fc.integer({ min: 5, max: 25 }),
      async (count, batch) => {
        const { items, trading, calls } = listingsOf(count)
        const active = createActiveList(trading, { now: () => 0, budgets: open })
        for (let from = 0; from < count; from += batch) {
          const wanted = items.slice(from, from + batch).map(({ itemId }) => itemId)
          expect([...(await active.read(wanted, 'levels')).keys()].toSorted()).toEqual(wanted.toSorted())
        }
        const cheaper = Math.min(count, Math.ceil(count / activeOnPage))
        // The last batch may be small enough to be read singly.
        expect(calls()).toBeLessThanOrEqual(2 * cheaper + batch)
      },
    ),
    fromEnvironment({ numRuns: 40 }),
  )
})

test('few are read as they are, whatever the list said a moment ago; after a minute everything is', async () => {
  const clock = manualClock()
  const { items, trading } = listingsOf(300)
  const active = createActiveList(trading, { now: () => clock.now(), budgets: open })
  const all = items.map(({ itemId }) => itemId)
  const available = async (itemIds: readonly string[]) =>
    (await active.read(itemIds, 'levels')).get('1000')?.available
  expect(await available(all)).toBe(10)
  const [first] = items
  if (first !== undefined) first.available = 7
  expect(await available(all)).toBe(10)
  expect(await available(all.slice(0, 1))).toBe(7)
  await clock.advance(60_001)
  expect(await available(all)).toBe(7)
})

test('what we wrote is never told as it was before', () =>
  withAccount({ listedWith: 'trading' }, async ({ operations, seed }) => {
    const levels = await seed(...Array.from({ length: 8 }, () => ({})))
    await operations.levels(levels)
    const [level] = levels
    if (level === undefined) throw new Error('no level came')
    await operations.setLevels([{ ...level, writeId: 'w', quantity: 3, expected: undefined }])
    expect((await operations.levels(levels)).map(({ quantity }) => quantity)).toEqual([
      3, 10, 10, 10, 10, 10, 10, 10,
    ])
  }))

test('the numbers of a first import come with its listings', () =>
  withAccount({ listedWith: 'trading' }, async ({ operations, seed, calls }) => {
    const levels = await seed(...Array.from({ length: 20 }, () => ({})))
    await operations.listings(JSON.stringify({ world: 'item', page: 1 }))
    const before = calls.length
    expect(await operations.levels(levels)).toHaveLength(20)
    expect(calls).toHaveLength(before)
  }))

test('a sweep does not wait for the next day’s calls; a few are still read', () =>
  withAccount({ listedWith: 'trading' }, async ({ operations, seed, http }) => {
    const levels = await seed(...Array.from({ length: 8 }, () => ({})))
    // What is left is kept for writes.
    http.budgets.learnBucket('trading', { capacity: 5_000, available: 100 })
    await expect(operations.levels(levels)).rejects.toMatchObject({ kind: 'rate-limited' })
    expect(await operations.levels(levels.slice(0, 2))).toHaveLength(2)
  }))
