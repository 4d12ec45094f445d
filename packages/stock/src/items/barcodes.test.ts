import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkDigitOf, comparableOf, readBarcode } from './barcodes.ts'

test.each([
  // The worked example of GS1's own page, then one of each length.
  ['629104150021', '3'],
  ['9638507', '4'],
  ['03600029145', '2'],
  ['400638133393', '1'],
  ['1061414100041', '5'],
])('after %s comes the check digit %s', (digits, checkDigit) => {
  expect(checkDigitOf(digits)).toBe(checkDigit)
})

test.each(['96385074', '036000291452', '4006381333931', '10614141000415'])('%s is a GTIN', (barcode) => {
  expect(readBarcode({ barcode })).toEqual({
    kind: 'barcode',
    barcode: { barcode, kind: 'gtin', unit: null },
  })
})

test.each([
  ['4006381333932', undefined, 'barcode-check-digit'],
  ['4006381333932', 'gtin', 'barcode-check-digit'],
  ['400638133393', 'gtin', 'barcode-check-digit'],
  ['12345', 'gtin', 'invalid-barcode'],
  ['400638133393X', 'gtin', 'invalid-barcode'],
  ['', 'gtin', 'invalid-barcode'],
  ['', undefined, 'invalid-barcode'],
  [' ', 'text', 'invalid-barcode'],
  ['A\u0007B', undefined, 'invalid-barcode'],
  ['A\ud800', undefined, 'invalid-barcode'],
  ['x'.repeat(101), undefined, 'invalid-barcode'],
] as const)('%j as %s is refused with %s', (barcode, kind, code) => {
  expect(readBarcode({ barcode, kind })).toMatchObject({ kind: 'refused', code, field: 'barcodes' })
})

test('a wrong check digit is refused with the one that would be right', () => {
  expect(readBarcode({ barcode: '4006381333932' })).toMatchObject({
    message:
      '"4006381333932" has a wrong check digit: after 400638133393 comes 1, not 2, unless another digit is wrong.',
  })
})

test('what only looks like a GTIN is taken as a text where it is said to be one', () => {
  expect(readBarcode({ barcode: '12345678', kind: 'text', unit: 'case' })).toEqual({
    kind: 'barcode',
    barcode: { barcode: '12345678', kind: 'text', unit: 'case' },
  })
  expect(readBarcode({ barcode: ' SHELF-7 ' })).toMatchObject({
    barcode: { barcode: 'SHELF-7', kind: 'text' },
  })
})

test.each([
  ['036000291452', '00036000291452'],
  ['0036000291452', '00036000291452'],
  ['00036000291452', '00036000291452'],
  ['96385074', '00000096385074'],
  // No GTINs: compared as they are.
  ['036000291453', '036000291453'],
  ['36000291452', '36000291452'],
  ['abc', 'abc'],
  ['ABC', 'ABC'],
])('%s is compared as %s', (code, comparable) => {
  expect(comparableOf(code)).toBe(comparable)
})

test('any one digit mistyped, and any two neighbours swapped that differ by other than five, are noticed', () => {
  const gtin = fc
    .tuple(fc.constantFrom(7, 11, 12, 13), fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 13 }))
    .map(([length, digits]) => digits.slice(0, length).join(''))
    .map((digits) => digits + checkDigitOf(digits))
  fc.assert(
    fc.property(gtin, fc.nat(), fc.integer({ min: 1, max: 9 }), (right, place, by) => {
      expect(readBarcode({ barcode: right }).kind).toBe('barcode')
      const digits = [...right].map(Number)
      const at = place % digits.length
      const mistyped = digits.map((digit, index) => (index === at ? (digit + by) % 10 : digit)).join('')
      expect(readBarcode({ barcode: mistyped })).toMatchObject({ code: 'barcode-check-digit' })

      const next = (at + 1) % digits.length
      const [a = 0, b = 0] = [digits[at], digits[next]]
      if (next === 0 || a === b || Math.abs(a - b) === 5) return
      const swapped = digits.map((digit, index) => (index === at ? b : index === next ? a : digit)).join('')
      expect(readBarcode({ barcode: swapped })).toMatchObject({ code: 'barcode-check-digit' })
    }),
    fromEnvironment(300),
  )
})
