import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  readBarcodesCell,
  readPairsCell,
  readUnitsCell,
  writeBarcodesCell,
  writePairsCell,
  writeUnitsCell,
} from './item-cells.ts'

/** Codes as the catalogue takes them: no control characters, no spaces at their ends. */
const awkward = fc.constantFrom('|', ';', '；', '=', '\\', ':', 'text:', ' ', 'a', '1', '茶', '🍵', ',', '"')
const code = fc
  .array(awkward, { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join('').trim())
  .filter((text) => text !== '')
const unique = <T>(by: (one: T) => string) => ({ maxLength: 4, selector: by })

test('units, barcodes and pairs come back from their cells as they went, whatever signs they hold', () => {
  const rounding = fc.constantFrom('refuse' as const, 'down' as const, 'up' as const, 'nearest' as const)
  const unit = fc.record({ code, factor: fc.integer({ min: 2 }), rounding })
  fc.assert(
    fc.property(
      fc.uniqueArray(
        unit,
        unique((each) => each.code),
      ),
      (units) => {
        const read = readUnitsCell(writeUnitsCell(units))
        const full =
          'units' in read && read.units.map((each) => ({ ...each, rounding: each.rounding ?? 'refuse' }))
        expect(full).toEqual(units)
      },
    ),
    fromEnvironment(300),
  )
  const barcode = fc.record({
    barcode: fc.oneof(code, fc.constantFrom('6901234567892', '12345678', 'text:1')),
    unit: fc.option(code),
  })
  fc.assert(
    fc.property(fc.array(barcode, { maxLength: 4 }), (barcodes) => {
      const written = writeBarcodesCell(barcodes.map((each) => ({ ...each, kind: 'text' })))
      expect(readBarcodesCell(written).map((each) => ({ barcode: each.barcode, unit: each.unit }))).toEqual(
        barcodes,
      )
    }),
    fromEnvironment(300),
  )
  fc.assert(
    fc.property(
      fc.uniqueArray(
        fc.tuple(code, code),
        unique(([name]) => name),
      ),
      (pairs) => {
        const record = Object.fromEntries(pairs)
        expect(readPairsCell(writePairsCell(record))).toEqual({ pairs: record })
      },
    ),
    fromEnvironment(300),
  )
})

test('an internal code that looks like a GTIN stays an internal code', () => {
  const barcodes = [
    { barcode: '12345678', kind: 'text', unit: null },
    { barcode: '6901234567892', kind: 'gtin', unit: 'case' },
  ] as const
  expect(writeBarcodesCell([...barcodes])).toBe('text:12345678 | case=6901234567892')
  expect(readBarcodesCell('text:12345678 | case=6901234567892')).toEqual([
    { barcode: '12345678', kind: 'text', unit: null },
    { barcode: '6901234567892', unit: 'case' },
  ])
})

test.each([
  ['units', readUnitsCell('case'), 'holds "case"; write units as case=12'],
  ['units', readUnitsCell('case=a dozen'), 'holds "case=a dozen"; write units as case=12'],
  ['pairs', readPairsCell('red'), 'holds "red"; write it as name=value'],
  ['pairs', readPairsCell('a=1; a=2'), 'names "a" twice'],
])('%s that cannot be read say how to write them', (_what, read, wrong) => {
  expect(read).toEqual({ wrong })
})
