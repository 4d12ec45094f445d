import { createHmac } from 'node:crypto'
import { manualClock } from '@plimsoll/connector-kit'
import { offlineContext, openWebhookInbox } from '@plimsoll/connector-kit/conformance'
import { parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import * as documents from './documents.ts'
import { connector } from './index.ts'
import { CREDITS_MAX, REQUESTS_PER_5_MINUTES } from './limits.ts'
import { type GraphqlError, meansNoToken, throttleWaitMs, toRefusal } from './refusals.ts'
import { type Credentials, settingsSchema } from './settings.ts'
import { REFRESH_TOKEN } from './simulator/account.ts'
import { requestedCredits } from './simulator/cost.ts'
import { CUSTOMER_ACCOUNT_ID } from './simulator/index.ts'
import { shipmentOf, withAccount } from './testing/connected-account.ts'
import { access } from './tokens.ts'
import { webhooks } from './webhooks.ts'

const since = new Date(0)

describe('credits and requests', () => {
  const all = Object.entries({ ...documents }).flatMap(([name, value]) => {
    if (typeof value === 'number') return []
    if (typeof value !== 'function') return [[name, value] as const]
    // Those for so many at once, and those that are told apart by name.
    const made = name === 'units' || name === 'lots' ? (value as typeof documents.units)(40) : undefined
    return [[name, made ?? (value as typeof documents.order)('check')] as const]
  })

  test.each(all)('%s asks for no more credits than it says, and for fewer than there are', (_, operation) => {
    const required = requestedCredits(parse(operation.text))
    expect(operation.cost).toBeGreaterThanOrEqual(required)
    expect(operation.cost).toBeLessThanOrEqual(required * 2 + 500)
    expect(required).toBeLessThanOrEqual(CREDITS_MAX)
  })

  test('the budget never meets the limit of five minutes, whenever a burst begins', () => {
    const spec = connector.manifest.budgets.find(({ name }) => name === 'requests')
    if (spec?.kind !== 'token-bucket') throw new Error('one token bucket')
    expect(spec.capacity + 300 * spec.refillPerSecond).toBeLessThanOrEqual(REQUESTS_PER_5_MINUTES)
  })

  test(
    'more is read than the credits at once allow, and nothing is ever throttled',
    { timeout: 60_000 },
    () =>
      withAccount(async ({ simulator, floor, operations, exchanges }) => {
        const facilityId = floor.facilities[0]?.id ?? ''
        for (let at = 0; at < 4_200; at += 1) {
          floor.addItem({ sku: `S-${at}`, title: 'x' })
          floor.adjust({ facilityId, sku: `S-${at}`, sellable: 1, reason: 'seeded' })
        }
        let rows = 0
        for (let cursor: string | undefined; ; ) {
          const page = await operations.counts?.(cursor)
          rows += page?.rows.length ?? 0
          cursor = page?.next
          if (cursor === undefined) break
        }
        expect(rows).toBe(4_200)
        expect(simulator.creditsLeft()).toBeLessThan(500)
        expect(exchanges.some(({ text }) => text.includes('"code":30'))).toBe(false)
      }),
  )

  test('what is left is learned from each answer: others of the account spend it too', () =>
    withAccount(async ({ simulator, open, operations }) => {
      await operations.check()
      const other = open()
      for (let at = 0; at < 5; at += 1) await other.operations.listings(undefined)
      await operations.check()
      expect(simulator.creditsLeft()).toBeGreaterThan(0)
      const before = performance.now()
      simulator.faults.rewriteAnswers((body) =>
        body.replace(/"credits_remaining":\d+/, '"credits_remaining":-30'),
      )
      await operations.check()
      simulator.faults.rewriteAnswers(undefined)
      // Two credits at sixty a second, from thirty below nought.
      await operations.check()
      expect(performance.now() - before).toBeGreaterThan(400)
    }))

  test('past the credits it is told how long to wait', () =>
    withAccount(
      async ({ operations }) => {
        await expect(operations.counts?.(undefined)).rejects.toMatchObject({
          kind: 'rate-limited',
          retryAfterMs: 10_000,
        })
      },
      { credits: 10, creditsPerSecond: 10 },
    ))

  test('past the requests of five minutes it is throttled until they are over', async () => {
    const clock = manualClock()
    await withAccount(
      async ({ simulator }) => {
        const token = await fetch(`${simulator.url}/auth/refresh`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ refresh_token: REFRESH_TOKEN }),
        })
        const { access_token } = (await token.json()) as { access_token: string }
        const call = async () => {
          const answer = await fetch(`${simulator.url}/graphql`, {
            method: 'POST',
            headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
            body: JSON.stringify({ query: '{ user_quota { credits_remaining } }' }),
          })
          return answer.status
        }
        expect([await call(), await call(), await call()]).toEqual([200, 200, 429])
        await clock.advance(300_001)
        expect(await call()).toBe(200)
      },
      { clock, requestsPer5Minutes: 2 },
    )
  })
})

