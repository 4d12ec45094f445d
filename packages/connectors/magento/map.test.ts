import { expectSoundOrder, fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type MagentoOrder, order as orderSchema, product as productSchema } from './answers.ts'
import { toListing, toOrder, toQuantity, versionOf } from './map.ts'

/** Payloads shaped as in the published contract (sales-data-order-interface, catalog-data-product-interface). */

const row = (given: Record<string, unknown>) => ({
  qty_ordered: 1,
  qty_canceled: 0,
  qty_invoiced: 0,
  qty_refunded: 0,
  qty_shipped: 0,
  is_virtual: 0,
  product_type: 'simple',
  name: 'Joust Duffle Bag',
  ...given,
})
const order = (given: Record<string, unknown>): MagentoOrder =>
  orderSchema.parse({
    entity_id: 7,
    increment_id: '000000007',
    state: 'processing',
    status: 'processing',
    created_at: '2026-08-01 09:30:00',
    updated_at: '2026-08-01 09:31:00',
    order_currency_code: 'EUR',
    customer_email: 'jane@example.com',
    items: [row({ item_id: 12, product_id: 1, sku: '24-MB01', qty_ordered: 3 })],
    ...given,
  })

test('an order: its number, times in UTC, currency, and nothing personal', () => {
  const mapped = toOrder(order({}), 'no')
  expect(mapped).toEqual({
    externalId: '7',
    number: '#000000007',
    state: 'open',
    placedAt: new Date('2026-08-01T09:30:00Z'),
    version: Date.UTC(2026, 7, 1, 9, 31),
    currency: 'EUR',
    test: false,
    locationId: undefined,
    holds: [],
    lines: [
      {
        externalId: '12',
        listingExternalId: '1',
        sku: '24-MB01',
        title: 'Joust Duffle Bag',
        ordered: 3,
        current: 3,
        shipped: 0,
        returned: 0,
        subtracted: 'no',
      },
    ],
  })
})

describe('states', () => {
  test.each([
    ['new', 'open'],
    ['pending_payment', 'pending'],
    ['processing', 'open'],
    ['holded', 'open'],
    ['payment_review', 'open'],
    ['canceled', 'cancelled'],
  ])('%s is %s', (state, mapped) => {
    expect(toOrder(order({ state }), 'no').state).toBe(mapped)
  })
  test('complete is closed, its units shipped', () => {
    const items = [
      row({ item_id: 1, product_id: 1, sku: 'A', qty_ordered: 2, qty_invoiced: 2, qty_shipped: 2 }),
    ]
    expect(toOrder(order({ state: 'complete', items }), 'no')).toMatchObject({
      state: 'closed',
      lines: [{ current: 2, shipped: 2 }],
    })
  })
  test('closed, refunded before anything left, is cancelled: nothing is promised any more', () => {
    const items = [
      row({ item_id: 1, product_id: 1, sku: 'A', qty_ordered: 2, qty_invoiced: 2, qty_refunded: 2 }),
    ]
    expect(toOrder(order({ state: 'closed', items }), 'no')).toMatchObject({
      state: 'cancelled',
      lines: [{ current: 0, shipped: 0 }],
    })
  })
  test('closed after it has left stays closed: a refund is no return', () => {
    const done = { qty_ordered: 2, qty_invoiced: 2, qty_shipped: 2, qty_refunded: 2 }
    const items = [row({ item_id: 1, product_id: 1, sku: 'A', ...done })]
    expect(toOrder(order({ state: 'closed', items }), 'no')).toMatchObject({
      state: 'closed',
      lines: [{ current: 2, shipped: 2, returned: 0 }],
    })
  })
  test('all shipped and not invoiced yet: the shop calls it processing, and nothing more will ship', () => {
    const items = [row({ item_id: 1, product_id: 1, sku: 'A', qty_ordered: 2, qty_shipped: 2 })]
    expect(toOrder(order({ items }), 'no').state).toBe('closed')
  })
  test.each(['fraud', 'constructor', '', 'Complete'])('"%s" is Malformed, never guessed', (state) => {
    expect(() => toOrder(order({ state }), 'no')).toThrow('none of Magento’s')
  })
})

