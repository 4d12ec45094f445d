import { systemClock } from '@plimsoll/connector-kit'
import {
  createSimulator,
  createWarehouseFloor,
  type RunningSimulator,
  type SimulatorOptions,
  seededRandom,
  type WarehouseFloor,
  type WarehousePace,
} from '@plimsoll/connector-kit/simulator'
import { DEFAULT_LOCATION, WFS_LOCATION } from '../ids.ts'
import type { Market } from '../markets.ts'
import type { Credentials, Settings } from '../settings.ts'
import { createAccess, type SimulatedKeys, TOKEN_LIFE_MS } from './access.ts'
import { createControl } from './control.ts'
import { assertMarket, DIALECTS } from './dialect.ts'
import { createEvents, type Subscription } from './events.ts'
import { createFeeds } from './feed-routes.ts'
import { fulfilmentRoutes } from './fulfilment-routes.ts'
import { inboundRoutes } from './inbound-routes.ts'
import { inventoryRoutes } from './inventory-routes.ts'
import { itemRoutes } from './item-routes.ts'
import { createLimits, type Limit } from './limits.ts'
import { Marketplace } from './marketplace.ts'
import { orderRoutes } from './order-routes.ts'
import type { Node } from './records.ts'
import { Returns } from './return-routes.ts'
import { type Seller, sellerRoutes } from './seller-routes.ts'
import { serve } from './server.ts'

export type WalmartSimulatorOptions = SimulatorOptions & {
  /** The seller's name. */
  name?: string
  /** The United States unless given. */
  market?: Market
  /** The market’s own unless given. */
  currency?: string
  keys?: SimulatedKeys
  /** Names of the seller's fulfilment centres; none: the one that every account has without. */
  nodes?: readonly (string | Node)[]
  seller?: Partial<Seller>
  tokenLifeMs?: number
  /** From taking a feed to having worked on it; a minute. */
  feedDelayMs?: number
  feedLifeMs?: number
  /** How late the list shows an order or a change of one. */
  orderLagMs?: number
  /** Until an order is to be shipped, and from then on until Walmart cancels it. */
  shipWithinMs?: number
  autoCancelAfterMs?: number
  /** The list of items gives no cursor, as is reported of Chile. */
  withoutCursors?: boolean
  signatureEncoding?: 'base64' | 'hex'
  /** Walmart's floor works by itself at this pace; people do unless given. */
  pace?: WarehousePace
  /** Limits that are other than what the connector declares, by the name of its budget. */
  limits?: Readonly<Record<string, Limit>>
}

export type WalmartSimulator = RunningSimulator & {
  /** Where what Walmart keeps lies, and is sent from. */
  floor: WarehouseFloor
  /** Whose account it is; it may change while it runs. */
  seller: Seller
  /** What to connect with. */
  settings: Settings
  credentials: Credentials
  /** Customer care lets a customer send units of an order back. */
  grantReturn: Returns['grant']
  /** Ends every access token before its time. */
  endTokens(): void
  /** For tests that look inside. */
  marketplace: Marketplace
  subscriptions: ReadonlyMap<string, Subscription>
}

/** Of the sales channel that the seller has made for orders of others. */
const ORDER_CHANNEL = 'HARBOUR_OTHERS'
const DAY_MS = 86_400_000
const ONLY_NODE: Node = {
  id: DEFAULT_LOCATION,
  shownAs: '7100000001',
  name: 'Bodega',
  nodeType: 'VIRTUAL',
  status: 'ACTIVE',
}

