import { expectSoundOrder, fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EbayOrder, order as orderSchema } from './answers.ts'
import { digestOf } from './ids.ts'
import { needsFulfillments, toOrder } from './order-map.ts'

/** An order with what the published document shows around it; personal data is read by nobody. */
function orderOf(
  change: Partial<EbayOrder> & { line?: Partial<EbayOrder['lineItems'][number]> } = {},
): EbayOrder {
  const { line, ...rest } = change
  return orderSchema.parse({
    orderId: '12-00001-00002',
    legacyOrderId: '110-220',
    creationDate: '2026-11-20T08:15:30.000Z',
    lastModifiedDate: '2026-11-21T09:00:00.123Z',
    orderFulfillmentStatus: 'NOT_STARTED',
    orderPaymentStatus: 'PAID',
    sellerId: 'brand',
    buyer: { username: 'someone', buyerRegistrationAddress: { fullName: 'Some One' } },
    cancelStatus: { cancelState: 'NONE_REQUESTED', cancelRequests: [] },
    pricingSummary: { total: { value: '24.00', currency: 'EUR' } },
    paymentSummary: { payments: [{ paymentDate: '2026-11-20T08:15:31.000Z', paymentStatus: 'PAID' }] },
    fulfillmentStartInstructions: [{ fulfillmentInstructionsType: 'SHIP_TO' }],
    lineItems: [
      {
        lineItemId: '100500',
        legacyItemId: '110000000001',
        sku: 'TEA',
        title: 'Tea',
        quantity: 2,
        soldFormat: 'FIXED_PRICE',
        lineItemFulfillmentStatus: 'NOT_STARTED',
        total: { value: '24.00', currency: 'EUR' },
        refunds: [],
        ...line,
      },
    ],
    ...rest,
  })
}

const shipTo = {
  fullName: 'Some One',
  contactAddress: { addressLine1: '1 Row', city: 'Graz', postalCode: '8010', countryCode: 'AT' },
}
const sent = (shippingStep: object) =>
  orderSchema.parse({
    ...orderOf({
      line: { lineItemFulfillmentInstructions: { shipByDate: '2026-11-23T22:59:59.000Z' } },
    }),
    fulfillmentStartInstructions: [
      {
        fulfillmentInstructionsType: 'SHIP_TO',
        finalDestinationAddress: { addressLine1: '9 Far Street', countryCode: 'NZ' },
        shippingStep,
      },
    ],
  })

test('where it goes is where eBay wants it sent, without name and street; by when, and how', () => {
  const order = toOrder(sent({ shipTo, shippingServiceCode: 'AT_Post' }), [])
  expect(order).toMatchObject({
    destination: { country: 'AT', region: undefined, postalCode: '8010', city: 'Graz' },
    shipBy: new Date('2026-11-23T22:59:59.000Z'),
    shippingMethod: 'AT_Post',
  })
  expect(JSON.stringify(order)).not.toMatch(/Some One|1 Row|Far Street/)
})

test.each([{}, { shipTo: {} }, { shipTo: { contactAddress: { countryCode: 'Austria' } } }, { shipTo: 7 }])(
  'an order that says nowhere (%o) is read all the same',
  (shippingStep) => {
    expect(toOrder(sent(shippingStep), []).destination).toBeUndefined()
  },
)

test('a paid order: its line names the listing, its units are off the listing already', () => {
  const order = toOrder(orderOf(), [])
  expect(order).toEqual({
    externalId: '12-00001-00002',
    number: '12-00001-00002',
    state: 'open',
    placedAt: new Date('2026-11-20T08:15:30.000Z'),
    version: Date.parse('2026-11-21T09:00:00.123Z'),
    currency: 'EUR',
    test: false,
    locationId: 'default',
    holds: [],
    lines: [
      {
        externalId: '100500',
        listingExternalId: '110000000001',
        sku: 'TEA',
        title: 'Tea',
        ordered: 2,
        current: 2,
        shipped: 0,
        returned: 0,
        subtracted: 'yes',
      },
    ],
  })
})

