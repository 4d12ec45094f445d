import { audit, renameOrganization } from '@plimsoll/accounts'
import { done, organizationView } from '@plimsoll/client'
import { inTransaction } from '@plimsoll/database'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { addRoute } from '../route.ts'
import type { ServerContext } from '../server.ts'
import { accountsOf } from './account-parts.ts'
import { mutable } from './member-routes.ts'

const tag = 'Members and keys'
const confirmed = z.object({
  name: z.string('give the name of the organization').describe('As it is now, typed: that confirms it.'),
})
const named = z.object({ name: z.string().trim().min(1, 'give it a name').max(200) })

/** The organization itself. */
export function organizationRoutes(hub: ServerContext): FastifyPluginAsync {
  const context = accountsOf(hub)
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/organization',
        operation: 'getOrganization',
        tag,
        summary: 'Which organization this is, and what you may do there.',
        answers: { 200: organizationView },
      },
      async ({ acting: { role, limits } }) => ({
        200: {
          organizationId: context.organizationId,
          name: hub.organizationName,
          role,
          limits: { connections: mutable(limits.connections), locations: mutable(limits.locations) },
        },
      }),
    )
    addRoute(
      app,
      {
        method: 'PATCH',
        path: '/organization',
        operation: 'renameOrganization',
        tag,
        summary: 'Gives the organization another name.',
        body: named,
        answers: { 200: done },
      },
      async ({ body: { name }, actor }) => {
        const { organizationId } = context
        await inTransaction(hub.database, async (tx) => {
          await renameOrganization(tx, { organizationId, name })
          await audit(tx, context, { actor, action: 'renameOrganization', detail: { name } })
        })
        hub.organizationName = name
        return { 200: {} }
      },
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path: '/organization',
        operation: 'deleteOrganization',
        tag,
        summary:
          'Deletes the organization with everything of it. Nobody is served it from the answer on; its rows go bit by bit. There is no way back.',
        needs: 'owner',
        body: confirmed,
        answers: { 202: done },
        errors: ['name-differs'],
      },
      async ({ body: { name }, actor }) => {
        await hub.deleteOwn(name)
        hub.log.info({ organizationId: context.organizationId, actor }, 'organization is being deleted')
        return { 202: {} }
      },
    )
  }
}
