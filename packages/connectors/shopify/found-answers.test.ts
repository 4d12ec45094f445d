import { type ChannelOperations, type ErrorKind, isConnectorError } from '@plimsoll/connector-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadSchema } from './simulator/graphql.ts'
import { type Exchange, type RandomShop, startRandomShop } from './testing/random-shop.ts'

/** Answers that `hostile-answers.test.ts` has found the connector wanting with, one test for each. */

let shop: RandomShop
beforeAll(async () => {
  shop = await startRandomShop(loadSchema())
})
afterAll(() => shop.close())

type Script = Record<string, unknown>
function connect(script: Script): { operations: ChannelOperations; exchanges: Exchange[] } {
  return shop.connect({ seed: 1, errorRate: 0, known: [], script: (operation) => script[operation] })
}

async function kindOf(call: Promise<unknown>): Promise<ErrorKind | 'answered'> {
  try {
    await call
    return 'answered'
  } catch (error) {
    if (isConnectorError(error)) return error.kind
    throw error
  }
}

const gid = (kind: string, id: number) => `gid://shopify/${kind}/${id}`
const end = { hasNextPage: false, endCursor: null }
const list = (...nodes: unknown[]) => ({ nodes, pageInfo: end })
const endless = (...nodes: unknown[]) => ({ nodes, pageInfo: { hasNextPage: true, endCursor: null } })

const location = {
  id: gid('Location', 1),
  name: 'Shop',
  isActive: true,
  isFulfillmentService: false,
  fulfillmentService: null,
}
const variant = {
  id: gid('ProductVariant', 21),
  sku: null,
  barcode: null,
  displayName: 'Mug',
  inventoryPolicy: 'DENY',
  requiresComponents: false,
  product: { status: 'ACTIVE', isGiftCard: false },
  inventoryItem: { id: gid('InventoryItem', 11), tracked: true },
}
const line = {
  id: gid('LineItem', 41),
  sku: null,
  title: 'Mug',
  quantity: 2,
  currentQuantity: 2,
  unfulfilledQuantity: 2,
  variant: null,
}
const orderFields = {
  id: gid('Order', 31),
  name: '#1001',
  createdAt: '2026-11-24T01:02:03Z',
  updatedAt: '2026-11-24T01:02:03Z',
  cancelledAt: null,
  closed: false,
  confirmed: true,
  test: false,
  currencyCode: 'EUR',
  displayFinancialStatus: 'PAID',
  paymentGatewayNames: ['shopify_payments'],
  fulfillmentOrders: { nodes: [], pageInfo: { hasNextPage: false } },
  shippingAddress: null,
  shippingLine: null,
}
const order = {
  ...orderFields,
  lineItems: list(line),
  fulfillments: [] as unknown[],
  refunds: [] as unknown[],
}
const level = (id: number, updatedAt = '2026-11-24T01:02:03Z') => ({
  id: gid('InventoryItem', id),
  tracked: true,
  inventoryLevel: { updatedAt, quantities: [{ name: 'available', quantity: 5 }] },
})
const key = { stockUnitId: gid('InventoryItem', 11), locationId: gid('Location', 1) }
const since = { since: new Date('2026-11-24'), cursor: undefined }

