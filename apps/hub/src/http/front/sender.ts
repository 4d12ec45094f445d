import { AccountProblem, type Limits, type Role } from '@plimsoll/accounts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Sender } from '../../accounts/hub-accounts.ts'
import type { Front } from '../hub-server.ts'
import { assertOwnMachine, assertOwnPage, assertSentHere } from '../local-only.ts'
import type { Principal } from '../principal.ts'

/** Says in which organization something is asked. */
export const ORGANIZATION_HEADER = 'plimsoll-organization'

/** What is read by callers that can send no headers, a stream and a link to a file, says it in its address. */
const SAID_IN_ADDRESS = new RegExp(
  `^/api/v1/(${[
    'stream',
    'organization/export',
    'exports/[^/]+/[^/]+',
    'tables/[^/]+/[^/]+',
    'imports/[^/]+/problem-rows/[^/]+',
    'bulk-edits/[^/]+/levels\\.csv',
    'audits/differences\\.csv',
    'jobs/[^/]+/differences\\.csv',
    'connections/[^/]+/files/[^/]+',
  ].join('|')})(\\?|$)`,
)

/** The request's headers as the library of sign-in reads them. */
export function headersOf(request: FastifyRequest): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  // Never believed of whoever calls: limits of tries are counted by it.
  headers.set('x-plimsoll-peer', request.ip)
  return headers
}

/**
 * Who sends a request, and whether from where they may: as long as there are no accounts, from this machine alone; with
 * the cookie of a session, from pages of this hub alone.
 * @throws AccountProblem, ApiProblem `foreign-origin`
 */
export async function senderOf(front: Front, request: FastifyRequest, reply: FastifyReply): Promise<Sender> {
  const sender = await front.accounts.identify(headersOf(request), request.socket.localPort)
  assertFromWhereTheyMay(front, sender, request)
  if (sender.kind === 'person')
    for (const cookie of sender.setCookies) reply.raw.appendHeader('set-cookie', cookie)
  return sender
}

/** The same once more, while the answer is under way: no session is renewed by it, for no cookie could tell of that. */
export async function senderNow(front: Front, request: FastifyRequest): Promise<Sender> {
  const { localPort } = request.socket
  const sender = await front.accounts.identify(headersOf(request), localPort, { renews: false })
  assertFromWhereTheyMay(front, sender, request)
  return sender
}

function assertFromWhereTheyMay({ accounts, base }: Front, sender: Sender, request: FastifyRequest): void {
  if (sender.kind === 'machine') {
    if (sender.isShown) assertSentHere(request)
    else assertOwnMachine(request, base.configuration)
  }
  if (sender.kind === 'person') assertOwnPage(request, [accounts.publicUrl, ...accounts.origins])
}

/**
 * Which organization a request is about, and as whom it is asked there.
 * @throws AccountProblem `organization-missing`, `not-a-member`
 */
export function standingOf(
  { base }: Front,
  sender: Sender,
  request: FastifyRequest,
): { organizationId: string; principal: Principal } {
  const asked = askedOrganization(request)
  switch (sender.kind) {
    case 'machine':
      return { organizationId: asked ?? base.context.organizationId, principal: { kind: 'machine' } }
    case 'key': {
      const { organizationId, keyId, role, scopes, limits, expiresAt } = sender.key
      if (asked !== undefined && asked !== organizationId) throw notAMember()
      return { organizationId, principal: { kind: 'key', keyId, role, scopes, limits, expiresAt } }
    }
    case 'person': {
      const { personId, name, memberships } = sender.person
      const found =
        asked === undefined ? onlyOne(memberships) : memberships.find((each) => each.organizationId === asked)
      if (found === undefined) throw notAMember()
      return { organizationId: found.organizationId, principal: memberOf({ personId, name }, found) }
    }
    default: {
      const never: never = sender
      return never
    }
  }
}

function memberOf(
  person: { personId: string; name: string },
  { role, limits }: { role: Role; limits: Limits },
): Principal {
  return { kind: 'member', ...person, role, limits }
}

function onlyOne<T>(memberships: readonly T[]): T | undefined {
  if (memberships.length > 1) {
    throw new AccountProblem('organization-missing', 'You are a member of several organizations.')
  }
  return memberships[0]
}

function askedOrganization(request: FastifyRequest): string | undefined {
  const header = request.headers[ORGANIZATION_HEADER]
  if (typeof header === 'string' && header !== '') return header
  if (request.method !== 'GET' || !SAID_IN_ADDRESS.test(request.url)) return undefined
  const { organization } = request.query as Record<string, unknown>
  return typeof organization === 'string' && organization !== '' ? organization : undefined
}

function notAMember(): AccountProblem {
  return new AccountProblem('not-a-member', 'You are no member of this organization.')
}
