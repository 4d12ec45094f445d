import { systemClock } from '@plimsoll/connector-kit'
import {
  createSimulator,
  type RunningSimulator,
  type SimulatorOptions,
} from '@plimsoll/connector-kit/simulator'
import { type MarketplaceId, marketplaces } from '../places.ts'
import { grantedScopes } from '../scopes.ts'
import {
  type Credentials,
  credentials as credentialsSchema,
  type Settings,
  settings as settingsSchema,
} from '../settings.ts'
import { createAccess } from './access.ts'
import { type Account, type AccountTraits, createAccount } from './account.ts'
import { createControl, type ListingTraits } from './control.ts'
import { createDayQuotas } from './day-quotas.ts'
import { createFeeds } from './feed-routes.ts'
import { fulfillmentRoutes } from './fulfillment-routes.ts'
import { type InventoryTraits, inventoryRoutes } from './inventory-routes.ts'
import { createNotifications, type Notifications } from './notification-routes.ts'
import { createOrderBook, type OrderBook, type OrderTraits } from './order-book.ts'
import { postOrderRoutes } from './post-order-routes.ts'
import { serveRest } from './rest.ts'
import { type SellerTraits, sellerRoutes } from './seller-routes.ts'
import { tradingRoutes } from './trading-routes.ts'

export type EbaySimulatorOptions = SimulatorOptions &
  Partial<
    AccountTraits &
      OrderTraits &
      ListingTraits &
      Pick<InventoryTraits, 'skusPerWrite' | 'locations' | 'writeMs'>
  > & {
    name?: string
    currency?: string
    marketplace?: MarketplaceId
    /** Rights that the seller granted. */
    scopes?: readonly string[]
    /** Calls a day, for each API; unlimited unless given. */
    quotas?: Readonly<Record<string, number>>
    sellingLimit?: number
    /** Of the seller, undefined: not opted in to any. One that requires immediate payment unless given. */
    paymentPolicies?: readonly { name: string; immediatePay: boolean }[] | 'none'
    /** From the coming of a file with quantities to its end; a minute unless given. */
    feedMs?: number
    /** What the developer portal has behind the RuName. */
    acceptUrl?: string
    /** Base64 (SPKI) of the key that cancellations must be signed with, as in the EU and UK. */
    signingKey?: string
    credentials?: Partial<Credentials>
  }

export type EbaySimulator = RunningSimulator & {
  /** What to connect with. */
  settings: Settings
  credentials: Credentials
  /** As if eBay had ended every access token before its time. */
  endTokens(): void
  /** What is behind the RuName from now on. */
  setAcceptUrl(url: string): void
  /** Whose account it is; it may change while it runs. */
  seller: SellerTraits
  /** For tests that look inside. */
  account: Account
  book: OrderBook
  notifications: Notifications
}

const defaults = {
  clientId: 'Plimsoll-Hub-SIM-0001',
  clientSecret: 'SIM-0001-secret',
  verificationToken: 'plimsoll_verification_token_0000000000',
  refreshToken: 'v^1.1#refresh#simulated',
}

