import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { type Dispatcher, request } from 'undici'
import type { GrantAnswer, GrantRequest } from '../authorization.ts'
import { createBudgets } from '../budgets.ts'
import type { ExternalListing, ExternalOrder, LevelKey, LevelWrite } from '../canonical.ts'
import type { TicketTerms } from '../capabilities.ts'
import { type Clock, systemClock } from '../clock.ts'
import type { ChannelOperations, Connector, ConnectorContext } from '../contract.ts'
import { type CallRecord, createHttp } from '../http.ts'
import type { ControlLevel, OrderStep, ProductSeed } from '../simulator/control.ts'
import type { RunningSimulator } from '../simulator/simulator.ts'
import { bindContext } from '../tokens.ts'
import type { WarehouseTerms } from '../warehouse/operations.ts'
import type { Recipient } from '../warehouse/shapes.ts'
import type { ChallengeAnswer } from '../webhook-handling.ts'
import { openWebhookInbox, type WebhookInbox } from './webhook-inbox.ts'

/** What a connector's author gives: a freshly started simulator and how to connect to it. */
export type WorldSetup<Settings, Credentials> = {
  connector: Connector<Settings, Credentials>
  /** The simulator's, where it is not the system's. */
  clock?: Clock
  simulator: RunningSimulator
  settings: Settings
  credentials: Credentials
  /** Well formed, and refused by the platform. */
  wrongCredentials: Credentials
  /** The same as `credentials`, but with another webhook secret. Absent: the platform signs with keys of its own. */
  wrongWebhookCredentials?: Credentials
  /**
   * Changes the body of an answer so that each order in it carries a status that the platform never documented.
   * Leaves other answers alone.
   */
  withUnknownOrderStatus(body: string): string
  /** Where the platform sells nothing that it does not count: what is not counted is in none of its lists. */
  countsEverything?: true
  /** Well-formed ids of things that the platform does not have. */
  unknown: UnknownIds
  /** Where tickets are declared: a well-formed ticket of a write that was never made, from one that was. */
  unknownTicket?(ticket: string): string
  /** Where it is a warehouse: what the suite cannot know of it. */
  warehouse?: WarehouseSetup
  /** Where tokens are declared: the platform ends all access tokens that it gave, before their time. */
  endTokens?(): void
  /**
   * From now on the platform answers as if the same credentials were another account's. Absent: an account is an address,
   * where no other one can answer.
   */
  becomeAnother?(): void
  /** Where a grant page is declared: what the person gives before, and the platform's page with a person who agrees. */
  grant?: {
    given: Partial<Credentials>
    /** Opens the page, agrees, and hands over what comes to the callback. */
    agree(url: string, inbox: WebhookInbox): Promise<GrantAnswer>
  }
}

/** What differs between warehouses in ways that no term declares. All of it may be left out. */
export type WarehouseSetup = {
  /** What a request names as its method. */
  method?: string
  /** A recipient that the warehouse refuses, made of a good one; without a city and a postal code unless given. */
  refusedRecipient?(recipient: Recipient): Recipient
  /** What its own reference field holds in place of the hub's id, where that is too short for it; the id unless given. */
  referenceOf?(shipmentId: string): string
  /** False: it has no field for the number that people use. */
  keepsNumbers?: boolean
  /** False: it does not say which of the received units are damaged. */
  tellsDamaged?: boolean
  /** True: an inbound shipment that people make there, with the hub's id in its name, is followed. */
  followsWhatPeopleAnnounce?: boolean
  /** False: it tells of a return only once it has been looked at, and never that it was thrown away. */
  tellsWaitingReturns?: boolean
}

/** A person has agreed on the platform's page. */
export type Granted = {
  answer: GrantAnswer
  request: { state: string }
  stateOf(answer: GrantAnswer): string | undefined
  finish(answer: GrantAnswer): Promise<unknown>
}

export type UnknownIds = { listingExternalId: string; orderExternalId: string; level: LevelKey }

