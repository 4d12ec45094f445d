import {
  bindContext,
  createBudgets,
  createHttp,
  type Http,
  type HttpRequest,
  manualClock,
  systemClock,
} from '@plimsoll/connector-kit'
import { sampleRecipients } from '@plimsoll/connector-kit/simulator'
import { connector } from '../index.ts'
import type { Settings } from '../settings.ts'
import { createControl } from '../simulator/control.ts'
import { type AmazonSimulator, createAmazonSimulator } from '../simulator/index.ts'
import { atOnce } from './connected-account.ts'

/** One call of the API with its answer; tokens, documents and the queue are no part of it. */
export type Exchange = {
  method: string
  path: string
  query: Record<string, string>
  body: unknown
  status: number
  answer: unknown
}

export type Recorded = {
  exchanges: Exchange[]
  /** What came out of the queue. */
  messages: string[]
  /** The report of a feed with a row that was refused. */
  report: string
  close(): Promise<void>
}

/** Goes through every operation of the connector, and through answers that are no success. */
export async function recordStory(): Promise<Recorded> {
  const clock = manualClock(Date.UTC(2026, 10, 26))
  const simulator = await createAmazonSimulator({
    ...atOnce,
    clock,
    feedWorkMs: 1_000,
    gzip: false,
    unknownSkus: 'invalid',
    isSubscribed: false,
    burstFactor: 100,
    summariesPerPage: 2,
  })
  const exchanges: Exchange[] = []
  let report = ''
  const plain = createHttp({ budgets: createBudgets([], systemClock), clock: systemClock })
  const http: Http = {
    // None of the budgets is the matter here.
    budgets: { ...plain.budgets, learnBucket: () => undefined },
    async send(request) {
      const response = await plain.send(request)
      const url = new URL(request.url)
      if (url.pathname.startsWith('/_documents/') && request.method === 'GET') {
        if (response.text.startsWith('{')) report = response.text
      } else if (isApi(url)) {
        exchanges.push({
          method: request.method,
          path: url.pathname,
          query: Object.fromEntries(url.searchParams),
          body: bodyOf(request),
          status: response.status,
          answer: response.text === '' ? undefined : JSON.parse(response.text),
        })
      }
      return response
    },
  }
  const open = (settings: Partial<Settings> = {}) =>
    connector.open(
      bindContext(connector, {
        settings: { ...simulator.settings, ...settings },
        credentials: simulator.credentials,
        http,
        now: () => clock.now(),
        uuid: () => crypto.randomUUID(),
      }),
    )
  const { account, traits } = simulator
  const control = createControl({ account: () => account, traits, now: () => clock.now() })
  const operations = open()
  const older = open({ ordersApi: 'v0' })
  const products = Array.from({ length: 130 }, (_, at) => ({
    sku: at === 0 ? 'with, comma' : `S-${at}`,
    title: `Thing ${at}`,
    barcode: '4006381333931',
    price: 1,
    quantity: 10,
  }))
  control.addProducts(products)
  control.addProducts(
    [1, 2, 3].map((at) => ({
      ...products[0],
      sku: `F-${at}`,
      title: 'F',
      price: 1,
      quantity: 3,
      keptByPlatform: true,
    })),
  )
  const keys = products.slice(0, 30).map(({ sku }) => ({ stockUnitId: sku, locationId: 'DEFAULT' }))
  const write = (sku: string, quantity: number) => ({
    writeId: sku,
    stockUnitId: sku,
    locationId: 'DEFAULT',
    quantity,
    expected: undefined,
  })

  await operations.registerWebhooks('')
  await operations.check()
  // Led elsewhere by somebody: led here again.
  const [subscription] = simulator.notifications.subscriptions.values()
  if (subscription !== undefined) subscription.destinationId = 'elsewhere'
  await operations.registerWebhooks('')

  const first = await operations.listings(undefined)
  await operations.listings(first.next)
  await operations.listing('S-1')
  await operations.listing('none').catch(() => undefined)
  await operations.levels(keys)
  for (let cursor: string | undefined; ; ) {
    const page = await operations.counts?.(cursor)
    cursor = page?.next
    if (cursor === undefined) break
  }
  await operations.setLevels([write('S-1', 4), write('with, comma', 3), write('none', 1)])
  const fed = await operations.setLevels([...products.map(({ sku }) => write(sku, 20)), write('none', 5)], {
    urgency: 'increase',
  })
  await clock.advance(5_000)
  const tickets = fed.flatMap((outcome) => (outcome.kind === 'accepted' ? [outcome.ticket] : []))
  await operations.outcomes?.(tickets.slice(-20))

  const order = await control.placeOrder([{ sku: 'S-1', quantity: 2 }], sampleRecipients[0])
  await control.placeOrder([{ sku: 'F-1', quantity: 1 }])
  if (order.kind === 'refused') throw new Error('nothing was sold')
  for (const each of [operations, older]) {
    await each.orders({ since: new Date(clock.now() - 3_600_000), cursor: undefined })
    const read = await each.order(order.externalId)
    await each.recipient?.(order.externalId)
    await each.order('999-9999999-9999999').catch(() => undefined)
    const shipment = {
      shipmentId: 's-1',
      orderExternalId: order.externalId,
      lines: read.lines.map((line) => ({ lineExternalId: line.externalId, quantity: 1 })),
      tracking: { carrier: 'DHL', number: 'T-1', url: undefined },
      notifyCustomer: false,
    }
    await each.ship(shipment)
    await each.ship({ ...shipment, lines: [{ lineExternalId: 'none', quantity: 1 }] }).catch(() => undefined)
  }
  await sendForOthers(simulator, operations)
  await takeIn(simulator, operations, () => clock.advance(1_000))
  await reportOf(
    operations,
    () => clock.advance(1_000),
    () => control.addProducts(many(1_000)),
  )

  const messages: string[] = []
  for (let pulls = 0; pulls < 20; pulls += 1) {
    const pulled = (await operations.pull?.()) ?? []
    messages.push(...pulled.map(({ body }) => Buffer.from(body).toString('utf8')))
    await operations.acknowledge?.(pulled.map(({ receipt }) => receipt))
    if (simulator.queue.size() === 0) break
    await clock.advance(60_000)
  }
  // What is no success.
  simulator.traits.missingRoles = ['listings', 'orders', 'stock', 'account', 'buyers']
  await operations.check()
  simulator.traits.missingRoles = []
  simulator.faults.set({ throttleRate: 1 })
  for (const call of [
    () => operations.levels(keys.slice(0, 1)),
    () => operations.orders({ since: new Date(0), cursor: undefined }),
    () => operations.counts?.(undefined),
  ]) {
    await Promise.resolve(call()).catch(() => undefined)
  }
  return { exchanges, messages, report, close: () => simulator.close() }
}

