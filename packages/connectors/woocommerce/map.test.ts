import { Malformed } from '@plimsoll/connector-kit'
import { describe, expect, test } from 'vitest'
import type { WooFulfillment, WooOrder, WooProduct, WooRefund } from './answers.ts'
import {
  isSellable,
  type OrderParts,
  readCustomStatuses,
  toLevel,
  toListing,
  toOrder,
  toOrderState,
  toQuantity,
  toVariationListing,
} from './map.ts'
import { shipmentsKey } from './shipment-record.ts'

const product: WooProduct = {
  id: 7,
  parent_id: 0,
  type: 'simple',
  name: 'Mug',
  sku: 'MUG',
  global_unique_id: '4006381333931',
  status: 'publish',
  manage_stock: true,
  stock_quantity: 5,
  backorders: 'no',
  date_modified_gmt: '2026-08-01T10:00:00',
}

const order: WooOrder = {
  id: 100,
  number: 'A-100',
  status: 'processing',
  currency: 'EUR',
  date_created_gmt: '2026-08-01T09:00:00',
  date_modified_gmt: '2026-08-01T10:00:00',
  date_completed_gmt: null,
  line_items: [{ id: 1, product_id: 7, variation_id: 0, name: 'Mug', sku: 'MUG', quantity: 3 }],
  refunds: [],
  meta_data: [],
}
const completedAt = { date_completed_gmt: '2026-08-02T10:00:00' }

const refund = (date: string, quantity: number, lineId = 1): WooRefund => ({
  id: 200,
  date_created_gmt: date,
  line_items: [{ quantity: -quantity, meta_data: [{ key: '_refunded_item_id', value: String(lineId) }] }],
})
const none = readCustomStatuses('')
const noParts: OrderParts = { refunds: [], fulfillments: [], isHeld: false }

test.each([
  // Kept from nobody unless a hold is known of; a draft is then nobody's order.
  ['pending', {}, 'pending', 3, 0, 0, 'unheld'],
  ['checkout-draft', {}, 'cancelled', 0, 0, 0, 'yes'],
  ['on-hold', {}, 'open', 3, 0, 0, 'yes'],
  ['processing', {}, 'open', 3, 0, 0, 'yes'],
  ['completed', completedAt, 'closed', 3, 3, 0, 'yes'],
  ['completed', {}, 'closed', 3, 3, 0, 'yes'],
  ['cancelled', {}, 'cancelled', 0, 0, 0, 'yes'],
  // These move no stock: whether its units are taken hangs on what it was before.
  ['failed', {}, 'cancelled', 0, 0, 0, 'unknown'],
  ['refunded', {}, 'cancelled', 0, 0, 0, 'unknown'],
  ['trash', {}, 'cancelled', 0, 0, 0, 'unknown'],
  // It has left the house: money or a tidy list does not bring it back, only a cancel does.
  ['refunded', completedAt, 'closed', 3, 3, 0, 'yes'],
  ['trash', completedAt, 'closed', 3, 3, 0, 'yes'],
  ['cancelled', completedAt, 'cancelled', 3, 3, 3, 'yes'],
])(
  'order %s %o → %s: current %i, shipped %i, returned %i, subtracted %s',
  (status, dates, state, current, shipped, returned, subtracted) => {
    const mapped = toOrder({ ...order, status, ...dates }, noParts, none)
    expect(mapped.state).toBe(state)
    expect(mapped.lines).toMatchObject([{ ordered: 3, current, shipped, returned, subtracted }])
  },
)

test.each(['pending', 'checkout-draft'])('%s, while the shop holds its units: shown on top', (status) => {
  const mapped = toOrder({ ...order, status }, { ...noParts, isHeld: true }, none)
  expect(mapped).toMatchObject({ state: 'pending', lines: [{ current: 3, subtracted: 'no' }] })
})

test('an order that is all refunded keeps what has left of it', () => {
  const value = [{ shipmentId: 's1', externalId: '5', lines: [{ lineExternalId: '1', quantity: 2 }] }]
  const refunds = [refund('2026-08-03T12:00:00', 3)]
  const given = { ...order, status: 'refunded', meta_data: [{ key: shipmentsKey, value }] }
  expect(toOrder(given, { ...noParts, refunds }, none)).toMatchObject({
    state: 'cancelled',
    lines: [{ current: 2, shipped: 2 }],
  })
})

