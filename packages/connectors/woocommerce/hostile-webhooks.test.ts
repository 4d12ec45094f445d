import { isConnectorError, type WebhookEvent, withoutPersonalData } from '@plimsoll/connector-kit'
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
import * as shapes from './testing/answer-shapes.ts'
import { createRandomValues } from './testing/random-values.ts'
import { webhooks } from './webhooks.ts'

/**
 * A webhook's body is what the API would answer (class-wc-webhook.php), or the error that it would answer, or the bare
 * id of what was deleted. Whatever these may hold, and whatever breaks on the way, each is read to sound events or is
 * Malformed, and nothing else.
 */
const bodies: Record<string, readonly (shapes.Shape & { kind: 'object' })[]> = {
  'order.created': [shapes.order],
  'order.updated': [shapes.order],
  'order.restored': [shapes.order],
  'order.deleted': [shapes.deleted],
  'product.created': [shapes.product, shapes.variation],
  'product.updated': [shapes.product, shapes.variation],
  'product.restored': [shapes.product],
  'product.deleted': [shapes.deleted],
  'coupon.created': [shapes.deleted],
  'action.woocommerce_product_set_stock': [shapes.deleted],
}

function read(topic: string, body: string): WebhookEvent[] | undefined {
  const request = {
    method: 'POST',
    url: 'https://hub.example/webhooks/1',
    headers: { 'x-wc-webhook-topic': topic },
    body: Buffer.from(body),
  }
  const settings = { url: 'https://shop.example', orderStatuses: '' }
  const credentials = { consumerKey: 'ck_1', consumerSecret: 'cs_1', webhookSecret: 'abcDEF0123456789' }
  expect(webhooks.verify(request, offlineContext({ settings, credentials }))).toBe(false)
  expect(webhooks.isPing?.(request)).toBe(false)
  try {
    return webhooks.parse(request)
  } catch (error) {
    if (!isConnectorError(error) || error.kind !== 'malformed') throw error
    return undefined
  }
}

test.each(Object.entries(bodies))('I12: %s: a body that may come is read, or Malformed', (topic, kinds) => {
  let runs = 0
  let answered = 0
  fc.assert(
    fc.property(fc.nat(), fc.boolean(), (seed, isKept) => {
      const values = createRandomValues(seededRandom(seed))
      const body = values.objectOf(values.oneOf(kinds))
      // As the hub stores it: without what is nobody's business.
      const stored = isKept ? body : withoutPersonalData(body, webhooks.personalDataKeys)
      const events = read(topic, JSON.stringify(stored))
      runs += 1
      if (events === undefined) return
      answered += 1
      expectSoundEvents(events)
      for (const event of events) {
        if (event.kind !== 'level' || event.level.quantity === undefined) continue
        expect(Number(body.stock_quantity)).toBe(event.level.quantity)
        expect(String(body.stock_quantity)).toMatch(/^-?\d+(\.0+)?$/)
      }
    }),
    fromEnvironment({ numRuns: 500 }),
  )
  // Fractions of units are rare, and all else is read.
  expect(answered).toBeGreaterThan(runs * 0.6)
})

test.each(Object.entries(bodies))('%s: a broken body is sound or Malformed', (topic, kinds) => {
  fc.assert(
    fc.property(fc.nat(), fc.boolean(), (seed, isTextBroken) => {
      const random = seededRandom(seed)
      const values = createRandomValues(random)
      const spoil = isTextBroken ? spoiltText : spoiltValue
      const events = read(topic, spoil(JSON.stringify(values.objectOf(values.oneOf(kinds))), random))
      if (events !== undefined) expectSoundEvents(events)
    }),
    fromEnvironment({ numRuns: 500 }),
  )
})

test.each(Object.keys(bodies).filter((topic) => /^(order|product)\./.test(topic)))(
  '%s: the error that the shop signs and sends is Malformed',
  (topic) => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const refusal = createRandomValues(seededRandom(seed)).objectOf(shapes.refusal)
        expect(read(topic, JSON.stringify(refusal))).toBeUndefined()
      }),
      fromEnvironment({ numRuns: 50 }),
    )
  },
)
