import type { HttpResponse } from '@plimsoll/connector-kit'
import { expectClosedError, fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readQuotas } from './quotas.ts'
import { toRefusal } from './refusals.ts'
import { toTradingError } from './trading-errors.ts'

const response = (status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers: { rlogid: 'r-1', ...headers },
  text: typeof body === 'string' ? body : JSON.stringify(body),
  date: undefined,
  durationMs: 1,
})
const errors = (errorId: number, more: object = {}) => ({
  errors: [{ errorId, domain: 'API_INVENTORY', category: 'REQUEST', message: 'no', ...more }],
})

describe('what eBay’s REST errors mean', () => {
  test.each([
    [401, 1_001, 'unauthorized'],
    [403, 1_100, 'forbidden'],
    [403, 195_011, 'forbidden'],
    [429, 2_001, 'rate-limited'],
    [404, 25_710, 'not-found'],
    [400, 25_702, 'not-found'],
    [400, 25_713, 'not-found'],
    [400, 32_100, 'not-found'],
    [400, 25_709, 'invalid'],
    [400, 25_026, 'invalid'],
    [400, 25_759, 'invalid'],
    [400, 32_300, 'invalid'],
    [409, 195_020, 'conflict'],
    [500, 25_001, 'unavailable'],
    [500, 25_025, 'unavailable'],
    [500, 30_500, 'unavailable'],
    [400, 999_999, 'invalid'],
  ])('%i with %i is %s', (status, errorId, kind) => {
    expect(toRefusal(response(status, errors(errorId)), 'test', 'a.scope')).toMatchObject({
      kind,
      platform: { status, code: String(errorId), requestId: 'r-1' },
    })
  })

  test('the right that is missing, the field that is wrong, and the wait that is asked for are named', () => {
    expect(toRefusal(response(403, errors(1_100)), 'test', 'a.scope')).toMatchObject({ scope: 'a.scope' })
    const parameters = [{ name: 'fieldName', value: 'quantity' }]
    expect(toRefusal(response(400, errors(25_709, { parameters })), 'test', '')).toMatchObject({
      field: 'quantity',
    })
    expect(toRefusal(response(429, errors(2_001), { 'retry-after': '7' }), 'test', '')).toMatchObject({
      retryAfterMs: 7_000,
    })
  })

  test('the Post-Order API’s own envelope, a web page, nothing at all', () => {
    const own = { error: [{ errorId: 1_612, message: { content: 'too late' } }] }
    expect(toRefusal(response(409, own), 'cancel', '')).toMatchObject({
      kind: 'conflict',
      platform: { code: '1612' },
    })
    expect(toRefusal(response(503, '<html>'), 'test', '')).toMatchObject({ kind: 'unavailable' })
    expect(toRefusal(response(404, ''), 'test', '')).toMatchObject({ kind: 'not-found' })
  })

  test('whatever it is, it is one of the closed set', () => {
    fc.assert(
      fc.property(fc.integer({ min: 201, max: 599 }), fc.jsonValue(), fc.string(), (status, body, code) => {
        expectClosedError(toRefusal(response(status, JSON.stringify(body)), 'test', 'a.scope'))
        expectClosedError(
          toTradingError({ code, message: 'no', severity: 'Error', values: [] }, 'test', { status }),
        )
      }),
      fromEnvironment(),
    )
  })
})

test('quotas: of several limits of one budget the scarcest, of a day only', () => {
  const rate = (remaining: number, timeWindow = 86_400) => ({
    limit: 5_000,
    remaining,
    count: 0,
    reset: '',
    timeWindow,
  })
  const api = (apiContext: string, apiName: string, ...resources: { name: string; rates: object[] }[]) => ({
    apiContext,
    apiName,
    apiVersion: 'v1',
    resources,
  })
  expect(
    readQuotas({
      rateLimits: [
        api(
          'TradingAPI',
          'TradingAPI',
          { name: 'GetItem', rates: [rate(4_000)] },
          { name: 'ReviseInventoryStatus', rates: [rate(90)] },
          { name: 'AddItem', rates: [rate(1)] },
        ),
        api('sell', 'inventory', { name: 'sell.inventory', rates: [rate(3, 300), rate(4_999)] }),
        api('buy', 'browse', { name: 'buy.browse', rates: [rate(0)] }),
        api('sell', 'account', { name: 'sell.account', rates: [] }),
      ],
    }),
  ).toEqual([
    { budget: 'trading', limit: 5_000, remaining: 90 },
    { budget: 'inventory', limit: 5_000, remaining: 4_999 },
  ])
})
