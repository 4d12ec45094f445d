import type { Faults } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Access, TokenKind } from './access.ts'
import type { DayQuotas } from './day-quotas.ts'

/** An error as eBay's REST APIs write it. */
export class RestRefusal extends Error {
  readonly status: number
  readonly errors: readonly RowError[]

  constructor(status: number, ...errors: RowError[]) {
    super(errors[0]?.message ?? 'refused')
    this.status = status
    this.errors = errors
  }
}

export type RowError = {
  errorId: number
  domain: string
  category: 'REQUEST' | 'APPLICATION' | 'BUSINESS'
  message: string
  parameters?: { name: string; value: string }[]
}

export function inventoryError(
  errorId: number,
  message: string,
  parameters?: RowError['parameters'],
): RowError {
  return {
    errorId,
    domain: 'API_INVENTORY',
    category: errorId === 25_001 || errorId === 25_025 ? 'APPLICATION' : 'REQUEST',
    message,
    ...(parameters !== undefined && { parameters }),
  }
}

export type RestRequest = { request: FastifyRequest; reply: FastifyReply; token: TokenKind }

export type RestRoute = {
  method: 'GET' | 'POST' | 'PUT'
  path: string
  /** Whose quota of the day it spends. */
  api: string
  /** The kinds of token that are taken, and the right that each must have. */
  scopes: Readonly<Partial<Record<TokenKind, string>>>
  handle(call: RestRequest): unknown
}

export type Gate = { access: Access; faults: Faults; quotas: DayQuotas; nextRequestId(): string }

/** Puts REST routes where eBay has them, behind what eBay asks before each. */
export function serveRest(app: FastifyInstance, routes: readonly RestRoute[], gate: Gate): void {
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      async handler(request, reply) {
        reply.header('rlogid', gate.nextRequestId())
        try {
          const token = admit(request, route, gate)
          return (await route.handle({ request, reply, token })) ?? reply
        } catch (error) {
          if (!(error instanceof RestRefusal)) throw error
          const isPostOrder = route.path.startsWith('/post-order/')
          const body = isPostOrder
            ? {
                error: error.errors.map(({ errorId, message }) => ({
                  errorId,
                  message: { content: message },
                })),
              }
            : { errors: error.errors }
          return reply.code(error.status).send(body)
        }
      },
    })
  }
}

function admit(request: FastifyRequest, route: RestRoute, { access, faults, quotas }: Gate): TokenKind {
  const scheme = route.path.startsWith('/post-order/') ? /^(?:IAF|TOKEN) (.+)$/ : /^Bearer (.+)$/
  const found = access.find(scheme.exec(request.headers.authorization ?? '')?.[1])
  if (found === undefined) throw new RestRefusal(401, oauthError(1_001, 'Invalid access token'))
  const scope = route.scopes[found.kind]
  if (scope === undefined || !found.scopes.includes(scope))
    throw new RestRefusal(
      403,
      oauthError(1_100, 'Access denied: insufficient permissions to fulfill the request.'),
    )
  if (faults.shouldThrottle() || !quotas.spend(route.api))
    throw new RestRefusal(429, { ...oauthError(2_001, 'Too many requests.'), domain: 'ACCESS' })
  return found.kind
}

function oauthError(errorId: number, message: string): RowError {
  return { errorId, domain: 'OAuth', category: 'REQUEST', message }
}

export function queryOf(request: FastifyRequest): URLSearchParams {
  return new URLSearchParams(request.url.split('?')[1] ?? '')
}

/** @throws RestRefusal 400 */
export function wholeOf(
  query: URLSearchParams,
  name: string,
  bounds: { fallback: number; least: number; most: number; error: RowError },
): number {
  const text = query.get(name)
  if (text === null) return bounds.fallback
  const value = Number(text)
  if (!Number.isInteger(value) || value < bounds.least || value > bounds.most)
    throw new RestRefusal(400, bounds.error)
  return value
}
