import { expectSoundListing, expectSoundOrder, fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Item, Order } from './answers.ts'
import * as answers from './answers.ts'
import { toCount, toLevel, toListing, toOrder, toOrderV0 } from './map.ts'

const item = (changes: Partial<Item> = {}): Item => ({
  sku: 'TEA-1',
  summaries: [{ marketplaceId: 'ATVPDKIKX0DER', itemName: 'Green tea', status: ['BUYABLE', 'DISCOVERABLE'] }],
  fulfillmentAvailability: [{ fulfillmentChannelCode: 'DEFAULT', quantity: 7 }],
  ...changes,
})

describe('a listing', () => {
  test('of the seller’s own stock', () => {
    const identifiers = { externally_assigned_product_identifier: [{ type: 'ean', value: '4006381333931' }] }
    expect(toListing(item({ attributes: identifiers }))).toEqual({
      externalId: 'TEA-1',
      sku: 'TEA-1',
      barcode: '4006381333931',
      title: 'Green tea',
      stockUnitId: 'TEA-1',
      tracked: true,
      fulfilledBy: 'merchant',
      sellsBeyondZero: false,
      state: 'active',
    })
  })

  test.each<[string, Partial<Item>, object]>([
    [
      'Amazon keeps it',
      { fulfillmentAvailability: [{ fulfillmentChannelCode: 'AMAZON_EU' }] },
      { fulfilledBy: 'platform', tracked: true },
    ],
    [
      'both keep some: the seller’s number is his',
      {
        fulfillmentAvailability: [
          { fulfillmentChannelCode: 'AMAZON_NA' },
          { fulfillmentChannelCode: 'DEFAULT', quantity: 0 },
        ],
      },
      { fulfilledBy: 'merchant', tracked: true },
    ],
    [
      'no number: not counted (I12)',
      { fulfillmentAvailability: [{ fulfillmentChannelCode: 'DEFAULT' }] },
      { fulfilledBy: 'merchant', tracked: false },
    ],
    ['nothing said of stock', { fulfillmentAvailability: undefined }, { tracked: false }],
    [
      'at nought it is found and not bought',
      { summaries: [{ marketplaceId: 'M', status: ['DISCOVERABLE'] }] },
      { state: 'active', title: 'TEA-1' },
    ],
    ['suppressed everywhere', { summaries: [{ marketplaceId: 'M', status: [] }] }, { state: 'inactive' }],
    ['not even created whole', { summaries: [] }, { state: 'inactive' }],
    [
      'a number that is no barcode',
      { attributes: { externally_assigned_product_identifier: [{ type: 'x', value: 'B071VG5N9D' }] } },
      { barcode: undefined },
    ],
  ])('%s', (_, changes, wanted) => {
    expect(toListing(item(changes))).toMatchObject(wanted)
  })

  test('the parent of variations is none: nobody can buy it', () => {
    const relationships = [{ relationships: [{ type: 'VARIATION', childSkus: ['A', 'B'] }] }]
    expect(toListing(item({ relationships }))).toBeUndefined()
    const child = [{ relationships: [{ type: 'VARIATION' }] }]
    expect(toListing(item({ relationships: child }))?.sku).toBe('TEA-1')
  })
})

test.each([
  ['its number', [{ fulfillmentChannelCode: 'DEFAULT', quantity: 0 }], 0],
  ['not counted (I12)', [{ fulfillmentChannelCode: 'DEFAULT' }], undefined],
  ['nothing said (I12)', undefined, undefined],
])('a level: %s', (_, fulfillmentAvailability, quantity) => {
  const level = toLevel({ sku: 'TEA-1', ...(fulfillmentAvailability && { fulfillmentAvailability }) })
  expect(level).toEqual({ stockUnitId: 'TEA-1', locationId: 'DEFAULT', quantity, updatedAt: undefined })
})

