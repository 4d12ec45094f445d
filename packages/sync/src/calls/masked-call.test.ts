import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { beginOf, type HeardCall, maskCall, secretsOf } from './masked-call.ts'

/** Names under which platforms give secrets and people; each connector may declare more. */
const PRIVATE = [
  'access_token', 'refreshToken', 'clientSecret', 'password', 'X-Api-Key', 'Signature', 'sessionId', 'first_name', 'LastName', 'name', 'buyerName',
  'email', 'buyer_email', 'phone', 'mobileNumber', 'address_1', 'street', 'addressLines', 'city', 'postal_code', 'zip', 'shipping_address',
  'shipTo', 'billing', 'recipient', 'customer', 'consignee_name', 'company', 'customer_note', 'gift_message', 'ip', 'browser_ip', 'latitude',
  'vat_number', 'tax_id', 'iban', 'userName', 'note_attributes', 'meta_data', 'declaredHere',
] // biome-ignore format: a list of words
const HARMLESS = [
  'id',
  'sku',
  'quantity',
  'status',
  'line_items',
  'order_id',
  'currency',
  'message',
  'errors',
  'available',
]

/** Nothing else in a payload looks like one. */
const marker = fc.stringMatching(/^[A-Z][a-z]{3,8}[A-Z][a-z]{3,8}$/).map((word) => `Qx${word}`)
const secret = fc.stringMatching(/^[A-Za-z0-9_.&<"+-]{5,30}$/).map((text) => `S_${text}`)
const leaf = (text: fc.Arbitrary<string>) => fc.oneof(text, fc.constant(true), fc.constant(null))

/** Under a private name anything may stand, however deep. */
const personal = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf(marker),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom(...HARMLESS), tie('value'), { maxKeys: 2 }),
  ),
})).value

function payload(secrets: readonly string[]) {
  const saying = fc.oneof(
    fc.constantFrom('ok', '4', 'paid', '2026-11-26T10:00:00Z', 'MUG-1'),
    fc.constantFrom(...secrets).map((each) => `refused near ${each}, it says`),
    fc.constantFrom(
      'ask jane.doe@example.com',
      'call +49 170 1234567',
      'https://shop.example/o?k=QxKeyOfPage',
    ),
  )
  return fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      saying,
      fc.array(tie('value'), { maxLength: 3 }),
      fc
        .tuple(
          fc.dictionary(fc.constantFrom(...HARMLESS), tie('value'), { maxKeys: 3 }),
          fc.dictionary(fc.constantFrom(...PRIVATE), personal, { maxKeys: 3 }),
          fc.constantFrom('', ...secrets),
        )
        .map(([plain, hidden, key]) => ({ ...plain, ...hidden, ...(key !== '' && { [key]: 1 }) })),
    ),
  })).value
}

const WORDS = /Qx[A-Z][a-z]{3,8}[A-Z][a-z]{3,8}|QxKeyOfPage|jane\.doe|1234567/g
const ways = ['json', 'json in json', 'form', 'xml'] as const

test('no value under a private name and no credential survives in what is kept of a call, wherever it stands and is cut', () => {
  let keptTexts = 0
  const anyCase = fc
    .array(secret, { minLength: 1, maxLength: 3 })
    .chain((secrets) =>
      fc.record({ secrets: fc.constant(secrets), body: payload(secrets), answer: payload(secrets) }),
    )
  fc.assert(
    fc.property(
      anyCase,
      fc.constantFrom(...ways),
      fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
      fc.constantFrom('setLevels', 'order', 'check'),
      ({ secrets, body, answer }, way, cut, operation) => {
        const [text, contentType] = write(body, way)
        const said = cut === undefined ? text : text.slice(0, Math.floor(text.length * cut))
        const [first = ''] = secrets
        const call: HeardCall = {
          ...PLAIN,
          operation,
          url: `https://shop.example/api/${encodeURIComponent(first)}/jane.doe@example.com?key=${encodeURIComponent(first)}#x`,
          requestHeaders: {
            'Content-Type': contentType,
            Authorization: `Bearer ${TOKEN}`,
            cookie: 'QxCookieValue',
          },
          requestBody: beginOf(said),
          responseHeaders: {
            'content-type': 'application/json',
            'x-request-id': `r-${first}`,
            'set-cookie': 'QxCookieValue',
          },
          responseBody: beginOf(JSON.stringify({ sku: 'MUG-1', message: `what is ${TOKEN}?`, answer })),
        }
        const credentials = { nested: { secrets }, short: 'abc', number: 5 }
        const kept = maskCall(call, { secrets: secretsOf(credentials), privateNames: ['declaredHere'] })
        const all = JSON.stringify(kept)
        expect(all.match(WORDS) ?? []).toEqual([])
        for (const each of [...secrets, TOKEN, 'QxCookieValue']) {
          expect(all).not.toContain(each)
          expect(all).not.toContain(JSON.stringify(each).slice(1, -1))
          expect(all).not.toContain(encodeURIComponent(each))
        }
        if (kept.detail.responseBody?.includes('MUG-1') === true) keptTexts += 1
      },
    ),
    fromEnvironment(150),
  )
  // What masks everything keeps no promise worth having.
  expect(keptTexts).toBeGreaterThan(0)
})

