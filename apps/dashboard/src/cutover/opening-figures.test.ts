import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type OpeningRow, rowsOf, sumsOf } from './opening-figures.ts'

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

test('sums are what is booked', () => {
  fc.assert(
    fc.property(proposal, (rows: OpeningRow[]) => {
      const { places, differ, more, fewer, left } = sumsOf(rows)
      expect([places, differ, left]).toEqual([
        rows.length,
        rowsOf(rows, 'differ').length,
        rowsOf(rows, 'left').length,
      ])
      const booked = rows.filter(({ skipped }) => skipped === null)
      expect(more - fewer).toBe(booked.reduce((sum, each) => sum + each.proposed - each.ledger, 0))
    }),
  )
})