describe('lines', () => {
  test('a configurable and its option are one line: the option’s listing, the numbers and the id of the parent’s row', () => {
    const items = [
      row({
        item_id: 1,
        product_id: 67,
        product_type: 'configurable',
        sku: 'MH01-XS-Black',
        qty_ordered: 2,
        qty_shipped: 1,
      }),
      row({
        item_id: 2,
        parent_item_id: 1,
        product_id: 52,
        sku: 'MH01-XS-Black',
        qty_ordered: 2,
        name: 'Hoodie XS Black',
      }),
    ]
    expect(toOrder(order({ items }), 'no').lines).toMatchObject([
      { externalId: '1', listingExternalId: '52', sku: 'MH01-XS-Black', ordered: 2, current: 2, shipped: 1 },
    ])
  })
  test('a bundle is its parts; what was shipped or refunded stands on its row or on theirs', () => {
    const parts = [
      row({ item_id: 2, parent_item_id: 1, product_id: 5, sku: 'STRAP', qty_ordered: 4 }),
      row({ item_id: 3, parent_item_id: 1, product_id: 6, sku: 'BALL', qty_ordered: 2, qty_shipped: 1 }),
    ]
    const bundle = { item_id: 1, product_id: 9, product_type: 'bundle', sku: 'KIT', qty_ordered: 2 }
    const mapped = (given: Record<string, unknown>) =>
      toOrder(order({ items: [row({ ...bundle, ...given }), ...parts] }), 'no').lines
    expect(mapped({})).toMatchObject([
      { externalId: '2', current: 4, shipped: 0 },
      { externalId: '3', current: 2, shipped: 1 },
    ])
    expect(mapped({ qty_shipped: 1 })).toMatchObject([
      { externalId: '2', current: 4, shipped: 2 },
      { externalId: '3', current: 2, shipped: 1 },
    ])
    expect(mapped({ qty_refunded: 1 })).toMatchObject([
      { externalId: '2', current: 2, shipped: 0 },
      { externalId: '3', current: 2, shipped: 1, subtracted: 'unheld' },
    ])
  })
  test('what is sent by nobody leaves with its invoice', () => {
    const items = [
      row({ item_id: 1, product_id: 1, sku: 'PDF', is_virtual: '1', qty_ordered: 2, qty_invoiced: 2 }),
    ]
    expect(toOrder(order({ items }), 'no').lines).toMatchObject([{ current: 2, shipped: 2 }])
  })
  test('refunded units count against those that have not left only where more was refunded than had left', () => {
    const line = (done: Record<string, unknown>) => {
      const items = [row({ item_id: 1, product_id: 1, sku: 'A', qty_ordered: 3, qty_invoiced: 3, ...done })]
      return toOrder(order({ items }), 'no').lines[0]
    }
    expect(line({ qty_refunded: 1 })).toMatchObject({ current: 2, shipped: 0 })
    expect(line({ qty_refunded: 2, qty_shipped: 1 })).toMatchObject({ current: 2, shipped: 1 })
    // It may be one that came back. Magento keeps nothing for the third any more: it is not shown on top.
    expect(line({ qty_refunded: 1, qty_shipped: 2 })).toMatchObject({
      current: 3,
      shipped: 2,
      subtracted: 'unheld',
    })
    expect(line({ qty_refunded: 1, qty_shipped: 3 })).toMatchObject({ current: 3, shipped: 3 })
    expect(line({ qty_invoiced: 0, qty_canceled: 1, qty_shipped: 1 })).toMatchObject({
      current: 2,
      shipped: 1,
    })
  })
  test('quantities as text and with decimals are read, fractions are not', () => {
    const items = (qty_ordered: unknown) => [row({ item_id: 1, product_id: 1, sku: 'A', qty_ordered })]
    expect(toOrder(order({ items: items('2.0000') }), 'no').lines).toMatchObject([{ ordered: 2 }])
    expect(orderSchema.safeParse({ ...order({}), items: items(1.5) }).success).toBe(false)
    expect(orderSchema.safeParse({ ...order({}), items: items(null) }).success).toBe(false)
  })
})

