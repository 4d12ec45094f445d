import type { ErrorKind, HttpResponse } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import { toRefusal } from './refusals.ts'

const html = '<!doctype html><html><body>Something</body></html>'
const envelope = (code: string, status: number, params?: object) =>
  JSON.stringify({ code, message: '<b>Ungültig</b>', data: { status, ...(params && { params }) } })

const answer = (status: number, text: string, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers,
  text,
  date: new Date('2026-08-01T10:00:00Z'),
  durationMs: 1,
})

test.each<[number, string, ErrorKind]>([
  [401, envelope('woocommerce_rest_authentication_error', 401), 'unauthorized'],
  [401, envelope('woocommerce_rest_cannot_view', 401), 'unauthorized'],
  [401, html, 'unauthorized'],
  [403, envelope('woocommerce_rest_cannot_edit', 403), 'forbidden'],
  [403, html, 'unavailable'],
  [406, html, 'unavailable'],
  [429, html, 'rate-limited'],
  [429, envelope('too_many', 429), 'rate-limited'],
  [400, envelope('rest_invalid_param', 400, { per_page: 'no' }), 'invalid'],
  [400, envelope('product_invalid_sku', 400), 'invalid'],
  // An update of a missing product is 400, a read of it 404.
  [400, envelope('woocommerce_rest_product_invalid_id', 400), 'not-found'],
  [404, envelope('woocommerce_rest_product_invalid_id', 404), 'not-found'],
  [404, envelope('woocommerce_rest_product_variation_invalid_id', 404), 'not-found'],
  [404, envelope('woocommerce_rest_shop_order_invalid_id', 404), 'not-found'],
  // The plugin is off; nothing is gone.
  [404, envelope('rest_no_route', 404), 'forbidden'],
  [404, html, 'unavailable'],
  [413, envelope('woocommerce_rest_request_entity_too_large', 413), 'invalid'],
  [413, html, 'invalid'],
  [500, envelope('internal_server_error', 500), 'unavailable'],
  [500, html, 'unavailable'],
  [501, html, 'unavailable'],
  [502, html, 'unavailable'],
  [503, html, 'unavailable'],
  [504, '', 'unavailable'],
  [301, html, 'unavailable'],
  [302, html, 'unavailable'],
  [307, html, 'unavailable'],
])('%i %s is %s', (status, text, kind) => {
  expect(toRefusal(answer(status, text), 'orders').kind).toBe(kind)
})

test('it names the field, the code and the operation, and drops the tags', () => {
  const error = toRefusal(answer(400, envelope('rest_invalid_param', 400, { orderby: 'no' })), 'orders')
  expect(error).toMatchObject({ field: 'orderby', platform: { status: 400, code: 'rest_invalid_param' } })
  expect(error.message).toBe('orders: the shop answered rest_invalid_param: Ungültig')
})

test('after a failure on the way a write is unknown', () => {
  expect(toRefusal(answer(502, html), 'setQuantities')).toMatchObject({ sent: true })
})

test.each([
  [429, '30', 30_000],
  [429, 'Sat, 01 Aug 2026 10:02:00 GMT', 120_000],
  [403, '5', 5_000],
  // WordPress's maintenance page says ten minutes whatever it does.
  [503, '600', 60_000],
  [503, '20', 20_000],
])('%i with Retry-After %s waits %i ms', (status, header, retryAfterMs) => {
  const error = toRefusal(answer(status, html, { 'retry-after': header }), 'orders')
  expect(error).toMatchObject({ kind: 'rate-limited', retryAfterMs })
})

test('too large a batch says so, so that the lane halves it', () => {
  expect(toRefusal(answer(413, html), 'setQuantities')).toMatchObject({ kind: 'invalid', field: 'batch' })
})
