import { systemClock } from '@plimsoll/connector-kit'
import {
  createSimulator,
  type RunningSimulator,
  type SimulatorOptions,
} from '@plimsoll/connector-kit/simulator'
import type { Credentials, Settings } from '../settings.ts'
import { createAuthentication } from './authentication.ts'
import { type Bulks, createBulks } from './bulks.ts'
import { createControl } from './control.ts'
import { createIdentityService } from './identity-service.ts'
import { inventoryRoutes } from './inventory-routes.ts'
import { orderRoutes } from './order-routes.ts'
import { productRoutes } from './product-routes.ts'
import type { InputLimits } from './search.ts'
import { serve } from './server.ts'
import { createShop, type Shop, type ShopSettings } from './shop.ts'
import { storeRoutes } from './store-routes.ts'

/** What the shop's host and installation are like. May change while it runs. */
export type SiteTraits = {
  /** The integration's token works as a bearer token; off since 2.4.4. */
  allowsBearer: boolean
  /** Rights that the integration was not given. */
  missingRights: readonly string[]
  takesEncodedSlashes: boolean
  /** Signatures are worked out of decoded addresses, as some versions do: none with a space in its SKU is right. */
  signsDecodedPaths: boolean
  /** Everything answers 503 with a web page. */
  maintenance: boolean
  /** Limits on lists and pages; off unless the merchant sets them. */
  limits: InputLimits
  /** From a request for the message queue to its consumer. */
  bulkDelayMs: number
  /** Nobody has started the consumer. */
  isQueueStuck: boolean
  /** The modules for asynchronous calls are there. */
  hasBulks: boolean
}

export type MagentoSimulatorOptions = SimulatorOptions &
  Partial<ShopSettings> &
  Partial<SiteTraits> & {
    colour?: string
    edition?: 'self-hosted' | 'cloud-service'
    /** Codes of further sources of the one stock, behind `default`. */
    sources?: readonly string[]
    /** The product attribute that holds barcodes. */
    barcodeAttribute?: string
  }

export type MagentoSimulator = RunningSimulator & {
  /** What to connect with. */
  settings: Settings
  credentials: Credentials
  /** For tests that look inside, or change what the shop is like while it runs. */
  shop: Shop
  site: SiteTraits
  bulks: Bulks
  /** The identity service ends all tokens that it gave. */
  endTokens(): void
}

const integration = {
  consumerKey: 'simulatedconsumerkey000000000001',
  consumerSecret: 'simulatedconsumersecret000000001',
  accessToken: 'simulatedaccesstoken000000000001',
  accessTokenSecret: 'simulatedaccesstokensecret000001',
}
const client = {
  clientId: 'simulated-client',
  clientSecret: 'p8e-simulated-secret',
  imsOrganization: '0123456789ABCDEF@AdobeOrg',
}
const instance = 'simulatedinstance'

/** Starts a simulated Magento shop, or one of the cloud service. */
export async function createMagentoSimulator(
  options: MagentoSimulatorOptions = {},
): Promise<MagentoSimulator> {
  const clock = options.clock ?? systemClock
  const now = () => clock.now()
  const { edition = 'self-hosted', barcodeAttribute = 'ean', colour = '#f26322', sources = [] } = options
  const site: SiteTraits = {
    allowsBearer: false,
    missingRights: [],
    takesEncodedSlashes: true,
    signsDecodedPaths: false,
    maintenance: false,
    limits: {
      isOn: edition === 'cloud-service',
      arrayMax: 20,
      bulkMax: 5_000,
      pageMax: 300,
      pageDefault: 20,
    },
    bulkDelayMs: 100,
    isQueueStuck: false,
    hasBulks: true,
    ...pick(options, siteNames),
  }
  const shop = createShop(
    {
      name: 'Harbour Goods',
      currency: 'EUR',
      multiSource: true,
      payment: 'capture',
      checkout: 'new',
      indexLagMs: 0,
      checksSkus: false,
      ...pick(options, settingNames),
    },
    now,
  )
  for (const code of sources) {
    shop.stock.sources.push({ code, name: code, enabled: true })
    shop.stock.stocks[0]?.sources.push(code)
  }
  let origin = ''
  let bulks: Bulks | undefined
  let nextBulk = 0
  let endTokens = (): void => undefined

  const running = await createSimulator(
    {
      id: 'magento',
      name: shop.settings.name,
      colour,
      currency: shop.settings.currency,
      control: createControl(shop, () => bulks?.work()),
      routes(app, kit) {
        const limits = () => site.limits
        const isRevoked = () => kit.faults.isRevoked()
        const queue = createBulks({
          now,
          nowNs: () => kit.books.nowNs(),
          delayMs: () => site.bulkDelayMs,
          isStuck: () => site.isQueueStuck,
          limits,
          newId: () => {
            nextBulk += 1
            return `5a12c1bd-a8b5-41d4-8c00-${String(nextBulk).padStart(12, '0')}`
          },
        })
        bulks = queue
        const identity = createIdentityService({ keys: client, isRevoked, now })
        endTokens = identity.endTokens
        const book = (written: {
          receivedAtNs: string
          sku: string
          source?: string
          before: number | null
          quantity: number
        }) =>
          kit.books.writes.append({
            atNs: written.receivedAtNs,
            stockUnitId: written.sku,
            locationId: written.source ?? 'default',
            quantity: written.quantity,
            before: written.before,
            after: written.quantity,
          })
        serve(app, {
          edition,
          instance,
          bulks: queue,
          faults: kit.faults,
          authentication: createAuthentication({
            keys: integration,
            allowsBearer: () => site.allowsBearer,
            isRevoked,
            now,
          }),
          identity,
          hasStore: (code) => code === 'all' || shop.storeViews.some((view) => view.code === code),
          missingRights: () => site.missingRights,
          takesEncodedSlashes: () => site.takesEncodedSlashes,
          signsDecodedPaths: () => site.signsDecodedPaths,
          isInMaintenance: () => site.maintenance,
          hasBulks: () => site.hasBulks,
          routes: [
            ...storeRoutes({ shop, bulks: queue, origin: () => origin }),
            ...inventoryRoutes({ shop, limits, onWrite: book }),
            ...productRoutes({ shop, limits, barcodeAttribute, onWrite: book }),
            ...orderRoutes({ shop, limits }),
          ],
        })
      },
    },
    options,
  )
  origin = running.url
  if (bulks === undefined) throw new Error('The kit did not ask for the routes.')
  const isCloud = edition === 'cloud-service'
  return {
    ...running,
    shop,
    site,
    bulks,
    endTokens,
    settings: {
      url: isCloud ? `${origin}/${instance}` : origin,
      edition,
      store: 'all',
      sources: [],
      barcodeAttribute,
      asynchronousIncreases: false,
      paidCancellations: 'offline',
      ...(isCloud && { identityUrl: origin }),
    },
    credentials: isCloud ? client : integration,
  }
}

const settingNames = [
  'name',
  'currency',
  'multiSource',
  'payment',
  'checkout',
  'indexLagMs',
  'checksSkus',
] as const
const siteNames = [
  'allowsBearer',
  'missingRights',
  'takesEncodedSlashes',
  'signsDecodedPaths',
  'maintenance',
  'limits',
  'bulkDelayMs',
  'isQueueStuck',
  'hasBulks',
] as const

/** Those of the named options that were given. */
function pick<T extends object, K extends keyof T>(options: T, names: readonly K[]): Partial<Pick<T, K>> {
  const picked: Partial<Pick<T, K>> = {}
  for (const name of names) if (options[name] !== undefined) picked[name] = options[name]
  return picked
}