describe('states', () => {
  test.each([
    ['NOT_STARTED', 'PAID', 'NONE_REQUESTED', 'open'],
    ['NOT_STARTED', 'PENDING', 'NONE_REQUESTED', 'pending'],
    ['NOT_STARTED', 'FAILED', 'NONE_REQUESTED', 'pending'],
    ['NOT_STARTED', 'PARTIALLY_REFUNDED', 'NONE_REQUESTED', 'open'],
    ['NOT_STARTED', 'FULLY_REFUNDED', 'NONE_REQUESTED', 'cancelled'],
    ['IN_PROGRESS', 'FULLY_REFUNDED', 'NONE_REQUESTED', 'closed'],
    ['IN_PROGRESS', 'PAID', 'NONE_REQUESTED', 'open'],
    ['FULFILLED', 'PAID', 'NONE_REQUESTED', 'closed'],
    ['FULFILLED', 'FULLY_REFUNDED', 'NONE_REQUESTED', 'closed'],
    // Asked for is not cancelled: the seller may refuse it.
    ['NOT_STARTED', 'PAID', 'IN_PROGRESS', 'open'],
    ['NOT_STARTED', 'FULLY_REFUNDED', 'CANCELED', 'cancelled'],
  ])('%s, %s, %s: %s', (fulfillment, payment, cancelState, state) => {
    const order = orderOf({
      orderFulfillmentStatus: fulfillment,
      orderPaymentStatus: payment,
      cancelStatus: { cancelState },
    })
    expect(toOrder(order, []).state).toBe(state)
    const isAsked = cancelState === 'IN_PROGRESS'
    expect(toOrder(order, []).holds).toEqual(isAsked ? [{ reason: 'cancellation', code: 'IN_PROGRESS' }] : [])
  })

  test.each([
    { orderFulfillmentStatus: 'TELEPORTED' },
    { orderPaymentStatus: 'BARTERED' },
    { cancelStatus: { cancelState: 'MAYBE' } },
    { line: { lineItemFulfillmentStatus: 'TELEPORTED' } },
  ])('one that nobody documented is Malformed: %o', (change) => {
    expect(() => toOrder(orderOf(change), [])).toThrow(
      expect.objectContaining({ kind: 'malformed', sent: false }),
    )
  })
})

test('units that have left: all, none, or as many as the parcels say', () => {
  const shipped = (line: Partial<EbayOrder['lineItems'][number]>, ...parcels: { quantity?: number }[]) =>
    toOrder(
      orderOf({ line: { quantity: 5, ...line } }),
      parcels.map((each, at) => ({ fulfillmentId: `${at}`, lineItems: [{ lineItemId: '100500', ...each }] })),
    ).lines[0]?.shipped
  expect(shipped({ lineItemFulfillmentStatus: 'FULFILLED' })).toBe(5)
  expect(shipped({ lineItemFulfillmentStatus: 'NOT_STARTED' }, { quantity: 3 })).toBe(0)
  expect(shipped({ lineItemFulfillmentStatus: 'IN_PROGRESS' }, { quantity: 2 }, { quantity: 1 })).toBe(3)
  expect(shipped({ lineItemFulfillmentStatus: 'IN_PROGRESS' }, { quantity: 4 }, { quantity: 4 })).toBe(5)
  expect(shipped({ lineItemFulfillmentStatus: 'IN_PROGRESS' }, {}, {})).toBe(5)
  expect(needsFulfillments(orderOf({ line: { lineItemFulfillmentStatus: 'IN_PROGRESS' } }))).toBe(true)
  expect(needsFulfillments(orderOf())).toBe(false)
})