describe('what it refuses', () => {
  test.each<[GraphqlError, object]>([
    [
      { message: 'x', code: 30, time_remaining: '7 seconds' },
      { kind: 'rate-limited', retryAfterMs: 7_000 },
    ],
    [
      { message: 'There are not enough credits to perfom … only 3 left. In 12 seconds you will have enough' },
      { kind: 'rate-limited', retryAfterMs: 12_000 },
    ],
    [{ message: 'Order not found', code: 5 }, { kind: 'not-found' }],
    [
      { message: 'Product with sku Pat Example not found', code: 5 },
      { kind: 'invalid', field: 'lines.sku' },
    ],
    [
      { message: 'Warehouse not found', code: 5 },
      { kind: 'invalid', field: 'locationId' },
    ],
    [{ message: 'Unauthorized' }, { kind: 'unauthorized' }],
    [{ message: 'Your token has expired' }, { kind: 'unauthorized' }],
    [
      { message: 'You do not have permission: missing scope orders:write' },
      { kind: 'forbidden', scope: 'orders:write' },
    ],
    [{ message: 'Internal server error' }, { kind: 'unavailable', sent: true }],
    [{ message: 'Invalid zip code for Pat Example' }, { kind: 'invalid', field: 'recipient.postalCode' }],
    [{ message: 'Pat Example of Nowhere Blvd' }, { kind: 'invalid', field: 'request' }],
    [{ message: null }, { kind: 'invalid', field: 'request' }],
  ])('%o', (error, wanted) => {
    const found = toRefusal(error, 'x', 200)
    expect(found).toMatchObject(wanted)
    expect(found.message).not.toMatch(/Pat Example|Nowhere/)
  })

  test('in a read, what is not found is what was asked for', () => {
    expect(toRefusal({ message: 'Product not found', code: 5 }, 'x', 200, 'read').kind).toBe('not-found')
  })

  test('a hint that cannot be read is none', () => {
    expect(throttleWaitMs({ message: 'There are not enough credits' })).toBeUndefined()
    expect(throttleWaitMs({ time_remaining: 3 })).toBe(3_000)
    expect(throttleWaitMs({ time_remaining: '9999999' })).toBe(3_600_000)
    expect(meansNoToken('{"errors":[{"message":"Token is expired"}]}')).toBe(true)
    expect(meansNoToken('{"data":{"order":{"name":"Token is expired"}}}')).toBe(false)
    expect(meansNoToken('"errors"')).toBe(false)
  })
})

