import { expect, test } from 'vitest'
import { toListing, toLocation } from './listing-map.ts'
import { type OrderFacts, toFinancialStatus, toOrder, toRefundKind } from './map.ts'

type Case = {
  story: string
  ordered: number
  currentQuantity: number
  unfulfilled: number
  shipped?: number
  refunds?: [kind: 'cancel' | 'return' | 'no-restock', quantity: number][]
  order?: Partial<OrderFacts>
  expected: { state: string; current: number; shipped: number; returned: number; subtracted: string }
}

const yes = 'yes'
const cases: Case[] = [
  {
    story: 'placed and paid',
    ordered: 3,
    currentQuantity: 3,
    unfulfilled: 3,
    expected: { state: 'open', current: 3, shipped: 0, returned: 0, subtracted: yes },
  },
  {
    story: 'payment pending: firm, and the platform has subtracted',
    ordered: 3,
    currentQuantity: 3,
    unfulfilled: 3,
    order: { financialStatus: 'pending' },
    expected: { state: 'open', current: 3, shipped: 0, returned: 0, subtracted: yes },
  },
  {
    story: 'inventory not reserved yet',
    ordered: 3,
    currentQuantity: 3,
    unfulfilled: 3,
    order: { confirmed: false },
    expected: { state: 'pending', current: 3, shipped: 0, returned: 0, subtracted: 'unknown' },
  },
  {
    story: 'partly shipped',
    ordered: 3,
    currentQuantity: 3,
    unfulfilled: 2,
    shipped: 1,
    expected: { state: 'open', current: 3, shipped: 1, returned: 0, subtracted: yes },
  },
  {
    story: 'shipped whole',
    ordered: 3,
    currentQuantity: 3,
    unfulfilled: 0,
    shipped: 3,
    expected: { state: 'closed', current: 3, shipped: 3, returned: 0, subtracted: yes },
  },
  {
    story: 'one unit cancelled before shipping',
    ordered: 3,
    currentQuantity: 2,
    unfulfilled: 2,
    refunds: [['cancel', 1]],
    expected: { state: 'open', current: 2, shipped: 0, returned: 0, subtracted: yes },
  },
  {
    story: 'one shipped, one cancelled: fulfillable_quantity by its documented formula says 2, one is left',
    ordered: 3,
    currentQuantity: 2,
    unfulfilled: 2,
    shipped: 1,
    refunds: [['cancel', 1]],
    expected: { state: 'open', current: 2, shipped: 1, returned: 0, subtracted: yes },
  },
  {
    story: 'shipped, one came back',
    ordered: 3,
    currentQuantity: 2,
    unfulfilled: 0,
    shipped: 3,
    refunds: [['return', 1]],
    expected: { state: 'closed', current: 3, shipped: 3, returned: 1, subtracted: yes },
  },
  {
    story: 'one of three shipped and came back, two still to ship',
    ordered: 3,
    currentQuantity: 2,
    unfulfilled: 2,
    shipped: 1,
    refunds: [['return', 1]],
    expected: { state: 'open', current: 3, shipped: 1, returned: 1, subtracted: yes },
  },
  {
    story: 'refunded without restock, the unit still ships',
    ordered: 3,
    currentQuantity: 2,
    unfulfilled: 3,
    refunds: [['no-restock', 1]],
    expected: { state: 'open', current: 3, shipped: 0, returned: 0, subtracted: yes },
  },
  {
    story: 'refunded without restock, the unit does not ship',
    ordered: 3,
    currentQuantity: 2,
    unfulfilled: 2,
    refunds: [['no-restock', 1]],
    expected: { state: 'open', current: 2, shipped: 0, returned: 0, subtracted: yes },
  },
  {
    story: 'an order edit removed a unit',
    ordered: 3,
    currentQuantity: 2,
    unfulfilled: 2,
    expected: { state: 'open', current: 2, shipped: 0, returned: 0, subtracted: yes },
  },
  {
    story: 'cancelled without a refund: the line numbers still stand',
    ordered: 3,
    currentQuantity: 3,
    unfulfilled: 3,
    order: { cancelled: true },
    expected: { state: 'cancelled', current: 0, shipped: 0, returned: 0, subtracted: yes },
  },
  {
    story: 'cancelled with restock',
    ordered: 3,
    currentQuantity: 0,
    unfulfilled: 0,
    refunds: [['cancel', 3]],
    order: { cancelled: true },
    expected: { state: 'cancelled', current: 0, shipped: 0, returned: 0, subtracted: yes },
  },
  {
    story: 'more refunded than ordered, as broken data has it: never below nothing',
    ordered: 1,
    currentQuantity: -1,
    unfulfilled: -1,
    refunds: [['cancel', 2]],
    expected: { state: 'closed', current: 0, shipped: 0, returned: 0, subtracted: yes },
  },
]

