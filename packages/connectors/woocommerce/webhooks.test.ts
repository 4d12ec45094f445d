import {
  hmacSha256Base64,
  Malformed,
  type WebhookRequest,
  withoutPersonalData,
} from '@plimsoll/connector-kit'
import { offlineContext } from '@plimsoll/connector-kit/conformance'
import { expect, test } from 'vitest'
import { shipmentsKey } from './shipment-record.ts'
import { webhooks, withoutEntities } from './webhooks.ts'

const credentials = { consumerKey: 'ck_1', consumerSecret: 'cs_1', webhookSecret: 'abcDEF0123456789' }
const called = { method: 'POST', url: 'https://hub.example/webhooks/1' }
const settings = { url: 'https://shop.example', orderStatuses: '' }
const bytes = (text: string) => new TextEncoder().encode(text)

function delivery(topic: string, body: unknown, headers: Record<string, string> = {}): WebhookRequest {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const signature = hmacSha256Base64(credentials.webhookSecret, text)
  return {
    ...called,
    headers: { 'x-wc-webhook-topic': topic, 'x-wc-webhook-signature': signature, ...headers },
    body: bytes(text),
  }
}

const order = {
  id: 5,
  number: '5',
  status: 'processing',
  currency: 'EUR',
  date_created_gmt: '2026-08-01T09:00:00',
  date_modified_gmt: '2026-08-01T10:00:00',
  date_completed_gmt: null,
  billing: { first_name: 'Ada', email: 'ada@example.org' },
  customer_note: 'Ring twice',
  line_items: [
    { id: 1, product_id: 7, variation_id: 0, name: 'Mug', sku: 'MUG', quantity: 2, meta_data: [] },
  ],
  refunds: [],
  meta_data: [{ id: 1, key: 'birthday', value: '10 December' }],
}
const product = {
  id: 7,
  parent_id: 0,
  type: 'simple',
  name: 'Mug',
  status: 'publish',
  manage_stock: true,
  stock_quantity: 4,
  backorders: 'no',
  date_modified_gmt: '2026-08-01T10:00:00',
}

const right = delivery('order.updated', order)
const signature = right.headers['x-wc-webhook-signature'] ?? ''
test.each<[string, WebhookRequest, boolean]>([
  ['right', right, true],
  ['another body', { ...right, body: bytes('{}') }, false],
  ['no header', { ...right, headers: {} }, false],
  ['an empty header', { ...right, headers: { 'x-wc-webhook-signature': '' } }, false],
  [
    'hex instead of Base64',
    { ...right, headers: { 'x-wc-webhook-signature': Buffer.from(signature, 'base64').toString('hex') } },
    false,
  ],
  ['cut short', { ...right, headers: { 'x-wc-webhook-signature': signature.slice(0, 20) } }, false],
  ['not Base64', { ...right, headers: { 'x-wc-webhook-signature': '💥' } }, false],
])('signature: %s → %s', (_name, request, isRight) => {
  expect(webhooks.verify(request, offlineContext({ settings, credentials }))).toBe(isRight)
})

test.each([
  ['abcDEF', 'abcDEF'],
  ['a&b', 'a&b'],
  ['a&amp;b', 'a&b'],
  ['&lt;&gt;&quot;&#039;&#x27;', `<>"''`],
  ['&amp;lt;', '&lt;'],
])('the shop decodes the secret %s to %s before it signs', (secret, used) => {
  expect(withoutEntities(secret)).toBe(used)
  const body = bytes('{"id":1}')
  const headers = { 'x-wc-webhook-signature': hmacSha256Base64(used, body) }
  const context = offlineContext({ settings, credentials: { ...credentials, webhookSecret: secret } })
  expect(webhooks.verify({ ...called, headers, body }, context)).toBe(true)
})

test.each([
  ['webhook_id=12', {}, true],
  ['webhook_id=12', { 'x-wc-webhook-signature': 'x' }, false],
  ['webhook_id=12&more=1', {}, false],
  ['{"id":1}', {}, false],
])('ping: %s with %o → %s', (body, headers, isPing) => {
  expect(webhooks.isPing?.({ headers, body: bytes(body) })).toBe(isPing)
})

