import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Condition, isAskable, momentOf, queryOf } from './query.ts'
import { isFound, parseQuery } from './simulator/query-language.ts'
import { awkwardText } from './testing/awkward-text.ts'

/** The text of a query with everything between quotation marks taken out, as two kinds of platform would read it. */
function outside(query: string, knowsDoubling: boolean): string {
  return query.replaceAll(knowsDoubling ? /'(?:[^']|'')*'/gu : /'[^']*'/gu, '•')
}

test.each([
  [[], ''],
  [[{ field: 'ItemId', op: '=', value: 'SOCK' }], "ItemId = 'SOCK'"],
  [
    [
      { field: 'OlpnDetail.OriginalOrderId', in: ['a', 'b'] },
      { field: 'OlpnId', op: '>', value: '7' },
    ],
    "OlpnDetail.OriginalOrderId in ('a','b') and OlpnId > '7'",
  ],
  [[{ field: 'ItemId', op: '=', value: "x' or ItemId = 'y" }], "ItemId = 'x'' or ItemId = ''y'"],
] satisfies [Condition[], string][])('%j', (conditions, query) => {
  expect(queryOf(conditions)).toBe(query)
})

test('every value comes back as it was, or is refused before anything leaves', () => {
  fc.assert(
    fc.property(fc.array(awkwardText, { minLength: 1, maxLength: 5 }), (values) => {
      const conditions: Condition[] = [
        { field: 'ItemId', in: values },
        { field: 'FacilityId', op: '=', value: values[0] ?? '' },
      ]
      if (!values.every(isAskable)) {
        expect(() => queryOf(conditions)).toThrow(expect.objectContaining({ kind: 'invalid' }))
        return
      }
      expect(parseQuery(queryOf(conditions))).toEqual(conditions)
    }),
    fromEnvironment({ numRuns: 1_000 }),
  )
})

test('no value breaks out of its quotation marks, whether the platform knows doubled ones or not', () => {
  fc.assert(
    fc.property(awkwardText.filter(isAskable), (value) => {
      const query = queryOf([{ field: 'ItemId', op: '=', value }])
      expect(outside(query, true)).toBe('ItemId = •')
      // One that does not know them sees several texts side by side, and no word of the value among them.
      expect(outside(query, false)).toMatch(/^ItemId = •+$/)
    }),
    fromEnvironment({ numRuns: 1_000 }),
  )
})

test('a search for one SKU finds that one alone, whatever the others are called', () => {
  fc.assert(
    fc.property(fc.uniqueArray(awkwardText.filter(isAskable), { minLength: 2, maxLength: 8 }), (skus) => {
      const rows = skus.map((ItemId) => ({ ItemId }))
      const [wanted = ''] = skus
      const terms = parseQuery(queryOf([{ field: 'ItemId', op: '=', value: wanted }])) ?? []
      expect(rows.filter((row) => isFound(row, terms))).toEqual([{ ItemId: wanted }])
    }),
    fromEnvironment(),
  )
})

test.each([
  ['a backslash', 'a\\b'],
  ['a backslash before a mark', "\\' or 1 = 1"],
  ['a line break', 'a\nb'],
  ['a nought byte', 'a\0b'],
  ['a line separator', 'a\u2028b'],
  ['half a character', 'a\ud83d'],
  ['nothing', ''],
  ['too long', 'x'.repeat(201)],
])('%s is refused', (_, value) => {
  expect(isAskable(value)).toBe(false)
  expect(() => queryOf([{ field: 'ItemId', op: '=', value }])).toThrow(/backslash or a control character/)
})

test('fields are ours, never somebody else’s text', () => {
  expect(() => queryOf([{ field: "ItemId = 'x' or ItemId", op: '=', value: 'y' }])).toThrow(TypeError)
  expect(() => queryOf([{ field: 'ItemId', in: [] }])).toThrow(TypeError)
})

test('moments are UTC and do not say so', () => {
  expect(momentOf(new Date('2026-11-26T13:00:00.5+01:00'))).toBe('2026-11-26T12:00:00.500')
})

test.each([
  "ItemId = 'a' or ItemId = 'b'",
  "ItemId = 'a",
  'ItemId = a',
  "ItemId = 'a' 'b'",
  "in ('a')",
  "ItemId in ('a',)",
])('the simulator does not take %s for a query', (text) => {
  expect(parseQuery(text)).toBeUndefined()
})
