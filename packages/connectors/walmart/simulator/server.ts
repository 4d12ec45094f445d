import type { SimulatorServices } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { assertHeaders, unauthorized } from './access.ts'
import { ApiError } from './api-error.ts'
import type { Limits } from './limits.ts'

export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As Fastify writes it. */
  path: string
  /** The limit that it is counted in. */
  limit: string
  /** Needs no access token: the token endpoint. */
  isOpen?: true
  /** @throws ApiError */
  handle(call: RouteCall): unknown
}

export type RouteCall = {
  request: FastifyRequest
  params: Readonly<Record<string, string>>
  query: Readonly<Record<string, string>>
  body: unknown
  receivedAtNs: string
}

/** Puts the routes where Walmart has them, and before each what its gateway does before each. */
export function serve(
  app: FastifyInstance,
  services: {
    routes: readonly Route[]
    kit: SimulatorServices
    limits: Limits
    assertAllowed(request: FastifyRequest): void
    /** Whether the call names its market as it must. */
    assertMarket(request: FastifyRequest): void
    /** What happens by itself. */
    work(): void
  },
): void {
  const { routes, kit, limits, assertAllowed, assertMarket, work } = services

  const passGateway = (route: Route, request: FastifyRequest, reply: FastifyReply): void => {
    const { left, nextMs, isAllowed } = limits.take(route.limit)
    reply.headers({
      'x-current-token-count': String(left),
      'x-next-replenishment-time': String(Math.ceil(kit.clock.now() + nextMs)),
    })
    assertHeaders(request)
    assertMarket(request)
    if (kit.faults.isRevoked()) throw unauthorized('The keys were deleted.')
    if (route.isOpen !== true) assertAllowed(request)
    if (!isAllowed || kit.faults.shouldThrottle()) {
      throw new ApiError(429, 'REQUEST_THRESHOLD_VIOLATED.GMP_GATEWAY_API', {
        description: 'Too many requests.',
        isGateway: true,
      })
    }
  }

  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      async handler(request, reply) {
        reply.header('date', new Date(kit.clock.now()).toUTCString())
        try {
          passGateway(route, request, reply)
          work()
          return await route.handle({
            request,
            params: request.params as Record<string, string>,
            query: request.query as Record<string, string>,
            body: request.body,
            receivedAtNs: request.receivedAtNs,
          })
        } catch (error) {
          if (!(error instanceof ApiError)) throw error
          return reply.code(error.status).send(error.body)
        }
      },
    })
  }
}