function isApi({ pathname }: URL): boolean {
  return /^\/(listings|feeds|reports|orders|fba|sellers|notifications|tokens)\//.test(pathname)
}

function bodyOf({ body }: HttpRequest): unknown {
  return typeof body === 'string' ? JSON.parse(body) : undefined
}

function many(count: number) {
  return Array.from({ length: count }, (_, at) => ({ sku: `M-${at}`, title: 'M', price: 1, quantity: 1 }))
}

/** Orders of other channels: asked for, asked again, refused, followed, stopped, and sent by Amazon's own carrier. */
async function sendForOthers(
  { floor, traits }: AmazonSimulator,
  { warehouse }: ReturnType<typeof connector.open>,
): Promise<void> {
  const [recipient] = sampleRecipients
  if (warehouse === undefined || recipient === undefined) throw new Error('nothing is sent for others')
  const requestOf = (shipmentId: string, sku: string, quantity: number) => ({
    shipmentId,
    number: '#1001',
    placedAt: new Date(Date.UTC(2026, 10, 26)),
    locationId: 'FBA',
    recipient,
    lines: [
      {
        lineId: `${shipmentId}-1`,
        sku,
        stockUnitId: sku,
        quantity,
        title: sku,
        lot: undefined,
        unitValue: undefined,
      },
    ],
    method: 'Expedited',
    currency: 'USD',
    shipBy: undefined,
    note: undefined,
  })
  const ids = [1, 2, 3].map((at) => `019b0000-0000-7000-8000-00000000000${at}`) as [string, string, string]
  for (const id of ids) await warehouse.requestShipment(requestOf(id, 'F-1', id === ids[2] ? 9 : 1))
  await warehouse.requestShipment(requestOf(ids[0], 'F-1', 1))
  await warehouse
    .requestShipment(requestOf('019b0000-0000-7000-8000-000000000009', 'none', 1))
    .catch(() => undefined)
  await warehouse.findShipment('none')
  traits.carrier = 'AMZN_US'
  const floorId = (id: string) => floor.requests.byReference(id)?.id ?? 0
  floor.requests.step(floorId(ids[0]), { step: 'accept' })
  await warehouse.findShipment(ids[0])
  floor.requests.step(floorId(ids[0]), { step: 'ship' })
  await warehouse.cancelShipment?.({ shipmentId: ids[0], externalId: ids[0] })
  await warehouse.cancelShipment?.({ shipmentId: ids[1], externalId: ids[1] })
  traits.sendingPerPage = 2
  for (let cursor: string | undefined; ; ) {
    const page = await warehouse.shipments?.({ since: new Date(Date.UTC(2026, 10, 1)), cursor })
    cursor = page?.next
    if (cursor === undefined) break
  }
}

/** What comes into Amazon's warehouses: a shipment of which some came, and a unit that a customer sent back. */
async function takeIn(
  { floor: { intake } }: AmazonSimulator,
  { warehouse }: ReturnType<typeof connector.open>,
  pass: () => Promise<void>,
): Promise<void> {
  const lines = [{ sku: 'F-1', quantity: 2 }]
  const made = intake.announce({ reference: undefined, number: 'FBA (1)', facilityId: 'FBA', lines })
  if (made.kind === 'announced') intake.receive(made.inbound.id, [{ sku: 'F-1', quantity: 1 }])
  intake.returnUnits({
    reference: '111-1111111-1111111',
    facilityId: 'FBA',
    lines: [{ sku: 'F-1', quantity: 1, condition: 'damaged' }],
  })
  const since = new Date(Date.UTC(2026, 10, 25))
  const received = await warehouse?.receipts?.({ since, cursor: undefined })
  if (received?.rows.length !== 1) throw new Error('what came is told')
  for (let cursor: string | undefined; ; ) {
    const page = await warehouse?.returns?.({ since, cursor })
    await pass()
    cursor = page?.next
    if (cursor === undefined) return
  }
}

/** An account that is too large to be searched is read by a report. */
async function reportOf(
  operations: ReturnType<typeof connector.open>,
  pass: () => Promise<void>,
  grow: () => unknown,
): Promise<void> {
  grow()
  for (let cursor: string | undefined; ; ) {
    const page = await operations.listings(cursor)
    await pass()
    cursor = page.next
    if (cursor === undefined) return
  }
}
