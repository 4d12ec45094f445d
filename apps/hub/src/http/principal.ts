import type { IncomingMessage } from 'node:http'
import {
  type Acting,
  actorOfPerson,
  freshSecret,
  type Limits,
  NO_LIMITS,
  type Role,
  type Scope,
} from '@plimsoll/accounts'
import type { FastifyRequest } from 'fastify'
import { ApiProblem } from './problem.ts'

/** Who asks something of one organization. */
export type Principal =
  /** Whoever is on this machine, as long as the hub has no accounts. */
  | { kind: 'machine' }
  | { kind: 'member'; personId: string; name: string; role: Role; limits: Limits }
  | {
      kind: 'key'
      keyId: string
      role: Role
      scopes: readonly Scope[]
      limits: Limits
      /** Null: it does not end by itself. */
      expiresAt: Date | null
    }

/** By the request as it came: it is handed from the hub's own server to that of an organization. */
const principals = new WeakMap<IncomingMessage, Principal>()

/** How it is found out once more who asks, for answers that stay open. */
const askedAgain = new WeakMap<IncomingMessage, () => Promise<Principal>>()

/** Whoever asks one route that asks others in turn; each ticket is good for one request within this process. */
const passes = new Map<string, Principal>()
export const PASS_HEADER = 'plimsoll-pass'

/** A ticket with which another route of the same organization is asked as whoever sent this request. */
export function makePass(request: FastifyRequest): string {
  const ticket = freshSecret()
  passes.set(ticket, principalOf(request))
  return ticket
}

/** Who asks, where one route of this process asks another. */
export function takePass(request: FastifyRequest): void {
  const ticket = request.headers[PASS_HEADER]
  const principal = typeof ticket === 'string' ? passes.get(ticket) : undefined
  if (principal === undefined || typeof ticket !== 'string') return
  passes.delete(ticket)
  setPrincipal(request.raw, principal)
}

/** @param again finds out once more who asks, and throws where nobody may any more */
export function setPrincipal(
  request: IncomingMessage,
  principal: Principal,
  again: () => Promise<Principal> = async () => principal,
): void {
  principals.set(request, principal)
  askedAgain.set(request, again)
}

/**
 * Who asks, as it is now: whoever was let in may have been signed out or removed since.
 * @throws AccountProblem, ApiProblem where they would not be let in any more
 */
export async function principalNow(request: FastifyRequest): Promise<Principal> {
  const again = askedAgain.get(request.raw)
  if (again === undefined) throw new ApiProblem('internal', 'Nobody has looked who asks this.')
  return await again()
}

/** @throws ApiProblem where nobody has found out who asks: then nothing may be answered */
export function principalOf(request: FastifyRequest): Principal {
  const principal = principals.get(request.raw)
  if (principal === undefined) throw new ApiProblem('internal', 'Nobody has looked who asks this.')
  return principal
}

export function roleOf(principal: Principal): Role {
  return principal.kind === 'machine' ? 'owner' : principal.role
}

export function limitsOf(principal: Principal): Limits {
  return principal.kind === 'machine' ? NO_LIMITS : principal.limits
}

/**
 * Who asks, as movements, history and audit name them.
 * @returns `api` as long as the hub has no accounts: whoever is on this machine
 */
export function actorOf(request: FastifyRequest): string {
  const principal = principalOf(request)
  switch (principal.kind) {
    case 'machine':
      return 'api'
    case 'member':
      return actorOfPerson(principal.personId)
    case 'key':
      return `key:${principal.keyId}`
    default: {
      const never: never = principal
      return never
    }
  }
}

/** Who acts, and what they may give. */
export function actingOf(request: FastifyRequest): Acting {
  const principal = principalOf(request)
  return {
    actor: actorOf(request),
    personId: principal.kind === 'member' ? principal.personId : undefined,
    role: roleOf(principal),
    limits: limitsOf(principal),
    key: principal.kind === 'key' ? { scopes: principal.scopes, expiresAt: principal.expiresAt } : undefined,
  }
}
