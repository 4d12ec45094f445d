import { createHmac } from 'node:crypto'
import { manualClock } from '@plimsoll/connector-kit'
import { offlineContext, openWebhookInbox } from '@plimsoll/connector-kit/conformance'
import { expect, test } from 'vitest'
import { check } from './check.ts'
import { connector } from './index.ts'
import { API_VERSION_ENDS_ON, REQUESTS_PER_MINUTE } from './limits.ts'
import { fieldsOf, toRefusal } from './refusals.ts'
import { settingsSchema, webhookSecret } from './settings.ts'
import { GIVEN } from './simulator/account.ts'
import { returnNoticeOf, shipmentOf, withMerchant } from './testing/connected-merchant.ts'
import { nextCursor } from './transport.ts'
import { webhooks } from './webhooks.ts'

const answer = (status: number, text = '', headers: Record<string, string> = {}) => ({
  status,
  text,
  headers,
  date: undefined,
  durationMs: 0,
})

test('ShipBob would make a product of an unknown SKU: it is looked up before, once, and no product is made', () =>
  withMerchant(async ({ warehouse, floor, exchanges }) => {
    const good = shipmentOf({ floor }, ['S-1'])
    await warehouse.requestShipment(good)
    await warehouse.requestShipment({ ...good, shipmentId: crypto.randomUUID() })
    expect(exchanges.filter(({ operation }) => operation === 'knownUnits')).toHaveLength(1)
    const [line] = good.lines
    if (line === undefined) throw new Error('no line')
    // The id is another's: as if the mapping were out of date.
    for (const wrong of [
      { sku: 'RENAMED' },
      { sku: 'NEW', stockUnitId: '99999' },
      { stockUnitId: 'not-a-number' },
    ]) {
      const request = { ...good, shipmentId: crypto.randomUUID(), lines: [{ ...line, ...wrong }] }
      await expect(warehouse.requestShipment(request)).rejects.toMatchObject({
        kind: 'invalid',
        field: 'lines.sku',
      })
    }
    expect(floor.items().map(({ sku }) => sku)).toEqual(['S-1'])
  }))

test('two lines of one SKU are one product: what ships comes back by SKU', () =>
  withMerchant(async ({ warehouse, floor }) => {
    const request = shipmentOf({ floor }, ['S-1'])
    const twice = {
      ...request,
      lines: [...request.lines, ...request.lines.map((line) => ({ ...line, lineId: 'other' }))],
    }
    await warehouse.requestShipment(twice)
    expect(floor.requests.all()[0]?.lines).toMatchObject([{ sku: 'S-1', quantity: 4 }])
  }))

test('a lot cannot be asked for, and nothing is sent', () =>
  withMerchant(async ({ warehouse, floor, exchanges }) => {
    const request = shipmentOf({ floor }, ['S-1'])
    const lines = request.lines.map((line) => ({ ...line, lot: 'L-1' }))
    await expect(warehouse.requestShipment({ ...request, lines })).rejects.toMatchObject({
      field: 'lines.lot',
    })
    expect(exchanges).toEqual([])
  }))

test('orders go through the channel that may be written through, or the one of the settings', () =>
  withMerchant(async ({ open, floor, exchanges }) => {
    await open().warehouse.requestShipment(shipmentOf({ floor }, ['S-1']))
    expect(exchanges.at(-1)?.headers.shipbob_channel_id).toBe('100102')
    const wrong = open(undefined, { channelId: '100001' })
    await expect(wrong.operations.check()).rejects.toMatchObject({ kind: 'forbidden', scope: 'orders_write' })
  }))

test('a failed look-up says that the request never left', () =>
  withMerchant(async ({ simulator, warehouse, floor }) => {
    simulator.faults.set({ dropResponseRate: 1 })
    await expect(warehouse.requestShipment(shipmentOf({ floor }, ['S-1']))).rejects.toMatchObject({
      sent: false,
    })
    expect(floor.requests.all()).toEqual([])
  }))

test.each([
  ['{"errors":["Duplicate reference ID"]}', { kind: 'unavailable', sent: true }],
  ['{"errors":["An order with reference id 7 exists."]}', { kind: 'unavailable', sent: true }],
  ['{"ShippingMethod":["does not exist"]}', { kind: 'invalid', field: 'method' }],
  ['{"errors":["The product does not exist"]}', { kind: 'invalid', field: 'request' }],
])('refused with %s and not to be found', (body, error) =>
  withMerchant(async ({ simulator, warehouse, floor }) => {
    const request = shipmentOf({ floor }, ['S-1'])
    await warehouse.requestShipment(request) // whatever is looked up once is by now
    simulator.faults.answerNext({ status: 422, headers: { 'content-type': 'application/json' }, body })
    const again = { ...request, shipmentId: crypto.randomUUID() }
    await expect(warehouse.requestShipment(again)).rejects.toMatchObject(error)
  }),
)

