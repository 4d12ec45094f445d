import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bookSame, type OpeningRow, rowsOf, sumsOf } from './opening-figures.ts'

const row = fc.record({
  sku: fc.constantFrom('MUG', 'CUP', 'POT'),
  locationCode: fc.constantFrom('A', 'B'),
  proposed: fc.integer({ min: -3, max: 9 }),
  ledger: fc.integer({ min: -3, max: 9 }),
  reserved: fc.constant(0),
  skipped: fc.constantFrom(null, 'a virtual kit has no stock of its own'),
  skippedCode: fc.constant(null),
})
const proposal = fc.uniqueArray(row, { selector: (each) => `${each.sku} ${each.locationCode}` })

test('sums are what is booked; a proposal books the same while both figures move together, and no longer once one does alone', () => {
  fc.assert(
    fc.property(proposal, fc.integer({ min: -5, max: 5 }), fc.nat(), (rows: OpeningRow[], moved, nth) => {
      const { places, differ, more, fewer, left } = sumsOf(rows)
      expect([places, differ, left]).toEqual([
        rows.length,
        rowsOf(rows, 'differ').length,
        rowsOf(rows, 'left').length,
      ])
      const booked = rows.filter(({ skipped }) => skipped === null)
      expect(more - fewer).toBe(booked.reduce((sum, each) => sum + each.proposed - each.ledger, 0))

      const together = rows.map((each) => ({
        ...each,
        proposed: each.proposed + moved,
        ledger: each.ledger + moved,
      }))
      expect(bookSame(rows, together.reverse())).toBe(true)
      const one = booked[nth % Math.max(1, booked.length)]
      if (one === undefined || moved === 0) return
      const alone = rows.map((each) => (each === one ? { ...each, proposed: each.proposed + moved } : each))
      expect(bookSame(rows, alone)).toBe(false)
      expect(bookSame(alone, rows)).toBe(false)
    }),
  )
})
