import { CHANGE_KINDS, changePage, undone } from '@plimsoll/client'
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { listChanges } from '../changes/changes.ts'
import { type Perform, undoChange } from '../changes/undo-change.ts'
import { addRawRoute, addRoute } from './route.ts'
import type { ServerContext } from './server.ts'
import { passedOn } from './table-routes.ts'

const tag = 'Changes'
const query = z.object({
  kind: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(CHANGE_KINDS)))
    .optional()
    .describe('Some of them, with commas between them.'),
  connection: z.string().min(1).optional().describe('Of this connection, by id or name.'),
  item: z.string().min(1).optional().describe('Of this item, by its SKU.'),
  listing: z.string().min(1).optional().describe('Of this listing, by its id.'),
  location: z.string().min(1).optional().describe('Of this location, by its code.'),
  actor: z.string().min(1).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional().describe('Before then.'),
  set: z.uuid().optional().describe('`changeSet` of a change: all that was changed with it.'),
  cursor: z.string().optional().describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const params = z.object({ id: z.string().min(1).max(200) })

/** Who changed which policy, mapping or setting, and undoing it. */
export function changeRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/changes',
        operation: 'listChanges',
        tag,
        summary: 'Who changed which policy, mapping or setting, from what to what, newest first.',
        query,
        answers: { 200: changePage },
        errors: ['unknown-connection', 'unknown-item', 'unknown-location', 'unknown-listing'],
      },
      async ({ query: { kind, set, since, until, ...asked } }) => ({
        200: await listChanges(context, {
          ...asked,
          kinds: kind,
          changeSet: set,
          since: since === undefined ? undefined : new Date(since),
          until: until === undefined ? undefined : new Date(until),
        }),
      }),
    )
    addRawRoute(
      app,
      {
        method: 'POST',
        path: '/changes/:id/undo',
        operation: 'undoChange',
        tag,
        summary:
          'Puts back what was before a change, if it is still what the change left; the same rules guard it as the change.',
        params,
        needs: 'operator',
        answers: { 200: undone },
        errors: ['unknown-change', 'not-undoable', 'changed-since', 'undo-refused'],
      },
      async (request, reply) => {
        const { id } = params.parse(request.params)
        return await reply.send(await undoChange(context, performFor(app, request), id))
      },
    )
  }
}

/** Asks the route that made the change, as whoever undoes it: who may not use that one may not undo it either. */
function performFor(app: FastifyInstance, request: FastifyRequest): Perform {
  return async ({ method, path, body }) => {
    const answer = await app.inject({
      method,
      url: `/api/v1${path}`,
      headers: passedOn(request),
      ...(body !== undefined && { payload: body }),
    })
    return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() }
  }
}
