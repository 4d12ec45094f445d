import { systemClock } from '@plimsoll/connector-kit'
import {
  createSimulator,
  createWarehouseFloor,
  type RunningSimulator,
  type SimulatorServices,
  seededRandom,
  type WarehouseFloor,
} from '@plimsoll/connector-kit/simulator'
import { AMAZON_STOCK, OWN_STOCK } from '../ids.ts'
import { findMarketplace } from '../marketplaces.ts'
import type { Credentials, Settings } from '../settings.ts'
import { type Account, createAccount } from './account.ts'
import { accountRoutes } from './account-routes.ts'
import { addressRoutes } from './addresses.ts'
import { type Site, serve } from './api.ts'
import { createControl } from './control.ts'
import { createDocuments } from './documents.ts'
import { feedRoutes } from './feed-routes.ts'
import { fulfillmentRoutes } from './fulfillment-routes.ts'
import { inboundRoutes } from './inbound-routes.ts'
import { listingRoutes } from './listing-routes.ts'
import { APPLICATION_ID, createLogin, GIVEN } from './login.ts'
import { createNotifications, type Notifications } from './notification-routes.ts'
import { orderRoutes } from './order-routes.ts'
import { orderRoutesV0 } from './order-routes-v0.ts'
import type { Applied } from './quantities.ts'
import { createQueue, type Queue } from './queue.ts'
import { reportRoutes } from './report-routes.ts'
import { type AmazonSimulatorOptions, createRates, type Traits, toTraits } from './traits.ts'

export type { AmazonSimulatorOptions } from './traits.ts'

export type AmazonSimulator = RunningSimulator & {
  /** Where what Amazon keeps lies, and is sent from. */
  floor: WarehouseFloor
  /** What to connect with. */
  settings: Settings
  credentials: Credentials
  /** As if Amazon ended every access token before its time. */
  endTokens(): void
  /** For tests that look inside, or change what Amazon is like while it runs. */
  account: Account
  traits: Traits
  queue: Queue
  notifications: Notifications
}

const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/123456789012/plimsoll'

/** Starts a simulated selling account with Amazon around it: Login with Amazon, the API, documents, a queue. */
export async function createAmazonSimulator(options: AmazonSimulatorOptions = {}): Promise<AmazonSimulator> {
  const clock = options.clock ?? systemClock
  const now = () => clock.now()
  const traits = toTraits(options)
  const floor = createWarehouseFloor({
    clock,
    random: seededRandom((options.seed ?? 1) ^ 0xfba),
    facilities: [{ id: AMAZON_STOCK, name: 'Amazon fulfilment' }],
    pace: options.pace,
  })
  let origin = ''
  let inside: Inside | undefined
  const insideOf = (): Inside => {
    if (inside === undefined) throw new Error('The kit did not ask for the routes.')
    return inside
  }

  const running = await createSimulator(
    {
      id: 'amazon',
      name: traits.name,
      colour: options.colour ?? '#ff9900',
      currency: options.currency ?? findMarketplace(traits.marketplaces[0] ?? '')?.currency ?? 'USD',
      floor,
      control: createControl({ account: () => insideOf().account, traits, now }),
      routes(app, kit) {
        inside = build({ traits, kit, now, floor, origin: () => origin })
        inside.install(app)
      },
    },
    options,
  )
  origin = running.url
  const { account, login, queue, notifications } = insideOf()
  return {
    ...running,
    floor,
    settings: {
      sellerId: traits.sellerId,
      marketplaces: traits.marketplaces,
      ordersApi: '2026-01-01',
      applicationId: APPLICATION_ID,
      queueUrl: QUEUE_URL,
      multiChannel: true,
      multiChannelSpeed: 'Standard',
      multiChannelComment: 'Thank you for your order.',
      multiChannelBlankBox: false,
      multiChannelOtherCarriers: false,
      endpoint: running.url,
    },
    credentials: GIVEN,
    endTokens: login.endTokens,
    account,
    traits,
    queue,
    notifications,
  }
}

type Inside = ReturnType<typeof build>

function build({
  traits,
  kit,
  now,
  floor,
  origin,
}: {
  traits: Traits
  kit: SimulatorServices
  now: () => number
  floor: WarehouseFloor
  origin: () => string
}) {
  const login = createLogin(traits, { now, isRevoked: () => kit.faults.isRevoked() })
  const queue = createQueue({ traits, ...kit, queueUrl: QUEUE_URL })
  let told: Notifications | undefined
  const account = createAccount(traits, {
    now,
    random: kit.random,
    floor,
    onOrder: (order) => told?.tellOfOrder(order),
  })
  const site: Site = {
    traits,
    account,
    access: login,
    rates: createRates(traits, now),
    faults: kit.faults,
    now,
    origin,
  }
  const notifications = createNotifications(site, { queue, queueUrl: QUEUE_URL })
  told = notifications
  const documents = createDocuments(traits, { account: () => account, now, origin })
  const onApplied: Applied = ({ listing, quantity, before, receivedAtNs }) =>
    kit.books.writes.append({
      atNs: receivedAtNs ?? kit.books.nowNs(),
      stockUnitId: listing.sku,
      locationId: OWN_STOCK,
      quantity,
      before,
      after: quantity,
    })
  return {
    account,
    login,
    queue,
    notifications,
    install(app: Parameters<typeof serve>[0]): void {
      login.routes(app)
      documents.routes(app)
      queue.routes(app)
      serve(app, site, [
        ...listingRoutes(site, onApplied),
        ...feedRoutes(site, { documents, onApplied, onFinished: notifications.tellOfFeed }),
        ...reportRoutes(site, documents, floor),
        ...orderRoutes(site),
        ...orderRoutesV0(site),
        ...addressRoutes(site),
        ...accountRoutes(site),
        ...inboundRoutes(site, floor),
        ...fulfillmentRoutes(site, floor, notifications.tellOfSending),
        ...notifications.routes,
      ])
    },
  }
}