describe('orders', () => {
  test('a failed look-up says that the request never left', () =>
    withAccount(async ({ simulator, warehouse, floor }) => {
      simulator.faults.set({ dropResponseRate: 1 })
      await expect(warehouse.requestShipment(shipmentOf({ floor }, ['S-1']))).rejects.toMatchObject({
        sent: false,
      })
      expect(floor.requests.all()).toEqual([])
    }))

  test('a SKU is looked up once, and one that goes by another id is refused', () =>
    withAccount(async ({ warehouse, floor, exchanges }) => {
      const request = shipmentOf({ floor }, ['S-1'])
      await warehouse.requestShipment(request)
      await warehouse.requestShipment({ ...request, shipmentId: crypto.randomUUID() })
      expect(exchanges.filter(({ operation }) => operation === 'knownUnits')).toHaveLength(1)
      const lines = request.lines.map((line) => ({ ...line, stockUnitId: 'another' }))
      await expect(
        warehouse.requestShipment({ ...request, shipmentId: crypto.randomUUID(), lines }),
      ).rejects.toMatchObject({ kind: 'invalid', field: 'lines.sku' })
      expect(floor.requests.all()).toHaveLength(2)
    }))

  test('refused as a duplicate, the order that exists is the answer; one that is not shown yet is asked for again', () =>
    withAccount(
      async ({ simulator, warehouse, floor }) => {
        const request = shipmentOf({ floor }, ['S-1'])
        const made = await warehouse.requestShipment(request)
        expect(await warehouse.requestShipment(request)).toEqual(made)
        expect(floor.requests.all()).toHaveLength(1)
        simulator.faults.rewriteAnswers((body) => body.replaceAll(request.shipmentId, 'hidden'))
        await expect(warehouse.requestShipment(request)).rejects.toMatchObject({
          kind: 'unavailable',
          sent: true,
        })
      },
      { refusesDuplicates: true },
    ))

  test('of several orders under one reference the first that was not cancelled is meant', () =>
    withAccount(async ({ warehouse, floor }) => {
      const request = shipmentOf({ floor }, ['S-1'])
      const ids = []
      for (let at = 0; at < 3; at += 1) ids.push((await warehouse.requestShipment(request)).externalId)
      expect((await warehouse.findShipment(request.shipmentId))?.externalId).toBe(ids[0])
      await warehouse.cancelShipment?.({ shipmentId: request.shipmentId, externalId: ids[0] ?? '' })
      expect((await warehouse.findShipment(request.shipmentId))?.externalId).toBe(ids[1])
    }))

  test('two lines of one SKU stay two, each with our id', () =>
    withAccount(async ({ warehouse, floor }) => {
      const request = shipmentOf({ floor }, ['S-1'])
      const lines = [
        ...request.lines,
        ...request.lines.map((line) => ({ ...line, lineId: crypto.randomUUID() })),
      ]
      const { externalId } = await warehouse.requestShipment({ ...request, lines })
      floor.requests.step(floor.requests.all()[0]?.id ?? 0, { step: 'ship' })
      const found = await warehouse.findShipment(request.shipmentId)
      expect(found?.externalId).toBe(externalId)
      const told = found?.parcels.flatMap((parcel) => parcel.lines.map(({ lineId }) => lineId))
      expect(told?.sort()).toEqual(lines.map(({ lineId }) => lineId).sort())
    }))

  test('an order with more lines than a list shows is read by itself; with more than can be read it is named', () =>
    withAccount(
      async ({ warehouse, floor, exchanges }) => {
        const skus = Array.from({ length: 60 }, (_, at) => `S-${at}`)
        const request = shipmentOf({ floor }, skus)
        await warehouse.requestShipment(request)
        await warehouse.requestShipment(shipmentOf({ floor }, ['S-1']))
        for (const { id } of floor.requests.all()) floor.requests.step(id, { step: 'ship' })
        const page = await warehouse.shipments?.({ since, cursor: undefined })
        const units = page?.rows.flatMap(({ parcels }) => parcels.flatMap((parcel) => parcel.lines))
        expect(units).toHaveLength(61)
        expect(exchanges.filter(({ operation }) => operation === 'shipments.one')).toHaveLength(1)
        // By hand, past what the hub would ask for.
        floor.requests.ask({
          reference: 'by-hand',
          number: '1',
          facilityId: request.locationId,
          recipient: request.recipient,
          lines: Array.from({ length: 120 }, () => ({ sku: 'S-1', quantity: 1 })),
        })
        const again = await warehouse.shipments?.({ since, cursor: undefined })
        expect(again?.rows).toHaveLength(2)
        expect(again?.unreadable).toHaveLength(1)
      },
      { credits: 100_000 },
    ))

  type Request = ReturnType<typeof shipmentOf>
  const to = (recipient: Partial<Request['recipient']>) => (good: Request) => ({
    ...good,
    recipient: { ...good.recipient, ...recipient },
  })
  test.each<[string, (good: Request) => Request]>([
    ['lines.lot', (good) => ({ ...good, lines: good.lines.map((line) => ({ ...line, lot: 'L-1' })) })],
    ['lines', (good) => ({ ...good, lines: [] })],
    ['recipient.city', to({ city: ' ' })],
    ['recipient.country', to({ country: 'Atlantis' })],
    ['recipient.addressLines', to({ addressLines: ['  '] })],
    ['recipient.name', to({ name: ' ' })],
    ['locationId', (good) => ({ ...good, locationId: 'a warehouse' })],
  ])('%s is refused before anything is sent', (field, spoil) =>
    withAccount(async ({ warehouse, floor, exchanges }) => {
      const request = spoil(shipmentOf({ floor }, ['S-1']))
      await expect(warehouse.requestShipment(request)).rejects.toMatchObject({ kind: 'invalid', field })
      expect(exchanges).toEqual([])
    }),
  )

  test('a list of others’ orders is not read: only those of our store', () =>
    withAccount(async ({ warehouse, floor, open }) => {
      await warehouse.requestShipment(shipmentOf({ floor }, ['S-1']))
      const other = open(undefined, { shopName: 'another' })
      expect((await other.warehouse.shipments?.({ since, cursor: undefined }))?.rows).toEqual([])
      expect((await warehouse.shipments?.({ since, cursor: undefined }))?.rows).toHaveLength(1)
    }))
})

