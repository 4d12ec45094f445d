import { createHmac } from 'node:crypto'
import { offlineContext, openWebhookInbox } from '@plimsoll/connector-kit/conformance'
import { describe, expect, test } from 'vitest'
import { type Credentials, settingsSchema } from './settings.ts'
import { CUSTOMER_ACCOUNT_ID } from './simulator/index.ts'
import { withAccount } from './testing/connected-account.ts'
import { access } from './tokens.ts'
import { webhooks } from './webhooks.ts'

describe('accounts', () => {
  test('with a 3PL’s token the customer must be named, and must be one of its own', () =>
    withAccount(
      async ({ operations, open }) => {
        const found = await operations.check()
        expect(found).toMatchObject({ accountId: CUSTOMER_ACCOUNT_ID, warnings: [] })
        const { account } = found
        expect(account).toContain('Harbour & Co.')
        const unnamed = await open(undefined, { customerAccountId: undefined }).operations.check()
        expect(unnamed.warnings.join()).toContain(CUSTOMER_ACCOUNT_ID)
        await expect(
          open(undefined, { customerAccountId: 'QWNjb3VudDox' }).operations.check(),
        ).rejects.toMatchObject({ kind: 'forbidden', scope: 'customerAccountId' })
      },
      { isThirdParty: true },
    ))

  test('a brand’s own account has no customers', () =>
    withAccount(async ({ open }) => {
      await expect(
        open(undefined, { customerAccountId: 'QWNjb3VudDox' }).operations.check(),
      ).rejects.toMatchObject({ kind: 'forbidden' })
    }))

  test('a refresh token that is replaced is kept with what was kept before', async () => {
    const credentials = { refreshToken: 'old', webhookSecrets: ['a b'] }
    const context = offlineContext({ settings: settingsSchema.parse({}), credentials })
    const answer = (text: object) => ({
      status: 200,
      text: JSON.stringify(text),
      headers: {},
      date: undefined,
      durationMs: 0,
    })
    const obtain = async (text: object) =>
      await access.obtain({ ...context, http: { ...context.http, send: async () => answer(text) } })
    const given = { access_token: 't', expires_in: 60 }
    expect((await obtain(given)).credentials).toBeUndefined()
    expect((await obtain({ ...given, refresh_token: 'old' })).credentials).toBeUndefined()
    expect((await obtain({ ...given, refresh_token: 'new' })).credentials).toEqual({
      refreshToken: 'new',
      webhookSecrets: ['a b'],
    })
  })
})

describe('webhooks', () => {
  test('secrets are kept; what is lost, switched off, moved or of an unknown secret is made anew; strangers stay', () =>
    withAccount(async ({ simulator, open }) => {
      const inbox = await openWebhookInbox()
      try {
        const { operations } = open()
        const first = await operations.registerWebhooks(inbox.url)
        expect(first).toMatchObject({ repaired: [] })
        expect(first.registered).toHaveLength(4)
        // The same process goes on with what it was opened with.
        expect(await operations.registerWebhooks(inbox.url)).toEqual({ ...first, registered: [] })
        await open().operations.registerWebhooks('http://127.0.0.1:9/another')
        const kept = { ...simulator.credentials, ...first.secrets } as Credentials
        expect(await open(kept).operations.registerWebhooks(inbox.url)).toEqual({ ...first, registered: [] })
        const own = () => [...simulator.subscriptions.values()].filter(({ url }) => url === inbox.url)
        const [one, other] = own()
        if (one === undefined || other === undefined) throw new Error('four of them')
        one.enabled = false
        simulator.subscriptions.delete(other.id)
        const mended = await open(kept).operations.registerWebhooks(inbox.url)
        expect(mended.repaired.sort()).toEqual([one.name, other.name].sort())
        // Of another process, which knows no secret: all of them.
        expect((await open().operations.registerWebhooks(inbox.url)).repaired).toHaveLength(4)
        expect(own()).toHaveLength(4)
        expect(simulator.subscriptions.size).toBe(8)
      } finally {
        await inbox.close()
      }
    }))

  test('without a public address none is made', () =>
    withAccount(async ({ operations, exchanges }) => {
      expect(await operations.registerWebhooks('')).toEqual({ registered: [], repaired: [] })
      expect(exchanges).toEqual([])
    }))

  const context = (webhookSecrets?: string[]) =>
    offlineContext({
      settings: settingsSchema.parse({}),
      credentials: { refreshToken: 'r', ...(webhookSecrets !== undefined && { webhookSecrets }) },
    })
  const request = (body: string, signature: string, method = 'POST') => ({
    method,
    url: 'https://hub.example/in',
    headers: { 'x-shiphero-hmac-sha256': signature },
    body: Buffer.from(body),
  })

  test('any of the kept secrets verifies; none, where none is kept', async () => {
    const signed = createHmac('sha256', 'two').update('{}').digest('base64')
    expect(await webhooks.verify(request('{}', signed), context(['id1 one', 'id2 two']))).toBe(true)
    expect(await webhooks.verify(request('{}', signed), context(['id1 one']))).toBe(false)
    expect(await webhooks.verify(request('{}', signed), context())).toBe(false)
    const empty = createHmac('sha256', '').update('{}').digest('base64')
    expect(await webhooks.verify(request('{}', empty), context(['id1 ']))).toBe(false)
  })

  test('it looks whether the address answers before it takes it', () => {
    expect(webhooks.challenge?.(request('', '', 'HEAD'), context())).toBeDefined()
    expect(webhooks.challenge?.(request('', ''), context())).toBeUndefined()
  })

  test.each([
    [
      '{"webhook_type":"Shipment Update","fulfillment":{"order_uuid":"T3JkZXI6MQ=="}}',
      { kind: 'shipment', externalId: 'T3JkZXI6MQ==' },
    ],
    [
      '{"webhook_type":"Shipment Update","fulfillment":{"order_id":1}}',
      { kind: 'shipment', externalId: 'T3JkZXI6MQ==' },
    ],
    [
      '{"webhook_type":"Shipment Update","fulfillment":{"partner_order_id":"x"}}',
      { kind: 'shipment', externalId: 'x' },
    ],
    ['{"webhook_type":"Order Canceled","order_uuid":"O"}', { kind: 'shipment', externalId: 'O' }],
    ['{"webhook_type":"PO Update","purchase_order":{"po_id":7}}', { kind: 'receipt', externalId: '7' }],
    ['{"webhook_type":"PO Update","po_number":"PO-7"}', { kind: 'receipt', externalId: 'PO-7' }],
    ['{"webhook_type":"Return Update","return_id":9}', { kind: 'return', externalId: '9' }],
    ['{"webhook_type":"Tote Complete","tote_id":9}', { kind: 'ignored' }],
  ])('%s', (body, event) => {
    expect(webhooks.parse({ headers: {}, body: Buffer.from(body) })).toMatchObject([event])
  })
})
