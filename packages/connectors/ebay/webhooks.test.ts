import { createHash } from 'node:crypto'
import { bindContext, isConnectorError } from '@plimsoll/connector-kit'
import {
  expectSoundEvents,
  fromEnvironment,
  offlineContext,
  openWebhookInbox,
  spoiltText,
  spoiltValue,
} from '@plimsoll/connector-kit/conformance'
import { seededRandom } from '@plimsoll/connector-kit/simulator'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { connector } from './index.ts'
import { settings } from './settings.ts'
import { type ConnectedAccount, withAccount } from './testing/connected-account.ts'
import { webhooks } from './webhooks.ts'

const credentials = {
  clientId: 'app',
  clientSecret: 'cert',
  refreshToken: 'refresh',
  verificationToken: 'token-of-thirty-two-letters-00000',
}
const offline = offlineContext({ settings: settings.parse({}), credentials })

const notification = (topic: string, data: object) => ({
  metadata: { topic, schemaVersion: '1.0', deprecated: false },
  notification: {
    notificationId: 'n-1',
    eventDate: '2026-11-26T10:00:00.000Z',
    publishDate: '2026-11-26T10:00:01.000Z',
    publishAttemptCount: 1,
    data,
  },
})
const message = (body: object | string) => ({
  headers: {},
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
})
const order = notification('ORDER_CONFIRMATION', {
  user: { userId: 'SELLER', username: 'brand' },
  order: {
    orderId: '13-14786-65872',
    orderLineItems: [{ orderLineItemId: '10084048110913', listingId: '287403994390', quantity: 19 }],
  },
})

test('the challenge: code, token and address, in this order, in hexadecimal', () => {
  const url = 'https://hub.example/webhooks/applications/ebay/abc'
  const answer = webhooks.challenge?.(
    { method: 'GET', url: `${url}?challenge_code=a8628072-3d33`, headers: {}, body: new Uint8Array() },
    offline,
  )
  const wanted = createHash('sha256')
    .update(`a8628072-3d33${credentials.verificationToken}${url}`)
    .digest('hex')
  expect(answer).toEqual({
    contentType: 'application/json',
    body: JSON.stringify({ challengeResponse: wanted }),
  })
  for (const other of [url, `${url}?challenge=1`, `${url}?challenge_code=`])
    expect(
      webhooks.challenge?.({ method: 'GET', url: other, headers: {}, body: new Uint8Array() }, offline),
    ).toBeUndefined()
})

describe('what notifications are about', () => {
  test('an order that was paid: whose it is, and that it must be read', () => {
    expect(webhooks.accountOf?.(message(order))).toBe('SELLER')
    expect(webhooks.parse(message(order))).toEqual([
      { kind: 'order', externalId: '13-14786-65872', version: undefined, order: undefined },
    ])
  })
  test('a grant that was revoked', () => {
    const revoked = message(
      notification('AUTHORIZATION_REVOCATION', {
        userId: 'SELLER',
        username: 'brand',
        revokeReason: 'REVOKED',
      }),
    )
    expect(webhooks.accountOf?.(revoked)).toBe('SELLER')
    expect(webhooks.parse(revoked)).toEqual([{ kind: 'uninstalled' }])
  })
  test('an account that is deleted is nobody’s connection, and answered', () => {
    const deleted = message(
      notification('MARKETPLACE_ACCOUNT_DELETION', { userId: 'BUYER', username: 'b', eiasToken: 'e' }),
    )
    expect(webhooks.accountOf?.(deleted)).toBeUndefined()
    expect(webhooks.parse(deleted)).toMatchObject([{ kind: 'ignored' }])
  })
  test('topics that nobody asked for are ignored; an order without a number is Malformed', () => {
    expect(webhooks.parse(message(notification('ITEM_AVAILABILITY', {})))).toMatchObject([
      { kind: 'ignored' },
    ])
    expect(() => webhooks.parse(message(notification('ORDER_CONFIRMATION', { order: {} })))).toThrow(
      expect.objectContaining({ kind: 'malformed' }),
    )
  })
})

test('whatever breaks on the way is read to sound events, or is Malformed', () => {
  fc.assert(
    fc.property(fc.nat(), fc.boolean(), (seed, isText) => {
      const random = seededRandom(seed)
      const whole = JSON.stringify(order)
      const body = message(isText ? spoiltText(whole, random) : spoiltValue(whole, random))
      const account = webhooks.accountOf?.(body)
      if (account !== undefined) expect(account).not.toBe('')
      try {
        expectSoundEvents(webhooks.parse(body))
      } catch (error) {
        if (!isConnectorError(error) || error.kind !== 'malformed') throw error
      }
    }),
    fromEnvironment(),
  )
})

