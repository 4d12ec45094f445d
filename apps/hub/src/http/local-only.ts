import type { FastifyRequest } from 'fastify'
import { ApiProblem } from './problem.ts'

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/

/**
 * The cookie of a session comes along whichever page has sent the request, so that page must be one of this hub's.
 * @param origins under which the dashboard is served
 */
export function assertOwnPage(request: FastifyRequest, origins: readonly string[]): void {
  const { host, origin } = request.headers
  const site = request.headers['sec-fetch-site']
  const isOwn = origin === undefined || origins.includes(origin) || URL.parse(origin)?.host === host
  if (!isOwn || site === 'cross-site' || site === 'same-site') {
    throw new ApiProblem('foreign-origin', `A page from ${origin ?? 'elsewhere'} may not use this hub.`)
  }
}

/**
 * Until the hub has accounts it serves this machine alone. Listening on loopback is not enough: a web
 * page from elsewhere could reach it through the browser, by a name that resolves to 127.0.0.1 (checked
 * by the Host header) or by a form that posts across origins (checked by Origin and Sec-Fetch-Site).
 */
export function assertLocal(request: FastifyRequest): void {
  const { host, origin } = request.headers
  if (host === undefined || !LOOPBACK.test(host)) {
    throw new ApiProblem('foreign-origin', `This hub does not answer to the name "${host ?? ''}".`)
  }
  const site = request.headers['sec-fetch-site']
  const isForeign = origin !== undefined && URL.parse(origin)?.host !== host
  if (isForeign || site === 'cross-site') {
    throw new ApiProblem('foreign-origin', `A page from ${origin ?? 'elsewhere'} may not use this hub.`)
  }
}
