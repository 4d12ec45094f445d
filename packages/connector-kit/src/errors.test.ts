import { expect, test } from 'vitest'
import {
  actionFor,
  Conflict,
  Forbidden,
  Invalid,
  isConnectorError,
  Malformed,
  NotFound,
  RateLimited,
  Unauthorized,
  Unavailable,
} from './errors.ts'

test.each([
  [new RateLimited('slow', 5), 'rate-limited', 'passing', 'wait'],
  [new Unavailable('down', true), 'unavailable', 'passing', 'retry'],
  [new Unauthorized('who'), 'unauthorized', 'yours', 'stop-lane'],
  [new Forbidden('no', 'write_inventory'), 'forbidden', 'yours', 'stop-lane'],
  [new Invalid('bad', 'quantity'), 'invalid', 'ours', 'park'],
  [new NotFound('gone'), 'not-found', 'theirs', 'mark-gone'],
  [new Conflict('lost', 3), 'conflict', 'passing', 'read-orders'],
  [new Malformed('what', 'x'.repeat(3_000)), 'malformed', 'theirs', 'park'],
] as const)('%s', (error, kind, fault, action) => {
  expect(isConnectorError(error)).toBe(true)
  expect(error).toMatchObject({ kind, fault, name: error.constructor.name })
  expect(actionFor(error.kind)).toBe(action)
})

test('the cause and what the platform said are kept', () => {
  const cause = new Error('socket hang up')
  const error = new Unavailable('down', true, { status: 502, requestId: 'r-1', cause })
  expect(error.cause).toBe(cause)
  expect(error.platform).toMatchObject({ status: 502, requestId: 'r-1' })
  expect('cause' in new NotFound('gone')).toBe(false)
})

test('only the start of an unreadable body is kept', () => {
  expect(new Malformed('what', 'x'.repeat(3_000)).body).toHaveLength(2_000)
})

test('other errors are none of these', () => {
  expect(isConnectorError(new Error('x'))).toBe(false)
  expect(isConnectorError(undefined)).toBe(false)
})
