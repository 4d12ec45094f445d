import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromEnvironment } from '../property-runs.ts'
import { passAfter, passAt } from './passes.ts'

const passes = ['open', 'ended'] as const
const SIZE = 5

test('rows that stay where they are, are all read, whichever others leave while pages are read', () => {
  const leaving = fc.array(fc.array(fc.nat({ max: 40 }), { maxLength: 4 }), { maxLength: 12 })
  fc.assert(
    fc.property(fc.nat({ max: 40 }), leaving, (count, leaves) => {
      const lists = {
        open: Array.from({ length: count }, (_, at) => at),
        ended: Array.from({ length: 3 }, (_, at) => 1_000 + at),
      }
      const read = new Set<number>()
      let cursor: string | undefined
      for (let turn = 0; turn < 500; turn += 1) {
        const at = passAt(passes, cursor)
        const list = lists[at.pass]
        const rows = list.slice((at.page - 1) * SIZE, at.page * SIZE)
        for (const row of rows) read.add(row)
        cursor = passAfter(passes, at, { isFull: rows.length === SIZE, length: list.length })
        if (cursor === undefined) break
        // At most a page of them leaves between two reads.
        lists.open = lists.open.filter((row) => !(leaves[turn] ?? []).includes(row))
      }
      expect(cursor).toBeUndefined()
      for (const row of [...lists.open, ...lists.ended]) expect(read).toContain(row)
    }),
    fromEnvironment({ numRuns: 300 }),
  )
})

test('a cursor of nobody begins at the first page of the first pass', () => {
  expect(passAt(passes, undefined)).toEqual({ pass: 'open', page: 1, lengthBefore: 0 })
  expect(passAt(passes, 'other:3')).toMatchObject({ pass: 'open', page: 3 })
  expect(passAfter(passes, passAt(passes, 'ended:2:7'), { isFull: false, length: 7 })).toBeUndefined()
})