test('an order is told whole, with its version', () => {
  expect(webhooks.parse(right)).toMatchObject([
    {
      kind: 'order',
      externalId: '5',
      version: Date.UTC(2026, 7, 1, 10),
      order: { state: 'open', lines: [{ current: 2 }] },
    },
  ])
})

test.each([
  ['a refund, which names no lines', { refunds: [{ id: 9, total: '-5' }] }],
  ['a status of a plugin, whose meaning is a setting', { status: 'partially-shipped' }],
  ['a record of shipments whose value was dropped', { meta_data: [{ key: shipmentsKey }] }],
])('%s: only the id is told, without a version that another change could share', (_name, change) => {
  expect(webhooks.parse(delivery('order.updated', { ...order, ...change }))).toEqual([
    { kind: 'order', externalId: '5', version: undefined, order: undefined },
  ])
})

test('personal data: nothing of it is left, and the order still reads the same', () => {
  const stored = JSON.stringify(withoutPersonalData(order, webhooks.personalDataKeys))
  for (const secret of ['Ada', 'example.org', 'Ring', 'December']) expect(stored).not.toContain(secret)
  expect(webhooks.parse(delivery('order.updated', stored))).toEqual(webhooks.parse(right))
})

const level = {
  kind: 'level',
  level: {
    stockUnitId: '7',
    locationId: 'default',
    quantity: 4,
    updatedAt: new Date('2026-08-01T10:00:00Z'),
  },
}
const listing = { kind: 'listing', externalId: '7', deleted: false }
test.each<[string, string, object, object[]]>([
  ['a sale or a write', 'product.updated', {}, [level]],
  ['a new product', 'product.created', {}, [listing, level]],
  ['no longer counted', 'product.updated', { manage_stock: false, stock_quantity: null }, [listing]],
  ['no longer sold', 'product.updated', { status: 'draft' }, [listing, level]],
  ['sold beyond zero', 'product.updated', { backorders: 'yes' }, [listing, level]],
  [
    'counted in fractions',
    'product.updated',
    { stock_quantity: '1.5' },
    [{ kind: 'level', level: { ...level.level, quantity: undefined } }],
  ],
  [
    'a variation',
    'product.updated',
    { type: 'variation', parent_id: 3 },
    [{ kind: 'level', level: { ...level.level, stockUnitId: '3/7' } }],
  ],
  [
    'a variation that its parent counts',
    'product.updated',
    { type: 'variation', parent_id: 3, manage_stock: 'parent' },
    [listing],
  ],
  ['a parent that counts', 'product.updated', { type: 'variable' }, [level]],
  ['in the trash', 'product.updated', { status: 'trash' }, [{ ...listing, deleted: true }]],
])('product: %s (%s %o)', (_name, topic, change, events) => {
  expect(webhooks.parse(delivery(topic, { ...product, ...change }))).toEqual(events)
})

test('what is deleted comes with its id only', () => {
  expect(webhooks.parse(delivery('order.deleted', { id: 5 }))).toEqual([
    { kind: 'order-deleted', externalId: '5' },
  ])
  expect(webhooks.parse(delivery('product.deleted', { id: 7 }))).toEqual([{ ...listing, deleted: true }])
})

test('topics that we did not ask for are ignored', () => {
  expect(webhooks.parse(delivery('coupon.created', { id: 5 }))).toMatchObject([{ kind: 'ignored' }])
})

test.each([
  [
    'the error that is sent when the webhook’s user lost its rights',
    'order.updated',
    { code: 'woocommerce_rest_cannot_view', message: '', data: { status: 403 } },
  ],
  ['half an order', 'order.updated', JSON.stringify(order).slice(0, 100)],
  [
    'an order with a fraction of a unit',
    'order.updated',
    { ...order, line_items: [{ ...order.line_items[0], quantity: 1.5 }] },
  ],
  [
    'a date with a zone of its own',
    'order.updated',
    { ...order, date_modified_gmt: '2026-08-01T10:00:00+09:00' },
  ],
  ['a web page', 'product.updated', '<html>'],
])('Malformed: %s', (_name, topic, body) => {
  expect(() => webhooks.parse(delivery(topic, body))).toThrow(Malformed)
})
