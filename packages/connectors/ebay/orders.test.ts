import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ordersOnPage } from './fulfillment.ts'
import { nextOrderCursor, type OrderCursor } from './orders.ts'

/** Reads a list to its end, which changes between pages; returns the ids that were seen. */
function readAll(list: string[], change: (list: string[], page: number) => void): Set<string> {
  const seen = new Set<string>()
  let cursor: OrderCursor | undefined = { offset: 0, returns: 0 }
  for (let page = 0; cursor !== undefined; page += 1) {
    const ids = list.slice(cursor.offset, cursor.offset + ordersOnPage)
    for (const id of ids) seen.add(id)
    const next: OrderCursor | undefined = nextOrderCursor(cursor, { ids, total: list.length })
    expect(next, 'paging goes on').not.toEqual(cursor)
    cursor = next
    expect(page, 'paging ends').toBeLessThan(200)
    change(list, page)
  }
  return seen
}

test('every order is seen that was there from the beginning, however the list moves between two pages', () => {
  const lists = fc
    .integer({ min: 0, max: 900 })
    .map((count) => Array.from({ length: count }, (_, at) => `o-${at}`))
  // New orders at the top, and orders that change and move to either end, a few between two pages.
  const moves = fc.array(
    fc.record({ kind: fc.constantFrom('new', 'to-top', 'to-end'), at: fc.nat({ max: 900 }) }),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(lists, moves, (list, changes) => {
      const wanted = new Set(list)
      let made = 0
      const seen = readAll(list, (now) => {
        const change = changes.shift()
        if (change === undefined || made > 20) return
        made += 1
        if (change.kind === 'new') now.unshift(`new-${made}`)
        else {
          const [moved] = now.splice(change.at, 1)
          if (moved === undefined) return
          // It changed: the next reading, which begins before its change, tells of it again.
          wanted.delete(moved)
          if (change.kind === 'to-top') now.unshift(moved)
          else now.push(moved)
        }
      })
      expect([...wanted].filter((id) => !seen.has(id))).toEqual([])
    }),
    fromEnvironment(),
  )
})

test('a page that does not begin where the last one ended is read again from further up', () => {
  const cursor = { offset: 199, anchor: 'o-199', returns: 0 }
  expect(nextOrderCursor(cursor, { ids: ['o-200', 'o-201'], total: 400 })).toEqual({ offset: 0, returns: 1 })
  expect(nextOrderCursor(cursor, { ids: ['o-199', 'o-200'], total: 400 })).toEqual({
    offset: 200,
    anchor: 'o-200',
    returns: 0,
  })
  // It does not go back for ever.
  expect(nextOrderCursor({ ...cursor, returns: 10 }, { ids: ['x', 'y'], total: 201 })).toBeUndefined()
})