test('an order: ids, number, instants in UTC, the one location', () => {
  expect(toOrder(order, noParts, none)).toMatchObject({
    externalId: '100',
    number: '#A-100',
    placedAt: new Date('2026-08-01T09:00:00Z'),
    version: Date.UTC(2026, 7, 1, 10),
    locationId: 'default',
    lines: [{ externalId: '1', listingExternalId: '7', sku: 'MUG' }],
  })
})

test.each([
  [7, 0, '7'],
  [7, 9, '9'],
  [0, 0, undefined],
])('a line of product %i, variation %i sells listing %s', (product_id, variation_id, listing) => {
  const [line] = order.line_items
  const mapped = toOrder(
    { ...order, line_items: line ? [{ ...line, product_id, variation_id }] : [] },
    noParts,
    none,
  )
  expect(mapped.lines[0]?.listingExternalId).toBe(listing)
})

test('units refunded before they leave are no longer promised', () => {
  const mapped = toOrder(
    order,
    { ...noParts, refunds: [refund('2026-08-01T12:00:00', 1), refund('2026-08-01T13:00:00', 1)] },
    none,
  )
  expect(mapped.lines).toMatchObject([{ ordered: 3, current: 1, shipped: 0 }])
})

test('units refunded after they left are still shipped, and not known to be back', () => {
  const refunds = [refund('2026-08-01T12:00:00', 1), refund('2026-08-03T12:00:00', 2)]
  const mapped = toOrder({ ...order, status: 'completed', ...completedAt }, { ...noParts, refunds }, none)
  expect(mapped.lines).toMatchObject([{ current: 2, shipped: 2, returned: 0 }])
})

test('a refund of another line, or without a line, changes nothing here', () => {
  const loose: WooRefund = {
    id: 1,
    date_created_gmt: '2026-08-01T12:00:00',
    line_items: [{ quantity: -1, meta_data: [] }],
  }
  expect(
    toOrder(order, { ...noParts, refunds: [refund('2026-08-01T12:00:00', 1, 2), loose] }, none).lines[0]
      ?.current,
  ).toBe(3)
})

test('what the hub has shipped of an open order is read from its own record', () => {
  const value = [{ shipmentId: 's1', externalId: '5', lines: [{ lineExternalId: '1', quantity: 2 }] }]
  const mapped = toOrder({ ...order, meta_data: [{ key: shipmentsKey, value }] }, noParts, none)
  expect(mapped).toMatchObject({ state: 'open', lines: [{ current: 3, shipped: 2 }] })
})

describe('core’s fulfilments', () => {
  const items = (...rows: unknown[]) => [{ key: '_items', value: rows }]
  const fulfillment = (id: number, quantity: unknown, change: object = {}) => ({
    id,
    is_fulfilled: true,
    date_deleted: null,
    meta_data: items({ item_id: 1, qty: quantity }),
    ...change,
  })
  const shippedBy = (fulfillments: WooFulfillment[], meta: WooOrder['meta_data'] = []) =>
    toOrder({ ...order, meta_data: meta }, { ...noParts, fulfillments }, none).lines[0]?.shipped

  test('whoever made them, their units have left', () => {
    expect(shippedBy([fulfillment(5, 1), fulfillment(6, '1')])).toBe(2)
  })
  test('a draft, a deleted one and one of nonsense have not', () => {
    const draft = fulfillment(5, 1, { is_fulfilled: false })
    const deleted = fulfillment(6, 1, { date_deleted: '2026-08-01T12:00:00' })
    const odd = fulfillment(7, 1, { meta_data: items(null, 7, { item_id: 1 }, { item_id: 1, qty: -2 }) })
    expect(shippedBy([draft, deleted, odd, fulfillment(8, 1.5)])).toBe(0)
  })
  test('one that the hub made and recorded counts once, a parcel told of as a note besides', () => {
    const record = (externalId: string) => ({
      shipmentId: `s${externalId}`,
      externalId,
      lines: [{ lineExternalId: '1', quantity: 1 }],
    })
    const meta = [{ key: shipmentsKey, value: [record('5'), record('77')] }]
    expect(shippedBy([fulfillment(5, 1)], meta)).toBe(2)
  })
  test('more than was ordered is all that was ordered', () => {
    expect(shippedBy([fulfillment(5, 9)])).toBe(3)
  })
})

