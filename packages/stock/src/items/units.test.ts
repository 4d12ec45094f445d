import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromBaseUnits, type ItemUnits, type Rounding, toBaseUnits } from './units.ts'

const CANS: ItemUnits = {
  baseUnit: 'can',
  units: [
    { code: 'box', factor: 10, rounding: 'refuse' },
    { code: 'case', factor: 12, rounding: 'refuse' },
    { code: 'low', factor: 12, rounding: 'down' },
    { code: 'high', factor: 12, rounding: 'up' },
    { code: 'near', factor: 12, rounding: 'nearest' },
  ],
}

test.each([
  [1, 'case', 12],
  [0.5, 'case', 6],
  ['0.5', 'case', 6],
  // 0.1 × 3 and 0.7 × 10 are what floats get wrong.
  [0.1, 'box', 1],
  ['0.30', 'box', 3],
  [0.7, 'box', 7],
  [1.1, 'box', 11],
  ['-2.5', 'case', -30],
  [0, 'case', 0],
  [7, 'can', 7],
  [7, undefined, 7],
  ['7.000', undefined, 7],
  [1e-7, 'low', 0],
  ['750599937895082.5', 'case', 9_007_199_254_740_990],
] as const)('%s %s are %i base units', (quantity, unit, baseUnits) => {
  expect(toBaseUnits(CANS, quantity, unit)).toMatchObject({ kind: 'converted', baseUnits })
})

test.each([
  [0.3, 'low', 3],
  [0.3, 'high', 4],
  [0.3, 'near', 4],
  [0.2, 'near', 2],
  [0.125, 'near', 2],
  // By size: taking back what was given leaves nothing.
  [-0.3, 'low', -3],
  [-0.3, 'high', -4],
  [-0.125, 'near', -2],
] as const)('%d %s are rounded to %i', (quantity, unit, baseUnits) => {
  expect(toBaseUnits(CANS, quantity, unit)).toEqual({ kind: 'converted', baseUnits, rounded: true })
})

test.each([
  [0.3, 'case', 'conversion-remainder', '0.3 case of 12 can is 3.6 can: 0.6 can left over beyond 3 whole.'],
  [
    '-0.3',
    'case',
    'conversion-remainder',
    '-0.3 case of 12 can is -3.6 can: -0.6 can left over beyond -3 whole.',
  ],
  [1.5, 'can', 'quantity-not-whole', '1.5 is not a whole number of can.'],
  [1.5, undefined, 'quantity-not-whole', '1.5 is not a whole number of can.'],
  [1, 'pallet', 'unknown-unit', 'The item has no unit "pallet"; it has can, box, case, low, high, near.'],
  ['', 'case', 'quantity-unreadable', '"" is no quantity.'],
  ['1,5', 'case', 'quantity-unreadable', '"1,5" is no quantity.'],
  ['1e3', 'case', 'quantity-unreadable', '"1e3" is no quantity.'],
  ['0x10', 'case', 'quantity-unreadable', '"0x10" is no quantity.'],
  ['9'.repeat(61), 'case', 'quantity-unreadable', `"${'9'.repeat(61)}" is no quantity.`],
  [Number.NaN, 'case', 'quantity-unreadable', '"NaN" is no quantity.'],
  [Number.POSITIVE_INFINITY, 'case', 'quantity-unreadable', '"Infinity" is no quantity.'],
  [2 ** 53, 'can', 'quantity-out-of-range', '9007199254740992 can is more than a stock count may be.'],
  [1e300, 'case', 'quantity-out-of-range', '1e+300 case is more than a stock count may be.'],
  [
    '750599937895083',
    'case',
    'quantity-out-of-range',
    '750599937895083 case is more than a stock count may be.',
  ],
] as const)('%s %s is refused with %s', (quantity, unit, code, message) => {
  expect(toBaseUnits(CANS, quantity, unit)).toMatchObject({ kind: 'refused', code, message })
})

test.each([
  [24, 'case', { quantity: 2, leftOver: 0 }],
  [0, 'case', { quantity: 0, leftOver: 0 }],
  [30, 'low', { quantity: 2, leftOver: 6 }],
  [30, 'high', { quantity: 3, leftOver: -6 }],
  [30, 'near', { quantity: 3, leftOver: -6 }],
  [29, 'near', { quantity: 2, leftOver: 5 }],
  [-30, 'low', { quantity: -2, leftOver: -6 }],
  [-30, 'high', { quantity: -3, leftOver: 6 }],
  [30, undefined, { quantity: 30, leftOver: 0 }],
] as const)('%i base units are shown in %s', (baseUnits, unit, shown) => {
  expect(fromBaseUnits(CANS, baseUnits, unit)).toEqual({ kind: 'converted', ...shown })
})

