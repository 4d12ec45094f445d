import { BlockList, isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { type Configuration, isShownToOthers } from '../configuration.ts'
import { ApiProblem } from './problem.ts'

/** Names under which a machine calls itself. */
const OWN_NAME = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** By these a proxy says that it asks for somebody else: RFC 7239, RFC 9110 (7.6.3), and what was usual before them. */
const OF_PROXIES = /^(forwarded|via|x-forwarded(-.+)?|x-(real|client)-ip|(true-client|cf-connecting)-ip)$/

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
 * Until the hub has accounts it serves this machine alone, and nobody where others are let reach it: a proxy or tunnel on
 * this machine need not say for whom it asks.
 * @throws ApiProblem `foreign-origin`
 */
export function assertOwnMachine(
  request: FastifyRequest,
  configuration: Pick<Configuration, 'publicUrl' | 'trustProxy'>,
): void {
  assertSentHere(request)
  if (isShownToOthers(configuration)) {
    throw new ApiProblem(
      'foreign-origin',
      'This hub has no accounts yet, and is told that others reach it: set it up with the code that plimsoll account setup-code prints.',
    )
  }
}

/**
 * Refuses what was not sent on this machine. The address of whoever sends says so, which no header can change. It is not
 * enough: a proxy here may hand on what came from elsewhere (checked by what proxies add), and a web page from elsewhere
 * reaches the hub through the browser, by a name that resolves to 127.0.0.1 (checked by the Host header) or by a form that
 * posts across origins (checked by Origin and Sec-Fetch-Site).
 * @throws ApiProblem `foreign-origin`
 */
export function assertSentHere(request: FastifyRequest): void {
  const { host, origin } = request.headers
  if (!isLoopback(request.socket.remoteAddress)) {
    throw new ApiProblem('foreign-origin', 'This hub has no accounts yet, and answers its own machine alone.')
  }
  const handedOn = Object.keys(request.headers).find((name) => OF_PROXIES.test(name))
  if (handedOn !== undefined) {
    throw new ApiProblem(
      'foreign-origin',
      `This hub has no accounts yet, and a proxy asks for somebody else (${handedOn}).`,
    )
  }
  if (host === undefined || !OWN_NAME.test(host)) {
    throw new ApiProblem('foreign-origin', `This hub does not answer to the name "${host ?? ''}".`)
  }
  const site = request.headers['sec-fetch-site']
  const isForeign = origin !== undefined && URL.parse(origin)?.host !== host
  if (isForeign || site === 'cross-site') {
    throw new ApiProblem('foreign-origin', `A page from ${origin ?? 'elsewhere'} may not use this hub.`)
  }
}

function isLoopback(address: string | undefined): boolean {
  // What comes from a neighbour by IPv6 names the interface too: `fe80::1%eth0`.
  const [bare = ''] = address?.split('%') ?? []
  const family = isIP(bare)
  return family !== 0 && loopback.check(bare, family === 6 ? 'ipv6' : 'ipv4')
}
