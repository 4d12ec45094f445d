import type { Faults } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from './account.ts'
import type { Access } from './login.ts'
import type { Rates, Traits } from './traits.ts'

/** An error as the API answers it. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly details: string

  constructor(status: number, code: string, message: string, details = '') {
    super(message)
    this.status = status
    this.code = code
    this.details = details
  }
}

export function invalid(message: string): ApiError {
  return new ApiError(400, 'InvalidInput', message)
}

export function notFound(message: string): ApiError {
  return new ApiError(404, 'NOT_FOUND', message)
}

export type Site = {
  traits: Traits
  account: Account
  access: Access
  rates: Rates
  faults: Faults
  now: () => number
  /** Where it is: known once it listens. */
  origin: () => string
}

export type ApiCall = {
  query: Query
  params: Record<string, string>
  body: unknown
  request: FastifyRequest
}

export type ApiAnswer = { status?: number; body?: unknown }

export type ApiRoute = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  /** The platform's own name for it: limits go by it. */
  operation: string
  /** `restricted`: the operation judges its token itself. */
  token?: 'seller' | 'grantless' | 'restricted'
  role?: Traits['missingRoles'][number]
  handle(call: ApiCall): ApiAnswer | Promise<ApiAnswer>
}

/** Before each operation what Amazon does before each: the token, the role, the rate. */
export function serve(app: FastifyInstance, site: Site, routes: readonly ApiRoute[]): void {
  for (const { method, path, operation, token = 'seller', role, handle } of routes) {
    app.route({
      method,
      url: path,
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        site.account.settle()
        reply.header('x-amzn-requestid', `sim-${site.account.fresh()}`)
        reply.header('date', new Date(site.now()).toUTCString())
        try {
          if (token !== 'restricted') site.access.check(request.headers['x-amz-access-token'], token)
          if (role !== undefined && site.traits.missingRoles.includes(role))
            throw new ApiError(403, 'Unauthorized', 'Access to requested resource is denied.')
          if (site.faults.shouldThrottle() || !site.rates.take(operation))
            throw new ApiError(429, 'QuotaExceeded', 'You exceeded your quota for the requested resource.')
          reply.header('x-amzn-ratelimit-limit', String(site.rates.rateOf(operation)))
          const call = {
            query: readQuery(request.url),
            params: request.params as Record<string, string>, // of the route's own path
            body: request.body,
            request,
          }
          const { status = 200, body } = await handle(call)
          return reply.code(status).send(body)
        } catch (error) {
          if (!(error instanceof ApiError)) throw error
          const { status, code, message, details } = error
          return reply.code(status).send({ errors: [{ code, message, details }] })
        }
      },
    })
  }
}

export type Query = {
  one(name: string): string | undefined
  list(name: string): string[] | undefined
  need(name: string): string
  has(name: string): boolean
}

function readQuery(url: string): Query {
  const query = new URL(url, 'http://127.0.0.1').searchParams
  const one = (name: string) => query.get(name) ?? undefined
  return {
    one,
    list: (name) => one(name)?.split(','),
    need(name) {
      const value = one(name)
      if (value === undefined || value === '') throw invalid(`The parameter '${name}' is required.`)
      return value
    },
    has: (name) => query.has(name),
  }
}

/** Marketplaces that the account sells in, or none of it is answered. */
export function checkMarketplaces(traits: Traits, ids: readonly string[] | undefined, max = 50): string[] {
  if (ids === undefined || ids.length === 0) throw invalid("The parameter 'marketplaceIds' is required.")
  if (ids.length > max) throw invalid(`'marketplaceIds' takes at most ${max} values.`)
  const other = ids.find((id) => !traits.marketplaces.includes(id))
  if (other !== undefined)
    throw new ApiError(403, 'Unauthorized', `Access to requested resource is denied.`, other)
  return [...ids]
}

export function oneOf(query: Query, name: string, allowed: readonly string[]): void {
  for (const value of query.list(name) ?? []) {
    if (!allowed.includes(value)) throw invalid(`'${value}' is not a value of '${name}'.`)
  }
}

/** Tokens of pages mean nothing to whoever gets them. */
export function toPageToken(content: object): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url')
}

export function fromPageToken(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
  } catch {
    throw invalid('The page token is not valid.')
  }
}