/** Starts a simulated marketplace with one seller. */
export async function createWalmartSimulator(
  options: WalmartSimulatorOptions = {},
): Promise<WalmartSimulator> {
  const clock = options.clock ?? systemClock
  const now = () => clock.now()
  const keys: SimulatedKeys = {
    clientId: 'plimsoll-client-id',
    clientSecret: 'plimsoll-client-secret',
    ...options.keys,
  }
  const { name = 'Harbour & Co.', market = 'us' } = options
  const dialect = DIALECTS[market]
  const currency = options.currency ?? dialect.currency
  // Without a list of centres there is the one that every account has, which orders call by an id of its own.
  const nodes = options.nodes ?? [market === 'cl' ? ONLY_NODE : 'Main warehouse']
  const seller: Seller = {
    partnerId: '10000012345',
    name,
    status: 'ACTIVE',
    feedsPerHour: 10,
    scopes: {
      item: 'view_only',
      inventory: 'full_access',
      orders: 'full_access',
      returns: 'view_only',
      feeds: 'full_access',
      reports: 'view_only',
      content: 'view_only',
      price: 'no_access',
      lagtime: 'view_only',
      shipping: 'view_only',
      rules: 'no_access',
    },
    ...options.seller,
  }
  const floor = createWarehouseFloor({
    clock,
    random: seededRandom((options.seed ?? 1) ^ 0x3f5),
    facilities: [{ id: WFS_LOCATION, name: 'Walmart Fulfillment Services' }],
    pace: options.pace,
  })
  const random = { next: () => 0.5 }
  const marketplace = new Marketplace({
    now,
    random: () => random.next(),
    nodes: nodes.map(toNode),
    orderLagMs: options.orderLagMs ?? 0,
    shipWithinMs: options.shipWithinMs ?? 2 * DAY_MS,
    autoCancelAfterMs: options.autoCancelAfterMs ?? 4 * DAY_MS,
    isAcknowledged: dialect.isAcknowledged,
    floor,
  })
  const returns = new Returns(marketplace)
  let endTokens: () => void = () => undefined
  let subscriptions: ReadonlyMap<string, Subscription> = new Map()
  let workOnFeeds: () => void = () => undefined
  const work = () => {
    workOnFeeds()
    marketplace.work()
  }

  const running = await createSimulator(
    {
      id: 'walmart',
      name,
      colour: '#0053e2',
      currency,
      floor,
      control: createControl(marketplace, work, returns),
      routes(app, kit) {
        random.next = kit.random
        const access = createAccess({
          keys,
          tokenLifeMs: options.tokenLifeMs ?? TOKEN_LIFE_MS,
          now,
          random: kit.random,
        })
        endTokens = access.endTokens
        const feeds = createFeeds(marketplace, {
          now,
          random: kit.random,
          feedTypes: dialect.feedTypes,
          rowsMax: dialect.feedRowsMax,
          delayMs: options.feedDelayMs ?? 60_000,
          lifeMs: options.feedLifeMs ?? 7 * DAY_MS,
          onWrite: ({ sku, node, amount, before }) =>
            kit.books.writes.append({
              atNs: kit.books.nowNs(),
              stockUnitId: sku,
              locationId: node,
              quantity: amount,
              before,
              after: amount,
            }),
        })
        workOnFeeds = feeds.work
        const events = createEvents(marketplace, {
          sender: kit.webhooks,
          now,
          partnerId: seller.partnerId,
          signatureEncoding: options.signatureEncoding ?? 'base64',
        })
        subscriptions = events.subscriptions
        const { lacks, mart, taxName } = dialect
        const shapes = { currency, mart, taxName }
        serve(app, {
          kit,
          work,
          limits: createLimits(() => clock.monotonic(), options.limits),
          assertAllowed: access.assertAllowed,
          assertMarket: (request) => assertMarket(request, market),
          routes: [
            ...sellerRoutes(marketplace, { access, seller, country: dialect.country }),
            ...itemRoutes(marketplace, shapes, { withoutCursors: options.withoutCursors ?? false }),
            ...inventoryRoutes(marketplace, (write) =>
              kit.books.writes.append({ ...write, after: write.quantity }),
            ),
            ...inboundRoutes(marketplace, floor),
            ...fulfilmentRoutes(marketplace, floor, {
              orderChannelId: ORDER_CHANNEL,
              uuid: () => `req-${marketplace.nextId()}`,
            }),
            ...feeds.routes,
            ...orderRoutes(marketplace, shapes, { partnerId: seller.partnerId, dialect }),
            ...returns.routes,
            ...events.routes,
          ].filter(({ method, path }) => !lacks.includes(`${method} ${path}`)),
        })
      },
    },
    options,
  )
  return {
    ...running,
    floor,
    seller,
    marketplace,
    subscriptions,
    grantReturn: (orderId, units) => returns.grant(orderId, units),
    endTokens: () => endTokens(),
    settings: {
      market,
      wfs: true,
      multiChannel: true,
      orderChannelId: ORDER_CHANNEL,
      multiChannelSpeed: 'STANDARD',
      inboundReturnAddress: '860 W California Ave; Sunnyvale; CA; 94086',
      endpoint: running.url,
    },
    credentials: { ...keys, webhookSecret: 'plimsollsimulator00' },
  }
}

function toNode(given: string | Node, at: number): Node {
  if (typeof given !== 'string') return given
  return { id: String(1_000_005_050 + at), name: given, nodeType: 'PHYSICAL', status: 'ACTIVE' }
}
