import { audit } from '@plimsoll/accounts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { findDocumentPlaces, findReservedPlaces } from '../views/document-places.store.ts'
import { assertMay, assertTouches, permissionOf } from './permissions.ts'
import { actorOf, principalOf, takePass } from './principal.ts'
import type { RouteSpec } from './route.ts'
import type { ServerContext } from './server.ts'
import type { NamedDocument, NamedReservations } from './touched-documents.ts'

/**
 * Every route of an organization's API asks here whether whoever sends a request may use it, and what they changed is
 * written down. A route that does not say what it is about is for nobody.
 */
export function authorize(api: FastifyInstance, hub: ServerContext): void {
  const { organizationId } = hub.context
  api.decorate('findPlaces', (named: NamedDocument | NamedReservations) =>
    named.kind === 'reservations'
      ? findReservedPlaces(hub.database.kysely, organizationId, named.ids)
      : findDocumentPlaces(hub.database.kysely, organizationId, named),
  )
  api.addHook('onRequest', async (request) => {
    const { spec, isRaw } = request.routeOptions.config
    // What is not there is answered by the handler of what was not found.
    if (spec === undefined) return
    takePass(request)
    const principal = principalOf(request)
    assertMay(principal, permissionOf(spec))
    // The others are asked once their parts were read: see `addRoute`.
    if (isRaw !== true) return
    const input = { params: request.params, query: request.query }
    await assertTouches(() => principal, spec, input, request.server.findPlaces)
  })
  api.addHook('onSend', async (request, reply, payload) => {
    await note(hub, request, reply.statusCode < 400)
    return payload
  })
}

/**
 * The ledger names who moved stock, so its commands are left out: there are thousands of them. What accounts themselves
 * write down, within their own transactions, is not repeated either.
 */
const TOLD_ELSEWHERE = new Set(['Stock commands', 'Members and keys'])

/** Whether whoever uses the route stands in the audit log by its operation. */
export function isNoted(spec: RouteSpec): boolean {
  if (TOLD_ELSEWHERE.has(spec.tag)) return false
  return permissionOf(spec).deed !== 'read' || spec.isAudited === true
}

/** Before the answer leaves: whoever was told that it was done is on record. No bodies: they hold personal data. */
async function note(hub: ServerContext, request: FastifyRequest, isDone: boolean): Promise<void> {
  const { spec } = request.routeOptions.config
  if (spec === undefined || !isNoted(spec)) return
  const action = isDone ? spec.operation : spec.refusedAs
  if (action === undefined) return
  if (principalOf(request).kind === 'machine') return
  const params = Object.values(request.params as Record<string, string>)
  const deed = { actor: actorOf(request), action, subject: params.join(' / ') || null }
  await audit(hub.database.kysely, hub.context, deed)
}
