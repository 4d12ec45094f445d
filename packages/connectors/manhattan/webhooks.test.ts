import { createHmac } from 'node:crypto'
import type { WebhookEvent } from '@plimsoll/connector-kit'
import { fromEnvironment, offlineContext, openWebhookInbox } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { settingsSchema } from './settings.ts'
import { shipmentOf, withEnvironment } from './testing/connected-environment.ts'
import { webhooks } from './webhooks.ts'

const SECRET = 'a secret of some length'
const given = { environment: 'acme', organization: 'A', facilities: ['DC1'] }

const verify = (
  body: string,
  headers: Record<string, string | undefined>,
  settings: object = {},
  webhookSecret: string | undefined = SECRET,
) =>
  webhooks.verify(
    { method: 'POST', url: 'https://hub.example/in', headers, body: Buffer.from(body) },
    offlineContext({
      settings: settingsSchema.parse({ ...given, ...settings }),
      credentials: {
        clientId: 'c',
        clientSecret: 's',
        ...(webhookSecret !== undefined && { webhookSecret }),
      },
    }),
  )
const mac = (body: string, encoding: 'hex' | 'base64') =>
  createHmac('sha256', SECRET).update(body).digest(encoding)

test('a message is taken by its token, or by its HMAC as the settings say, and by nothing else', () => {
  expect(verify('{}', { 'x-plimsoll-token': SECRET })).toBe(true)
  expect(verify('{}', { authorization: `Bearer ${SECRET}` }, { webhookHeader: 'Authorization' })).toBe(true)
  expect(verify('{}', { authorization: SECRET }, { webhookHeader: 'authorization' })).toBe(false)
  for (const encoding of ['hex', 'base64'] as const) {
    const settings = { webhookProof: `hmac-sha256-${encoding}`, webhookHeader: 'x-signature' }
    expect(verify('{"a":1}', { 'x-signature': mac('{"a":1}', encoding) }, settings)).toBe(true)
    expect(verify('{"a":2}', { 'x-signature': mac('{"a":1}', encoding) }, settings)).toBe(false)
    expect(verify('{"a":1}', { 'x-signature': SECRET }, settings)).toBe(false)
  }
})

test('without a secret none is taken, whatever comes', () => {
  const nobody = webhooks.verify(
    {
      method: 'POST',
      url: 'https://hub.example/in',
      headers: { 'x-plimsoll-token': '' },
      body: Buffer.from('{}'),
    },
    offlineContext({
      settings: settingsSchema.parse(given),
      credentials: { clientId: 'c', clientSecret: 's' },
    }),
  )
  expect(nobody).toBe(false)
  fc.assert(
    fc.property(fc.string(), (token) => {
      expect(verify('{}', { 'x-plimsoll-token': token })).toBe(token === SECRET)
      expect(verify('{}', {})).toBe(false)
    }),
    fromEnvironment(),
  )
})

const hint = (kind: 'shipment' | 'receipt', externalId: string): WebhookEvent =>
  kind === 'shipment'
    ? { kind, externalId, version: undefined, shipment: undefined }
    : { kind, externalId, version: undefined, receipt: undefined }

test.each([
  ['a ship confirm', { OriginalOrderId: 'o1', OlpnId: '7' }, [hint('shipment', 'o1')]],
  [
    'a container',
    { Payload: { Olpn: [{ OlpnId: '7' }, { OlpnId: '8' }] } },
    [hint('shipment', '7'), hint('shipment', '8')],
  ],
  ['an order of Omni’s', [{ OrderId: 'o1' }], [hint('shipment', 'o1')]],
  ['a receipt', { data: { AsnId: 'a1', AsnStatus: '8000' } }, [hint('receipt', 'a1')]],
  [
    'a PIX',
    { PIX: { PixTransactionId: '1', TransactionType: '300', ItemId: 'SOCK' } },
    [{ kind: 'counted' }],
  ],
  [
    'many PIX',
    [
      { TransactionType: '606', ItemId: 'a' },
      { TransactionType: '606', ItemId: 'b' },
    ],
    [{ kind: 'counted' }],
  ],
  ['a PIX about an order', { TransactionType: '620', ItemId: 'a', OrderId: 'o1' }, [{ kind: 'counted' }]],
] as const)('%s is a hint', (_, message, events) => {
  expect(webhooks.parse({ headers: {}, body: Buffer.from(JSON.stringify(message)) })).toEqual(events)
})

test.each([
  '',
  '{',
  'null',
  '[]',
  '{}',
  '"text"',
  '{"Payload":{"Name":"Pat van Example"}}',
  '<x/>',
  '{"OrderId":7}',
])('of %s nobody knows what it is about', (body) => {
  const parse = () => webhooks.parse({ headers: {}, body: Buffer.from(body) })
  expect(parse).toThrow(expect.objectContaining({ kind: 'malformed' }))
  expect(parse).not.toThrow(/Pat van/)
})

test('whatever is sent, it is hints or Malformed, however deep', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 12 }), (body) => {
      try {
        expect(webhooks.parse({ headers: {}, body: Buffer.from(body) }).length).toBeGreaterThan(0)
      } catch (error) {
        expect(error).toMatchObject({ kind: 'malformed' })
      }
    }),
    fromEnvironment(),
  )
})

test.each(['token', 'hmac-sha256-base64', 'hmac-sha256-hex'] as const)(
  'the simulator proves itself by %s',
  (webhookProof) =>
    withEnvironment(async ({ simulator, floor, warehouse }) => {
      const inbox = await openWebhookInbox()
      try {
        simulator.tell(inbox.url, { webhookProof })
        const request = shipmentOf({ floor }, ['S-1'])
        await warehouse.requestShipment(request)
        floor.requests.step(floor.requests.all()[0]?.id ?? 0, { step: 'ship' })
        const received = await inbox.waitFor((each) => Buffer.from(each.body).includes(request.shipmentId))
        const context = offlineContext({
          settings: { ...simulator.settings, webhookProof },
          credentials: simulator.credentials,
        })
        expect(webhooks.verify(received, context)).toBe(true)
        expect(webhooks.parse(received)).toEqual([hint('shipment', request.shipmentId)])
      } finally {
        await inbox.close()
      }
    }),
)
