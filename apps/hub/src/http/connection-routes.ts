import { changeConnection, connect, importConnection, replaceCredentials, syncProblem } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { mapListings } from '../mapping.ts'
import { listConnections } from '../views/connections.store.ts'
import { findParked } from '../views/parked.store.ts'
import { replayAndWait } from '../views/replay.ts'
import type { ServerContext } from './server.ts'

const id = z.object({ id: z.uuid('give the id of a connection') })
const newConnection = z.object({
  connector: z.string().min(1),
  name: z.string().min(1).max(100),
  location: z.string().min(1),
  settings: z.unknown(),
  credentials: z.unknown(),
  ordersPollMs: z.int().min(500).max(3_600_000).optional(),
})
const pause = z.object({ reason: z.string().min(1, 'say why, for whoever finds it paused').max(200) })
const page = z.object({
  cursor: z.uuid('give the cursor of the page before').optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const mappings = z.object({
  mappings: z
    .array(
      z.object({
        listingId: z.uuid(),
        sku: z.string().min(1),
        unitsPerListing: z.int().min(1).max(100_000).default(1),
      }),
    )
    .min(1)
    .max(1_000),
})

/** Connections and what they could not apply: connect, import, go live, pause, resume, map, replay. */
export function connectionRoutes(hub: ServerContext): FastifyPluginAsync {
  const { context, engine } = hub
  const open = async (connectionId: string) => {
    const found = await engine.registry.find(connectionId)
    if (found === undefined) throw syncProblem('unknown-connection', 'id', 'There is no such connection.')
    return found
  }
  return async (app) => {
    app.get('/connections', async () => ({ rows: await listConnections(hub) }))
    app.post('/connections', async (request, reply) => {
      const { location, ordersPollMs, ...body } = newConnection.parse(request.body)
      const made = await connect(context, { ...body, locationCode: location, ordersPollMs })
      return reply.status(201).send(made)
    })
    app.post('/connections/:id/import', async (request) =>
      importConnection(context, await open(id.parse(request.params).id)),
    )
    app.post('/connections/:id/live', async (request) => {
      await changeConnection(context, id.parse(request.params).id, { kind: 'go-live' })
      return {}
    })
    app.post('/connections/:id/pause', async (request) => {
      const { reason } = pause.parse(request.body)
      await changeConnection(context, id.parse(request.params).id, { kind: 'pause', reason })
      return {}
    })
    app.post('/connections/:id/resume', async (request) => {
      await changeConnection(context, id.parse(request.params).id, { kind: 'resume', reason: 'all' })
      return {}
    })
    app.put('/connections/:id/credentials', async (request) =>
      replaceCredentials(context, await open(id.parse(request.params).id), request.body),
    )
    app.post('/mappings', async (request) => mapListings(context, mappings.parse(request.body).mappings))

    app.get('/parked', async (request) =>
      findParked(hub.database.kysely, context.organizationId, page.parse(request.query)),
    )
    app.post('/parked/:id/replay', async (request) => {
      const { id: inboxId } = z.object({ id: z.uuid() }).parse(request.params)
      return await replayAndWait(context, { inboxId })
    })
    app.post('/parked/replay', async (request) => {
      const { reasonCode } = z.object({ reasonCode: z.string().optional() }).parse(request.body ?? {})
      return await replayAndWait(context, reasonCode === undefined ? {} : { reasonCode })
    })
  }
}