test('what a call says of itself is kept', () => {
  const kept = maskCall(
    {
      ...PLAIN,
      operation: 'setLevels',
      about: ['write:7'],
      responseHeaders: {
        'x-request-id': 'abc-1',
        'retry-after': '2',
        'x-shopify-shop-api-call-limit': '39/40',
        server: 'x',
      },
      requestBody: beginOf('{"inventory_item_id": 12345678901234, "available": 4, "title": "Mug, blue"}'),
      responseBody: beginOf(
        `{"errors": [{"message": "Inventory item is not stocked", "code": "NOT_STOCKED"}], "page": "${'x '.repeat(9_000)}"}`,
      ),
    },
    { secrets: [], privateNames: [] },
  )
  expect(kept).toMatchObject({
    address: 'shop.example/levels?limit=***',
    platformRequestId: 'abc-1',
    failed: true,
    responseBytes: 18_093,
    detail: {
      responseHeaders: {
        'x-request-id': 'abc-1',
        'retry-after': '2',
        'x-shopify-shop-api-call-limit': '39/40',
      },
      requestBody: '{"inventory_item_id":12345678901234,"available":4,"title":"Mug, blue"}',
    },
  })
  expect(kept.detail.responseBody).toContain('"message":"Inventory item is not stocked","code":"NOT_STOCKED"')
})

test('what has no names is not kept: nobody can tell what is in it', () => {
  for (const text of [
    '<html><body>Jane Doe</body></html>',
    'ST*856*0001~N1*ST*JANE DOE~',
    'sku,name\nMUG,Jane',
    '{"a": nonsense}',
  ])
    expect(
      maskCall({ ...PLAIN, responseBody: beginOf(text) }, { secrets: [], privateNames: [] }).detail
        .responseBody,
    ).toBeNull()
})

const TOKEN = 'fetched-this-minute'
const PLAIN: HeardCall = {
  callId: '00000000-0000-7000-8000-000000000001',
  at: new Date(0),
  direction: 'out',
  operation: 'setLevels',
  method: 'POST',
  url: 'https://shop.example/levels?limit=5',
  requestHeaders: { 'content-type': 'application/json' },
  requestBody: undefined,
  responseHeaders: {},
  responseBody: undefined,
  status: 422,
  error: undefined,
  sent: true,
  waitedMs: 0,
  durationMs: 12.4,
  purpose: 'increase',
  about: [],
}

/** The payload as a platform may be sent it. */
function write(value: unknown, way: (typeof ways)[number]): [text: string, contentType: string] {
  switch (way) {
    case 'json':
      return [JSON.stringify(value), 'application/json']
    case 'json in json':
      return [JSON.stringify({ Message: JSON.stringify(value) }), 'application/json']
    case 'form':
      return [new URLSearchParams(pairsOf(value)).toString(), 'application/x-www-form-urlencoded']
    case 'xml':
      return [`<?xml version="1.0"?><Answer>${xmlOf(value)}</Answer>`, 'text/xml']
    default: {
      const never: never = way
      throw new Error(String(never))
    }
  }
}

function pairsOf(value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null) return [['message', String(value)]]
  return Object.entries(value).map(([name, part]): [string, string] => [
    Array.isArray(value) ? 'message' : name,
    typeof part === 'object' && part !== null ? JSON.stringify(part) : String(part),
  ])
}

const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

function xmlOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((part) => `<item>${xmlOf(part)}</item>`).join('')
  if (typeof value !== 'object' || value === null) return escapeXml(String(value))
  return Object.entries(value)
    .map(([name, part]) => {
      const tag = /^[A-Za-z_][\w.-]*$/.test(name) ? name : 'other'
      return `<ns:${tag}>${xmlOf(part)}</ns:${tag}>`
    })
    .join('')
}