/** One simulated platform with one connection to it, for one test. */
export type ConformanceWorld = {
  simulator: RunningSimulator
  countsEverything: boolean
  /** `isChannel`: it sells too, and stores only some of its listings. */
  warehouse: WarehouseSetup & { terms: WarehouseTerms | undefined; isChannel: boolean }
  /** Where the control API is: `http://127.0.0.1:PORT/_control`. */
  controlUrl: string
  /** Opened with good credentials. */
  operations: ChannelOperations
  /** A second connection, with budgets and HTTP of its own. */
  open(credentials?: 'good' | 'wrong'): ChannelOperations
  /** Every HTTP call that a connection of this world made, oldest first. */
  calls: CallRecord[]
  inbox: WebhookInbox
  /** The same with these credentials, which a grant gave. */
  openWith(credentials: unknown): ChannelOperations
  endTokens(): void
  becomeAnother: (() => void) | undefined
  /** Opens the platform's page with a person who agrees. */
  grant(): Promise<Granted>
  webhooks: {
    verify(request: ReceivedRequest, credentials?: 'good' | 'wrong'): Promise<boolean>
    /** False where the platform signs with keys of its own. */
    hasSecret: boolean
    challenge(request: ReceivedRequest): ChallengeAnswer | undefined
    /** What the platform asked of the inbox before it sent anything. */
    challenged: ReceivedRequest[]
  }
  withUnknownOrderStatus(body: string): string
  unknown: UnknownIds
  /** As the manifest declares them. */
  tickets: TicketTerms | undefined
  batchMax: number
  unknownTicket(ticket: string): string
  /** Adds `count` products of `quantity` units, SKUs `P-0001` and on. */
  addProducts(count: number, quantity?: number, more?: Partial<ProductSeed>): Promise<ControlLevel[]>
  seed(products: ProductSeed[]): Promise<ControlLevel[]>
  /**
   * A shopper's order; throws when the platform refuses it. Returns its external id.
   * @param to whom it goes; somebody unless given; null: the platform does not tell
   */
  buy(lines: { sku: string; quantity: number }[], to?: Recipient | null): Promise<string>
  step(orderExternalId: string, step: OrderStep): Promise<void>
  /** The platform lets a customer send so many units of an order back. @returns the number that they were given */
  grantReturn(orderExternalId: string, units: number): Promise<string>
  callOffReturn(number: string): Promise<void>
  /** As `step`; false where the platform refuses it, as paying a paid order. */
  tryStep(orderExternalId: string, step: OrderStep): Promise<boolean>
  /** The platform's own number, past its API; null where it does not count. */
  quantityOf(key: LevelKey): Promise<number | null>
  /** The same for all levels at one moment. */
  quantities(): Promise<(key: LevelKey) => number | null | undefined>
  levelOf(sku: string): Promise<ControlLevel>
  /** A write with a fresh id; `expected` is what the platform shows unless given. */
  write(level: ControlLevel, quantity: number, expected?: number): LevelWrite
  allListings(operations?: ChannelOperations): Promise<{ rows: ExternalListing[]; pages: number }>
  allOrders(since: Date): Promise<ExternalOrder[]>
  close(): Promise<void>
}

type ReceivedRequest = Parameters<Connector['webhooks']['verify']>[0]