type Call = (operations: ChannelOperations) => Promise<unknown>
const readOrder: Call = (operations) => operations.order(gid('Order', 31))
const unreadable: [story: string, script: Script, call: Call][] = [
  [
    'a location without an id',
    { PlimsollLocations: { locations: list({ ...location, id: '' }) } },
    (operations) => operations.locations(),
  ],
  [
    'a listing whose stock unit has no id',
    { PlimsollListing: { productVariant: { ...variant, inventoryItem: { id: '', tracked: true } } } },
    (operations) => operations.listing(variant.id),
  ],
  [
    'another listing than the one asked for',
    { PlimsollListing: { productVariant: { ...variant, id: gid('ProductVariant', 22) } } },
    (operations) => operations.listing(variant.id),
  ],
  [
    'a level that changed at no moment',
    { PlimsollLevels: { location, nodes: [level(11, '2026-02-31T25:61:61Z')] } },
    (operations) => operations.levels([key]),
  ],
  [
    'an order placed at no moment',
    { PlimsollOrder: { order: { ...order, createdAt: 'not a date' } } },
    readOrder,
  ],
  [
    'another order than the one asked for',
    { PlimsollOrder: { order: { ...order, id: gid('Order', 32) } } },
    readOrder,
  ],
  [
    'a line of less than no units',
    { PlimsollOrder: { order: { ...order, lineItems: list({ ...line, quantity: -1 }) } } },
    readOrder,
  ],
  [
    'a line that is there twice',
    { PlimsollOrder: { order: { ...order, lineItems: list(line, line) } } },
    readOrder,
  ],
  [
    'lines that go on nobody knows where',
    { PlimsollOrder: { order: { ...order, lineItems: endless(line) } } },
    readOrder,
  ],
  [
    'locations that go on nobody knows where',
    { PlimsollLocations: { locations: endless(location) } },
    (operations) => operations.locations(),
  ],
  [
    'listings that go on nobody knows where',
    {
      PlimsollLocations: { locations: list(location) },
      PlimsollListingsCount: { productVariantsCount: { count: 3 } },
      PlimsollListings: { productVariants: endless(variant) },
    },
    (operations) => operations.listings(undefined),
  ],
  [
    'orders that go on nobody knows where',
    { PlimsollOrders: { orders: endless() } },
    (operations) => operations.orders(since),
  ],
  [
    'webhooks that go on nobody knows where',
    { PlimsollSubscriptions: { webhookSubscriptions: endless() } },
    (operations) => operations.registerWebhooks('https://hub.example/in'),
  ],
  [
    'an order of many parcels that is gone when they are read: they must not pass for none',
    { PlimsollOrder: { order: withManyParcels() }, PlimsollOrderParts: { order: null } },
    readOrder,
  ],
  [
    'a parcel that is gone when its lines are read: they must not pass for not shipped',
    {
      PlimsollOrder: { order: withManyParcels() },
      PlimsollOrderParts: {
        order: { fulfillments: [{ id: gid('Fulfillment', 51), status: 'SUCCESS' }], refunds: [] },
      },
      PlimsollFulfillmentLines: { node: null },
    },
    readOrder,
  ],
  [
    'a refund that is gone when its lines are read',
    {
      PlimsollOrder: { order: withManyParcels() },
      PlimsollOrderParts: { order: { fulfillments: [], refunds: [{ id: gid('Refund', 61) }] } },
      PlimsollRefundLines: { node: null },
    },
    readOrder,
  ],
]

test.each(unreadable)('Malformed: %s', async (_, script, call) => {
  expect(await kindOf(call(connect(script).operations))).toBe('malformed')
})

test('the tested answers are readable but for the one thing', async () => {
  const { operations } = connect({
    PlimsollLocations: { locations: list(location) },
    PlimsollListing: { productVariant: variant },
    PlimsollLevels: { location, nodes: [level(11)] },
    PlimsollOrder: { order },
  })
  expect(await operations.locations()).toHaveLength(1)
  expect(await operations.listing(variant.id)).toMatchObject({ title: 'Mug' })
  expect(await operations.levels([key])).toMatchObject([{ quantity: 5 }])
  expect(await operations.order(order.id)).toMatchObject({ lines: [{ ordered: 2, current: 2 }] })
})

test('a level that nobody asked about is not told, and one that comes twice is told once', async () => {
  const { operations } = connect({ PlimsollLevels: { location, nodes: [level(99), level(11), level(11)] } })
  expect(await operations.levels([key])).toMatchObject([{ stockUnitId: key.stockUnitId }])
})

test('an order without a name is called by its id', async () => {
  const { operations } = connect({ PlimsollOrder: { order: { ...order, name: '' } } })
  expect(await operations.order(order.id)).toMatchObject({ number: order.id })
})

test('an order on a page that cannot be read is named, the others are told', async () => {
  const row = (id: number, quantity: number) => ({
    ...orderFields,
    id: gid('Order', id),
    lineItems: {
      nodes: [{ ...line, quantity, currentQuantity: quantity }],
      pageInfo: { hasNextPage: false },
    },
    refunds: [],
  })
  const { operations } = connect({ PlimsollOrders: { orders: list(row(1, -2), row(2, 2)) } })
  const page = await operations.orders(since)
  expect(page.rows.map(({ externalId }) => externalId)).toEqual([gid('Order', 2)])
  expect(page.unreadable).toEqual([
    { externalId: gid('Order', 1), version: Date.parse(orderFields.updatedAt) },
  ])
})

