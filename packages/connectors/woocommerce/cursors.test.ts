import { Invalid } from '@plimsoll/connector-kit'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  nextListingPage,
  nextOrderPage,
  type OrderCursor,
  readListingCursor,
  readOrderCursor,
} from './cursors.ts'

const gmt = (second: number) => new Date(second * 1_000).toISOString().slice(0, 19)
const first: OrderCursor = { stage: 'any', after: gmt(0), skip: 0, orderby: 'modified' }
const page = (count: number, second: number, firstId = 1) =>
  Array.from({ length: count }, (_, index) => ({ id: firstId + index, date_modified_gmt: gmt(second) }))

test('orders that change while they are read are never skipped', () => {
  // The shop: orders with the second of their last change. Between two pages some change again. Pages hold 5.
  const pageSize = 5
  const seconds = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 24 })
  const changes = fc.array(fc.array(fc.nat({ max: 23 }), { maxLength: 2 }), { maxLength: 12 })
  const hiddenIds = fc.array(fc.nat({ max: 23 }), { maxLength: 12 }).map((ids) => new Set(ids))
  fc.assert(
    fc.property(seconds, changes, hiddenIds, fc.boolean(), (modified, changesBetween, hidden, isCounted) => {
      const shop = modified.map((second, id) => ({ id, second }))
      const before = new Map(shop.map(({ id, second }) => [id, second]))
      const seen = new Map<number, number>()
      let cursor: OrderCursor | undefined = first
      for (let round = 0; cursor !== undefined; round += 1) {
        expect(round).toBeLessThan(200)
        const { after, skip }: OrderCursor = cursor
        const found = shop
          .filter((row) => gmt(row.second) > after)
          .sort((a, b) => a.second - b.second || a.id - b.id)
        // What may not be seen is counted, and left out of the page.
        const rows = found.slice(skip, skip + pageSize).filter((row) => !hidden.has(row.id))
        const total = isCounted || hidden.size > 0 ? found.length : undefined
        for (const row of rows) seen.set(row.id, row.second)
        cursor = nextOrderPage(
          cursor,
          { rows: rows.map((row) => ({ id: row.id, date_modified_gmt: gmt(row.second) })), total },
          pageSize,
        )
        for (const id of changesBetween[round] ?? []) {
          const row = shop[id]
          if (row !== undefined) row.second = 10 + round
        }
      }
      // Each was seen at least as it was when the reading began.
      for (const [id, second] of before)
        if (!hidden.has(id)) expect(seen.get(id) ?? 0).toBeGreaterThanOrEqual(second)
    }),
  )
})

test('a page within one second is counted through with one row of overlap', () => {
  const second = nextOrderPage(first, { rows: page(100, 1), total: undefined }, 100)
  expect(second).toEqual({ ...first, skip: 99, lastId: 100 })
  const rows = [...page(1, 1, 100), ...page(99, 5, 101)]
  expect(nextOrderPage(second ?? first, { rows: rows, total: undefined }, 100)).toEqual({
    ...first,
    after: gmt(4),
  })
})

test('a second whose rows never stand still is read to its end all the same', () => {
  const shop = page(1_000, 1)
  const seen = new Set<number>()
  let cursor: OrderCursor | undefined = first
  for (let round = 0; cursor !== undefined; round += 1) {
    expect(round).toBeLessThan(100)
    const rows = shop.slice(cursor.skip, cursor.skip + 100)
    for (const { id } of rows) seen.add(id)
    cursor = nextOrderPage(cursor, { rows, total: shop.length }, 100)
    // Between two requests forty rows of the front go to the end.
    shop.push(...shop.splice(0, 40))
  }
  expect(seen.size).toBe(1_000)
})

test('when rows of such a page have moved, the second is read again', () => {
  const cursor = { ...first, skip: 99, lastId: 100 }
  expect(nextOrderPage(cursor, { rows: page(100, 1, 101), total: undefined }, 100)).toEqual({
    ...first,
    restarts: 1,
  })
  expect(nextOrderPage(cursor, { rows: [], total: undefined }, 100)).toEqual({ ...first, restarts: 1 })
})

test('where the shop cannot sort by change, rows are counted', () => {
  expect(
    nextOrderPage({ ...first, orderby: 'id' }, { rows: page(100, 9), total: undefined }, 100),
  ).toMatchObject({ skip: 100 })
  expect(
    nextOrderPage({ ...first, orderby: 'id' }, { rows: page(99, 9), total: undefined }, 100),
  ).toBeUndefined()
})

test.each([
  [{ rows: 99, total: 199 }, undefined],
  [
    { rows: 100, total: 300 },
    { page: 3, total: 300 },
  ],
  [{ rows: 100, total: undefined }, { page: 3 }],
  // Two deleted: the rows behind have moved up, so the page before is read again.
  [
    { rows: 100, total: 298 },
    { page: 1, total: 298 },
  ],
  [
    { rows: 98, total: 198 },
    { page: 1, total: 198 },
  ],
])('listings: after page 2 with %o comes %o', (answer, next) => {
  const cursor = {
    stage: 'products' as const,
    page: 2,
    ...(answer.total !== undefined && { total: answer.rows === 99 ? 199 : 300 }),
  }
  expect(nextListingPage(cursor, answer, 100)).toEqual(next && { stage: 'products', ...next })
})

test('listings that are deleted while they are read pull no other out of sight', () => {
  const pageSize = 3
  const deletions = fc.array(fc.array(fc.nat({ max: 23 }), { maxLength: 2 }), { maxLength: 12 })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 14 }), deletions, (count, deletedBetween) => {
      let shop = Array.from({ length: count }, (_, id) => id)
      const seen = new Set<number>()
      let cursor = readListingCursor(undefined) as ReturnType<typeof readListingCursor> | undefined
      for (let round = 0; cursor !== undefined; round += 1) {
        expect(round).toBeLessThan(200)
        const rows = shop.slice((cursor.page - 1) * pageSize, cursor.page * pageSize)
        for (const id of rows) seen.add(id)
        cursor = nextListingPage(cursor, { rows: rows.length, total: shop.length }, pageSize)
        const deleted = deletedBetween[round] ?? []
        shop = shop.filter((id) => !deleted.includes(id))
      }
      for (const id of shop) expect(seen).toContain(id)
    }),
  )
})

test.each(['', 'x', '{}', '{"stage":"any","skip":-1}', '[1]'])(
  'a cursor of somebody else is refused: %s',
  (text) => {
    expect(() => readListingCursor(text)).toThrow(Invalid)
    expect(() => readOrderCursor(text, first)).toThrow(Invalid)
  },
)