test('base units that leave a remainder are not shown in a unit that does not round', () => {
  expect(fromBaseUnits(CANS, 30, 'case')).toMatchObject({
    code: 'conversion-remainder',
    message: '30 can is 2 case of 12, and 6 can left over.',
  })
})

const rounding = fc.constantFrom<Rounding>('refuse', 'down', 'up', 'nearest')
const factor = fc.integer({ min: 2, max: 1_000_000_000 })
const itemOf = (factor: number, rounding: Rounding): ItemUnits => {
  return { baseUnit: 'each', units: [{ code: 'unit', factor, rounding }] }
}

test('whole units there and back are what they were, in every unit and under every rounding', () => {
  fc.assert(
    fc.property(factor, rounding, fc.maxSafeInteger(), (factor, rounding, quantity) => {
      const item = itemOf(factor, rounding)
      const there = toBaseUnits(item, quantity, 'unit')
      if (there.kind === 'refused') {
        // Only ever because it is too much.
        expect(there.code).toBe('quantity-out-of-range')
        expect(BigInt(factor) * BigInt(Math.abs(quantity)) > BigInt(Number.MAX_SAFE_INTEGER)).toBe(true)
        return
      }
      expect(BigInt(there.baseUnits)).toBe(BigInt(factor) * BigInt(quantity))
      expect(fromBaseUnits(item, there.baseUnits, 'unit')).toEqual({
        kind: 'converted',
        quantity,
        leftOver: 0,
      })
    }),
    fromEnvironment(500),
  )
})

test('base units shown in a unit and put together again drift by nothing, and are safe', () => {
  fc.assert(
    fc.property(factor, rounding, fc.maxSafeInteger(), (factor, rounding, baseUnits) => {
      const shown = fromBaseUnits(itemOf(factor, rounding), baseUnits, 'unit')
      if (shown.kind === 'refused') {
        expect({ rounding, isWhole: baseUnits % factor === 0 }).toEqual({
          rounding: 'refuse',
          isWhole: false,
        })
        return
      }
      expect(Number.isSafeInteger(shown.quantity) && Number.isSafeInteger(shown.leftOver)).toBe(true)
      expect(BigInt(shown.quantity) * BigInt(factor) + BigInt(shown.leftOver)).toBe(BigInt(baseUnits))
      expect(Math.abs(shown.leftOver)).toBeLessThan(factor)
      if (rounding === 'nearest') expect(2 * Math.abs(shown.leftOver)).toBeLessThanOrEqual(factor)
    }),
    fromEnvironment(500),
  )
})

test('any decimal becomes a safe integer, exactly or within one base unit, or is refused; its negative likewise', () => {
  const decimal = fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 18n }), fc.integer({ min: 0, max: 12 }))
    .map(([digits, scale]) => {
      const text = String(digits).padStart(scale + 1, '0')
      const point = text.length - scale
      return { text: scale === 0 ? text : `${text.slice(0, point)}.${text.slice(point)}`, digits, scale }
    })
  fc.assert(
    fc.property(factor, rounding, decimal, (factor, rounding, { text, digits, scale }) => {
      const item = itemOf(factor, rounding)
      const got = toBaseUnits(item, text, 'unit')
      const negative = toBaseUnits(item, `-${text}`, 'unit')
      const exact = digits * BigInt(factor)
      const divisor = 10n ** BigInt(scale)
      if (got.kind === 'refused') {
        expect(negative).toMatchObject({ kind: 'refused', code: got.code })
        if (got.code === 'conversion-remainder') expect(exact % divisor).not.toBe(0n)
        else expect(exact / divisor + 1n > BigInt(Number.MAX_SAFE_INTEGER)).toBe(true)
        return
      }
      expect(Number.isSafeInteger(got.baseUnits)).toBe(true)
      const error = BigInt(got.baseUnits) * divisor - exact
      expect(got.rounded).toBe(exact % divisor !== 0n)
      if (got.rounded) expect(error < divisor && error > -divisor).toBe(true)
      else expect(error).toBe(0n)
      expect(negative.kind === 'converted' && negative.baseUnits + got.baseUnits).toBe(0)
    }),
    fromEnvironment(500),
  )
})
