import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { HubAccounts } from '../accounts/hub-accounts.ts'
import type { HubBase } from '../hub-base.ts'
import type { ServedOrganizations } from '../organizations/served-organizations.ts'
import { serveDashboard } from './dashboard-files.ts'
import { authRoutes } from './front/auth-routes.ts'
import { entryRoutes } from './front/entry-routes.ts'
import { handOver } from './front/hand-over.ts'
import { meRoutes } from './front/me-routes.ts'
import { publicAddresses } from './front/public-addresses.ts'
import { setupRoutes } from './front/setup-routes.ts'
import { healthRoutes } from './health-routes.ts'
import { assertOwnMachine } from './local-only.ts'
import type { DeclaredRoute } from './openapi.ts'
import { ApiProblem, toProblem } from './problem.ts'
import { referencePage } from './reference-page.ts'
import type { Route } from './server.ts'

/** What the hub's own server works with. */
export type Front = { base: HubBase; accounts: HubAccounts; organizations: ServedOrganizations }

/** Letters of sign-in and set-up are short; what is handed on is measured where it is read. */
const BODY_BYTES_MAX = 64 * 1024

/**
 * The server that listens. It says who asks, and hands requests on to the organization that they are about; what belongs
 * to no organization it answers itself: health, sign-in, set-up, the dashboard's files.
 * @param declared is filled with the routes that the API's document describes
 */
export async function createHubServer(
  front: Front,
  declared: DeclaredRoute[],
  onRoute: (route: Route) => void = () => undefined,
): Promise<FastifyInstance> {
  const { log, configuration } = front.base
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const problem = toProblem(error)
    if (problem.status >= 500) log.error({ error, url: request.url.split('?')[0] }, problem.detail)
    return reply.status(problem.status).type('application/problem+json').send(problem)
  }
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    trustProxy: configuration.trustProxy,
    // Connections with a request under way are left to end it: the hub stops without cutting anybody off.
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply),
  })
  app.setErrorHandler(refuse)
  app.addHook('onRoute', ({ method, url, config }) => {
    const spec = config?.spec
    for (const each of [method].flat()) {
      if (each === 'HEAD' || config?.isPassed === true) continue
      onRoute({ method: each, path: url, spec })
      if (spec !== undefined) declared.push({ path: url, spec })
    }
  })
  app.setNotFoundHandler((request, reply) => {
    const problem = toProblem(
      new ApiProblem('not-found', `There is nothing at ${request.method} ${request.url.split('?')[0]}.`),
    )
    return reply.status(problem.status).type('application/problem+json').send(problem)
  })

  await app.register(healthRoutes(front))
  await app.register(publicAddresses(front))
  await app.register(authRoutes(front))
  await app.register(setupRoutes(front), { prefix: '/api/v1' })
  await app.register(entryRoutes(front), { prefix: '/api/v1' })
  await app.register(meRoutes(front), { prefix: '/api/v1' })
  await app.register(handOver(front))
  await app.register(async (reference) => {
    // Until there are accounts nothing is told to pages of other sites, nor what there is to ask for.
    reference.addHook('onRequest', async (request) => {
      if (await front.accounts.isOpen()) assertOwnMachine(request, configuration)
    })
    await reference.register(referencePage)
  })
  await serveDashboard(app)
  return app
}
