import { expect, test } from 'vitest'
import type { HttpResponse } from './http.ts'
import { parseRetryAfterMs, statusError } from './status-error.ts'

function response(status: number, headers: Record<string, string> = {}, text = ''): HttpResponse {
  const date = headers.date === undefined ? undefined : new Date(headers.date)
  return { status, headers, text, date, durationMs: 1 }
}

test.each([
  [200, { kind: 'malformed' }],
  // Not carried out, and not about what was asked: no write is refused for it.
  [301, { kind: 'unavailable', sent: false }],
  [302, { kind: 'unavailable', sent: false }],
  // Also said of what was carried out.
  [303, { kind: 'unavailable', sent: true }],
  [304, { kind: 'malformed', sent: true }],
  [307, { kind: 'unavailable', sent: false }],
  [308, { kind: 'unavailable', sent: false }],
  [400, { kind: 'invalid', field: 'request' }],
  [401, { kind: 'unauthorized' }],
  [403, { kind: 'forbidden' }],
  [404, { kind: 'not-found' }],
  [408, { kind: 'unavailable', sent: true }],
  [409, { kind: 'conflict', current: undefined }],
  [410, { kind: 'not-found' }],
  [418, { kind: 'invalid' }],
  [422, { kind: 'invalid' }],
  [429, { kind: 'rate-limited', retryAfterMs: undefined }],
  [500, { kind: 'unavailable', sent: true }],
  [503, { kind: 'unavailable', sent: true }],
  [599, { kind: 'unavailable', sent: true }],
])('%i', (status, wanted) => {
  expect(statusError(response(status), 'orders')).toMatchObject({ ...wanted, platform: { status } })
})

test('the message says what the platform said, shortened, and keeps its request id', () => {
  const error = statusError(response(422, { 'x-request-id': 'abc' }, `${' long '.repeat(200)}`), 'setLevels')
  expect(error.message).toMatch(/^setLevels: the platform answered 422: long long/)
  expect(error.message.length).toBeLessThan(300)
  expect(error.platform.requestId).toBe('abc')
})

test.each([301, 308])('%i: an address that has moved is named, to connect with it', (status) => {
  const { message } = statusError(response(status, { location: 'https://www.shop.example/' }), 'check')
  expect(message).toMatch(/redirects to https:\/\/www\.shop\.example\/ .*Connect with that address\./)
})

test.each([302, 303, 307])('%i: nobody is told to connect with what answers for a while', (status) => {
  const { message } = statusError(response(status, { location: 'https://shop.example/coming-soon' }), 'check')
  expect(message).toContain('https://shop.example/coming-soon')
  expect(message).not.toContain('Connect with')
})

const date = 'Tue, 01 Sep 2026 10:00:00 GMT'

test.each([
  ['absent', {}, undefined],
  ['empty', { 'retry-after': '' }, undefined],
  ['seconds', { 'retry-after': '3' }, 3_000],
  ['a fraction (Shopify sends 2.0)', { 'retry-after': '2.0' }, 2_000],
  ['nought', { 'retry-after': '0' }, 0],
  ['a date', { 'retry-after': 'Tue, 01 Sep 2026 10:00:30 GMT', date }, 30_000],
  ['a date gone by', { 'retry-after': 'Tue, 01 Sep 2026 09:00:00 GMT', date }, 0],
  ['a date without the platform’s own', { 'retry-after': 'Tue, 01 Sep 2026 10:00:30 GMT' }, undefined],
  ['nonsense', { 'retry-after': 'soon', date }, undefined],
  ['negative', { 'retry-after': '-5', date }, undefined],
  ['absurd', { 'retry-after': '99999999999' }, 86_400_000],
])('a Retry-After that is %s', (_what, headers, wanted) => {
  expect(parseRetryAfterMs(response(429, headers))).toBe(wanted)
})