/** Starts a simulated eBay with one seller's account. */
export async function createEbaySimulator(options: EbaySimulatorOptions = {}): Promise<EbaySimulator> {
  const clock = options.clock ?? systemClock
  const now = () => clock.now()
  const { marketplace = 'EBAY_DE', name = 'plimsoll_seller' } = options
  const currency = options.currency ?? marketplaces[marketplace].currency
  const credentials = credentialsSchema.parse({ ...defaults, ...options.credentials })
  const ruName = 'Plimsoll-PlimsollHub-SIM-callback'
  let acceptUrl = options.acceptUrl ?? 'http://127.0.0.1/connect/ebay/callback'
  let requestId = 0

  const account = createAccount(
    {
      outOfStockControl: options.outOfStockControl ?? true,
      revisionsMax: options.revisionsMax ?? 250,
      recordLagMs: options.recordLagMs ?? 0,
    },
    now,
  )
  let notifications: Notifications | undefined
  const seller: SellerTraits = {
    userId: 'SIMULATEDSELLER',
    username: name,
    marketplace,
    currency,
    sellingLimit: options.sellingLimit,
    paymentPolicies:
      options.paymentPolicies === 'none'
        ? undefined
        : (options.paymentPolicies ?? [{ name: 'At once', immediatePay: true }]),
  }
  const book = createOrderBook(
    account,
    {
      checkout: options.checkout ?? 'paid',
      restocksOnCancel: options.restocksOnCancel ?? true,
      orderLagMs: options.orderLagMs ?? 0,
    },
    now,
    (order) => {
      // One for each line.
      for (const { lineItemId, listing, quantity } of order.lines) {
        const line = { orderLineItemId: lineItemId, listingId: listing.itemId, quantity }
        const data = {
          user: { userId: seller.userId, username: name },
          order: { orderId: order.orderId, orderLineItems: [line] },
        }
        notifications?.send('ORDER_CONFIRMATION', data, order.orderId)
      }
    },
  )
  const quotas = createDayQuotas(options.quotas ?? {}, now)
  let endTokens: () => void = () => undefined
  let workOnFeeds: () => void = () => undefined
  const control = createControl(account, book, {
    listedWith: options.listedWith ?? 'both',
    variations: options.variations ?? 1,
  })

  const running = await createSimulator(
    {
      id: 'ebay',
      name,
      colour: '#0064d2',
      currency,
      control: {
        ...control,
        // What is due is done before anybody looks.
        levels() {
          workOnFeeds()
          return control.levels()
        },
        placeOrder(...given) {
          workOnFeeds()
          return control.placeOrder(...given)
        },
      },
      routes(app, kit) {
        const access = createAccess({
          given: credentials,
          ruName,
          acceptUrl: () => acceptUrl,
          scopes: options.scopes ?? grantedScopes,
          now,
          random: kit.random,
          isRevoked: () => kit.faults.isRevoked(),
        })
        endTokens = access.endTokens
        notifications = createNotifications({ sender: kit.webhooks, now, random: kit.random })
        const onWrite = (write: Parameters<typeof kit.books.writes.append>[0]) =>
          kit.books.writes.append(write)
        const trading = tradingRoutes(app, {
          account,
          access,
          faults: kit.faults,
          quotas,
          currency,
          now,
          onWrite,
        })
        const feeds = createFeeds({ now, feedMs: options.feedMs ?? 60_000, revise: trading.revise })
        workOnFeeds = feeds.work
        access.routes(app)
        serveRest(
          app,
          [
            ...sellerRoutes({
              traits: seller,
              quotas,
            }),
            ...inventoryRoutes({
              account,
              traits: {
                marketplace,
                currency,
                skusPerWrite: options.skusPerWrite ?? 25,
                locations: options.locations ?? ['main'],
                writeMs: options.writeMs ?? 0,
              },
              sleep: (ms) => clock.sleep(ms),
              onWrite,
            }),
            ...fulfillmentRoutes({ book, traits: { marketplace, currency }, now }),
            ...notifications.routes,
            ...feeds.routes,
            ...postOrderRoutes({ book, signingKey: () => options.signingKey }),
          ],
          {
            access,
            faults: kit.faults,
            quotas,
            nextRequestId: () => {
              requestId += 1
              return `t6q%60ir%28simulated*${requestId}`
            },
          },
        )
      },
    },
    options,
  )
  if (notifications === undefined) throw new Error('The kit did not ask for the routes.')
  return {
    ...running,
    seller,
    account,
    book,
    notifications,
    endTokens: () => endTokens(),
    setAcceptUrl(url) {
      acceptUrl = url
    },
    settings: settingsSchema.parse({
      environment: 'sandbox',
      marketplace,
      ruName,
      alertEmail: 'alerts@brand.example',
      endpoint: running.url,
    }),
    credentials,
  }
}
