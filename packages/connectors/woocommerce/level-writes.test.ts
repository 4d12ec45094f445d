import { Malformed, NotFound } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import { groupWrites, quantityMax, toOutcomes } from './level-writes.ts'

const write = (stockUnitId: string, quantity = 5, locationId = 'default') => ({
  writeId: `${stockUnitId}=${quantity}`,
  stockUnitId,
  locationId,
  quantity,
  expected: undefined,
})

test('simple products share a call; variations share one with their siblings only', () => {
  const { groups, refused } = groupWrites(
    ['1', '2/21', '3', '2/22', '4/41'].map((unit) => write(unit)),
    100,
  )
  expect(refused).toEqual([])
  expect(groups.map(({ productId, rows }) => [productId, rows.map((row) => row.id)])).toEqual([
    [undefined, [1, 3]],
    [2, [21, 22]],
    [4, [41]],
  ])
})

test('230 variations of three parents are seven calls of at most 40', () => {
  const units = Array.from({ length: 230 }, (_, index) => `${1 + (index % 3)}/${100 + index}`)
  const { groups } = groupWrites(
    units.map((unit) => write(unit)),
    40,
  )
  expect(groups.map((group) => group.rows.length)).toEqual([40, 40, 40, 37, 37, 36])
  expect(groups.flatMap((group) => group.rows)).toHaveLength(230)
})

test.each([
  ['7', -1, 'default', 'quantity'],
  ['7', 1.5, 'default', 'quantity'],
  ['7', quantityMax + 1, 'default', 'quantity'],
  ['7', Number.NaN, 'default', 'quantity'],
  ['7', 5, 'elsewhere', 'locationId'],
  ['7/8/9', 5, 'default', 'stockUnitId'],
  ['mug', 5, 'default', 'stockUnitId'],
  ['0', 5, 'default', 'stockUnitId'],
])('%s = %d at %s is refused for its %s, and nothing is sent', (unit, quantity, location, field) => {
  const { groups, refused } = groupWrites([write(unit, quantity, location)], 100)
  expect(groups).toEqual([])
  expect(refused).toMatchObject([{ kind: 'refused', error: { kind: 'invalid', field } }])
})

const group = (...units: string[]) => {
  const [only] = groupWrites(
    units.map((unit) => write(unit)),
    100,
  ).groups
  if (only === undefined) throw new Error('no group')
  return only
}

test.each([
  [
    { id: 7, manage_stock: true, stock_quantity: 5 },
    { kind: 'applied', quantity: 5 },
  ],
  // The echo decides, not what was sent.
  [
    { id: 7, manage_stock: true, stock_quantity: 4 },
    { kind: 'applied', quantity: 4 },
  ],
  [
    { id: 7, manage_stock: true, stock_quantity: '5' },
    { kind: 'applied', quantity: 5 },
  ],
  [
    { id: 7, manage_stock: false, stock_quantity: null },
    { kind: 'refused', error: { field: 'manage_stock' } },
  ],
  // Counting is off for the whole shop: an old number comes back, and nothing was written.
  [
    { id: 7, manage_stock: false, stock_quantity: 9 },
    { kind: 'refused', error: { field: 'manage_stock' } },
  ],
  [
    { id: 7, manage_stock: true, stock_quantity: null },
    { kind: 'refused', error: { field: 'manage_stock' } },
  ],
  [
    { id: 7, manage_stock: true, stock_quantity: '5.5' },
    { kind: 'refused', error: { field: 'manage_stock' } },
  ],
  [
    { id: 7, manage_stock: 'parent' as const, stock_quantity: 5 },
    { kind: 'refused', error: { field: 'stockUnitId' } },
  ],
  [
    {
      id: 7,
      error: { code: 'woocommerce_rest_product_invalid_id', message: 'Invalid', data: { status: 400 } },
    },
    { kind: 'refused', error: expect.any(NotFound) },
  ],
  [
    {
      id: 7,
      error: {
        code: 'rest_invalid_param',
        message: '',
        data: { status: 400, params: { stock_quantity: '' } },
      },
    },
    { kind: 'refused', error: { kind: 'invalid', field: 'stock_quantity' } },
  ],
])('the row %o means %o', (row, outcome) => {
  expect(toOutcomes(group('7'), [row])).toMatchObject([outcome])
})

test.each([
  [[]],
  [[{ id: 8, manage_stock: true, stock_quantity: 5 }]],
  [
    [
      { id: 7, manage_stock: true, stock_quantity: 5 },
      { id: 7, manage_stock: true, stock_quantity: 5 },
    ],
  ],
])('other rows than were sent leave it unknown what was written: %o', (rows) => {
  expect(() => toOutcomes(group('7'), rows)).toThrow(Malformed)
})