test('what Amazon alone keeps has no level', () => {
  expect(
    toLevel({ sku: 'TEA-1', fulfillmentAvailability: [{ fulfillmentChannelCode: 'AMAZON_JP' }] }),
  ).toBeUndefined()
})

test('a count: sold from, held, on its way; what is planned or reserved is in none of them', () => {
  expect(
    toCount({
      sellerSku: 'TEA-1',
      inventoryDetails: {
        fulfillableQuantity: 10,
        inboundShippedQuantity: 3,
        inboundReceivingQuantity: 2,
        researchingQuantity: { totalResearchingQuantity: 1 },
        unfulfillableQuantity: { totalUnfulfillableQuantity: 4 },
      },
    }),
  ).toEqual({
    stockUnitId: 'TEA-1',
    locationId: 'FBA',
    available: 10,
    held: 5,
    incoming: 5,
    countedAt: undefined,
  })
  // I12: without a number it is left out.
  expect(toCount({ sellerSku: 'TEA-1', inventoryDetails: {} })).toBeUndefined()
  expect(toCount({ sellerSku: 'TEA-1' })).toBeUndefined()
  expect(toCount({ inventoryDetails: { fulfillableQuantity: 1 } })).toBeUndefined()
})

const order = (status: string, line: { ordered: number; shipped?: number; open?: number }): Order => ({
  orderId: '112-0000001-0000002',
  createdTime: '2026-11-20T10:00:00Z',
  lastUpdatedTime: '2026-11-20T11:00:00.250Z',
  salesChannel: { channelName: 'AMAZON', marketplaceId: 'A1PA6795UKMFR9' },
  fulfillment: { fulfillmentStatus: status, fulfilledBy: 'MERCHANT' },
  orderItems: [
    {
      orderItemId: '80000001',
      quantityOrdered: line.ordered,
      product: { sellerSku: 'TEA-1', title: 'Green tea' },
      fulfillment: { quantityFulfilled: line.shipped, quantityUnfulfilled: line.open },
    },
  ],
})

test.each([
  // Placed and not paid: the units are off the number, and nobody is named yet.
  ['PENDING', { ordered: 2, shipped: 0, open: 2 }, 'pending', { current: 2, shipped: 0, subtracted: 'yes' }],
  ['PENDING_AVAILABILITY', { ordered: 2 }, 'pending', { current: 2, shipped: 0, subtracted: 'unknown' }],
  ['UNSHIPPED', { ordered: 2, shipped: 0, open: 2 }, 'open', { current: 2, shipped: 0, subtracted: 'yes' }],
  // One unit was cancelled.
  ['UNSHIPPED', { ordered: 2, shipped: 0, open: 1 }, 'open', { ordered: 2, current: 1, shipped: 0 }],
  ['PARTIALLY_SHIPPED', { ordered: 3, shipped: 1, open: 2 }, 'open', { current: 3, shipped: 1 }],
  ['SHIPPED', { ordered: 2, shipped: 2, open: 0 }, 'closed', { current: 2, shipped: 2 }],
  ['SHIPPED', { ordered: 2 }, 'closed', { current: 2, shipped: 2 }],
  // Amazon sets the number ordered to nought.
  ['CANCELLED', { ordered: 0, shipped: 0, open: 0 }, 'cancelled', { ordered: 0, current: 0, shipped: 0 }],
  ['CANCELLED', { ordered: 2, shipped: 0, open: 2 }, 'cancelled', { ordered: 2, current: 0, shipped: 0 }],
] as const)('an order that is %s with %o is %s', (status, line, state, wanted) => {
  const read = toOrder(order(status, line))
  expectSoundOrder(read)
  expect(read).toMatchObject({
    externalId: '112-0000001-0000002',
    number: '112-0000001-0000002',
    state,
    currency: 'EUR',
    locationId: 'DEFAULT',
    version: Date.parse('2026-11-20T11:00:00.250Z'),
  })
  expect(read.lines).toMatchObject([{ listingExternalId: 'TEA-1', sku: 'TEA-1', returned: 0, ...wanted }])
})

