import { systemClock } from '@plimsoll/connector-kit'
import {
  createSimulator,
  type RunningSimulator,
  type SimulatorOptions,
} from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance } from 'fastify'
import { scopesToAskFor } from '../scopes.ts'
import type { Credentials, Settings } from '../settings.ts'
import { type Access, type AppCredentials, createAccess } from './access.ts'
import { createBucket } from './bucket.ts'
import { type BulkOperations, type BulkTraits, createBulkOperations } from './bulk-operations.ts'
import { createControl } from './control.ts'
import { createGraphqlEndpoint, loadSchema } from './graphql.ts'
import { createIdempotencyStore } from './idempotency.ts'
import { createMutations, type RefundResult } from './mutations.ts'
import { createOAuth, type OAuth } from './oauth.ts'
import { createQueries } from './queries.ts'
import type { SetResult } from './set-quantities.ts'
import { Shop } from './shop.ts'
import { createSubscriptions, type PrivacyTopic, type Subscriptions } from './subscriptions.ts'
import { createViews } from './views.ts'

/** Versions that answer in late 2026; another falls forward to the oldest of them. */
const VERSIONS = ['2025-10', '2026-01', '2026-04', '2026-07', '2026-10', 'unstable']

export type ShopifySimulatorOptions = SimulatorOptions &
  Partial<BulkTraits> & {
    name?: string
    domain?: string
    currency?: string
    /** Names of locations; the first holds what products are seeded with. */
    locations?: readonly string[]
    app?: Partial<AppCredentials>
    /** What the shop has granted. */
    scopes?: readonly string[]
    /** False: the app is not approved for protected customer data. */
    tellsBuyers?: boolean
    /** What the application asks every shop for; what the shop has granted unless given. */
    requestedScopes?: readonly string[]
    /** Query points: 2,000 refilled at 100 a second, as on the smallest plan. */
    bucket?: { capacity: number; restoreRate: number }
    tokenLifeMs?: number
    /** How late the order list shows a change. */
    searchLagMs?: number
    /** Shopify's update times are whole seconds; 1 gives milliseconds. */
    timestampStepMs?: number
    /** False: orders wait for their payment. They hold stock either way. */
    paidAtCheckout?: boolean
  }

export type ShopifySimulator = RunningSimulator & {
  /** What to connect with: the permanent token, and the client id whose tokens end. */
  settings: Settings
  credentials: Credentials
  clientCredentials: Credentials
  /** As if Shopify had ended every token that ends, before its time. */
  endTokens(): void
  /** The merchant removes the application: its subscribers are told, then nothing of it works until it is installed again. */
  uninstall(): void
  reinstall(): void
  /** One of the privacy webhooks, which Shopify sends to an address of the application's own configuration. */
  tellPrivacy(topic: PrivacyTopic, url: string): void
  bulk: BulkTraits
  /** The shop's books, for tests that look inside. */
  shop: Shop
  /** As if so many ids had been given before. */
  skipIds(count: number): void
}