/** A seller whose notifications come to an inbox that answers as the hub does. */
async function withInbox(
  story: (
    world: ConnectedAccount & {
      inbox: Awaited<ReturnType<typeof openWebhookInbox>>
      verify(request: Parameters<typeof webhooks.verify>[0]): Promise<boolean>
    },
  ) => Promise<void>,
): Promise<void> {
  await withAccount({ webhooks: { timeScale: 0.000_001 } }, async (account) => {
    const { simulator, http } = account
    const context = bindContext(connector, {
      settings: simulator.settings,
      credentials: simulator.credentials,
      http,
      now: () => 0,
      uuid: () => 'u',
    })
    const inbox = await openWebhookInbox((request) => webhooks.challenge?.(request, context))
    try {
      await story({ ...account, inbox, verify: async (request) => await webhooks.verify(request, context) })
    } finally {
      await inbox.close()
    }
  })
}

describe('signatures and subscriptions', () => {
  test('eBay signs with another key: it is fetched once, and the old one still counts', () =>
    withInbox(async ({ operations, seed, buy, inbox, verify, simulator, calls }) => {
      await seed({ sku: 'TEA' })
      await operations.registerWebhooks(inbox.url)
      await buy('TEA')
      await inbox.waitFor(() => inbox.received.length === 1)
      simulator.notifications.rotateKey()
      await buy('TEA')
      await inbox.waitFor(() => inbox.received.length === 2)
      for (const one of [...inbox.received, ...inbox.received]) expect(await verify(one)).toBe(true)
      expect(calls.filter(({ operation }) => operation === 'publicKey')).toHaveLength(2)
    }))

  test('a key that eBay does not know verifies nothing', () =>
    withInbox(async ({ operations, seed, buy, inbox, verify }) => {
      await seed({ sku: 'TEA' })
      await operations.registerWebhooks(inbox.url)
      await buy('TEA')
      const one = await inbox.waitFor(() => inbox.received.length === 1)
      const header = JSON.parse(Buffer.from(one.headers['x-ebay-signature'] ?? '', 'base64').toString('utf8'))
      const forged = Buffer.from(JSON.stringify({ ...header, kid: 'made-up' })).toString('base64')
      expect(await verify({ ...one, headers: { ...one.headers, 'x-ebay-signature': forged } })).toBe(false)
    }))

  test('a destination that eBay has marked down, and subscriptions that are off, are mended', () =>
    withInbox(async ({ operations, seed, buy, inbox, simulator }) => {
      await seed({ sku: 'TEA' })
      const first = await operations.registerWebhooks(inbox.url)
      expect(first.registered).toEqual([
        'ORDER_CONFIRMATION',
        'AUTHORIZATION_REVOCATION',
        'MARKETPLACE_ACCOUNT_DELETION',
      ])
      expect(await operations.registerWebhooks(inbox.url)).toEqual({ registered: [], repaired: [] })
      inbox.answerWith(500)
      for (let sale = 0; sale < 3; sale += 1) {
        await buy('TEA')
        await simulator.webhooks.drain()
      }
      const [destination] = simulator.notifications.destinations.values()
      expect(destination?.status).toBe('MARKED_DOWN')
      for (const subscription of simulator.notifications.subscriptions.values())
        subscription.status = 'DISABLED'
      inbox.answerWith(200)
      const mended = await operations.registerWebhooks(inbox.url)
      expect(mended.registered).toEqual([])
      expect(mended.repaired).toHaveLength(4)
      const before = inbox.received.length
      await buy('TEA')
      await inbox.waitFor(() => inbox.received.length > before)
    }))

  test('without an address for alerts eBay sends nothing: the cure is named', () =>
    withAccount({}, async ({ connect }) => {
      const operations = connect({ settings: { alertEmail: '' } })
      await expect(operations.registerWebhooks('http://127.0.0.1:1/webhooks')).rejects.toMatchObject({
        kind: 'invalid',
        field: 'alertEmail',
      })
    }))

  test('where the hub has no address nothing is asked', () =>
    withAccount({}, async ({ operations, calls }) => {
      expect(await operations.registerWebhooks('')).toEqual({ registered: [], repaired: [] })
      expect(calls).toEqual([])
    }))
})