test.each([
  [{ cancellationRequest: {} }, 'UNSHIPPED', 2],
  [{ cancellationRequest: {} }, 'SHIPPED', 0],
  // Somebody has answered it.
  [{ cancellationRequest: {}, cancellationExecution: {} }, 'UNSHIPPED', 0],
  [{}, 'UNSHIPPED', 0],
  [undefined, 'UNSHIPPED', 0],
])('a line with %o of an order that is %s: %i units wait for the seller', (cancellation, status, held) => {
  const given = order(status, status === 'SHIPPED' ? { ordered: 2, shipped: 2, open: 0 } : { ordered: 2 })
  const [item] = given.orderItems
  if (item === undefined) throw new Error('it has a line')
  const other = { ...item, orderItemId: '80000002' }
  const read = toOrder({ ...given, orderItems: [{ ...item, cancellation }, other] })
  expectSoundOrder(read)
  expect(read.lines.map((line) => line.held)).toEqual([held, 0])
  expect(read.holds).toEqual(held > 0 ? [{ reason: 'cancellation', code: 'BuyerRequestedCancel' }] : [])
})

test('what is null in an order reads as left out, and a line without a title is a line', () => {
  const given = order('UNSHIPPED', { ordered: 2 })
  const [item] = given.orderItems
  const nulls = { product: { sellerSku: null, title: null }, fulfillment: null, cancellation: null }
  const read = toOrder(
    answers.order.parse({ ...given, recipient: null, orderItems: [{ ...item, ...nulls }] }),
  )
  expect(read.lines).toMatchObject([{ listingExternalId: undefined, current: 2, held: 0 }])
})

test('an order that Amazon sends lies at Amazon’s', () => {
  const given = order('UNSHIPPED', { ordered: 1 })
  expect(toOrder({ ...given, fulfillment: { ...given.fulfillment, fulfilledBy: 'AMAZON' } }).locationId).toBe(
    'FBA',
  )
})

test('the older API says the same in other words', () => {
  const v0 = (OrderStatus: string) =>
    toOrderV0(
      {
        AmazonOrderId: '112-0000001-0000002',
        PurchaseDate: '2026-11-20T10:00:00Z',
        LastUpdateDate: '2026-11-20T11:00:00Z',
        OrderStatus,
        FulfillmentChannel: 'MFN',
        MarketplaceId: 'A1PA6795UKMFR9',
      },
      [{ OrderItemId: '1', SellerSKU: 'TEA-1', QuantityOrdered: 3, QuantityShipped: 1 }],
    )
  const states = [
    'PendingAvailability',
    'Pending',
    'InvoiceUnconfirmed',
    'Unshipped',
    'PartiallyShipped',
    'Shipped',
    'Canceled',
    'Unfulfillable',
  ]
  expect(states.map((status) => v0(status).state)).toEqual([
    'pending',
    'pending',
    'open',
    'open',
    'open',
    'closed',
    'cancelled',
    'cancelled',
  ])
  expect(v0('PartiallyShipped').lines).toMatchObject([{ ordered: 3, current: 3, shipped: 1 }])
  expect(() => v0('Teleported')).toThrow('not documented')
})

// models/orders-api-model/ordersV0.json: "All items in the order have been shipped", an invoice is missing.
test.each([
  ['as published: all of it has left', 3, 'closed', 3, 3],
  ['whose lines do not say', undefined, 'closed', 3, 3],
  ['whose lines say otherwise: they are believed', 1, 'open', 3, 1],
])('an invoice that is not confirmed, of an order %s', (_, QuantityShipped, state, current, shipped) => {
  const read = toOrderV0(
    {
      AmazonOrderId: '112-0000001-0000002',
      PurchaseDate: '2026-11-20T10:00:00Z',
      LastUpdateDate: '2026-11-20T11:00:00Z',
      OrderStatus: 'InvoiceUnconfirmed',
      FulfillmentChannel: 'MFN',
      MarketplaceId: 'A1PA6795UKMFR9',
    },
    [{ OrderItemId: '1', SellerSKU: 'TEA-1', QuantityOrdered: 3, QuantityShipped }],
  )
  expect(read).toMatchObject({ state, lines: [{ ordered: 3, current, shipped }] })
})

