import { isConnectorError, type WebhookEvent } from '@plimsoll/connector-kit'
import {
  expectSoundEvents,
  fromEnvironment,
  offlineContext,
  spoiltText,
  spoiltValue,
} from '@plimsoll/connector-kit/conformance'
import { seededRandom } from '@plimsoll/connector-kit/simulator'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TOPICS } from './subscriptions.ts'
import { webhooks } from './webhooks.ts'

/**
 * Bodies with whatever the REST shapes allow (shopify.dev/docs/api/admin-rest, which webhooks still have), and then
 * broken ones: each is read to sound events or is Malformed, and nothing else.
 */
const id = fc.oneof(fc.integer({ min: 1, max: 2 ** 31 }), fc.integer({ min: 2 ** 31, max: 2 ** 52 }))
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', ' ', '__proto__', '中文 🧦'))
const moment = fc.constantFrom(
  '2026-11-24T01:02:03-05:00',
  '2026-11-24T01:02:03Z',
  '2024-02-29T23:59:59+14:00',
  '2026-11-24T01:02:03.999Z',
)
const units = fc.oneof(fc.nat({ max: 5 }), fc.constantFrom(0, 2_147_483_647))
const few = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 3 })
const orNull = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null })

const line = fc.record(
  {
    id,
    variant_id: orNull(id),
    sku: orNull(text),
    title: orNull(text),
    quantity: units,
    current_quantity: units,
    fulfillable_quantity: units,
  },
  { requiredKeys: ['id', 'quantity', 'current_quantity', 'fulfillable_quantity'] },
)
const order = fc.record(
  {
    id,
    name: text,
    created_at: moment,
    updated_at: moment,
    cancelled_at: orNull(moment),
    confirmed: fc.boolean(),
    test: fc.boolean(),
    currency: orNull(fc.constantFrom('EUR', '')),
    financial_status: orNull(
      fc.constantFrom('pending', 'authorized', 'partially_paid', 'paid', 'refunded', 'voided', 'expired'),
    ),
    // Two lines of one order never share an id; an order that says so is Malformed.
    line_items: fc.uniqueArray(line, { selector: (one) => one.id, maxLength: 3 }),
    fulfillments: few(
      fc.record({
        status: orNull(fc.constantFrom('success', 'cancelled', 'error', 'failure', 'open', 'pending')),
        line_items: few(fc.record({ id, quantity: units })),
      }),
    ),
    refunds: few(
      fc.record({
        refund_line_items: few(
          fc.record({
            line_item_id: id,
            quantity: units,
            restock_type: fc.constantFrom('return', 'cancel', 'no_restock', 'legacy_restock'),
          }),
        ),
      }),
    ),
  },
  { requiredKeys: ['id', 'name', 'created_at', 'updated_at', 'line_items'] },
)
const level = fc.record(
  {
    inventory_item_id: id,
    location_id: id,
    available: orNull(fc.integer({ min: -2_147_483_648, max: 2_147_483_647 })),
    updated_at: moment,
  },
  { requiredKeys: ['inventory_item_id', 'location_id', 'available'] },
)
const returned = fc.record(
  { id, admin_graphql_api_id: fc.constant('gid://shopify/Return/1') },
  { requiredKeys: [] },
)
const heldPart = fc.record({
  fulfillment_order: fc.record({
    id: fc.oneof(
      id,
      id.map((number) => `gid://shopify/FulfillmentOrder/${number}`),
    ),
    status: text,
  }),
})
const bodies: Record<string, fc.Arbitrary<unknown>> = {
  'orders/create': order,
  'orders/updated': order,
  'orders/cancelled': order,
  'orders/paid': order,
  'orders/edited': fc.record({ order_edit: fc.record({ id, order_id: id }) }),
  'orders/delete': fc.record({ id }),
  'refunds/create': fc.record({ id, order_id: id }),
  'fulfillment_orders/placed_on_hold': heldPart,
  'fulfillment_orders/hold_released': heldPart,
  'fulfillment_orders/scheduled_fulfillment_order_ready': heldPart,
  'fulfillment_holds/added': heldPart,
  'fulfillment_holds/released': heldPart,
  'inventory_levels/update': level,
  'products/update': fc.record({ id, variants: few(fc.record({ id })) }),
  'products/delete': fc.record({ id }),
  'returns/approve': returned,
  'returns/cancel': returned,
  'returns/close': returned,
  'returns/decline': returned,
  'returns/reopen': returned,
  'returns/update': returned,
  'app/uninstalled': fc.record({ id }),
}

/** What it was read to; undefined where it was Malformed. Anything else is thrown on. */
function read(topic: string, body: string): WebhookEvent[] | undefined {
  const request = { ...called, headers: { 'x-shopify-topic': topic }, body: Buffer.from(body) }
  const credentials = { clientSecret: 'secret', accessToken: 't' }
  expect(webhooks.verify(request, offlineContext({ settings, credentials }))).toBe(false)
  try {
    return webhooks.parse(request)
  } catch (error) {
    if (!isConnectorError(error) || error.kind !== 'malformed') throw error
    return undefined
  }
}

const called = { method: 'POST', url: 'https://hub.example/webhooks/1' }
const settings = { shop: 'brand.myshopify.com' }

test('there is a body for every topic', () => {
  expect(Object.keys(bodies).sort()).toEqual([...TOPICS].sort())
})

test.each(Object.entries(bodies))('I12: %s: a body that may come is read', (topic, body) => {
  fc.assert(
    fc.property(body, (json) => {
      const events = read(topic, JSON.stringify(json))
      expect(events).toBeDefined()
      expectSoundEvents(events ?? [])
      // A number comes of the same number, and null of nothing.
      for (const event of events ?? []) {
        if (event.kind === 'level') expect(json).toMatchObject({ available: event.level.quantity ?? null })
        if (event.kind === 'order' && event.order) {
          expect(json).toMatchObject({
            line_items: event.order.lines.map((one) => ({ quantity: one.ordered })),
          })
        }
      }
    }),
    fromEnvironment({ numRuns: 300 }),
  )
})

test.each(Object.entries(bodies))('%s: a broken body is sound or Malformed', (topic, body) => {
  fc.assert(
    fc.property(body, fc.nat(), fc.boolean(), (json, seed, isTextBroken) => {
      const spoil = isTextBroken ? spoiltText : spoiltValue
      const events = read(topic, spoil(JSON.stringify(json), seededRandom(seed)))
      if (events !== undefined) expectSoundEvents(events)
    }),
    fromEnvironment({ numRuns: 500 }),
  )
})
