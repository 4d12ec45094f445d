import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Entries,
  enterScan,
  isOver,
  isTooDamaged,
  receivedLines,
  toUnits,
  withoutReceived,
} from './entry.ts'

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
  expect(receivedLines({ 2: entry, 3: { ...entry, units: 0, damaged: 0 } })).toEqual([
    { line: 2, quantity: 3, damaged: 1, lot: 'L1', expiresOn: '2027-01-31', serials: ['S1', 'S2', 'S3'] },
  ])
  expect(isOver([{ line: 2, sku: 'A', open: 2 }], { 2: entry })).toBe(true)
  expect([toUnits('12'), toUnits('1.5'), toUnits(''), toUnits('-1')]).toEqual([12, 0, 0, 0])
})

test('what is damaged and did not arrive is not dropped: it is refused', () => {
  const entry = { units: 0, damaged: 2, lot: '', expiresOn: '', serials: '' }
  expect(receivedLines({ 1: entry })).toEqual([{ line: 1, quantity: 0, damaged: 2 }])
  expect([isTooDamaged(entry), isTooDamaged({ ...entry, units: 2 })]).toEqual([true, false])
})

test('whatever is scanned while it is taken in is either booked or left', () => {
  const scan = fc.record({ sku: fc.constantFrom('A', 'B'), units: fc.integer({ min: 1, max: 3 }) })
  const scanAll = (
    sheet: Parameters<typeof enterScan>[0],
    from: Entries,
    scans: { sku: string; units: number }[],
  ) =>
    scans.reduce((entries, each) => {
      const scanned = enterScan(sheet, entries, each)
      return scanned.kind === 'entered' ? scanned.entries : entries
    }, from)
  const unitsOf = (entries: Entries) =>
    Object.values(entries).reduce((sum, { units, damaged }) => sum + units + damaged, 0)
  fc.assert(
    fc.property(lines, fc.array(scan), fc.array(scan), (sheet, before, meanwhile) => {
      const sent = scanAll(sheet, {}, before)
      const now = scanAll(sheet, sent, meanwhile)
      const left = withoutReceived(now, sent)
      expect(unitsOf(left)).toBe(unitsOf(now) - unitsOf(sent))
      expect(withoutReceived(sent, sent)).toEqual({})
      expect(withoutReceived(now, {})).toEqual(now)
    }),
  )
})

test('of a line that is booked in part, its lot stays and the numbers that were booked go', () => {
  const sent = { units: 2, damaged: 1, lot: 'L1', expiresOn: '2027-01-31', serials: 'S1 S2' }
  expect(withoutReceived({ 1: { ...sent, units: 3, serials: 'S1 S2 S3' } }, { 1: sent })).toEqual({
    1: { units: 1, damaged: 0, lot: 'L1', expiresOn: '2027-01-31', serials: 'S3' },
  })
  // Typed before anything of its line was sent.
  const typed = { units: 0, damaged: 0, lot: 'L2', expiresOn: '', serials: '' }
  expect(withoutReceived({ 1: typed }, { 1: typed })).toEqual({ 1: typed })
})