/** Builds the world of one conformance test around a freshly started simulator. */
export async function createConformanceWorld<Settings, Credentials>(
  setup: WorldSetup<Settings, Credentials>,
): Promise<ConformanceWorld> {
  const { connector, simulator } = setup
  const controlUrl = `${simulator.url}/_control`
  const challenged: ReceivedRequest[] = []
  const inbox = await openWebhookInbox((request) => {
    challenged.push(request)
    return challenge(request)
  })
  const calls: CallRecord[] = []

  const bind = (credentials: unknown): ConnectorContext<Settings, Credentials> =>
    bindContext(connector, {
      settings: connector.manifest.settings.parse(setup.settings),
      credentials: connector.manifest.credentials.parse(credentials),
      http: createHttp({
        budgets: createBudgets(connector.manifest.budgets, systemClock),
        clock: systemClock,
        onCall: (call) => calls.push(call),
      }),
      now: () => (setup.clock ?? systemClock).now(),
      uuid: () => randomUUID(),
    })
  /** The given ones, and what the platform said as webhooks were registered: as the hub keeps them. */
  let good: Credentials = setup.credentials
  const open = (credentials: 'good' | 'wrong' = 'good'): ChannelOperations => {
    const opened = connector.open(bind(credentials === 'good' ? good : setup.wrongCredentials))
    const register = opened.registerWebhooks.bind(opened)
    opened.registerWebhooks = async (...given) => {
      const found = await register(...given)
      good = { ...good, ...found.secrets }
      return found
    }
    return opened
  }
  const challenge = (request: ReceivedRequest) => connector.webhooks.challenge?.(request, bind(good))
  const operations = open()

  const call = async (method: Dispatcher.HttpMethod, path: string, body?: unknown) => {
    const response = await request(`${controlUrl}${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
    return { status: response.statusCode, text: await response.body.text() }
  }
  const control = async <T>(method: Dispatcher.HttpMethod, path: string, body?: unknown): Promise<T> => {
    const { status, text } = await call(method, path, body)
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`)
    // Our own control API, in the shape control.ts gives.
    return JSON.parse(text) as T
  }
  const stepPath = (id: string, step: OrderStep) => `/orders/${encodeURIComponent(id)}/${step}`
  const levels = async () => (await control<{ levels: ControlLevel[] }>('GET', '/state')).levels

  const world: ConformanceWorld = {
    simulator,
    countsEverything: setup.countsEverything === true,
    warehouse: {
      ...setup.warehouse,
      terms: connector.manifest.warehouse,
      isChannel: connector.manifest.kind === 'channel',
    },
    controlUrl,
    operations,
    open,
    calls,
    inbox,
    openWith: (credentials) => connector.open(bind(credentials)),
    endTokens() {
      if (setup.endTokens === undefined) throw new Error('tokens are declared: give `endTokens`')
      setup.endTokens()
    },
    becomeAnother: setup.becomeAnother,
    async grant() {
      const page = connector.grant
      if (page === undefined || setup.grant === undefined)
        throw new Error('a grant page is declared: give `grant`')
      const codeVerifier = randomBytes(32).toString('base64url')
      const request: GrantRequest<Settings, Credentials> = {
        settings: connector.manifest.settings.parse(setup.settings),
        given: page.needs.parse(setup.grant.given),
        state: randomBytes(16).toString('hex'),
        callbackUrl: `${inbox.url}/callback`,
        returnUrl: `${inbox.url}/return`,
        codeVerifier,
        codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
      }
      return {
        request,
        answer: await setup.grant.agree(page.url(request), inbox),
        stateOf: (answer) => (page.stateOf === undefined ? answer.query.state : page.stateOf(answer)),
        finish: (answer) => page.finish(answer, request, bind(setup.credentials)),
      }
    },
    webhooks: {
      hasSecret: setup.wrongWebhookCredentials !== undefined,
      challenged,
      challenge,
      verify: async (received, credentials = 'good') =>
        await connector.webhooks.verify(
          received,
          bind(credentials === 'good' ? good : (setup.wrongWebhookCredentials ?? good)),
        ),
    },
    withUnknownOrderStatus: (body) => setup.withUnknownOrderStatus(body),
    unknown: setup.unknown,
    tickets: connector.manifest.capabilities.tickets,
    batchMax: connector.manifest.capabilities.batchMax,
    unknownTicket(ticket) {
      if (setup.unknownTicket === undefined) throw new Error('tickets are declared: give `unknownTicket`')
      return setup.unknownTicket(ticket)
    },
    addProducts: (count, quantity = 10, more = {}) =>
      world.seed(numbered(count, quantity).map((product) => ({ ...product, ...more }))),
    seed: async (products) =>
      (await control<{ levels: ControlLevel[] }>('POST', '/products', products)).levels,
    buy: async (lines, to) =>
      (await control<{ externalId: string }>('POST', '/orders', { lines, ...(to !== undefined && { to }) }))
        .externalId,
    async grantReturn(order, units) {
      return (await control<{ number: string }>('POST', '/granted-returns', { order, units })).number
    },
    async callOffReturn(number) {
      await control('POST', '/granted-returns/call-off', { number })
    },
    async step(id, step) {
      await control('POST', stepPath(id, step))
    },
    async tryStep(id, step) {
      const { status, text } = await call('POST', stepPath(id, step))
      if (status >= 300 && status !== 409) throw new Error(`${step}: ${status} ${text}`)
      return status !== 409
    },
    async quantityOf({ stockUnitId, locationId }) {
      const found = (await levels()).find(
        (level) => level.stockUnitId === stockUnitId && level.locationId === locationId,
      )
      if (found === undefined)
        throw new Error(`The simulator keeps no level ${stockUnitId} at ${locationId}.`)
      return found.quantity
    },
    async quantities() {
      const keyOf = (key: LevelKey) => JSON.stringify([key.stockUnitId, key.locationId])
      const byKey = new Map((await levels()).map((level) => [keyOf(level), level.quantity]))
      return (key) => byKey.get(keyOf(key))
    },
    async levelOf(sku) {
      const found = (await levels()).find((level) => level.sku === sku)
      if (found === undefined) throw new Error(`The simulator keeps no level of ${sku}.`)
      return found
    },
    write: ({ stockUnitId, locationId, quantity: shown }, quantity, expected = shown ?? undefined) => ({
      writeId: randomUUID(),
      stockUnitId,
      locationId,
      quantity,
      expected,
    }),
    async allListings(from = operations) {
      const rows: ExternalListing[] = []
      let pages = 0
      for (let cursor: string | undefined; ; pages += 1) {
        const page = await from.listings(cursor)
        rows.push(...page.rows)
        if (page.next === undefined) return { rows, pages: pages + 1 }
        cursor = page.next
        if (page.againInMs !== undefined) await systemClock.sleep(page.againInMs)
      }
    },
    async allOrders(since) {
      const rows: ExternalOrder[] = []
      for (let cursor: string | undefined; ; ) {
        const page = await operations.orders({ since, cursor })
        rows.push(...page.rows)
        if (page.next === undefined) return rows
        cursor = page.next
      }
    },
    async close() {
      await simulator.close()
      await inbox.close()
    },
  }
  return world
}

let nextProduct = 1

function numbered(count: number, quantity: number): ProductSeed[] {
  return Array.from({ length: count }, () => {
    const number = String(nextProduct++).padStart(4, '0')
    return {
      sku: `P-${number}`,
      title: `Product ${number}`,
      barcode: `400000000${number}`,
      price: 12.5,
      quantity,
    }
  })
}
