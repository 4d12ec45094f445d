import { createHmac } from 'node:crypto'
import { isGenuineCall } from '@plimsoll/connector-kit'
import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { definition } from './definition.ts'
import { toReceivedFile } from './webhook.ts'

const NOW = 1_790_000_000_000
const given = (webhook: object, feeds: object = {}) => {
  const levels = { format: { kind: 'json' }, map: { columns: { sku: 'sku' } } }
  const read = definition.parse({ feeds: { levels, ...feeds }, webhook })
  if (read.webhook === undefined) throw new Error('it has one')
  return { read, webhook: read.webhook }
}
const body = Buffer.from('[{"sku":"TEA","onHand":3}]')
const standard = (secret: string, at: number) => ({
  'webhook-id': 'm1',
  'webhook-timestamp': String(at),
  'webhook-signature': `v1,${createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
    .update(`m1.${at}.`)
    .update(body)
    .digest('base64')}`,
})

test('Standard Webhooks: signed now, by whoever has the secret', () => {
  const { webhook } = given({ authentication: { kind: 'standard-webhooks' } })
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const at = NOW / 1_000
  const verify = (headers: Record<string, string>, now = NOW, key = secret) =>
    isGenuineCall(webhook.authentication, { headers, body }, { secret: key, now })
  expect(verify(standard(secret, at))).toBe(true)
  const rotated = standard(secret, at)
  expect(verify({ ...rotated, 'webhook-signature': `v1,AAAA ${rotated['webhook-signature']}` })).toBe(true)
  expect(verify(standard(secret, at), NOW + 301_000)).toBe(false)
  expect(verify(standard('whsec_AAAA', at))).toBe(false)
  expect(verify(standard(secret, at), NOW, '')).toBe(false)
  expect(
    isGenuineCall(
      webhook.authentication,
      { headers: standard(secret, at), body: Buffer.from('x') },
      { secret, now: NOW },
    ),
  ).toBe(false)
})

test.each([
  [{ kind: 'hmac-sha256', header: 'X-Signature', prefix: 'sha256=' }, 'hex', 'sha256='],
  [{ kind: 'hmac-sha256', header: 'X-Signature', encoding: 'base64' }, 'base64', ''],
] as const)('a signature in a header: %o', (authentication, encoding, prefix) => {
  const { webhook } = given({ authentication })
  const sign = (secret: string) => prefix + createHmac('sha256', secret).update(body).digest(encoding)
  const verify = (value: string) =>
    isGenuineCall(
      webhook.authentication,
      { headers: { 'x-signature': value }, body },
      { secret: 's', now: NOW },
    )
  expect(verify(sign('s'))).toBe(true)
  expect(verify(sign('other'))).toBe(false)
  expect(verify('')).toBe(false)
})

test('nothing but the right token opens', () => {
  const { webhook } = given({ authentication: { kind: 'token', prefix: 'Bearer ' } })
  const verify = (authorization: string | undefined, secret = 'open sesame') =>
    isGenuineCall(webhook.authentication, { headers: { authorization }, body }, { secret, now: NOW })
  expect(verify('Bearer open sesame')).toBe(true)
  expect(verify('Bearer ', '')).toBe(false)
  expect(verify(undefined)).toBe(false)
  fc.assert(
    fc.property(fc.string(), (guess) => {
      expect(verify(guess)).toBe(guess === 'Bearer open sesame')
    }),
    fromEnvironment(),
  )
})

test('what a message is about: by the address, by a header, by the only feed; otherwise it is refused', () => {
  const shipments = { format: { kind: 'json' }, map: { columns: { shipmentId: 'id' } } }
  const authentication = { kind: 'token' }
  const two = given({ authentication }, { shipments }).read
  const message = (headers: Record<string, string>, url?: string) => ({
    headers,
    body,
    ...(url !== undefined && { url }),
  })
  expect(toReceivedFile(two, message({}, 'https://hub.example/webhooks/1?feed=shipments')).feed).toBe(
    'shipments',
  )
  expect(() => toReceivedFile(two, message({}, 'https://hub.example/webhooks/1'))).toThrow(/\?feed=/)
  expect(() => toReceivedFile(two, message({}, 'https://hub.example/webhooks/1?feed=returns'))).toThrow(
    /no feed/,
  )
  expect(toReceivedFile(given({ authentication }).read, message({})).feed).toBe('levels')
  const topic = { header: 'X-Topic', feeds: { 'stock.changed': 'levels' } }
  const byTopic = given({ authentication, topic }, { shipments }).read
  expect(toReceivedFile(byTopic, message({ 'x-topic': 'stock.changed' })).feed).toBe('levels')
  expect(() => toReceivedFile(byTopic, message({ 'x-topic': 'constructor' }))).toThrow(/topic/)
})
