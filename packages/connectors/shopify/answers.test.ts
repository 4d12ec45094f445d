import type { ErrorKind, HttpResponse } from '@plimsoll/connector-kit'
import { describe, expect, test } from 'vitest'
import { type Cost, throttleWaitMs, toGraphqlError, toUserError } from './answers.ts'
import { toStatusError } from './api.ts'

const detail = { status: 200, requestId: 'r-1' }

const cost = (requested: number, available: number, restoreRate = 100): Cost => ({
  requestedQueryCost: requested,
  actualQueryCost: null,
  throttleStatus: { maximumAvailable: 2_000, currentlyAvailable: available, restoreRate },
})

describe('errors of the GraphQL answer', () => {
  const table: [code: string | undefined, message: string, kind: ErrorKind][] = [
    ['THROTTLED', 'Throttled', 'rate-limited'],
    ['ACCESS_DENIED', 'Access denied for orders field.', 'forbidden'],
    ['SHOP_INACTIVE', 'The shop is inactive', 'unauthorized'],
    ['INTERNAL_SERVER_ERROR', 'Internal error', 'unavailable'],
    ['TIMEOUT', 'Timeout', 'unavailable'],
    ['MAX_COST_EXCEEDED', 'Query cost is 1,200', 'invalid'],
    ['undefinedField', "Field 'x' doesn't exist on type 'Order'", 'invalid'],
    ['BAD_REQUEST', 'nope', 'invalid'],
    [undefined, 'Internal error. Looks like something went wrong on our end. Request ID: 1', 'unavailable'],
    [undefined, 'something unheard of', 'invalid'],
  ]
  test.each(table)('%s (%s) is %s', (code, message, kind) => {
    const error = toGraphqlError(
      { message, extensions: code === undefined ? null : { code } },
      undefined,
      detail,
    )
    expect(error.kind).toBe(kind)
    expect(error.platform).toEqual({ ...detail, ...(code === undefined ? {} : { code }) })
    expect(error.message).toContain(message)
  })

  test('a throttle says how long until the bucket holds the query', () => {
    const throttled = { message: 'Throttled', extensions: { code: 'THROTTLED' } }
    expect(toGraphqlError(throttled, cost(842, 42), detail)).toMatchObject({ retryAfterMs: 8_000 })
    expect(toGraphqlError(throttled, undefined, detail)).toMatchObject({ retryAfterMs: undefined })
  })

  test('a right that is missing is named', () => {
    const error = {
      message: 'Access denied',
      extensions: { code: 'ACCESS_DENIED', requiredAccess: '`read_orders`' },
    }
    expect(toGraphqlError(error, undefined, detail)).toMatchObject({ scope: '`read_orders`' })
  })
})

test('the wait is never nothing, and unknown without a rate', () => {
  expect(throttleWaitMs(cost(10, 9))).toBe(50)
  expect(throttleWaitMs(cost(10, 500))).toBe(50)
  expect(throttleWaitMs(cost(110, 10, 1_000))).toBe(100)
  expect(throttleWaitMs(cost(10, 9, 0))).toBeUndefined()
})

describe('user errors of a write', () => {
  const table: [code: string, kind: ErrorKind][] = [
    ['CHANGE_FROM_QUANTITY_STALE', 'conflict'],
    ['COMPARE_QUANTITY_STALE', 'conflict'],
    ['INVALID_INVENTORY_ITEM', 'not-found'],
    ['INVALID_LOCATION', 'not-found'],
    ['NON_MUTABLE_INVENTORY_ITEM', 'invalid'],
    ['INVALID_QUANTITY_NEGATIVE', 'invalid'],
    ['INVALID_QUANTITY_TOO_HIGH', 'invalid'],
    ['INVALID_QUANTITY_TOO_LOW', 'invalid'],
    ['INVALID_NAME', 'invalid'],
    ['INVALID_REASON', 'invalid'],
    ['INVALID_REFERENCE_DOCUMENT', 'invalid'],
    ['NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR', 'invalid'],
    ['IDEMPOTENCY_KEY_PARAMETER_MISMATCH', 'invalid'],
    ['IDEMPOTENCY_CONCURRENT_REQUEST', 'unavailable'],
    ['SERVICE_UNAVAILABLE', 'unavailable'],
    ['ADJUST_QUANTITIES_FAILED', 'unavailable'],
    ['A_CODE_OF_NEXT_YEAR', 'invalid'],
  ]
  test.each(table)('%s is %s', (code, kind) => {
    const error = toUserError({ code, field: ['input', 'quantities', '0', 'quantity'], message: 'm' }, detail)
    expect(error.kind).toBe(kind)
    expect(error.platform).toEqual({ ...detail, code })
  })

  test('a stale compare-and-set claims no current quantity: a fresh read would hide the unseen sale', () => {
    const error = toUserError({ code: 'CHANGE_FROM_QUANTITY_STALE', field: null, message: 'm' }, detail)
    expect(error).toMatchObject({ current: undefined })
  })
})

describe('statuses', () => {
  const answer = (status: number, text = '', headers: Record<string, string> = {}): HttpResponse => ({
    status,
    text,
    headers: { 'x-request-id': 'r-9', ...headers },
    date: undefined,
    durationMs: 1,
  })
  const table: [status: number, kind: ErrorKind][] = [
    [401, 'unauthorized'],
    [402, 'unauthorized'],
    [404, 'unauthorized'],
    [423, 'unauthorized'],
    [403, 'forbidden'],
    [429, 'rate-limited'],
    [430, 'unavailable'],
    [408, 'unavailable'],
    [500, 'unavailable'],
    [502, 'unavailable'],
    [503, 'unavailable'],
    [400, 'invalid'],
    [301, 'unavailable'],
    [302, 'unavailable'],
    [307, 'unavailable'],
  ]
  test.each(table)('%i is %s', (status, kind) => {
    const error = toStatusError(answer(status), 'orders')
    expect(error.kind).toBe(kind)
    expect(error.platform).toMatchObject({ status, requestId: 'r-9' })
  })

  test('429 says how long, 403 which right', () => {
    expect(toStatusError(answer(429, '', { 'retry-after': '2.0' }), 'orders')).toMatchObject({
      retryAfterMs: 2_000,
    })
    const body = '{"errors":"[API] This action requires merchant approval for read_orders scope."}'
    expect(toStatusError(answer(403, body), 'orders')).toMatchObject({ scope: 'read_orders' })
  })
})
