import {
  ANNOUNCED_RETURNS,
  bindContext,
  createBudgets,
  createHttp,
  type Http,
  type HttpRequest,
  systemClock,
} from '@plimsoll/connector-kit'
import {
  expectSoundAnnouncedReturn,
  expectSoundListing,
  expectSoundLocation,
  expectSoundOrder,
  expectSoundShipment,
} from '@plimsoll/connector-kit/conformance'
import { sampleRecipients } from '@plimsoll/connector-kit/simulator'
import { expect, test } from 'vitest'
import {
  eventTypes,
  feedReport,
  feedTaken,
  inventory,
  inventoryNodes,
  inventoryPage,
  items,
  oneOrder,
  order,
  orderList,
  partnerProfile,
  shipNodes,
  subscriptions,
  tokenDetail,
} from './answers.ts'
import { FEED_FROM } from './feeds.ts'
import { connector } from './index.ts'
import { toListing, toLocation, toOrder } from './map.ts'
import { fulfilmentOrder, status } from './mcs-answers.ts'
import { toShipment } from './mcs-map.ts'
import { toAnnounced } from './returns.ts'
import { returnList } from './returns-answers.ts'
import { createWalmartSimulator, type WalmartSimulator } from './simulator/index.ts'
import { type Exchange, loadPublishedContract } from './testing/published-contract.ts'

const published = loadPublishedContract()
const NODE = '1000005050'

/** Keeps what goes over the wire, the token in it. */
function recording(http: Http, exchanges: Exchange[]): Http {
  return {
    ...http,
    async send(call: HttpRequest) {
      const response = await http.send(call)
      exchanges.push({
        operation: call.operation,
        method: call.method,
        url: call.url,
        headers: call.headers ?? {},
        body: typeof call.body === 'string' ? call.body : undefined,
        status: response.status,
        text: response.text,
      })
      return response
    },
  }
}

