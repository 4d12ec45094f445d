import { bindContext, createBudgets, createHttp, type Http, systemClock } from '@plimsoll/connector-kit'
import { openWebhookInbox } from '@plimsoll/connector-kit/conformance'
import { afterAll, describe, expect, test } from 'vitest'
import { connector } from './index.ts'
import { createControl } from './simulator/control.ts'
import { createEbaySimulator } from './simulator/index.ts'
import { loadPublishedContract, type PublishedOperation } from './testing/published-contract.ts'
import { webhooks } from './webhooks.ts'

/**
 * What the connector sends and the simulator answers, against eBay's published documents: paths, query parameters, the
 * shape of every body, statuses. Fields that a document does not name are faults. The Trading and Post-Order APIs have no
 * document here; nor has the token.
 */
const contract = loadPublishedContract()
const undocumented = ['/identity/v1/oauth2/token', '/ws/api.dll', '/post-order/']

describe.skipIf(contract === undefined)('the published contract', () => {
  const seen = new Map<string, number>()
  const problems: string[] = []

  const check = (
    found: PublishedOperation,
    what: string,
    validate: PublishedOperation['validateRequest'],
    body: string,
  ) => {
    if (validate === undefined) return
    if (validate(JSON.parse(body))) return
    for (const { instancePath, message, params } of validate.errors ?? [])
      problems.push(`${found.name} ${what} ${instancePath}: ${message} ${JSON.stringify(params)}`)
  }
  const watched = (http: Http): Http => ({
    ...http,
    async send(request) {
      const response = await http.send(request)
      const { pathname, searchParams } = new URL(request.url)
      if (undocumented.some((path) => pathname.startsWith(path))) return response
      const found = contract?.find(request.method, pathname)
      if (found === undefined) {
        problems.push(`${request.method} ${pathname} is not documented`)
        return response
      }
      seen.set(found.name, (seen.get(found.name) ?? 0) + 1)
      for (const name of searchParams.keys())
        if (!found.query.has(name)) problems.push(`${found.name} has no query parameter ${name}`)
      if (!found.statuses.includes(String(response.status)))
        problems.push(`${found.name} is not documented to answer ${response.status}`)
      if (typeof request.body === 'string') check(found, 'request', found.validateRequest, request.body)
      if (response.status < 300 && response.text !== '')
        check(found, `answer ${response.status}`, found.validateAnswer(response.status), response.text)
      return response
    },
  })

  test('every call of every operation', async () => {
    const simulator = await createEbaySimulator({
      variations: 2,
      locations: ['a', 'b'],
      sellingLimit: 500,
      quotas: { inventory: 1_000_000, tradingapi: 5_000 },
    })
    const context = bindContext(connector, {
      settings: simulator.settings,
      credentials: simulator.credentials,
      http: watched(
        createHttp({ budgets: createBudgets(connector.manifest.budgets, systemClock), clock: systemClock }),
      ),
      now: () => systemClock.now(),
      uuid: () => crypto.randomUUID(),
    })
    const inbox = await openWebhookInbox((request) => webhooks.challenge?.(request, context))
    try {
      const operations = connector.open(context)
      const control = createControl(simulator.account, simulator.book, {
        listedWith: 'inventory',
        variations: 2,
      })
      const levels = await control.addProducts(
        [0, 1, 2, 3, 4].map((at) => ({
          sku: `S-${at}`,
          title: `Thing ${at}`,
          price: 2,
          quantity: 9,
          barcode: '4006381333931',
        })),
      )
      for (const { units } of simulator.account.all())
        for (const unit of units) unit.spread = [{ merchantLocationKey: 'a', quantity: 9 }]
      const placed = await control.placeOrder([
        { sku: 'S-0', quantity: 3 },
        { sku: 'S-1', quantity: 1 },
      ])
      if (placed.kind === 'refused') throw new Error('it can be bought')
      await operations.check()
      await operations.registerWebhooks(inbox.url)
      await operations.registerWebhooks(inbox.url)
      for (const each of simulator.notifications.destinations.values()) each.status = 'MARKED_DOWN'
      for (const each of simulator.notifications.subscriptions.values()) each.status = 'DISABLED'
      await operations.registerWebhooks(inbox.url)
      await operations.listings(undefined)
      await operations.levels(levels)
      const unknown = { stockUnitId: 'offer:999999999999/NOPE', locationId: 'default', sku: '', quantity: 0 }
      const writes = [...levels, unknown].map((level, at) => ({
        ...level,
        writeId: `w-${at}`,
        quantity: at,
        expected: undefined,
      }))
      await operations.setLevels(writes)
      await operations.orders({ since: new Date(0), cursor: undefined })
      const { lines } = await operations.order(placed.externalId)
      await operations.ship({
        shipmentId: 's-1',
        orderExternalId: placed.externalId,
        lines: lines.slice(0, 1).map(({ externalId }) => ({ lineExternalId: externalId, quantity: 1 })),
        tracking: { carrier: 'DHL', number: 'JD 014/600', url: undefined },
        notifyCustomer: false,
      })
      await operations.order(placed.externalId)
      await operations.orders({ since: new Date(0), cursor: undefined })
      await control.stepOrder(placed.externalId, 'refund')
      await operations.order(placed.externalId)
      await control.placeOrder([{ sku: 'S-2', quantity: 1 }])
      const sent = await inbox.waitFor(() => true)
      await webhooks.verify(sent, context)
    } finally {
      await inbox.close()
      await simulator.close()
    }
    expect(problems).toEqual([])
  })

  afterAll(() => {
    // What nobody called proves nothing.
    expect([...seen.keys()].toSorted()).toEqual(
      [
        'GET /commerce/identity/v1/user/',
        'GET /commerce/notification/v1/config',
        'GET /commerce/notification/v1/destination',
        'GET /commerce/notification/v1/public_key/{public_key_id}',
        'GET /commerce/notification/v1/subscription',
        'GET /commerce/notification/v1/topic/{topic_id}',
        'GET /developer/analytics/v1_beta/rate_limit/',
        'GET /sell/account/v1/payment_policy',
        'GET /sell/account/v1/privilege',
        'GET /sell/fulfillment/v1/order',
        'GET /sell/fulfillment/v1/order/{orderId}',
        'GET /sell/fulfillment/v1/order/{orderId}/shipping_fulfillment',
        'GET /sell/inventory/v1/location',
        'GET /sell/inventory/v1/offer',
        'GET /sell/inventory/v1/inventory_item',
        'POST /commerce/notification/v1/destination',
        'POST /commerce/notification/v1/subscription',
        'POST /sell/fulfillment/v1/order/{orderId}/shipping_fulfillment',
        'POST /sell/inventory/v1/bulk_get_inventory_item',
        'POST /sell/inventory/v1/bulk_update_price_quantity',
        'PUT /commerce/notification/v1/config',
        'PUT /commerce/notification/v1/destination/{destination_id}',
        'PUT /commerce/notification/v1/subscription/{subscription_id}',
      ].toSorted(),
    )
  })
})
