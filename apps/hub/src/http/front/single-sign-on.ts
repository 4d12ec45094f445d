import { AccountProblem, SINGLE_SIGN_ON } from '@plimsoll/accounts'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { readProvider } from '../../accounts/openid-provider.ts'
import type { Front } from '../hub-server.ts'
import { headersOf } from './sender.ts'

/** People wait for it, and a proxy in front of the hub does not wait longer. */
const PROVIDER_MS_MAX = 20_000

const CALLBACK = `/callback/${SINGLE_SIGN_ON}`

/** All else that the library takes (tokens handed in, scopes, parameters) is nobody's business but the hub's. */
const start = z.strictObject({
  callbackURL: z
    .string()
    .max(2_000)
    // Of this hub: two slashes, or one of each kind, would lead elsewhere.
    .regex(/^\/(?![/\\])/, 'give the path of a page of this hub')
    .default('/')
    .describe('Where whoever signs in wants to be.'),
})

type Visit = 'leaves' | 'returns'

/** Whether a request below `/api/auth` is one of the two of single sign-on. */
export function visitAt(method: string, path: string): Visit | undefined {
  if (method === 'POST' && path === '/sign-in/social') return 'leaves'
  return method === 'GET' && path === CALLBACK ? 'returns' : undefined
}

/**
 * Sends somebody to the provider, or takes in whom it sends back. A browser that comes back is always sent on to a page of
 * the hub, with the reason in its address where it was refused.
 * @throws AccountProblem `single-sign-on-off`, `provider-unreachable`, `provider-unfit`, to whoever is still on a page of the hub
 */
export async function passThroughProvider(
  front: Front,
  request: FastifyRequest,
  visit: Visit,
): Promise<Response> {
  const { accounts, base } = front
  const set = await accounts.singleSignOn()
  if (set === undefined) {
    if (visit === 'returns') return sendTo('/', 'single-sign-on-off')
    throw new AccountProblem('single-sign-on-off', 'Nobody has set single sign-on up on this hub.')
  }
  const asked =
    visit === 'leaves'
      ? leavingRequest(front, request)
      : new Request(`${accounts.publicUrl}${request.url}`, { headers: headersOf(request) })
  // Said here by name: to the library a provider that does not answer is one that is not there.
  if (visit === 'leaves') await readProvider(base.context, set.issuer)

  let isOver = false
  const own = accounts.visit(set, () => {
    if (isOver) throw new AccountProblem('provider-unreachable', 'The provider took too long.')
  })
  const ended = new AbortController()
  const late = base.context.clock.sleep(PROVIDER_MS_MAX, ended.signal).then(() => undefined)
  try {
    const answer = await Promise.race([own.identity.handler(asked), late])
    if (answer === undefined && visit === 'leaves') {
      throw new AccountProblem('provider-unreachable', 'The provider did not answer.')
    }
    return answer === undefined ? sendTo('/', 'provider-unreachable') : withReason(answer, own.visit.refusal)
  } finally {
    isOver = true
    ended.abort()
  }
}

function leavingRequest({ accounts }: Front, request: FastifyRequest): Request {
  const given = Buffer.isBuffer(request.body) && request.body.length > 0 ? request.body.toString() : '{}'
  const { callbackURL } = start.parse(JSON.parse(given))
  const headers = headersOf(request)
  headers.delete('content-length')
  headers.set('content-type', 'application/json')
  const body = { provider: SINGLE_SIGN_ON, callbackURL, errorCallbackURL: callbackURL, disableRedirect: true }
  return new Request(`${accounts.publicUrl}/api/auth/sign-in/social`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
}

/** The library's own words are left out: whoever writes a link could put theirs into it. */
function withReason(answer: Response, refusal: string | undefined): Response {
  const location = answer.headers.get('location')
  if (location === null) return answer
  // Of a path alone the origin is of no matter.
  const url = new URL(location, 'http://hub.invalid')
  const error = url.searchParams.get('error')
  if (error === null) return answer
  // So the library calls a provider whose discovery document it cannot read.
  const said = error === 'oauth_provider_not_found' ? 'provider-unreachable' : error.replaceAll('_', '-')
  url.searchParams.set('error', refusal ?? said)
  url.searchParams.delete('error_description')
  const headers = new Headers(answer.headers)
  headers.set('location', `${url.pathname}${url.search}`)
  return new Response(null, { status: answer.status, headers })
}

function sendTo(path: string, error: string): Response {
  return new Response(null, { status: 302, headers: { location: `${path}?error=${error}` } })
}
