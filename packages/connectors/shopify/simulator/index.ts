import { systemClock } from '@plimsoll/connector-kit'
import {
  createSimulator,
  type RunningSimulator,
  type SimulatorOptions,
} from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance } from 'fastify'
import { SCOPES, WITHDRAWAL_SCOPE } from '../scopes.ts'
import type { Credentials, Settings } from '../settings.ts'
import { type Access, type AppCredentials, createAccess } from './access.ts'
import { createBucket } from './bucket.ts'
import { createControl } from './control.ts'
import { createGraphqlEndpoint, loadSchema } from './graphql.ts'
import { createIdempotencyStore } from './idempotency.ts'
import { createMutations } from './mutations.ts'
import { createOAuth, type OAuth } from './oauth.ts'
import { createQueries } from './queries.ts'
import { Shop } from './shop.ts'
import { createSubscriptions } from './subscriptions.ts'
import { createViews } from './views.ts'

/** Versions that answer in late 2026; another falls forward to the oldest of them. */
const VERSIONS = ['2025-10', '2026-01', '2026-04', '2026-07', '2026-10', 'unstable']

export type ShopifySimulatorOptions = SimulatorOptions & {
  name?: string
  domain?: string
  currency?: string
  /** Names of locations; the first holds what products are seeded with. */
  locations?: readonly string[]
  app?: Partial<AppCredentials>
  scopes?: readonly string[]
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
  /** The shop's books, for tests that look inside. */
  shop: Shop
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
    scopes = [...SCOPES, WITHDRAWAL_SCOPE],
  } = options
  const shop = new Shop({ name, domain, currency, locations, timestampStepMs, now: () => clock.now() })
  shop.searchLagMs = options.searchLagMs ?? 0

  let endTokens: Access['endTokens'] = () => undefined
  const running = await createSimulator(
    {
      id: 'shopify',
      name,
      colour: '#5e8e3e',
      currency,
      control: createControl(shop, { paidAtCheckout: options.paidAtCheckout ?? true }),
      routes(server, kit) {
        const views = createViews(shop, scopes)
        const subscriptions = createSubscriptions(shop, {
          sender: kit.webhooks,
          secret: app.clientSecret,
          apiVersion: '2026-10',
        })
        const schema = loadSchema()
        const idempotency = createIdempotencyStore(() => clock.now())
        const { capacity, restoreRate } = options.bucket ?? { capacity: 2_000, restoreRate: 100 }
        const answer = createGraphqlEndpoint({
          schema,
          root: {
            ...createQueries(shop, views, subscriptions, scopes),
            ...createMutations({
              scopes,
              schema: () => schema,
              shop,
              views,
              subscriptions,
              idempotency,
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
          isRevoked: () => kit.faults.isRevoked(),
          nextRequestId: () => `request-${shop.nextId()}`,
        })
      },
    },
    options,
  )
  const { clientId, clientSecret, accessToken } = app
  return {
    ...running,
    endTokens: () => endTokens(),
    shop,
    settings: { shop: domain, endpoint: running.url },
    credentials: { clientSecret, accessToken },
    clientCredentials: { clientId, clientSecret },
  }
}

type RouteServices = {
  answer: ReturnType<typeof createGraphqlEndpoint>
  access: Access
  oauth: OAuth
  isRevoked: () => boolean
  nextRequestId: () => string
}

function addRoutes(
  server: FastifyInstance,
  { answer, access, oauth, isRevoked, nextRequestId }: RouteServices,
): void {
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
