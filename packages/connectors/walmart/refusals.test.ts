import { expect, test } from 'vitest'
import { toRefusal } from './refusals.ts'

const refusal = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  toRefusal(
    {
      status,
      headers,
      text: typeof body === 'string' ? body : JSON.stringify(body),
      date: new Date('2026-11-26T12:00:00Z'),
      durationMs: 1,
    },
    { operation: 'setLevels', requestId: 'ours' },
  )
const error = (code: string, rest: object = {}) => ({ errors: { error: [{ code, ...rest }] } })
const xml = (code: string) =>
  `<?xml version="1.0"?><ns2:errors xmlns:ns2="http://walmart.com/"><ns2:error><ns2:code>${code}</ns2:code></ns2:error></ns2:errors>`

test.each([
  [400, error('INVALID_REQUEST_CONTENT.GMP_ORDER_API', { field: 'methodCode' }), 'invalid'],
  [400, error('CONTENT_NOT_FOUND.GMP_INVENTORY_API'), 'not-found'],
  [404, error('CONTENT_NOT_FOUND.GMP_INVENTORY_API'), 'not-found'],
  [401, { error: [{ code: 'UNAUTHORIZED.GMP_GATEWAY_API' }] }, 'unauthorized'],
  [400, { errors: [{ code: 'INVALID_TOKEN.GMP_GATEWAY_API' }] }, 'unauthorized'],
  [403, error('FORBIDDEN.GMP_GATEWAY_API'), 'forbidden'],
  [409, error('CONFLICT.GMP_ORDER_API'), 'conflict'],
  [429, { error: [{ code: 'REQUEST_THRESHOLD_VIOLATED.GMP_GATEWAY_API' }] }, 'rate-limited'],
  [500, error('SYSTEM_ERROR.GMP_GATEWAY_API'), 'unavailable'],
  [520, 'nothing to say', 'unavailable'],
  [400, xml('500.SYSTEM_ERROR'), 'unavailable'],
  [401, xml('UNAUTHORIZED.GMP_GATEWAY_API'), 'unauthorized'],
  [413, '<html>too large</html>', 'invalid'],
  [415, error('UNSUPPORTED_MEDIA_TYPE.GMP_ITEM_API'), 'invalid'],
  [503, '<html>later</html>', 'unavailable'],
  [400, { errors: [] }, 'invalid'],
])('%i %o is %s', (status, body, kind) => {
  const found = refusal(status, body)
  expect(found.kind).toBe(kind)
  expect(found.platform).toMatchObject({ status, requestId: 'ours' })
})

test('the code, the field and the wait are kept', () => {
  expect(refusal(400, error('INVALID_REQUEST_CONTENT.GMP_ORDER_API', { field: 'methodCode' }))).toMatchObject(
    {
      field: 'methodCode',
      platform: { code: 'INVALID_REQUEST_CONTENT.GMP_ORDER_API' },
    },
  )
  expect(refusal(429, '', { 'x-next-replenishment-time': '1795694405000' })).toMatchObject({
    retryAfterMs: 1_795_694_405_000 - Date.UTC(2026, 10, 26, 12),
  })
})
