import type { HttpResponse } from '@plimsoll/connector-kit'
import { describe, expect, test } from 'vitest'
import { limitOf, readEnvelope, signatureTrouble, toRefusal } from './refusals.ts'

const answer = (status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers,
  text: typeof body === 'string' ? body : JSON.stringify(body),
  date: undefined,
  durationMs: 1,
})
const html = '<!doctype html><html><body>Error 503</body></html>'
const noRight = {
  message: "The consumer isn't authorized to access %resources.",
  parameters: { resources: 'Magento_Sales::ship' },
}
const noRightInGerman = {
  message: 'Der Verbraucher ist nicht berechtigt, auf %resources zuzugreifen.',
  parameters: { resources: 'Magento_Sales::ship' },
}
const gone = {
  message: 'No such entity with %fieldName = %fieldValue',
  parameters: { fieldName: 'entity_id', fieldValue: 7 },
}

describe('what an answer means', () => {
  test.each([
    [401, { message: 'The signature is invalid. Verify and try again.' }, 'unauthorized'],
    [401, { message: 'Access token has been revoked', trace: null }, 'unauthorized'],
    [401, 'oauth_problem=token_revoked', 'unauthorized'],
    [400, 'oauth_problem=parameter_absent&oauth_parameters_absent=oauth_nonce', 'unauthorized'],
    [401, { error_code: '401013', message: 'Oauth token is not valid' }, 'unauthorized'],
    [401, noRight, 'forbidden'],
    [401, noRightInGerman, 'forbidden'],
    [403, { error_code: '403003', message: 'Api Key is invalid' }, 'forbidden'],
    [404, gone, 'not-found'],
    [
      404,
      { message: "The product that was requested doesn't exist. Verify the product and try again." },
      'not-found',
    ],
    [404, { message: 'Request does not match any route.' }, 'forbidden'],
    [400, { message: 'Validation Failed: "sku" can not be empty.' }, 'invalid'],
    [400, { message: 'Could not save Source Item' }, 'invalid'],
    [409, { message: 'Conflict' }, 'conflict'],
    [413, { message: 'too large' }, 'invalid'],
    [429, { message: 'Too Many Requests', trace: null }, 'rate-limited'],
    [
      500,
      { message: 'Internal Error. Details are available in Magento log file. Report ID: webapi-64b7a1' },
      'unavailable',
    ],
    [
      503,
      { messages: { error: [{ code: 503, message: 'Service Temporarily Unavailable' }] } },
      'unavailable',
    ],
    [503, html, 'unavailable'],
    [502, html, 'unavailable'],
    [401, html, 'unauthorized'],
    [403, html, 'unavailable'],
    [404, html, 'invalid'],
    [414, html, 'invalid'],
    [429, html, 'rate-limited'],
    [301, '', 'unavailable'],
    [302, '', 'unavailable'],
    [307, '', 'unavailable'],
  ])('%s %j is %s', (status, body, kind) => {
    expect(toRefusal(answer(status, body), 'orders').kind).toBe(kind)
  })
})

test('a missing right is named as the shop names it', () => {
  expect(toRefusal(answer(401, noRightInGerman), 'ship')).toMatchObject({ scope: 'Magento_Sales::ship' })
})

test('parameters stand where the message has places for them, by number and by name', () => {
  const errors = [{ message: '"%1" is required', parameters: ['sku'] }]
  const text = JSON.stringify({ message: 'Invalid %what', parameters: { what: 'input' }, errors })
  expect(readEnvelope(text)).toMatchObject({
    message: 'Invalid input "sku" is required',
    template: 'Invalid %what',
  })
  expect(toRefusal(answer(404, gone), 'order').message).toContain('No such entity with entity_id = 7')
})

test('the report’s number is kept for the shop’s developer, the hint to wait for the lane', () => {
  const crash = {
    message: 'Internal Error. Details are available in Magento log file. Report ID: webapi-64b7a1',
  }
  expect(toRefusal(answer(500, crash), 'orders')).toMatchObject({
    sent: true,
    platform: { status: 500, requestId: 'webapi-64b7a1' },
  })
  expect(toRefusal(answer(429, {}, { 'retry-after': '7' }), 'orders')).toMatchObject({ retryAfterMs: 7_000 })
  expect(toRefusal(answer(503, html, { 'retry-after': '600' }), 'orders')).toMatchObject({
    retryAfterMs: 60_000,
  })
})

test('the shop’s own limit is read from its refusal, with parameters by name and by number', () => {
  const of = (body: unknown) => limitOf(toRefusal(answer(400, body), 'setLevels'))
  const type = 'Magento\\InventoryApi\\Api\\Data\\SourceItemInterface[]'
  expect(of({ message: 'Maximum items of type "%type" is %max', parameters: { type, max: 20 } })).toBe(20)
  expect(of({ message: 'Maximum items of type "%1" is %2', parameters: [type, '20'] })).toBe(20)
  expect(of({ message: 'Maximum SearchCriteria pageSize is %max', parameters: { max: 300 } })).toBe(300)
  expect(of({ message: 'Maximum SearchCriteria pageSize is 300' })).toBe(300)
  expect(of({ message: 'Maximum effort' })).toBeUndefined()
  expect(of({ message: 'Validation Failed: 20' })).toBeUndefined()
})

test('a clock that is off and a nonce seen before are told apart from wrong keys', () => {
  const trouble = (status: number, body: unknown) => signatureTrouble(answer(status, body))
  expect(trouble(400, 'oauth_problem=timestamp_refused')).toBe('clock')
  expect(trouble(400, { message: 'The timestamp value in the oauth_timestamp parameter is incorrect' })).toBe(
    'clock',
  )
  expect(
    trouble(401, { message: 'The nonce is already being used by the consumer with ID %1', parameters: [1] }),
  ).toBe('nonce')
  expect(trouble(401, { message: 'The signature is invalid. Verify and try again.' })).toBeUndefined()
  expect(trouble(500, 'oauth_problem=timestamp_refused')).toBeUndefined()
})
