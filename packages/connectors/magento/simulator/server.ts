import type { Faults } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { createAuthentication } from './authentication.ts'
import type { Bulks } from './bulks.ts'
import type { createIdentityService } from './identity-service.ts'
import { MagentoError, queryOf, type RestCall, type RestRoute, withFields } from './rest.ts'

export type Site = {
  routes: readonly RestRoute[]
  bulks: Bulks
  faults: Faults
  edition: 'self-hosted' | 'cloud-service'
  /** The instance in the address of the cloud service. */
  instance: string
  authentication: ReturnType<typeof createAuthentication>
  identity: ReturnType<typeof createIdentityService>
  hasStore(code: string): boolean
  /** Rights that the integration was not given. */
  missingRights(): readonly string[]
  /** False: the web server refuses an address with an encoded slash, as Apache does unless told otherwise. */
  takesEncodedSlashes(): boolean
  isInMaintenance(): boolean
  /** Signatures are worked out of the address as it reads once decoded: none with a space in it is right. */
  signsDecodedPaths(): boolean
  /** The modules for asynchronous calls are there. */
  hasBulks(): boolean
}

/** Puts the routes where Magento has them, and before each what the host, the gateway and Magento do before each. */
export function serve(app: FastifyInstance, site: Site): void {
  const patterns = site.routes.map((route) => ({
    ...route,
    names: [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name),
    pattern: new RegExp(`^${route.path.replaceAll(/:\w+/g, '([^/]+)')}/?$`),
  }))
  const find = (method: string, path: string) => {
    const route = patterns.find((each) => each.method === method && each.pattern.test(path))
    if (route === undefined) throw new MagentoError(404, 'Request does not match any route.')
    return route
  }

  const answer = async (request: FastifyRequest, reply: FastifyReply, address: Address) => {
    if (site.isInMaintenance()) return page(reply, 503, 'Service Temporarily Unavailable')
    if (site.faults.shouldThrottle())
      return reply.code(429).header('retry-after', '1').send({ message: 'Too Many Requests', trace: null })
    if (/%2f/i.test(address.path) && !site.takesEncodedSlashes()) return page(reply, 404, 'Not Found')
    try {
      const isCloud = site.edition === 'cloud-service'
      const refusal = isCloud ? site.identity.refusalOf(request) : undefined
      if (refusal !== undefined) return reply.code(refusal.status).send(refusal.body)
      const isGuest = !isCloud && callerOf(request) === 'guest'
      if (!site.hasStore(address.store)) throw new MagentoError(400, 'Specified request cannot be processed.')
      if (address.isBulk && !site.hasBulks()) throw new MagentoError(404, 'Request does not match any route.')
      const route = find(request.method, address.path)
      if (isGuest || site.missingRights().includes(route.resource)) {
        throw new MagentoError(401, "The consumer isn't authorized to access %resources.", {
          resources: route.resource,
        })
      }
      const query = queryOf(request)
      const call: RestCall = {
        params: Object.fromEntries(
          (route.pattern.exec(address.path) ?? [])
            .slice(1)
            .map((value, at) => [route.names[at] ?? '', decodeURIComponent(value)]),
        ),
        query,
        body: request.body ?? {},
        store: address.store,
        receivedAtNs: request.receivedAtNs,
      }
      site.bulks.work()
      const done = address.isBulk ? site.bulks.take(route, request.body) : route.handle(call)
      return reply
        .code(address.isBulk ? 202 : 200)
        .header('content-type', 'application/json; charset=utf-8')
        .send(JSON.stringify(withFields(done, query.fields)))
    } catch (error) {
      if (!(error instanceof MagentoError)) throw error
      return reply.code(error.status).send(error.envelope)
    }
  }

  const pathSigned = (request: FastifyRequest) => {
    const path = request.url.split('?')[0] ?? ''
    return site.signsDecodedPaths() ? decodeURIComponent(path) : path
  }
  const callerOf = (request: FastifyRequest) =>
    site.authentication.check({
      method: request.method,
      url: `http://${request.headers.host}${pathSigned(request)}`,
      query: queryOf(request),
      authorization: request.headers.authorization,
    })

  if (site.edition === 'cloud-service') {
    site.identity.routes(app)
    const prefix = `/${site.instance}/V1/`
    app.all(`${prefix}*`, async (request, reply) => {
      const path = pathBelow(request, prefix)
      const isBulk = path.startsWith('async/bulk/')
      const store = String(request.headers.store ?? 'default')
      return await answer(request, reply, {
        store,
        isBulk,
        path: isBulk ? path.slice('async/bulk/'.length) : path,
      })
    })
    return
  }
  app.all('/rest/*', async (request, reply) => {
    const match = /^(?:([A-Za-z][A-Za-z0-9_]*)\/)?(async\/bulk\/)?V1\/(.*)$/.exec(
      pathBelow(request, '/rest/'),
    )
    if (match === null)
      return reply.code(404).send(new MagentoError(404, 'Request does not match any route.').envelope)
    const [, store = 'default', bulk, path = ''] = match
    return await answer(request, reply, { store, isBulk: bulk !== undefined, path })
  })
}

type Address = { store: string; isBulk: boolean; path: string }

function pathBelow(request: FastifyRequest, prefix: string): string {
  return (request.url.split('?')[0] ?? '').slice(prefix.length)
}

function page(reply: FastifyReply, status: number, title: string) {
  return reply
    .code(status)
    .header('content-type', 'text/html; charset=utf-8')
    .send(`<!doctype html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`)
}
