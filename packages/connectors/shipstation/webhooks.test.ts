import { generateKeyPairSync, sign } from 'node:crypto'
import { offlineContext, openWebhookInbox } from '@plimsoll/connector-kit/conformance'
import { expect, test } from 'vitest'
import { settingsSchema } from './settings.ts'
import { withAccount } from './testing/connected-account.ts'
import { TOPICS, webhooks } from './webhooks.ts'

const answer = (text: string, status = 200) => ({ status, text, headers: {}, date: undefined, durationMs: 0 })
const credentials = { apiKey: 'k', apiSecret: 's', apiKeyV2: 'v' }

test('one for each topic; what is lost is made anew, one too many goes, strangers stay', () =>
  withAccount(async ({ simulator, open }) => {
    const inbox = await openWebhookInbox()
    try {
      const { operations } = open()
      expect(await operations.registerWebhooks(inbox.url)).toEqual({ registered: [...TOPICS], repaired: [] })
      expect(await operations.registerWebhooks(inbox.url)).toEqual({ registered: [], repaired: [] })
      await operations.registerWebhooks('http://127.0.0.1:9/another')
      const own = () => [...simulator.subscriptions.values()].filter(({ url }) => url === inbox.url)
      const [one, other] = own()
      if (one === undefined || other === undefined) throw new Error('one for each topic')
      simulator.subscriptions.delete(one.webhook_id)
      simulator.subscriptions.set('twice', { ...other, webhook_id: 'twice' })
      expect(await operations.registerWebhooks(inbox.url)).toEqual({ registered: [], repaired: [one.event] })
      expect(
        own()
          .map(({ event }) => event)
          .sort(),
      ).toEqual([...TOPICS].sort())
      expect(simulator.subscriptions.size).toBe(2 * TOPICS.length)
    } finally {
      await inbox.close()
    }
  }))

test('without a public address none is made', () =>
  withAccount(async ({ operations, exchanges }) => {
    expect(await operations.registerWebhooks('')).toEqual({ registered: [], repaired: [] })
    expect(exchanges).toEqual([])
  }))

test.each([
  ['https://api.shipstation.com/v2/labels?shipment_id=se-310001', '310001'],
  ['https://api.shipstation.com/v2/shipments/se-7', '7'],
  ['http://169.254.169.254/latest/meta-data', ''],
  ['file:///etc/passwd', ''],
])('of %s only the order’s number is taken, and nothing is ever called', (resource_url, externalId) => {
  const body = Buffer.from(JSON.stringify({ resource_type: 'LABEL_CREATED_V2', resource_url }))
  expect(webhooks.parse({ headers: {}, body })).toEqual([
    { kind: 'shipment', externalId, version: undefined, shipment: undefined },
  ])
})

test('what is not asked for is ignored', () => {
  const body = Buffer.from('{"resource_type":"TRACK_EVENT_V2","data":{}}')
  expect(webhooks.parse({ headers: {}, body })).toMatchObject([{ kind: 'ignored' }])
})

test('verified with the key that it names, which is fetched from ShipStation’s own place, and kept', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const kid = crypto.randomUUID()
  const keys = {
    keys: [
      { ...publicKey.export({ format: 'jwk' }), kid },
      { kid: 'ec', kty: 'EC' },
    ],
  }
  const body = Buffer.from('{"resource_type":"LABEL_CREATED_V2"}')
  const timestamp = '2026-11-26T10:00:00Z'
  const signature = sign('RSA-SHA256', Buffer.from(`${timestamp}.${body}`), privateKey).toString('base64')
  const called: string[] = []
  const context = offlineContext({ settings: settingsSchema.parse({}), credentials })
  const online = {
    ...context,
    http: {
      ...context.http,
      send: async ({ url }: { url: string }) => {
        called.push(url)
        return answer(JSON.stringify(keys))
      },
    },
  }
  const verify = (changed: Record<string, string | undefined> = {}, given: Uint8Array = body) =>
    webhooks.verify(
      {
        method: 'POST',
        url: 'https://hub.example/in',
        headers: {
          'x-shipengine-timestamp': timestamp,
          'x-shipengine-rsa-sha256-key-id': kid,
          'x-shipengine-rsa-sha256-signature': signature,
          ...changed,
        },
        body: given,
      },
      online,
    )
  expect(await verify()).toBe(true)
  expect(await verify()).toBe(true)
  expect(called).toEqual(['https://api.shipengine.com/jwks'])
  expect(await verify({ 'x-shipengine-timestamp': '2026-11-26T10:00:01Z' })).toBe(false)
  expect(await verify({}, Buffer.from('{"resource_type":"LABEL_CREATED_V3"}'))).toBe(false)
  expect(await verify({ 'x-shipengine-rsa-sha256-signature': `${signature}\n` })).toBe(false)
  expect(await verify({ 'x-shipengine-rsa-sha256-key-id': 'ec' })).toBe(false)
  expect(await verify({ 'x-shipengine-rsa-sha256-key-id': undefined })).toBe(false)
  expect(new Set(called)).toEqual(new Set(['https://api.shipengine.com/jwks']))
})