describe('shipping', () => {
  const shipment = {
    shipmentId: 's-1',
    orderExternalId: order.id,
    lines: [{ lineExternalId: line.id, quantity: 2 }],
    tracking: undefined,
    notifyCustomer: false,
  }
  const fulfillmentOrder = (id: number, remainingQuantity: number) => ({
    id: gid('FulfillmentOrder', id),
    status: 'OPEN',
    requestStatus: 'UNSUBMITTED',
    assignedLocation: { location: { id: location.id } },
    lineItems: list({
      id: gid('FulfillmentOrderLineItem', id),
      remainingQuantity,
      lineItem: { id: line.id },
    }),
  })
  const shippable = (...nodes: unknown[]) => ({
    order: {
      id: order.id,
      cancelledAt: null,
      fulfillmentOrders: list(...nodes),
      fulfillments: [],
    },
  })
  const made = (status: string) => ({
    fulfillmentCreate: { fulfillment: { id: gid('Fulfillment', 51), status }, userErrors: [] },
  })

  test('less than no units left are none: the rest is not asked for twice', async () => {
    const { operations, exchanges } = connect({
      PlimsollShippable: shippable(fulfillmentOrder(1, -1), fulfillmentOrder(2, 2)),
      PlimsollShip: made('SUCCESS'),
    })
    expect(await operations.ship(shipment)).toEqual({ externalId: gid('Fulfillment', 51) })
    expect(exchanges.at(-1)?.variables).toMatchObject({
      fulfillment: {
        lineItemsByFulfillmentOrder: [
          {
            fulfillmentOrderId: gid('FulfillmentOrder', 2),
            fulfillmentOrderLineItems: [{ id: gid('FulfillmentOrderLineItem', 2), quantity: 2 }],
          },
        ],
      },
    })
  })

  test('more lines or parts to come, and not said where, are no lines that there are not', async () => {
    const { order: told } = shippable(fulfillmentOrder(1, 2))
    const [site] = told.fulfillmentOrders.nodes as ReturnType<typeof fulfillmentOrder>[]
    const unread = [
      { ...told, fulfillmentOrders: endless(site) },
      { ...told, fulfillmentOrders: list({ ...site, lineItems: endless() }) },
    ]
    for (const order of unread) {
      const { operations } = connect({ PlimsollShippable: { order } })
      expect(await kindOf(operations.ship(shipment))).toBe('malformed')
    }
  })

  test('what left under its number, and does not say of how much, is in doubt', async () => {
    const { order: told } = shippable(fulfillmentOrder(1, 2))
    const left = {
      id: gid('Fulfillment', 52),
      status: 'SUCCESS',
      trackingInfo: [{ number: 'A' }],
      fulfillmentLineItems: {
        nodes: [{ quantity: null, lineItem: { id: line.id } }],
        pageInfo: { hasNextPage: false },
      },
    }
    const { operations } = connect({
      PlimsollShippable: { order: { ...told, fulfillments: [left] } },
      PlimsollShip: made('SUCCESS'),
    })
    const tracking = { carrier: 'DHL', number: 'A', url: undefined }
    expect(await kindOf(operations.ship({ ...shipment, tracking }))).toBe('malformed')
  })

  test.each(['CANCELLED', 'ERROR', 'FAILURE'])(
    'a parcel that is %s at once has not shipped',
    async (status) => {
      const { operations } = connect({
        PlimsollShippable: shippable(fulfillmentOrder(2, 2)),
        PlimsollShip: made(status),
      })
      expect(await kindOf(operations.ship(shipment))).toBe('invalid')
    },
  )
})

test('a narrowed webhook that cannot be removed is not passed over', async () => {
  const url = 'https://hub.example/in'
  const narrowed = {
    id: gid('WebhookSubscription', 71),
    topic: 'ORDERS_CREATE',
    uri: url,
    format: 'JSON',
    includeFields: ['id'],
    filter: null,
  }
  const { operations } = connect({
    PlimsollSubscriptions: {
      currentAppInstallation: { accessScopes: [] },
      webhookSubscriptions: list(narrowed),
    },
    PlimsollUnsubscribe: {
      webhookSubscriptionDelete: { userErrors: [{ field: ['id'], message: 'It belongs to another app' }] },
    },
  })
  expect(await kindOf(operations.registerWebhooks(url))).toBe('invalid')
})

/** One with as many parcels as one reading holds, so that there may be more. */
function withManyParcels() {
  const parcels = Array.from({ length: 8 }, (_, at) => ({
    id: gid('Fulfillment', 100 + at),
    status: 'SUCCESS',
    fulfillmentLineItems: { nodes: [], pageInfo: { hasNextPage: false } },
  }))
  return { ...order, fulfillments: parcels }
}
