import { expect, test } from 'vitest'
import { heldUnits, type Place, toHolds } from './holds.ts'
import { payOrder } from './simulator/order-steps.ts'
import { holdFulfillment, releaseFulfillment } from './simulator/staff-steps.ts'
import { gid } from './simulator/views.ts'
import { withShop } from './testing/connected-shop.ts'
import { webhooks } from './webhooks.ts'

const held = (...reasons: string[]) => ({
  status: 'ON_HOLD' as const,
  fulfillmentHolds: reasons.map((reason) => ({ reason })),
})
const standing = (status: Place['status']) => ({ status, fulfillmentHolds: [] })

test.each<[story: string, places: Parameters<typeof toHolds>[0], codes: string[]]>([
  ['open', [standing('OPEN')], []],
  ['nothing left', [standing('CLOSED'), standing('CANCELLED')], []],
  ['one part of two', [standing('OPEN'), held('AWAITING_PAYMENT')], ['AWAITING_PAYMENT']],
  ['one reason twice', [held('OTHER'), held('OTHER', 'HIGH_RISK_OF_FRAUD')], ['HIGH_RISK_OF_FRAUD', 'OTHER']],
  ['no reason', [held()], ['ON_HOLD']],
  ['a reason of a later version', [held('MOON_PHASE')], ['MOON_PHASE']],
  ['a word that is no reason', [held('constructor')], ['constructor']],
  ['all for later', [standing('SCHEDULED'), standing('CLOSED')], ['SCHEDULED']],
  ['some for later', [standing('SCHEDULED'), standing('OPEN')], ['SCHEDULED']],
])('what holds an order: %s', (_, places, codes) => {
  expect(toHolds(places).map(({ code }) => code)).toEqual(codes)
})

test('each reason of Shopify’s has a word of ours, and whatever else is another one', () => {
  const reasonOf = (code: string) => toHolds([held(code)])[0]?.reason
  expect(
    [
      'AWAITING_PAYMENT',
      'AWAITING_RETURN_ITEMS',
      'HIGH_RISK_OF_FRAUD',
      'INCORRECT_ADDRESS',
      'INVENTORY_OUT_OF_STOCK',
      'ONLINE_STORE_POST_PURCHASE_CROSS_SELL',
      'UNKNOWN_DELIVERY_DATE',
      'OTHER',
      'constructor',
    ].map(reasonOf),
  ).toEqual(['payment', 'return', 'fraud', 'address', 'stock', 'addition', 'date', 'other', 'other'])
})

test('a hold of one of many parts is found, by the part that a webhook named, although its order has not changed', () =>
  withShop({}, async ({ simulator, operations, seed, buy }) => {
    await seed({})
    const id = await buy('S-0', 1)
    const before = await operations.order(id)
    const [order] = simulator.shop.orders.values()
    const [site] = order?.fulfillmentOrders ?? []
    if (order === undefined || site === undefined) throw new Error('it was sold')
    for (let at = 0; at < 12; at += 1)
      order.fulfillmentOrders.push({ ...site, id: 900 + at, status: 'CLOSED', lines: [] })
    const last = { ...site, id: 990, lines: [] }
    order.fulfillmentOrders.push(last)
    holdFulfillment(simulator.shop, order, last, 'INCORRECT_ADDRESS')
    holdFulfillment(simulator.shop, order, last, 'AWAITING_PAYMENT')
    const body = Buffer.from(
      JSON.stringify({ fulfillment_order: { id: gid('FulfillmentOrder', last.id), status: 'on_hold' } }),
    )
    const headers = { 'x-shopify-topic': 'fulfillment_orders/placed_on_hold' }
    const [event] = webhooks.parse({ headers, body })
    if (event?.kind !== 'order') throw new Error('it names something to read')
    const read = await operations.order(event.externalId)
    expect(read).toMatchObject({ externalId: id, version: before.version })
    expect(read.holds?.map(({ code }) => code)).toEqual(['AWAITING_PAYMENT', 'INCORRECT_ADDRESS'])
    // The list row shows no more than two parts, and is not believed.
    const { rows } = await operations.orders({ since: new Date(0), cursor: undefined })
    expect(rows.map(({ holds }) => holds)).toEqual([read.holds])
    releaseFulfillment(simulator.shop, order, last)
    expect((await operations.order(event.externalId)).holds).toEqual([])
    await expect(operations.order(gid('FulfillmentOrder', 5))).rejects.toMatchObject({ kind: 'not-found' })
  }))