describe('stock', () => {
  test('lots of what is tracked by lot are read beside, unless switched off', () =>
    withAccount(async ({ floor, operations, open, exchanges }) => {
      const facilityId = floor.facilities[0]?.id ?? ''
      floor.addItem({ sku: 'LOTTED', title: 'x' })
      floor.addItem({ sku: 'PLAIN', title: 'x' })
      floor.adjust({ facilityId, sku: 'PLAIN', sellable: 5, reason: 'seeded' })
      const where = { facilityId, sku: 'LOTTED', reason: 'seeded' }
      floor.adjust({ ...where, lot: 'L-1', expiresOn: '2030-01-31', sellable: 4, damaged: 1 })
      floor.adjust({ ...where, lot: 'L-2', sellable: 2 })
      const count = async (from: typeof operations) =>
        (await from.counts?.(undefined))?.rows.find(({ onHand }) => onHand === 7)
      expect((await count(operations))?.lots).toEqual([
        { code: 'L-1', expiresOn: '2030-01-31', onHand: 5, held: 1 },
        { code: 'L-2', expiresOn: undefined, onHand: 2, held: 0 },
      ])
      const [read] = exchanges.filter(({ operation }) => operation === 'counts.lots')
      expect(Object.values(read?.variables ?? {})).not.toContain('PLAIN')
      exchanges.length = 0
      expect((await count(open(undefined, { lots: false }).operations))?.lots).toBeUndefined()
      expect(exchanges.filter(({ operation }) => operation === 'counts.lots')).toEqual([])
    }))

  test('a number below nought is a row that cannot be read; the others go on', () =>
    withAccount(async ({ simulator, floor, operations }) => {
      shipmentOf({ floor }, ['S-1', 'S-2'])
      simulator.faults.rewriteAnswers((body) => body.replace('"on_hand":10', '"on_hand":-3'))
      const page = await operations.counts?.(undefined)
      expect(page?.rows).toHaveLength(1)
      expect(page?.unreadable).toHaveLength(1)
    }))
})

describe('deliveries', () => {
  const noticeOf = ({ locationId, lines }: ReturnType<typeof shipmentOf>) => ({
    inboundId: crypto.randomUUID(),
    number: 'PO 1,2',
    locationId,
    expectedAt: undefined,
    carrier: undefined,
    trackingNumber: undefined,
    lines: lines.map((line) => ({ ...line, lot: undefined, expiresOn: undefined })),
  })

  test('one that was called off is announced anew', () =>
    withAccount(async ({ warehouse, floor }) => {
      const notice = noticeOf(shipmentOf({ floor }, ['S-1']))
      const first = await warehouse.announceInbound?.(notice)
      expect(await warehouse.announceInbound?.(notice)).toEqual(first)
      floor.intake.cancelInbound(floor.intake.inbounds()[0]?.id ?? 0)
      expect(await warehouse.announceInbound?.(notice)).not.toEqual(first)
    }))

  test('a delivery of more lines than a page is read whole, and its lots where there is one', () =>
    withAccount(
      async ({ warehouse, floor }) => {
        const skus = Array.from({ length: 70 }, (_, at) => `S-${at}`)
        await warehouse.announceInbound?.(noticeOf(shipmentOf({ floor }, skus)))
        const id = floor.intake.inbounds()[0]?.id ?? 0
        floor.intake.receive(
          id,
          skus.map((sku, at) => ({ sku, quantity: at + 1, lot: at === 0 ? 'L-1' : undefined })),
        )
        floor.intake.receive(id, [
          { sku: 'S-1', quantity: 1, lot: 'L-1' },
          { sku: 'S-1', quantity: 1, lot: 'L-2' },
        ])
        const [receipt] = (await warehouse.receipts?.({ since, cursor: undefined }))?.rows ?? []
        expect(receipt?.lines).toHaveLength(70)
        expect(receipt?.lines.find(({ sku }) => sku === 'S-0')?.lot).toBe('L-1')
        expect(receipt?.lines.find(({ sku }) => sku === 'S-1')).toMatchObject({ quantity: 4, lot: undefined })
      },
      { credits: 100_000 },
    ))

  test('of what was closed before, no lines are read', () =>
    withAccount(async ({ warehouse, floor, exchanges }) => {
      const facilityId = floor.facilities[0]?.id ?? ''
      floor.addItem({ sku: 'S-1', title: 'x' })
      for (let at = 0; at < 3; at += 1) {
        const lines = [{ sku: 'S-1', quantity: 1 }]
        floor.intake.announce({ reference: undefined, number: `PO-${at}`, facilityId, lines })
      }
      for (const { id } of floor.intake.inbounds()) floor.intake.close(id)
      const hour = new Date(Date.now() + 3_600_000)
      expect((await warehouse.receipts?.({ since: hour, cursor: undefined }))?.rows).toEqual([])
      expect(exchanges.filter(({ operation }) => operation === 'receipts.lines')).toEqual([])
      expect((await warehouse.receipts?.({ since, cursor: undefined }))?.rows).toHaveLength(3)
    }))
})

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