test.each(['TELEPORTED', '', 'unshipped', 'constructor', '__proto__'])(
  'the status "%s" is never guessed',
  (status) => {
    expect(() => toOrder(order(status, { ordered: 1 }))).toThrow('not documented')
  },
)

test('I11: whatever Amazon answers of an order, its lines are sound or it is refused', () => {
  const units = fc.option(fc.nat(5), { nil: undefined })
  fc.assert(
    fc.property(
      fc.constantFrom('PENDING', 'UNSHIPPED', 'PARTIALLY_SHIPPED', 'SHIPPED', 'CANCELLED', 'UNFULFILLABLE'),
      fc.record({ ordered: fc.nat(5), shipped: units, open: units }),
      (status, { ordered, shipped, open }) => {
        const given = order(status, {
          ordered,
          ...(shipped !== undefined && { shipped }),
          ...(open !== undefined && { open }),
        })
        try {
          expectSoundOrder(toOrder(given))
        } catch (error) {
          // More has shipped than there was, and nothing says what is open.
          if (!(error instanceof Error) || error.name !== 'Malformed') throw error
          expect((shipped ?? 0) > ordered && open === undefined).toBe(true)
        }
      },
    ),
    fromEnvironment(),
  )
})

test('I12: whatever a listing’s numbers, a level is a whole number or none, and never another’s', () => {
  const channel = fc.record({
    fulfillmentChannelCode: fc.constantFrom('DEFAULT', 'AMAZON_NA', 'AMAZON_EU', 'd7679e14-031b'),
    quantity: fc.option(fc.nat(999_999), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(channel, { maxLength: 4 }), (channels) => {
      const given = answers.levelItem.parse(
        JSON.parse(JSON.stringify({ sku: 'S', fulfillmentAvailability: channels })),
      )
      const own = channels.find(({ fulfillmentChannelCode }) => fulfillmentChannelCode === 'DEFAULT')
      const level = toLevel(given)
      if (own !== undefined) expect(level?.quantity).toBe(own.quantity)
      else expect(level?.quantity).toBeUndefined()
      const listing = toListing(answers.item.parse({ ...given, summaries: [] }))
      if (listing !== undefined) expectSoundListing(listing)
      // What has no level is the platform's, and the reverse.
      expect(listing?.fulfilledBy === 'platform').toBe(level === undefined)
    }),
    fromEnvironment(),
  )
})

test.each(['true', 'True', true])(
  'the older API: a buyer who wants to cancel (%o) holds that line',
  (said) => {
    const line = { OrderItemId: '1', SellerSKU: 'TEA-1', QuantityOrdered: 3, QuantityShipped: 1 }
    const { payload } = answers.orderItemsV0.parse({
      payload: {
        OrderItems: [
          { ...line, BuyerRequestedCancel: { IsBuyerRequestedCancel: said, BuyerCancelReason: null } },
          { ...line, OrderItemId: '2', BuyerRequestedCancel: { IsBuyerRequestedCancel: 'false' } },
          { ...line, OrderItemId: '3', BuyerRequestedCancel: null },
        ],
      },
    })
    const read = toOrderV0(
      {
        AmazonOrderId: '112-0000001-0000002',
        PurchaseDate: '2026-11-20T10:00:00Z',
        LastUpdateDate: '2026-11-20T11:00:00Z',
        OrderStatus: 'PartiallyShipped',
      },
      payload.OrderItems,
    )
    expect(read.lines.map(({ held }) => held)).toEqual([2, 0, 0])
    expect(read.holds).toEqual([{ reason: 'cancellation', code: 'BuyerRequestedCancel' }])
  },
)