test('a version that ends is told a quarter before', async () => {
  const warnings = (now: string) =>
    withMerchant(async ({ simulator }) => {
      const scopes = ['orders_write']
      const text = JSON.stringify({ items: [{ id: 1, name: 'x', scopes }], next: null })
      const context = {
        ...offlineContext({ settings: simulator.settings, credentials: simulator.credentials }),
        now: () => Date.parse(now),
      }
      const http = { ...context.http, send: async () => answer(200, text) }
      return (await check({ ...context, http })).warnings
    })
  expect(await warnings('2026-11-26')).toEqual([])
  expect((await warnings('2027-12-01')).join()).toContain(API_VERSION_ENDS_ON)
  expect((await warnings('2028-06-01')).join()).toContain('update Plimsoll now')
})

test('the budget never meets the limit of a minute, whenever a burst begins', () => {
  const [spec] = connector.manifest.budgets
  if (spec?.kind !== 'token-bucket') throw new Error('one token bucket')
  expect(spec.capacity + 60 * spec.refillPerSecond).toBeLessThanOrEqual(REQUESTS_PER_MINUTE)
})

test('the simulator throttles past the requests of a minute, and says for how long', async () => {
  const clock = manualClock()
  await withMerchant(
    async ({ simulator }) => {
      const call = () =>
        fetch(`${simulator.url}/2026-01/location`, {
          headers: { authorization: `Bearer ${GIVEN.personalAccessToken}` },
        })
      expect((await call()).headers.get('x-remaining-calls')).toBe('1')
      await clock.advance(10_000)
      await call()
      const refused = await call()
      expect(refused.status).toBe(429)
      expect(refused.headers.get('x-retry-after')).toBe('50')
      await clock.advance(50_000)
      expect((await call()).status).toBe(200)
    },
    { clock, requestsPerMinute: 2 },
  )
})

test('its own names of the hints are understood', () => {
  const about = { operation: 'counts', scope: 'inventory_read' }
  expect(toRefusal(answer(429, '', { 'x-retry-after': '7' }), about)).toMatchObject({ retryAfterMs: 7_000 })
  expect(toRefusal(answer(429), about)).toMatchObject({ kind: 'rate-limited', retryAfterMs: undefined })
  expect(toRefusal(answer(403), about)).toMatchObject({ kind: 'forbidden', scope: 'inventory_read' })
  expect(toRefusal(answer(500), about)).toBeUndefined()
})

test.each([
  ['{"Recipient.Address.City":["Springfield is no city"]}', ['recipient.city']],
  ['{"errors":{"Recipient.Address.ZipCode":["x"]}}', ['recipient.postalCode']],
  ['{"Products[0].ReferenceId":["x"],"ShippingMethod":["y"]}', ['lines.sku', 'method']],
  ['{"Boxes[0].BoxItems[1].InventoryId":["x"]}', ['lines.sku']],
  ['{"errors":["An order of Pat Example exists"]}', []],
  ['{"Pat Example of Springfield":["x"]}', []],
  ['not JSON', []],
  ['[]', []],
  ['null', []],
])('of the refusal %s the fields are %j', (text, fields) => {
  expect(fieldsOf(answer(400, text))).toEqual(fields)
})

test('a page’s address is followed by what it asks for alone: the token never goes to another host', () => {
  expect(nextCursor('https://elsewhere.example/2026-01/inventory?Cursor=7&PageSize=250')).toBe(
    'Cursor=7&PageSize=250',
  )
  expect(nextCursor('/inventory')).toBeUndefined()
  expect(nextCursor(null)).toBeUndefined()
})

test('webhooks are made anew for another secret, when switched off and when a topic is missing; strangers stay', () =>
  withMerchant(async ({ simulator, open }) => {
    const inbox = await openWebhookInbox()
    try {
      const { operations } = open()
      await open().operations.registerWebhooks('http://127.0.0.1:9/another')
      expect(await operations.registerWebhooks(inbox.url)).toMatchObject({ repaired: [] })
      expect(await operations.registerWebhooks(inbox.url)).toMatchObject({ repaired: [] })
      expect(simulator.subscriptions().size).toBe(2)
      const rotated = open(simulator.oauthCredentials)
      expect((await rotated.operations.registerWebhooks(inbox.url)).repaired).not.toEqual([])
      const own = () => [...simulator.subscriptions().values()].filter(({ url }) => url === inbox.url)
      expect(own().map(({ secret }) => secret)).toEqual([webhookSecret(simulator.oauthCredentials)])
      for (const one of own()) one.enabled = false
      expect((await rotated.operations.registerWebhooks(inbox.url)).repaired).not.toEqual([])
      for (const one of own()) one.topics = ['order.shipped']
      expect((await rotated.operations.registerWebhooks(inbox.url)).repaired).not.toEqual([])
      expect(simulator.subscriptions().size).toBe(2)
    } finally {
      await inbox.close()
    }
  }))

