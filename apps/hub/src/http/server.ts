import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { ServedOrganization } from '../organizations/served-organizations.ts'
import { auditRoutes } from './accounts/audit-routes.ts'
import { keyRoutes } from './accounts/key-routes.ts'
import { memberRoutes } from './accounts/member-routes.ts'
import { organizationExportRoute } from './accounts/organization-export-route.ts'
import { organizationRoutes } from './accounts/organization-routes.ts'
import { singleSignOnRoutes } from './accounts/single-sign-on-routes.ts'
import { activityRoutes } from './activity-routes.ts'
import { alertRoutes } from './alert-routes.ts'
import { checkAnswers } from './answer-check.ts'
import { applicationRoutes } from './application-routes.ts'
import { authorize } from './authorize.ts'
import { bulkEditRoutes } from './bulk-edit-routes.ts'
import { callRoutes } from './call-routes.ts'
import { catalogueRoutes } from './catalogue-routes.ts'
import { changeRoutes } from './change-routes.ts'
import { connectionFileRoutes } from './connection-file-routes.ts'
import { connectionPlaceRoutes } from './connection-place-routes.ts'
import { connectionRoutes } from './connection-routes.ts'
import { cutoverRoutes } from './cutover-routes.ts'
import { demoRoutes } from './demo-routes.ts'
import { documentRoutes } from './document-routes.ts'
import { exportRoutes } from './export-routes.ts'
import { firstDayRoutes } from './first-day-routes.ts'
import { grantPages } from './grant-pages.ts'
import { grantRoutes } from './grant-routes.ts'
import { handOrderRoutes } from './hand-order-routes.ts'
import { historyRoutes } from './history-routes.ts'
import { importRoutes } from './import-routes.ts'
import { intakeRoutes } from './intake-routes.ts'
import { itemChangeRoutes } from './item-change-routes.ts'
import { itemRoutes } from './item-routes.ts'
import { kitRoutes } from './kit-routes.ts'
import { listingChangeRoutes } from './listing-change-routes.ts'
import { locationBalanceRoutes } from './location-routes.ts'
import { lotRoutes } from './lot-routes.ts'
import { mappingRoutes } from './mapping-routes.ts'
import { mappingRuleRoutes } from './mapping-rule-routes.ts'
import type { DeclaredRoute } from './openapi.ts'
import { openingFileRoute } from './opening-file-route.ts'
import { orderRoutes } from './order-routes.ts'
import { oversoldRoutes } from './oversold-routes.ts'
import { overviewRoutes } from './overview-routes.ts'
import { parkedRoutes } from './parked-routes.ts'
import { personalDataRoutes } from './personal-data-routes.ts'
import { deliveryRoutes } from './places/delivery-routes.ts'
import { inboundRoutes } from './places/inbound-routes.ts'
import { locationRoutes } from './places/location-routes.ts'
import { reasonRoutes } from './places/reason-routes.ts'
import { returnNoticeRoutes } from './places/return-notice-routes.ts'
import { returnRoutes } from './places/return-routes.ts'
import { stockCountRoutes } from './places/stock-count-routes.ts'
import { transferRoutes } from './places/transfer-routes.ts'
import { policyRoutes } from './policy-routes.ts'
import { ApiProblem, toProblem } from './problem.ts'
import { productRoutes } from './product-routes.ts'
import { protectionRoutes } from './protection-routes.ts'
import { replenishmentRoutes } from './replenishment-routes.ts'
import { reservationRoutes } from './reservation-routes.ts'
import type { RouteSpec } from './route.ts'
import { routingRoutes } from './routing-routes.ts'
import { safetyRoutes } from './safety-routes.ts'
import { sampleRoutes } from './sample-routes.ts'
import { savedViewRoutes } from './saved-view-routes.ts'
import { shipmentRoutes } from './shipment-routes.ts'
import { signChanges } from './sign-changes.ts'
import { stockRoutes } from './stock-routes.ts'
import { streamRoute } from './stream-route.ts'
import { tableRoutes } from './table-routes.ts'
import { valuationRoutes } from './valuation-routes.ts'
import { webhookRoute } from './webhook-route.ts'

export type ServerContext = ServedOrganization

/** Platforms send whole orders; the largest seen are a few hundred kilobytes. */
const BODY_BYTES_MAX = 5 * 1024 * 1024

/** A SKU has at most 200 characters, each up to twelve bytes once it is written into an address. */
const PARAMETER_LENGTH_MAX = 2_400

export type Route = { method: string; path: string; spec: RouteSpec | undefined }

export type ServerOptions = {
  /** Told of every route as it is added. */
  onRoute?: (route: Route) => void
  /** Routes of the hub itself, which its document describes too. */
  hubRoutes?: readonly DeclaredRoute[]
}

