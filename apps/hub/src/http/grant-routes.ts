import { connectorList, done, grantBegun, grantStanding } from '@plimsoll/client'
import { beginGrant, readGrant, syncProblem, withdrawGrant } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { listConnectorForms } from '../views/connector-forms.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Connections'
const params = z.object({ id: z.uuid('give the id of a grant') })
const given = z.unknown().optional().describe('What the connector’s `grant` form asks for.')
const newGrant = z.union([
  z.object({
    connector: z.string().min(1),
    connectionId: z.uuid().describe('The connection that is granted access anew; its mappings are kept.'),
    given,
  }),
  z.object({
    connector: z.string().min(1),
    name: z.string().min(1).max(100),
    location: z.string().min(1).describe('Code of the location where its orders reserve.'),
    settings: z.unknown().describe('The connector says which.'),
    ordersPollMs: z.int().min(500).max(3_600_000).optional(),
    given,
  }),
])

/** What can be connected, and access that a person grants on the platform’s own page. */
export function grantRoutes(hub: ServerContext): FastifyPluginAsync {
  const { context, engine } = hub
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/connectors',
        operation: 'listConnectors',
        tag,
        summary: 'What can be connected, with the form of each in English and Chinese.',
        answers: { 200: connectorList },
      },
      async () => ({ 200: { rows: listConnectorForms(context.connectors) } }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/grants',
        operation: 'beginGrant',
        tag,
        summary:
          'Begins to connect on the platform’s own page; the address is good once, for a quarter of an hour.',
        body: newGrant,
        answers: { 201: grantBegun },
        errors: [
          'unknown-connector',
          'unknown-connection',
          'unknown-location',
          'name-taken',
          'invalid-settings',
          'private-address',
          'no-grant-page',
          'no-public-address',
        ],
      },
      async ({ body }) => {
        const begun = await beginGrant(
          context,
          engine.registry,
          'connectionId' in body
            ? {
                connector: body.connector,
                connectionId: body.connectionId,
                given: body.given,
                settings: undefined,
              }
            : {
                connector: body.connector,
                name: body.name,
                locationCode: body.location,
                ordersPollMs: body.ordersPollMs,
                settings: body.settings,
                given: body.given,
              },
        )
        return { 201: { ...begun, expiresAt: begun.expiresAt.toISOString() } }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/grants/:id',
        operation: 'readGrant',
        tag,
        summary: 'How a grant that was begun stands.',
        params,
        answers: { 200: grantStanding },
        errors: ['unknown-grant'],
      },
      async ({ params: { id } }) => ({ 200: await readGrant(context, id) }),
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path: '/grants/:id',
        operation: 'withdrawGrant',
        tag,
        summary:
          'Gives up a grant that was begun: its address leads nowhere any more, and what was given is gone.',
        params,
        answers: { 200: done },
        errors: ['unknown-grant', 'wrong-state'],
      },
      async ({ params: { id } }) => {
        if (await withdrawGrant(context, id)) return { 200: {} }
        // One that has run out, or was never begun, is told as that.
        const end = await readGrant(context, id)
        throw syncProblem('wrong-state', 'id', tooLate[end.kind])
      },
    )
  }
}

/** Why there is nothing left to give up. */
const tooLate = {
  waiting: 'The platform has answered, and the hub is working on it: look at the grant for how it ends.',
  done: 'Access has been granted already: pause the connection where you do not want it.',
  refused: 'It was refused already: there is nothing to give up.',
}