test('a secret has the form that ShipBob wants, and says nothing of the token', () => {
  const secret = webhookSecret({ personalAccessToken: 'p' })
  expect(secret).toMatch(/^whsec_[a-zA-Z0-9+/]{32}$/)
  expect(secret).not.toBe(webhookSecret({ personalAccessToken: 'q' }))
})

test('several signatures may stand side by side, as while a secret is replaced', async () => {
  const credentials = { personalAccessToken: 'p' }
  const body = Buffer.from('{"order_id":7}')
  const key = Buffer.from(webhookSecret(credentials).slice(6), 'base64')
  const good = createHmac('sha256', key).update('m.1.').update(body).digest('base64')
  const verify = (signature: string) =>
    webhooks.verify(
      {
        method: 'POST',
        url: 'https://hub.example/in',
        headers: { 'webhook-id': 'm', 'webhook-timestamp': '1', 'webhook-signature': signature },
        body,
      },
      offlineContext({ settings: settingsSchema.parse({}), credentials }),
    )
  expect(await verify(`v1,${'A'.repeat(43)}= v1,${good}`)).toBe(true)
  expect(await verify(good)).toBe(false)
  expect(await verify(`v2,${good}`)).toBe(false)
})

test.each([
  ['order.shipped', '{"id":7,"shipments":[]}', [{ kind: 'shipment', externalId: '7' }]],
  ['order.shipment.on_hold', '{"id":701,"order_id":7}', [{ kind: 'shipment', externalId: '7' }]],
  ['order.shipment.cancelled', '{"data":{"id":701,"order_id":7}}', [{ kind: 'shipment', externalId: '7' }]],
  ['return.completed', '{"id":9}', [{ kind: 'return', externalId: '9' }]],
  ['billing.charge.created', '{"id":9}', [{ kind: 'ignored' }]],
])('a message of %s', (topic, body, events) => {
  expect(webhooks.parse({ headers: { 'x-webhook-topic': topic }, body: Buffer.from(body) })).toMatchObject(
    events,
  )
})

test('a number with commas is announced and found again', () =>
  withMerchant(async ({ warehouse, floor }) => {
    const { locationId, lines } = shipmentOf({ floor }, ['S-1'])
    const notice = {
      inboundId: crypto.randomUUID(),
      number: 'PO 1,2,3',
      locationId,
      expectedAt: undefined,
      carrier: undefined,
      trackingNumber: undefined,
      lines: lines.map((line) => ({ ...line, lot: undefined, expiresOn: undefined })),
    }
    const first = await warehouse.announceInbound?.(notice)
    expect(await warehouse.announceInbound?.(notice)).toEqual(first)
    // One that was called off is announced anew.
    floor.intake.cancelInbound(Number(first?.externalId))
    expect(await warehouse.announceInbound?.(notice)).not.toEqual(first)
  }))

test('I3: a return whose answer was lost is found by its number, and told of once; another’s number is refused', () =>
  withMerchant(async ({ warehouse, floor, simulator }) => {
    const notice = returnNoticeOf({ floor }, 'S-1', { number: 'RMA-1' })
    const returns = () => floor.intake.returns().map(({ reference, state }) => [reference, state])
    // Taken, and its answer lost.
    const stop = floor.onChange((change) => {
      if (change.kind === 'return') simulator.faults.set({ dropResponseRate: 1 })
    })
    await expect(warehouse.announceReturn?.(notice)).rejects.toMatchObject({
      kind: 'unavailable',
      sent: true,
    })
    stop()
    simulator.faults.set({ dropResponseRate: 0 })
    const told = await warehouse.announceReturn?.(notice)
    expect(returns()).toEqual([['RMA-1', 'announced']])
    const other = returnNoticeOf({ floor }, 'S-2', { number: 'RMA-1' })
    await expect(warehouse.announceReturn?.(other)).rejects.toMatchObject({
      kind: 'invalid',
      field: 'number',
    })
    for (const number of ['', 'R'.repeat(51), 'RMA,2'])
      await expect(warehouse.announceReturn?.({ ...notice, number })).rejects.toMatchObject({
        kind: 'invalid',
        field: 'number',
      })
    expect(await warehouse.withdrawReturn?.({ ...notice, externalId: told?.externalId })).toBe('withdrawn')
    // One that was called off is no longer in the way of its number.
    await warehouse.announceReturn?.(other)
    expect(returns()).toEqual([
      ['RMA-1', 'cancelled'],
      ['RMA-1', 'announced'],
    ])
  }))

test('a token that lets nobody tell of returns refuses the one return, and stops no connection', () =>
  withMerchant(async ({ warehouse, floor, simulator }) => {
    const notice = returnNoticeOf({ floor }, 'S-1', { number: 'RMA-1' })
    await warehouse.announceReturn?.(notice)
    simulator.faults.answerNext({ status: 403, headers: {}, body: '' })
    await expect(
      warehouse.withdrawReturn?.({ ...notice, externalId: String(floor.intake.returns()[0]?.id) }),
    ).rejects.toMatchObject({ kind: 'invalid', field: 'returns_write' })
  }))