/** Does with one seller whatever the connector can do. */
async function exchangesOfEverything(): Promise<Exchange[]> {
  const simulator = await createWalmartSimulator({ nodes: ['East', 'West'], feedDelayMs: 0 })
  const exchanges: Exchange[] = []
  const http = createHttp({
    budgets: createBudgets(connector.manifest.budgets, systemClock),
    clock: systemClock,
  })
  const operations = connector.open(
    bindContext(connector, {
      settings: simulator.settings,
      credentials: simulator.credentials,
      http: recording(http, exchanges),
      now: () => systemClock.now(),
      uuid: () => crypto.randomUUID(),
    }),
  )
  const control = async (path: string, body: unknown = {}) => {
    const { text } = await http.send({
      operation: 'control',
      method: 'POST',
      url: `${simulator.url}/_control${path}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return JSON.parse(text) as { externalId: string }
  }
  try {
    const skus = Array.from({ length: FEED_FROM }, (_, at) => `S-${at}`)
    const products = [...skus, 'KEPT', '50% of "a/b"'].map((sku) => ({
      sku,
      title: sku,
      price: 9.5,
      quantity: 9,
      barcode: '886859944807',
      keptByPlatform: sku === 'KEPT',
    }))
    await control('/products', products)
    const write = (stockUnitId: string, quantity: number) => ({
      writeId: stockUnitId,
      stockUnitId,
      locationId: NODE,
      quantity,
      expected: undefined,
    })
    await operations.check()
    await operations.locations()
    for (let cursor: string | undefined; ; ) {
      const page = await operations.listings(cursor)
      if (page.next === undefined) break
      cursor = page.next
    }
    await operations.listing('50% of "a/b"')
    await operations.counts?.(undefined)
    await operations.setLevels([write('S-0', 12), write('50% of "a/b"', 3)])
    const both = [NODE, '1000005051'].map((locationId) => ({ stockUnitId: 'S-0', locationId }))
    await operations.levels([...both, { stockUnitId: 'S-1', locationId: NODE }])
    const sent = await operations.setLevels(
      skus.map((sku) => write(sku, 20)),
      { urgency: 'increase' },
    )
    const tickets = sent.flatMap((outcome) => (outcome.kind === 'accepted' ? [outcome.ticket] : []))
    await operations.outcomes?.(tickets)
    const { externalId } = await control('/orders', { lines: [{ sku: 'S-0', quantity: 5 }] })
    await operations.orders({ since: new Date(0), cursor: undefined })
    await operations.recipient?.(externalId)
    await operations.cancel?.({
      orderExternalId: externalId,
      lines: [{ lineExternalId: '1', quantity: 1 }],
      reason: 'out-of-stock',
      notifyCustomer: false,
    })
    await operations.ship({
      shipmentId: 's-1',
      orderExternalId: externalId,
      lines: [{ lineExternalId: '1', quantity: 2 }],
      tracking: { carrier: 'UPS', number: '1Z1', url: 'https://track.example/1Z1' },
      notifyCustomer: false,
    })
    await control('/granted-returns', { order: externalId, units: 1 })
    await operations.stream?.(ANNOUNCED_RETURNS, { since: new Date(0), cursor: undefined })
    await sendForOthers(simulator, operations)
    await operations.registerWebhooks('https://hub.example/in')
    for (const each of simulator.subscriptions.values()) Object.assign(each, { status: 'INACTIVE' })
    await operations.registerWebhooks('https://hub.example/in')
    return exchanges
  } finally {
    await simulator.close()
  }
}

/** Orders of other channels: one that leaves, and one that is stopped. */
async function sendForOthers(
  { floor }: WalmartSimulator,
  { warehouse }: ReturnType<typeof connector.open>,
): Promise<void> {
  const recipient = sampleRecipients.find(({ country }) => country === 'US')
  if (warehouse === undefined || recipient === undefined) throw new Error('nothing is sent for others')
  const requestOf = (shipmentId: string) => ({
    shipmentId,
    number: '#1001',
    placedAt: new Date(Date.UTC(2026, 10, 26)),
    locationId: 'WFS',
    recipient: { ...recipient, email: 'mail@example.com', phone: '+12175550177' },
    lines: [
      {
        lineId: 'l',
        sku: 'KEPT',
        stockUnitId: 'KEPT',
        quantity: 2,
        title: 'K',
        lot: undefined,
        unitValue: undefined,
      },
    ],
    method: undefined,
    currency: 'USD',
    shipBy: undefined,
    note: undefined,
  })
  const { externalId } = await warehouse.requestShipment(requestOf('one'))
  const stopped = await warehouse.requestShipment(requestOf('two'))
  floor.requests.step(floor.requests.byReference(externalId)?.id ?? 0, { step: 'ship' })
  const found = await warehouse.findShipment('one', { asked: requestOf('one').lines })
  expect(found).toMatchObject({
    state: 'shipped',
    parcels: [{ lines: [{ lineId: 'l', sku: 'KEPT', quantity: 2 }] }],
  })
  expect(await warehouse.cancelShipment?.({ shipmentId: 'two', externalId: stopped.externalId })).toBe(
    'cancelled',
  )
}

/**
 * Of one order the schema shows something else than the example beside it, which is what every other call answers: it is
 * held to the answer to an acknowledgement.
 */
function asInSchema(exchange: Exchange): Exchange {
  if (exchange.operation !== 'order' && exchange.operation !== 'recipient') return exchange
  return { ...exchange, method: 'POST', url: `${exchange.url}/acknowledge` }
}

test(published === undefined
  ? 'every call of the connector succeeds (the published contract is not here)'
  : 'every request and every answer is one that Walmart’s published contract allows', {
  timeout: 120_000,
}, async () => {
  const exchanges = await exchangesOfEverything()
  const made = new Set(exchanges.map(({ operation }) => operation))
  for (const { operations = [] } of connector.manifest.budgets) {
    // What only other markets ask is in no published document: `markets.test.ts`.
    // Inbound orders are described by examples alone, without schemas: the suite of warehouses holds them.
    const here = operations.filter(
      (operation) => !operation.endsWith('.listed') && !/^(announceInbound|receipts)/.test(operation),
    )
    for (const operation of here) expect(made).toContain(operation)
  }
  expect(exchanges.filter(({ status }) => status !== 200)).toEqual([])
  const faults = exchanges.flatMap((exchange) =>
    (published?.faultsOf(asInSchema(exchange)) ?? []).map((fault) => `${exchange.operation}: ${fault}`),
  )
  expect([...new Set(faults)]).toEqual([])
})

const readers: [method: string, path: string, read: (example: unknown) => void][] = [
  [
    'get',
    '/v3/orders',
    (example) => {
      for (const row of orderList.parse(example).list.elements?.order ?? []) {
        expectSoundOrder(toOrder(order.parse(row), 'us'))
      }
    },
  ],
  [
    'get',
    '/v3/orders/{purchaseOrderId}',
    (example) => expectSoundOrder(toOrder(oneOrder.parse(example).order, 'us')),
  ],
  [
    'get',
    '/v3/items',
    (example) => {
      for (const row of items.parse(example).ItemResponse) expectSoundListing(toListing(row, false))
    },
  ],
  ['get', '/v3/inventory', (example) => expect(inventory.parse(example).quantity.amount).toBe(10)],
  ['get', '/v3/inventories/{sku}', (example) => expect(inventoryNodes.parse(example).nodes).not.toEqual([])],
  [
    'get',
    '/v3/inventories',
    (example) => expect(inventoryPage.parse(example).elements?.inventories).not.toEqual([]),
  ],
  [
    'get',
    '/v3/fulfillment/orders-fulfillments/status',
    (example) => {
      const rows = status.parse(example).payload ?? []
      for (const row of rows) {
        const shipment = toShipment(fulfilmentOrder.parse(row), {
          shipmentId: 'one',
          asked: [{ lineId: 'l', sku: 'S' }],
        })
        expect(shipment).toMatchObject({ parcels: [{ carrier: 'Fedex', trackingNumber: '626969279882' }] })
        expectSoundShipment(shipment)
      }
    },
  ],
  [
    'get',
    '/v3/returns',
    (example) => {
      const told = (returnList.parse(example).returnOrders ?? []).flatMap(toAnnounced)
      expect(told).not.toEqual([])
      for (const each of told) expectSoundAnnouncedReturn(each)
    },
  ],
  ['get', '/v3/feeds/{feedId}', (example) => expect(feedReport.parse(example).feedStatus).toBe('PROCESSED')],
  ['post', '/v3/feeds', (example) => expect(feedTaken.parse(example).feedId).toContain('@')],
  ['get', '/v3/token/detail', (example) => expect(tokenDetail.parse(example).is_valid).toBe(true)],
  [
    'get',
    '/v3/settings/partnerprofile',
    (example) => expect(partnerProfile.parse(example).partner.partnerId).toBe('100009'),
  ],
  [
    'get',
    '/v3/settings/shipping/shipnodes',
    (example) => {
      for (const node of shipNodes.parse(example)) expectSoundLocation(toLocation(node))
    },
  ],
  ['get', '/v3/webhooks/eventTypes', (example) => expect(eventTypes.parse(example)).not.toEqual([])],
  [
    'get',
    '/v3/webhooks/subscriptions',
    (example) => expect(subscriptions.parse(example).events).not.toEqual([]),
  ],
]

test.runIf(published !== undefined).each(readers)(
  'what the published contract shows as an answer of %s %s is read',
  (method, path, read) => {
    const examples = published?.examplesOf(method, path) ?? []
    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) read(example)
  },
)
