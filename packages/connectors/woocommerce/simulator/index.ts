import { systemClock } from '@plimsoll/connector-kit'
import {
  createSimulator,
  type RunningSimulator,
  type SimulatorOptions,
} from '@plimsoll/connector-kit/simulator'
import { defaultLocationId } from '../ids.ts'
import type { Credentials, Settings } from '../settings.ts'
import { type ApiKey, createAuthentication } from './authentication.ts'
import { createControl, stockUnitIdOf } from './control.ts'
import { grantPage } from './grant-page.ts'
import { orderRoutes } from './order-routes.ts'
import { productRoutes } from './product-routes.ts'
import { RestError } from './rest.ts'
import { serve } from './server.ts'
import { createShop, type Shop, type ShopSettings } from './shop.ts'
import { siteRoutes } from './site-routes.ts'
import { createWebhookDeliveries, type WebhookDeliveries } from './webhook-deliveries.ts'
import { webhookRoutes } from './webhook-routes.ts'

/** What the shop's WordPress, plugins and host are like. May change while it runs. */
export type SiteTraits = {
  /** WooCommerce's. */
  version: string
  permission: ApiKey['permission']
  /** Requests count as sent over TLS, as behind a proxy: then Basic works, and keys in the query. */
  isTls: boolean
  stripsAuthorization: boolean
  plainPermalinks: boolean
  /** `GET /variations`, since 10.3. */
  variationsRoute: boolean
  fulfillments: boolean
  shipmentTracking: boolean
  /** The plugin Advanced Shipment Tracking. */
  advancedTracking: boolean
  sortsByModified: boolean
  batchMax: number
  extraStatuses: readonly string[]
  /** Everything answers 503 with a web page. */
  maintenance: boolean
  /** A batch dies with a web page (502) after so many rows, which stay written. */
  batchDiesAfter: number | undefined
  /** For each row of a batch, as on a cheap host. */
  batchRowMs: number
}

export type WooCommerceSimulatorOptions = SimulatorOptions &
  Partial<ShopSettings> &
  Partial<SiteTraits> & {
    colour?: string
    /** Where WordPress lives below the host, such as `/shop-folder`. */
    folder?: string
    consumerKey?: string
    consumerSecret?: string
  }

export type WooCommerceSimulator = RunningSimulator & {
  /** What to connect with. */
  settings: Settings
  credentials: Credentials
  /** For tests that look inside, or change what the site is like while it runs. */
  shop: Shop
  /** As if so many ids had been given before. */
  skipIds(count: number): void
  site: SiteTraits
  deliveries: WebhookDeliveries
}

/** Starts a simulated WooCommerce shop. */
export async function createWooCommerceSimulator(
  options: WooCommerceSimulatorOptions = {},
): Promise<WooCommerceSimulator> {
  const clock = options.clock ?? systemClock
  const now = () => clock.now()
  const {
    consumerKey = 'ck_plimsollsimulator',
    consumerSecret = 'cs_plimsollsimulator',
    folder = '',
    colour = '#7f54b3',
  } = options
  const site: SiteTraits = {
    version: '11.1.0',
    permission: 'read_write',
    isTls: false,
    stripsAuthorization: false,
    plainPermalinks: false,
    variationsRoute: true,
    fulfillments: false,
    shipmentTracking: false,
    advancedTracking: false,
    sortsByModified: true,
    batchMax: 100,
    extraStatuses: [],
    maintenance: false,
    batchDiesAfter: undefined,
    batchRowMs: 0,
    ...pick(options, siteNames),
  }
  const settings: ShopSettings = {
    name: 'Harbour Goods',
    currency: 'EUR',
    siteOffsetHours: 0,
    managesStock: true,
    holdStockMinutes: 60,
    hpos: true,
    checkout: 'paid',
    ...pick(options, settingNames),
  }
  let deliveries: WebhookDeliveries | undefined
  const tell: WebhookDeliveries['tell'] = (event) => deliveries?.tell(event)
  const shop = createShop(settings, now, tell)
  let origin = ''

  const running = await createSimulator(
    {
      id: 'woocommerce',
      name: settings.name,
      colour,
      currency: settings.currency,
      control: createControl(shop),
      routes(app, kit) {
        const sending = createWebhookDeliveries({
          shop: () => shop,
          sender: kit.webhooks,
          now,
          source: () => origin,
        })
        deliveries = sending
        const batchMax = () => site.batchMax
        const authentication = createAuthentication(
          () => ({ consumerKey, consumerSecret, permission: site.permission }),
          now,
        )
        grantPage(app, { folder, keys: { consumerKey, consumerSecret } })
        serve(app, {
          routes: [
            ...siteRoutes({ shop, version: () => site.version }),
            ...productRoutes({
              shop,
              hasVariationsRoute: () => site.variationsRoute,
              batchMax,
              dies: async (done) => {
                if (done === site.batchDiesAfter) throw new HostError()
                if (site.batchRowMs > 0) await clock.sleep(site.batchRowMs)
              },
              onWrite: ({ receivedAtNs, product, quantity, before }) =>
                kit.books.writes.append({
                  atNs: receivedAtNs,
                  stockUnitId: stockUnitIdOf(shop, product),
                  locationId: defaultLocationId,
                  quantity,
                  before,
                  after: product.stock,
                }),
            }),
            ...orderRoutes({
              shop,
              tell,
              sortsByModified: () => site.sortsByModified,
              hasFulfillments: () => site.fulfillments,
              hasShipmentTracking: () => site.shipmentTracking,
              hasAdvancedTracking: () => site.advancedTracking,
              extraStatuses: () => site.extraStatuses,
            }),
            ...webhookRoutes({
              deliveries: sending,
              newSecret: () => kit.random().toString(36).slice(2),
              batchMax,
            }),
          ],
          authentication,
          faults: kit.faults,
          folder,
          isTls: () => site.isTls,
          stripsAuthorization: () => site.stripsAuthorization,
          isPlain: () => site.plainPermalinks,
          isInMaintenance: () => site.maintenance,
        })
      },
    },
    options,
  )
  origin = `${running.url}${folder}`
  if (deliveries === undefined) throw new Error('The kit did not ask for the routes.')
  return {
    ...running,
    shop,
    skipIds: (count) => shop.skipIds(count),
    site,
    deliveries,
    settings: { url: origin, orderStatuses: '' },
    credentials: { consumerKey, consumerSecret, webhookSecret: 'plimsollsimulator00' },
  }
}

/** The host ends a request in the middle: PHP's time is up, and a proxy answers in its place. */
class HostError extends RestError {
  constructor() {
    super('', 502, 'Bad Gateway')
  }
}

const settingNames = [
  'name',
  'currency',
  'siteOffsetHours',
  'managesStock',
  'holdStockMinutes',
  'hpos',
  'checkout',
] as const
const siteNames = [
  'version',
  'permission',
  'isTls',
  'stripsAuthorization',
  'plainPermalinks',
  'variationsRoute',
  'fulfillments',
  'shipmentTracking',
  'advancedTracking',
  'sortsByModified',
  'batchMax',
  'extraStatuses',
  'maintenance',
  'batchDiesAfter',
  'batchRowMs',
] as const

/** Those of the named options that were given. */
function pick<T extends object, K extends keyof T>(options: T, names: readonly K[]): Partial<Pick<T, K>> {
  const picked: Partial<Pick<T, K>> = {}
  for (const name of names) if (options[name] !== undefined) picked[name] = options[name]
  return picked
}
