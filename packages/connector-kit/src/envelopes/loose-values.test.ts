import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { fromEnvironment } from '../property-runs.ts'
import { looseList, looseText, looseUnits, maybeUnits, neededText } from './loose-values.ts'

test('units come out as they went in, whether written as a number or as text', () => {
  fc.assert(
    fc.property(fc.nat({ max: 999_999_999 }), fc.constantFrom('', '.', '.0', '.000'), (units, fraction) => {
      expect(looseUnits.parse(units)).toBe(units)
      expect(looseUnits.parse(`${units}${fraction}`)).toBe(units)
      expect(maybeUnits.parse(` ${units} `)).toBe(units)
    }),
    fromEnvironment(),
  )
})

test.each([-1, 1.5, '-1', '1.5', '1e3', '0x10', 'many', '', ' ', true, [], {}, 2 ** 53, '99999999999999999'])(
  '%j is no number of units',
  (value) => expect(looseUnits.safeParse(value).success).toBe(false),
)

test('nothing is nothing, not nought', () => {
  for (const nothing of [null, undefined, '']) expect(maybeUnits.parse(nothing)).toBeUndefined()
  expect(maybeUnits.safeParse('none').success).toBe(false)
  for (const nothing of [null, undefined, '', ' ', 'null']) expect(looseText.parse(nothing)).toBeUndefined()
  expect(looseText.parse(7)).toBe('7')
  expect(neededText.parse(' a ')).toBe('a')
  expect(neededText.parse(7)).toBe('7')
  for (const nothing of [null, undefined, '', ' ', 'null'])
    expect(neededText.safeParse(nothing).success).toBe(false)
  // In an object they may be left out; what is needed may not.
  expect(z.object({ units: maybeUnits, text: looseText, list: looseList(z.string()) }).parse({})).toEqual({
    units: undefined,
    text: undefined,
    list: [],
  })
  expect(z.object({ text: neededText }).safeParse({}).success).toBe(false)
})

test('a list may be none, or an object with numbers for keys', () => {
  const list = looseList(z.object({ a: z.number() }))
  for (const nothing of [null, undefined, '', {}, []]) expect(list.parse(nothing)).toEqual([])
  expect(list.parse({ 0: { a: 1 }, 2: { a: 2 } })).toEqual([{ a: 1 }, { a: 2 }])
  for (const wrong of [{ a: 1 }, 'a', 7, [7]]) expect(list.safeParse(wrong).success).toBe(false)
})