test.each(cases)('order line: $story', ({ expected, ...given }) => {
  const order = toOrder({
    externalId: 'gid://shopify/Order/1',
    number: '#1',
    holds: undefined,
    placedAt: '2026-11-01T10:00:00Z',
    updatedAt: '2026-11-01T10:00:05Z',
    cancelled: false,
    confirmed: true,
    financialStatus: 'paid',
    currency: 'EUR',
    test: false,
    locationId: undefined,
    destination: undefined,
    shipBy: [],
    shippingMethod: undefined,
    lines: [
      {
        id: 'L',
        variantId: undefined,
        sku: '',
        title: 'Tea',
        ordered: given.ordered,
        currentQuantity: given.currentQuantity,
        unfulfilled: given.unfulfilled,
      },
    ],
    shipped: new Map([['L', given.shipped ?? 0]]),
    refunds: (given.refunds ?? []).map(([kind, quantity]) => ({ lineId: 'L', kind, quantity })),
    ...given.order,
  })
  const [line] = order.lines
  expect({
    state: order.state,
    current: line?.current,
    shipped: line?.shipped,
    returned: line?.returned,
    subtracted: line?.subtracted,
  }).toEqual(expected)
  expect(order.version).toBe(Date.UTC(2026, 10, 1, 10, 0, 5))
  expect(line?.sku, 'an empty SKU is none').toBeUndefined()
})

test.each([
  ['PAID', 'paid'],
  ['partially_refunded', 'partially_refunded'],
  [null, undefined],
])('financial status %s', (given, expected) => {
  expect(toFinancialStatus(given)).toBe(expected)
})

test.each([['PONDERING'], ['']])('an unknown financial status %s is Malformed', (status) => {
  expect(() => toFinancialStatus(status)).toThrow(expect.objectContaining({ kind: 'malformed' }))
})

test('an unknown restock type is Malformed', () => {
  expect(toRefundKind('LEGACY_RESTOCK')).toBe('return')
  expect(() => toRefundKind('evaporated')).toThrow(expect.objectContaining({ kind: 'malformed' }))
})

const node = {
  id: 'gid://shopify/ProductVariant/1',
  sku: 'Ü "1"',
  barcode: '',
  displayName: 'Tea - Green',
  inventoryPolicy: 'DENY' as const,
  requiresComponents: false,
  product: { status: 'ACTIVE' as const, isGiftCard: false },
  inventoryItem: { id: 'gid://shopify/InventoryItem/2', tracked: true },
}

test.each([
  [{}, { sku: 'Ü "1"', barcode: undefined, state: 'active', tracked: true, sellsBeyondZero: false }],
  [{ sku: null }, { sku: undefined }],
  [{ sku: '' }, { sku: undefined }],
  [{ product: { status: 'DRAFT' as const, isGiftCard: false } }, { state: 'inactive' }],
  [{ product: { status: 'ARCHIVED' as const, isGiftCard: false } }, { state: 'inactive' }],
  [{ product: { status: 'UNLISTED' as const, isGiftCard: false } }, { state: 'active' }],
  [{ inventoryPolicy: 'CONTINUE' as const }, { sellsBeyondZero: true }],
  [{ inventoryItem: { id: 'i', tracked: false } }, { tracked: false, stockUnitId: 'i' }],
  [{ requiresComponents: true }, { tracked: false, fulfilledBy: 'merchant' }],
  [
    { product: { status: 'ACTIVE' as const, isGiftCard: true } },
    { fulfilledBy: 'platform', state: 'active' },
  ],
])('listing %#', (change, expected) => {
  expect(toListing({ ...node, ...change })).toMatchObject(expected)
})

test.each([
  [true, undefined, true],
  [false, undefined, false],
  [true, 'Elsewhere', false],
  [true, 'Plimsoll', true],
  [false, 'Plimsoll', false],
])(
  'a location active=%s of the fulfilment service %s can be written: %s',
  (isActive, serviceName, active) => {
    const isFulfillmentService = serviceName !== undefined
    const fulfillmentService = serviceName === undefined ? null : { serviceName }
    const node = { id: 'l', name: 'L', isActive, isFulfillmentService, fulfillmentService }
    expect(toLocation(node, 'Plimsoll').active).toBe(active)
    // Without a service of our own every service's stock is another's to write.
    expect(toLocation(node, undefined).active).toBe(isActive && !isFulfillmentService)
  },
)