test('of an order in two parts the held one keeps its own units alone, in the list as in the order; the other is shipped', () =>
  withShop({}, async ({ simulator, operations, seed, buy }) => {
    await seed({})
    const id = await buy('S-0', 5)
    const [order] = simulator.shop.orders.values()
    const [site] = order?.fulfillmentOrders ?? []
    const [row] = site?.lines ?? []
    if (order === undefined || site === undefined || row === undefined) throw new Error('it was sold')
    site.lines = [{ ...row, total: 3, remaining: 3 }]
    const later = { ...site, id: 990, lines: [{ ...row, id: 991, total: 2, remaining: 2 }] }
    order.fulfillmentOrders.push(later)
    holdFulfillment(simulator.shop, order, later, 'AWAITING_PAYMENT')
    const read = await operations.order(id)
    expect(read.holds).toEqual([{ reason: 'payment', code: 'AWAITING_PAYMENT' }])
    expect(read.lines.map(({ current, held }) => [current, held])).toEqual([[5, 2]])
    const { rows } = await operations.orders({ since: new Date(0), cursor: undefined })
    expect(rows.map(({ lines }) => lines)).toEqual([read.lines])
    const [line] = read.lines
    const parcel = { shipmentId: 's-1', orderExternalId: id, tracking: undefined, notifyCustomer: false }
    await operations.ship({ ...parcel, lines: [{ lineExternalId: line?.externalId ?? '', quantity: 3 }] })
    // Nothing else may go now: all that is open is held.
    const left = await operations.order(id)
    expect(left.holds).toEqual(read.holds)
    expect(left.lines.map((each) => each.held ?? each.current - each.shipped)).toEqual([2])
  }))

test('a held part with more lines than are read holds the whole order', () => {
  const lineItems = {
    nodes: [{ remainingQuantity: 1, lineItem: { id: 'gid://shopify/LineItem/1' } }],
    pageInfo: { hasNextPage: true },
  }
  const parts = [
    { status: 'OPEN' as const, lineItems },
    { status: 'ON_HOLD' as const, lineItems },
  ]
  expect(heldUnits(parts)).toBeUndefined()
  const whole = parts.map((part) => ({
    ...part,
    lineItems: { ...lineItems, pageInfo: { hasNextPage: false } },
  }))
  expect(heldUnits(whole)).toEqual(new Map([['gid://shopify/LineItem/1', 1]]))
})

test('an order that nobody has paid yet is firm and held as unpaid, in the list too, until it is paid', () =>
  withShop({ paidAtCheckout: false }, async ({ simulator, operations, seed, buy }) => {
    await seed({})
    const id = await buy('S-0', 2)
    const unpaid = [{ reason: 'unpaid', code: 'PENDING' }]
    expect(await operations.order(id)).toMatchObject({
      state: 'open',
      holds: unpaid,
      lines: [{ current: 2, shipped: 0, subtracted: 'yes' }],
    })
    const listed = async () => (await operations.orders({ since: new Date(0), cursor: undefined })).rows
    expect(await listed()).toMatchObject([{ externalId: id, state: 'open', holds: unpaid }])
    const [order] = simulator.shop.orders.values()
    const [site] = order?.fulfillmentOrders ?? []
    if (order === undefined || site === undefined) throw new Error('it was sold')
    // A part that Shopify holds does not let the other go while nobody has paid.
    order.fulfillmentOrders.push({ ...site, id: 900, lines: [] })
    holdFulfillment(simulator.shop, order, site, 'INCORRECT_ADDRESS')
    const both = await operations.order(id)
    expect(both.holds?.map(({ code }) => code)).toEqual(['INCORRECT_ADDRESS', 'PENDING'])
    expect(both.lines.map(({ held }) => held)).toEqual([undefined])
    releaseFulfillment(simulator.shop, order, site)
    // Paid on delivery: it ships all the same.
    const parcel = { shipmentId: 's', orderExternalId: id, tracking: undefined, notifyCustomer: false }
    const lines = [{ lineExternalId: both.lines[0]?.externalId ?? '', quantity: 1 }]
    await operations.ship({ ...parcel, lines })
    expect(await operations.order(id)).toMatchObject({
      state: 'open',
      holds: unpaid,
      lines: [{ shipped: 1 }],
    })
    expect(payOrder(simulator.shop, order)).toBeUndefined()
    expect(await operations.order(id)).toMatchObject({ state: 'open', holds: [], lines: [{ shipped: 1 }] })
  }))

test('that it is paid a webhook says: where it waited for that it is read', () => {
  const body = Buffer.from(JSON.stringify({ id: 7, updated_at: '2026-11-28T10:00:00Z' }))
  const version = Date.UTC(2026, 10, 28, 10)
  expect(webhooks.parse({ headers: { 'x-shopify-topic': 'orders/paid' }, body })).toEqual([
    { kind: 'order-hold', externalId: gid('Order', 7), version, held: false },
  ])
})

test.each([
  ['its way of paying is named', 'Bank Deposit, cash on delivery (COD)', true],
  ['with a Chinese comma', 'Bank Deposit，Cash on Delivery (COD)', true],
  ['another one is named', 'Bank Deposit', false],
])('sent before it is paid: %s', (_, sentUnpaid, isSent) =>
  withShop({ paidAtCheckout: false, sentUnpaid }, async ({ operations, seed, buy }) => {
    await seed({})
    const order = await operations.order(await buy('S-0', 2))
    expect(order).toMatchObject({ state: 'open', holds: isSent ? [] : [{ reason: 'unpaid' }] })
  }),
)
