import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Entries, enterScan, isOver, receivedLines, toUnits } from './entry.ts'

const lines = fc
  .array(fc.record({ sku: fc.constantFrom('A', 'B'), open: fc.nat(5) }), { maxLength: 5 })
  .map((some) => some.map((line, at) => ({ ...line, line: at + 1 })))

test('every unit that is scanned is on a line of its item, and lines fill in their order', () => {
  fc.assert(
    fc.property(
      lines,
      fc.array(fc.record({ sku: fc.constantFrom('A', 'B'), units: fc.integer({ min: 1, max: 3 }) })),
      (sheet, scans) => {
        let entries: Entries = {}
        const expected = { A: 0, B: 0 }
        for (const each of scans) {
          const scanned = enterScan(sheet, entries, each)
          if (scanned.kind === 'other-item') {
            expect(sheet.some(({ sku }) => sku === each.sku)).toBe(false)
            continue
          }
          entries = scanned.entries
          expected[each.sku as 'A' | 'B'] += each.units
        }
        for (const sku of ['A', 'B'] as const) {
          const own = sheet.filter((line) => line.sku === sku)
          const units = own.map(({ line }) => entries[line]?.units ?? 0)
          expect(units.reduce((sum, each) => sum + each, 0)).toBe(own.length === 0 ? 0 : expected[sku])
          // None begins before the ones above it are full.
          own.forEach(({ open }, at) => {
            if (units.slice(at + 1).some((each) => each > 0)) expect(units[at]).toBeGreaterThanOrEqual(open)
          })
        }
        expect(receivedLines(entries).every(({ quantity }) => Number(quantity) > 0)).toBe(true)
      },
    ),
  )
})

test('what is said of a line is what is sent', () => {
  const entry = { units: 3, damaged: 1, lot: ' L1 ', expiresOn: '2027-01-31', serials: 'S1, S2;S3 ' }
  expect(receivedLines({ 2: entry, 3: { ...entry, units: 0 } })).toEqual([
    { line: 2, quantity: 3, damaged: 1, lot: 'L1', expiresOn: '2027-01-31', serials: ['S1', 'S2', 'S3'] },
  ])
  expect(isOver([{ line: 2, sku: 'A', open: 2 }], { 2: entry })).toBe(true)
  expect([toUnits('12'), toUnits('1.5'), toUnits(''), toUnits('-1')]).toEqual([12, 0, 0, 0])
})