const units = fc.integer({ min: 0, max: 9 })
const anyRow = fc.record({
  product_id: fc.integer({ min: 1, max: 9 }),
  product_type: fc.constantFrom('simple', 'virtual', 'configurable', 'bundle', 'grouped', 'subscription'),
  sku: fc.constantFrom('A', 'B', 'C,D', ''),
  parent: fc.option(fc.nat({ max: 5 })),
  is_virtual: fc.constantFrom(0, 1, '0', '1', true, null),
  qty_ordered: units,
  qty_canceled: fc.option(units),
  qty_invoiced: units,
  qty_refunded: units,
  qty_shipped: units,
})

test('I11: whatever a shop says of its rows, lines are sound', () => {
  const states = [
    'new',
    'pending_payment',
    'processing',
    'holded',
    'payment_review',
    'complete',
    'closed',
    'canceled',
  ]
  fc.assert(
    fc.property(
      fc.array(anyRow, { maxLength: 6 }),
      fc.constantFrom(...states),
      fc.constantFrom('yes' as const, 'no' as const),
      (rows, state, subtracted) => {
        const items = rows.map(({ parent, ...one }, at) => ({
          ...one,
          item_id: at + 1,
          ...(parent !== null && parent !== at && { parent_item_id: parent + 1 }),
        }))
        expectSoundOrder(toOrder(order({ items, state }), subtracted))
      },
    ),
    fromEnvironment({ numRuns: 1_000 }),
  )
})

test('a version only grows: with the time of change, and with what has become of the lines', () => {
  const step = fc.record({
    later: fc.nat({ max: 2 }),
    field: fc.constantFrom('qty_shipped', 'qty_invoiced', 'qty_canceled', 'qty_refunded'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const item: Record<string, unknown> = row({ item_id: 1, product_id: 1, sku: 'A', qty_ordered: 99 })
      let second = 0
      let before = -1
      for (const { later, field } of steps) {
        second += later
        item[field] = Number(item[field]) + 1
        const updated_at = `2026-08-01 09:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}`
        const version = versionOf(order({ updated_at, items: [item] }))
        expect(version).toBeGreaterThan(before)
        before = version ?? Number.NaN
      }
    }),
    fromEnvironment(),
  )
  expect(versionOf(order({ updated_at: null }))).toBeUndefined()
})

test('I12: a quantity is a whole number or none', () => {
  expect([5, '5.0000', 0, '0.0000', -2, -0].map((value) => toQuantity(value))).toEqual([5, 5, 0, 0, -2, 0])
  expect(
    [null, '', ' ', '1.5', 1.5, 'x', '1e3', Number.NaN, 2 ** 60].map((value) => toQuantity(value)),
  ).toEqual(Array(9).fill(undefined))
})

test('a product: barcode of the chosen attribute, disabled is inactive, uncounted is untracked', () => {
  const product = productSchema.parse({
    id: 1,
    sku: '24-MB01',
    name: 'Joust Duffle Bag',
    status: 1,
    type_id: 'simple',
    extension_attributes: { website_ids: [1] },
    custom_attributes: [
      { attribute_code: 'category_ids', value: ['3', '4'] },
      { attribute_code: 'ean', value: ' 4006381333931 ' },
    ],
  })
  const facts = { isCounted: true, sellsBeyondZero: true }
  expect(toListing(product, facts, 'ean')).toEqual({
    externalId: '1',
    sku: '24-MB01',
    barcode: '4006381333931',
    title: 'Joust Duffle Bag',
    stockUnitId: '24-MB01',
    tracked: true,
    fulfilledBy: 'merchant',
    sellsBeyondZero: true,
    state: 'active',
  })
  expect(toListing(product, facts, '').barcode).toBeUndefined()
  expect(toListing(product, facts, 'category_ids').barcode).toBeUndefined()
  const uncounted = toListing({ ...product, status: 2 }, { isCounted: false, sellsBeyondZero: true }, 'ean')
  expect(uncounted).toMatchObject({ tracked: false, sellsBeyondZero: false, state: 'inactive' })
})

test('what Magento ships nothing of is held, with its own word for it', () => {
  const heldIn = (state: string) => toOrder(order({ state }), 'no').holds
  expect(heldIn('holded')).toEqual([{ reason: 'other', code: 'holded' }])
  expect(heldIn('payment_review')).toEqual([{ reason: 'payment', code: 'payment_review' }])
  for (const state of ['new', 'processing', 'pending_payment']) expect(heldIn(state)).toEqual([])
})
