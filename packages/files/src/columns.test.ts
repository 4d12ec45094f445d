import { expect, test } from 'vitest'
import { code, codes, date, flag, instant, oneOf, text, whole } from './columns.ts'

const said = (schema: { safeParse(value: string): { error?: { issues: unknown[] } } }, value: string) =>
  schema.safeParse(value).error?.issues[0]

test.each([
  ['7', 7],
  ['+7', 7],
  ['-3', -3],
  ['5.0', 5],
  ['007', 7],
  ['１２', 12],
  ['-0', 0],
])('%j is the whole number %d', (cell, number) => {
  expect(Object.is(whole({ min: -5 }).parse(cell), number)).toBe(true)
})

test.each([
  ['1.5', 'not-whole-number', 'is not a whole number'],
  ['1,000', 'not-whole-number', 'is not a whole number'],
  ['0x10', 'not-whole-number', 'is not a whole number'],
  ['1e3', 'not-whole-number', 'is not a whole number'],
  ['ten', 'not-whole-number', 'is not a whole number'],
  ['-1', 'number-out-of-range', 'is negative'],
  ['9007199254740992', 'number-out-of-range', 'is above 9,007,199,254,740,991'],
])('%j is no quantity: %s', (cell, expected, message) => {
  expect(said(whole({ min: 0 }), cell)).toMatchObject({ params: { code: expected }, message })
})

test.each(['00123', '1E5', '12E4', '6901234567892', 'A-1', '茶-1'])('%j is a code as it stands', (cell) => {
  expect(code(50).parse(` ${cell} `)).toBe(cell)
})

test.each(['6.90123E+12', '6,90123E+12', '1E+15', '6.9e+12'])('%j has lost its digits', (cell) => {
  expect(said(code(50), cell)).toMatchObject({ params: { code: 'digits-lost' } })
  expect(said(codes(50), `123|${cell}`)).toMatchObject({ params: { code: 'digits-lost' } })
})

test('several codes in one cell, however they are parted', () => {
  expect(codes(20).parse(' 123 | 456；789\n012 ;')).toEqual(['123', '456', '789', '012'])
})

test.each([
  ['2026-12-31', '2026-12-31'],
  ['2026/1/5', '2026-01-05'],
  ['2026.1.5', '2026-01-05'],
  ['2026年12月31日', '2026-12-31'],
  ['2026-12-31T00:00:00', '2026-12-31'],
  ['2028-02-29', '2028-02-29'],
])('%j is the day %s', (cell, day) => {
  expect(date().parse(cell)).toBe(day)
})

test.each(['12/31/2026', '31.12.2026', '2026-02-29', '2026-13-01', '20261231', 'soon'])(
  '%j is no day that everybody reads alike',
  (cell) => {
    expect(said(date(), cell)).toMatchObject({ params: { code: 'not-a-date' } })
  },
)

test('a moment without a zone is in UTC, whatever the machine thinks', () => {
  expect(instant().parse('2026-12-31 08:00:00').toISOString()).toBe('2026-12-31T08:00:00.000Z')
  expect(instant().parse('2026-12-31T08:00:00+08:00').toISOString()).toBe('2026-12-31T00:00:00.000Z')
  expect(instant().parse('2026-12-31').toISOString()).toBe('2026-12-31T00:00:00.000Z')
  expect(said(instant(), '8 o’clock')).toMatchObject({ params: { code: 'not-a-date' } })
})

test('words in both languages', () => {
  expect(oneOf({ warehouse: ['仓库'], store: [] }).parse(' 仓库 ')).toBe('warehouse')
  expect(said(oneOf({ warehouse: [], store: [] }), 'shed')).toMatchObject({
    message: 'is none of warehouse, store',
  })
  expect(['是', 'Yes', '1', '否', 'FALSE'].map((each) => flag().parse(each))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
})

test('a text too long, or with what no database stores, says so', () => {
  expect(said(text(3), 'abcd')).toMatchObject({ message: 'has more than 3 characters' })
  expect(said(text(3), 'a\u0000')).toMatchObject({ message: 'holds the character U+0000' })
})
