import { parkedPage, replayResult } from '@plimsoll/client'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { findParked } from '../views/parked.store.ts'
import { replayAndWait } from '../views/replay.ts'
import { pageQuery } from './page-query.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const reason = z.object({
  reasonCode: z.string().optional().describe('Those of one reason; all without it.'),
})
const tag = 'Parked events'

/** What could not be applied: GET /parked, POST /parked/replay, POST /parked/:id/replay. */
export function parkedRoutes({ context, database }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/parked',
        operation: 'listParked',
        tag,
        summary: 'Events that could not be applied, oldest first, with reason and cure.',
        query: pageQuery,
        answers: { 200: parkedPage },
      },
      async ({ query }) => ({ 200: await findParked(database.kysely, context.organizationId, query) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/parked/:id/replay',
        operation: 'replay',
        tag,
        summary: 'Puts one back in line, and waits up to five seconds for what becomes of it.',
        params: z.object({ id: z.uuid() }),
        answers: { 200: replayResult },
      },
      async ({ params: { id } }) => ({ 200: await replayAndWait(context, { inboxId: id }) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/parked/replay',
        operation: 'replayAll',
        tag,
        summary: 'Puts all back in line, or those of one reason.',
        body: reason.nullish(),
        answers: { 200: replayResult },
      },
      async ({ body }) => {
        const reasonCode = body?.reasonCode
        return { 200: await replayAndWait(context, reasonCode === undefined ? {} : { reasonCode }) }
      },
    )
  }
}