test('refunds: only one of the whole line takes its units back', () => {
  const current = (...amounts: (string | undefined)[]) =>
    toOrder(
      orderOf({
        orderPaymentStatus: 'PARTIALLY_REFUNDED',
        line: { refunds: amounts.map((value) => ({ amount: { value, currency: 'EUR' } })) },
      }),
      [],
    ).lines[0]?.current
  expect(current()).toBe(2)
  expect(current('5.00')).toBe(2)
  // One of two units, or half the price as goodwill: eBay does not say which.
  expect(current('12.00')).toBe(2)
  expect(current('12.00', '12.00')).toBe(0)
  expect(current('24.0')).toBe(0)
  expect(current(undefined)).toBe(2)
  expect(current('lots')).toBe(2)
})

test('a cancelled order keeps what has left', () => {
  const order = orderOf({
    cancelStatus: { cancelState: 'CANCELED' },
    line: { quantity: 3, lineItemFulfillmentStatus: 'IN_PROGRESS' },
  })
  const parcel = { fulfillmentId: '1', lineItems: [{ lineItemId: '100500', quantity: 1 }] }
  expect(toOrder(order, [parcel]).lines[0]).toMatchObject({ ordered: 3, current: 1, shipped: 1 })
})

test('which listing a line is of', () => {
  const listing = (line: Partial<EbayOrder['lineItems'][number]>) =>
    toOrder(orderOf({ line }), []).lines[0]?.listingExternalId
  const aspects = [{ name: 'Size', value: 'L' }]
  expect(listing({ legacyVariationId: '0' })).toBe('110000000001')
  expect(listing({ legacyVariationId: '410000000001' })).toBe('110000000001/TEA')
  expect(listing({ variationAspects: aspects })).toBe('110000000001/TEA')
  expect(listing({ variationAspects: aspects, sku: '' })).toBe(`110000000001~${digestOf(aspects)}`)
  expect(listing({ legacyItemId: undefined })).toBeUndefined()
})

test('I11: whatever eBay’s document allows becomes a sound order, or is Malformed', () => {
  const status = (...values: string[]) => fc.constantFrom(...values)
  const line = fc.record({
    lineItemId: fc.uuid(),
    legacyItemId: fc.option(fc.stringMatching(/^\d{1,19}$/), { nil: undefined }),
    legacyVariationId: fc.option(fc.constantFrom('0', '410'), { nil: undefined }),
    sku: fc.option(fc.string(), { nil: undefined }),
    title: fc.option(fc.string(), { nil: undefined }),
    quantity: fc.integer({ min: 1, max: 1_000 }),
    lineItemFulfillmentStatus: status('NOT_STARTED', 'IN_PROGRESS', 'FULFILLED'),
    variationAspects: fc.array(fc.record({ name: fc.string(), value: fc.string() }), { maxLength: 2 }),
    total: fc.record({ value: fc.constantFrom('0', '10.00', '7.5', 'x') }),
    refunds: fc.array(fc.record({ amount: fc.record({ value: fc.constantFrom('10.00', '2.5', '-1') }) }), {
      maxLength: 3,
    }),
  })
  const orders = fc.record({
    orderFulfillmentStatus: status('NOT_STARTED', 'IN_PROGRESS', 'FULFILLED'),
    orderPaymentStatus: status('PENDING', 'PAID', 'FAILED', 'PARTIALLY_REFUNDED', 'FULLY_REFUNDED'),
    cancelStatus: fc.record({ cancelState: status('NONE_REQUESTED', 'IN_PROGRESS', 'CANCELED') }),
    lineItems: fc.uniqueArray(line, { minLength: 1, maxLength: 4, selector: ({ lineItemId }) => lineItemId }),
  })
  fc.assert(
    fc.property(orders, fc.array(fc.integer({ min: 1, max: 2_000 })), (change, parcels) => {
      const order = orderSchema.parse({ ...orderOf(), ...change })
      const fulfillments = parcels.map((quantity, at) => ({
        fulfillmentId: `${at}`,
        lineItems: [{ lineItemId: order.lineItems[0]?.lineItemId ?? '', quantity }],
      }))
      expectSoundOrder(toOrder(order, fulfillments))
    }),
    fromEnvironment(),
  )
})
