import type { Faults } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type createAuthentication, refused } from './authentication.ts'
import { noRoute } from './product-routes.ts'
import { type RestAnswer, type RestCall, RestError, type RestRoute } from './rest.ts'

export type Site = {
  routes: readonly RestRoute[]
  authentication: ReturnType<typeof createAuthentication>
  faults: Faults
  /** Where WordPress lives below the host: empty, or `/shop-folder`. */
  folder: string
  /** A proxy in front ends TLS, and says so. */
  isTls: () => boolean
  /** The host throws the header away before PHP sees it. */
  stripsAuthorization: () => boolean
  /** Plain permalinks: no `/wp-json`, the route travels as `?rest_route=`. */
  isPlain: () => boolean
  isInMaintenance: () => boolean
}

/** Puts the routes where WordPress has them, and before each what WordPress and its host do before each. */
export function serve(app: FastifyInstance, site: Site): void {
  const patterns = site.routes.map((route) => ({
    ...route,
    pattern: new RegExp(`^${route.path.replaceAll(':id', '(\\d+)')}/?$`),
  }))

  const answer = async (request: FastifyRequest, reply: FastifyReply, path: string) => {
    if (site.isInMaintenance()) {
      return page(reply.header('retry-after', '600'), 503, 'Briefly unavailable for scheduled maintenance.')
    }
    if (site.faults.shouldThrottle()) return page(reply.header('retry-after', '1'), 429, 'Too many requests')
    try {
      const found = patterns.find(
        (route) => route.methods.includes(request.method) && route.pattern.test(path),
      )
      const query = queryOf(request)
      if (found?.isPublic !== true) authenticate(request, query)
      if (found === undefined) throw noRoute()
      const call: RestCall = {
        method: request.method,
        ids: (found.pattern.exec(path) ?? []).slice(1).map(Number),
        query,
        body: request.body,
        receivedAtNs: request.receivedAtNs,
      }
      const { status = 200, headers = {}, body }: RestAnswer = await found.handle(call)
      return reply.code(status).headers(headers).send(body)
    } catch (error) {
      if (!(error instanceof RestError)) throw error
      // Without a code it is not WordPress that speaks.
      if (error.code === '') return page(reply, error.status, error.message)
      return reply.code(error.status).send(error.envelope)
    }
  }

  const authenticate = (request: FastifyRequest, query: Record<string, string>) => {
    if (site.faults.isRevoked()) throw refused('Consumer key is invalid.')
    const isTls = site.isTls()
    const path = request.url.split('?')[0] ?? ''
    site.authentication.check({
      method: request.method,
      url: `${isTls ? 'https' : 'http'}://${request.headers.host}${path}`,
      query,
      authorization: site.stripsAuthorization() ? undefined : request.headers.authorization,
      isTls,
    })
  }

  const prefix = `${site.folder}/wp-json`
  const pretty = async (request: FastifyRequest, reply: FastifyReply) => {
    if (site.isPlain()) return page(reply, 404, 'Page not found')
    return answer(request, reply, (request.url.split('?')[0] ?? '').slice(prefix.length).replace(/\/+$/, ''))
  }
  app.all(prefix, pretty)
  app.all(`${prefix}/*`, pretty)
  // Plain or not, WordPress knows this form.
  app.all(`${site.folder}/`, async (request, reply) => {
    const route = queryOf(request).rest_route
    if (route === undefined) return page(reply, 200, 'A shop')
    return answer(request, reply, route.replace(/\/+$/, ''))
  })
}

/** As PHP reads a query: of a name that comes twice the last counts. WooCommerce's own client sends them twice. */
function queryOf(request: FastifyRequest): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(request.url.split('?')[1] ?? ''))
}

function page(reply: FastifyReply, status: number, title: string) {
  return reply
    .code(status)
    .headers({ 'content-type': 'text/html; charset=utf-8' })
    .send(`<!doctype html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`)
}