test('a status that nobody explained is Malformed and named', () => {
  expect(() => toOrderState('partially-shipped', none)).toThrow(Malformed)
  expect(() => toOrderState('partially-shipped', none)).toThrow('partially-shipped')
  expect(() => toOrderState('constructor', none)).toThrow(Malformed)
})

test('a person may explain the statuses of plugins', () => {
  const custom = readCustomStatuses('wc-partially-shipped=open, lost = closed')
  expect(toOrderState('partially-shipped', custom)).toBe('open')
  expect(toOrderState('wc-lost', custom)).toBe('closed')
  expect(() => toOrderState('other', custom)).toThrow(Malformed)
})

test.each([
  [5, 5],
  [0, 0],
  [-3, -3],
  ['12', 12],
  [null, undefined],
  ['', undefined],
  ['1.5', undefined],
  [1.5, undefined],
  ['many', undefined],
])('I12: the quantity %o is %o', (value, quantity) => {
  expect(toQuantity(value)).toBe(quantity)
})

test.each([
  [true, 5, true, 5],
  [true, 0, true, 0],
  [true, null, true, undefined],
  [true, '1.5', false, undefined],
  [false, null, false, undefined],
  // The number is an old one from when it was counted.
  [false, 5, false, undefined],
] as const)(
  'I12: manage_stock %o with %o: tracked %o, level %o',
  (manage_stock, stock_quantity, tracked, quantity) => {
    const row = { ...product, manage_stock, stock_quantity }
    expect(toListing(row).tracked).toBe(tracked)
    expect(toLevel(row, '7').quantity).toBe(quantity)
  },
)

test('a simple product', () => {
  expect(toListing(product)).toEqual({
    externalId: '7',
    sku: 'MUG',
    barcode: '4006381333931',
    title: 'Mug',
    stockUnitId: '7',
    tracked: true,
    fulfilledBy: 'merchant',
    sellsBeyondZero: false,
    state: 'active',
  })
})

test('no SKU and no barcode are absent, not empty', () => {
  expect(toListing({ ...product, sku: '', global_unique_id: '' })).toMatchObject({
    sku: undefined,
    barcode: undefined,
  })
})

test.each([
  ['publish', 'active'],
  ['draft', 'inactive'],
  ['private', 'inactive'],
  ['trash', 'gone'],
])('a product in status %s is %s', (status, state) => {
  expect(toListing({ ...product, status }).state).toBe(state)
})

test('backorders sell beyond zero, where anybody counts', () => {
  expect(toListing({ ...product, backorders: 'notify' }).sellsBeyondZero).toBe(true)
  expect(toListing({ ...product, backorders: 'yes', manage_stock: false }).sellsBeyondZero).toBe(false)
})

test.each([
  ['simple', true],
  ['subscription', true],
  ['variable', false],
  ['grouped', false],
  ['external', false],
])('a %s product is sold as itself: %o', (type, sold) => {
  expect(isSellable({ ...product, type })).toBe(sold)
})

test.each([
  [true, '7/9'],
  ['parent', '7'],
  [false, '7/9'],
] as const)('a variation with manage_stock %o is counted as %s', (manage_stock, stockUnitId) => {
  const variation = {
    ...product,
    id: 9,
    parent_id: 7,
    manage_stock,
    attributes: [{ option: 'Red' }, { option: 'L' }],
  }
  expect(toVariationListing(variation, { id: 7, name: 'Shirt', status: 'publish' })).toMatchObject({
    externalId: '9',
    stockUnitId,
    title: 'Shirt – Red / L',
    state: 'active',
  })
})

test('a variation is no more alive than its parent', () => {
  const variation = { ...product, id: 9, parent_id: 7 }
  expect(toVariationListing(variation, { id: 7, name: 'Shirt', status: 'draft' }).state).toBe('inactive')
  expect(toVariationListing(variation, undefined).state).toBe('gone')
})

test('an order on hold waits for its payment, and no other does', () => {
  const heldIn = (status: string) => toOrder({ ...order, status }, noParts, none).holds
  expect(heldIn('on-hold')).toEqual([{ reason: 'payment', code: 'on-hold' }])
  for (const status of ['pending', 'processing', 'completed', 'cancelled']) expect(heldIn(status)).toEqual([])
})