/** Starts a simulated Shopify shop. */
export async function createShopifySimulator(
  options: ShopifySimulatorOptions = {},
): Promise<ShopifySimulator> {
  const clock = options.clock ?? systemClock
  const app: AppCredentials = {
    clientId: 'plimsoll-client-id',
    clientSecret: 'plimsoll-client-secret',
    accessToken: 'shpat_plimsoll_simulator',
    ...options.app,
  }
  const { domain = 'plimsoll-demo.myshopify.com', currency = 'EUR', name = 'Harbour & Co.' } = options
  const {
    locations = ['Main warehouse'],
    timestampStepMs = 1_000,
    scopes = scopesToAskFor({ isService: false }),
  } = options
  const bulk: BulkTraits = { bulkMs: options.bulkMs ?? 0, bulk: options.bulk ?? 'completes' }
  const requested = options.requestedScopes ?? scopes
  const shop = new Shop({ name, domain, currency, locations, timestampStepMs, now: () => clock.now() })
  shop.searchLagMs = options.searchLagMs ?? 0

  let endTokens: Access['endTokens'] = () => undefined
  let subscriptions: Subscriptions | undefined
  let isInstalled = true
  let origin = ''
  const running = await createSimulator(
    {
      id: 'shopify',
      name,
      colour: '#5e8e3e',
      currency,
      control: createControl(shop, { paidAtCheckout: options.paidAtCheckout ?? true }),
      routes(server, kit) {
        const views = createViews(shop, scopes, options.tellsBuyers)
        const subscribed = createSubscriptions(shop, {
          sender: kit.webhooks,
          secret: app.clientSecret,
          apiVersion: '2026-10',
        })
        subscriptions = subscribed
        const schema = loadSchema()
        const idempotency = createIdempotencyStore<SetResult>(
          () => clock.now(),
          (earlier, error) => ({ ...earlier, changes: [], errors: [error] }),
        )
        const refunds = createIdempotencyStore<RefundResult>(
          () => clock.now(),
          (_, error) => ({ refund: undefined, errors: [error] }),
        )
        const operations = createBulkOperations({
          shop,
          schema: () => schema,
          root: () => queries,
          traits: bulk,
          origin: () => origin,
          random: kit.random,
        })
        const queries = createQueries(shop, views, subscribed, { scopes, requested, bulk: operations })
        const { capacity, restoreRate } = options.bucket ?? { capacity: 2_000, restoreRate: 100 }
        const answer = createGraphqlEndpoint({
          schema,
          root: {
            ...queries,
            ...createMutations({
              scopes,
              schema: () => schema,
              shop,
              views,
              subscriptions: subscribed,
              idempotency,
              refunds,
              bulk: operations,
              books: kit.books,
            }),
          },
          bucket: createBucket(capacity, restoreRate, () => clock.monotonic()),
          shouldThrottle: () => kit.faults.shouldThrottle(),
        })
        const tokenLifeMs = options.tokenLifeMs ?? 86_399_000
        const now = () => clock.now()
        const oauth = createOAuth({ app, shop: domain, now, random: kit.random })
        const access = createAccess({ app, scopes, tokenLifeMs, now, random: kit.random, oauth })
        endTokens = access.endTokens
        addRoutes(server, {
          answer,
          access,
          oauth,
          bulk: operations,
          isRevoked: () => !isInstalled || kit.faults.isRevoked(),
          nextRequestId: () => `request-${shop.nextId()}`,
        })
      },
    },
    options,
  )
  origin = running.url
  const { clientId, clientSecret, accessToken } = app
  return {
    ...running,
    bulk,
    endTokens: () => endTokens(),
    uninstall() {
      subscriptions?.removeAll()
      endTokens()
      isInstalled = false
    },
    reinstall() {
      isInstalled = true
    },
    tellPrivacy: (topic, url) => subscriptions?.tellPrivacy(topic, url),
    shop,
    skipIds: (count) => shop.skipIds(count),
    settings: { shop: domain, endpoint: running.url },
    credentials: { clientSecret, accessToken },
    clientCredentials: { clientId, clientSecret },
  }
}

type RouteServices = {
  answer: ReturnType<typeof createGraphqlEndpoint>
  access: Access
  oauth: OAuth
  bulk: BulkOperations
  isRevoked: () => boolean
  nextRequestId: () => string
}

function addRoutes(
  server: FastifyInstance,
  { answer, access, oauth, bulk, isRevoked, nextRequestId }: RouteServices,
): void {
  // Where the files of bulk operations lie: no token, a signed address, and byte ranges.
  server.get<{ Params: { id: string }; Querystring: { signature?: string } }>(
    '/bulk-operations/:id',
    async (request, reply) => {
      const file = bulk.file(Number(request.params.id), request.query.signature)
      if (file === undefined)
        return reply.code(403).type('application/xml').send('<Error>AccessDenied</Error>')
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
      reply.type('application/jsonl')
      if (range === null) return reply.send(file)
      const [from, to] = [Number(range[1]), Math.min(Number(range[2]), file.length - 1)]
      if (from >= file.length) return reply.code(416).header('content-range', `bytes */${file.length}`).send()
      return reply
        .code(206)
        .header('content-range', `bytes ${from}-${to}/${file.length}`)
        .send(file.subarray(from, to + 1))
    },
  )

  server.get<{ Querystring: Record<string, string> }>('/admin/oauth/authorize', async (request, reply) => {
    const agreed = oauth.agree(request.query)
    return 'redirect' in agreed ? reply.redirect(agreed.redirect) : reply.code(400).send(agreed.refusal)
  })

  server.post('/admin/oauth/access_token', async (request, reply) => {
    const token = isRevoked() ? undefined : access.grant(request.body)
    if (token !== undefined) return token
    return reply.code(400).send({
      error: 'invalid_client',
      error_description: 'The client id or the client secret is wrong.',
    })
  })

  server.post<{ Params: { version: string } }>('/admin/api/:version/graphql.json', async (request, reply) => {
    const { version } = request.params
    const served = VERSIONS.includes(version) ? version : VERSIONS[0]
    reply.headers({ 'x-shopify-api-version': served, 'x-request-id': nextRequestId() })
    const token = request.headers['x-shopify-access-token']
    if (isRevoked() || !access.isAllowed(typeof token === 'string' ? token : undefined)) {
      return reply.code(401).send({
        errors: '[API] Invalid API key or access token (unrecognized login or wrong password)',
      })
    }
    return answer(request.body, { receivedAtNs: request.receivedAtNs })
  })
}