/**
 * The HTTP side of one organization: webhook intake, API, live stream. It never listens itself: the hub's own server
 * finds out who asks and about which organization, and hands the request on (`hub-server.ts`).
 */
export async function createServer(
  hub: ServerContext,
  { onRoute = () => undefined, hubRoutes = [] }: ServerOptions = {},
): Promise<FastifyInstance> {
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const problem = toProblem(error)
    // Without its query, in which tickets and codes of grants stand.
    if (problem.status >= 500) hub.log.error({ error, url: request.url.split('?')[0] }, problem.detail)
    return reply.status(problem.status).type('application/problem+json').send(problem)
  }
  const app = fastify({
    bodyLimit: BODY_BYTES_MAX,
    // Connections with a request under way are left to end it: the hub stops without cutting anybody off.
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX },
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply),
  })
  app.setErrorHandler(refuse)
  const declared: DeclaredRoute[] = [...hubRoutes]
  app.addHook('onRoute', ({ method, url, config }) => {
    const spec = config?.spec
    for (const each of [method].flat()) {
      if (each === 'HEAD') continue
      onRoute({ method: each, path: url, spec })
      if (spec !== undefined) declared.push({ path: url, spec })
    }
  })
  signChanges(app, hub.context)
  if (hub.checksAnswers === true) checkAnswers(app)
  app.setNotFoundHandler((request, reply) => {
    const problem = toProblem(
      new ApiProblem('not-found', `There is nothing at ${request.method} ${request.url.split('?')[0]}.`),
    )
    return reply.status(problem.status).type('application/problem+json').send(problem)
  })

  await app.register(webhookRoute(hub))
  await app.register(grantPages(hub))
  await app.register(
    async (api) => {
      authorize(api, hub)
      await api.register(activityRoutes(hub))
      await api.register(connectionRoutes(hub))
      await api.register(grantRoutes(hub))
      await api.register(applicationRoutes(hub))
      await api.register(listingChangeRoutes(hub))
      await api.register(connectionPlaceRoutes(hub))
      await api.register(connectionFileRoutes(hub))
      await api.register(sampleRoutes(hub))
      await api.register(intakeRoutes(hub))
      await api.register(policyRoutes(hub))
      await api.register(orderRoutes(hub))
      await api.register(handOrderRoutes(hub))
      await api.register(shipmentRoutes(hub))
      await api.register(routingRoutes(hub))
      await api.register(replenishmentRoutes(hub))
      await api.register(protectionRoutes(hub))
      await api.register(safetyRoutes(hub))
      await api.register(cutoverRoutes(hub))
      await api.register(openingFileRoute(hub))
      await api.register(oversoldRoutes(hub))
      await api.register(parkedRoutes(hub))
      await api.register(exportRoutes(hub))
      await api.register(importRoutes(hub))
      await api.register(itemRoutes(hub))
      await api.register(kitRoutes(hub))
      await api.register(locationBalanceRoutes(hub))
      await api.register(reservationRoutes(hub))
      await api.register(catalogueRoutes(hub))
      await api.register(itemChangeRoutes(hub))
      await api.register(productRoutes(hub))
      await api.register(historyRoutes(hub))
      await api.register(valuationRoutes(hub))
      await api.register(stockRoutes(hub))
      await api.register(lotRoutes(hub))
      await api.register(locationRoutes(hub))
      await api.register(transferRoutes(hub))
      await api.register(inboundRoutes(hub))
      await api.register(deliveryRoutes(hub))
      await api.register(returnNoticeRoutes(hub))
      await api.register(returnRoutes(hub))
      await api.register(stockCountRoutes(hub))
      await api.register(reasonRoutes(hub))
      await api.register(streamRoute(hub))
      await api.register(demoRoutes(hub))
      await api.register(personalDataRoutes(hub))
      await api.register(callRoutes(hub))
      await api.register(alertRoutes(hub))
      await api.register(mappingRoutes(hub))
      await api.register(mappingRuleRoutes(hub))
      await api.register(overviewRoutes(hub))
      await api.register(firstDayRoutes(hub))
      await api.register(changeRoutes(hub))
      await api.register(bulkEditRoutes(hub))
      await api.register(savedViewRoutes(hub))
      await api.register(tableRoutes(declared))
      await api.register(documentRoutes(declared))
      await api.register(memberRoutes(hub))
      await api.register(keyRoutes(hub))
      await api.register(auditRoutes(hub))
      await api.register(organizationRoutes(hub))
      await api.register(singleSignOnRoutes(hub))
      await api.register(organizationExportRoute(hub))
    },
    { prefix: '/api/v1' },
  )
  await app.ready()
  return app
}
