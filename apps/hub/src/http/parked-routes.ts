import { parkedGroups, parkedPage, replayResult } from '@plimsoll/client'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { findParked, findParkedGroups } from '../views/parked.store.ts'
import { countStates } from '../views/replay.store.ts'
import { replayAndWait } from '../views/replay.ts'
import { pageQuery } from './page-query.ts'
import { ApiProblem } from './problem.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const reason = z.object({
  reasonCode: z.string().optional().describe('Those of one reason; all without any of these.'),
  cause: z.string().optional().describe('Those of one cause, as `listParkedGroups` names it.'),
  connectionId: z.uuid().optional().describe('Those of one connection.'),
})
const tag = 'Parked events'

/** What could not be applied: by event and by cause, and its replay: one, a group, or all. */
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
        query: pageQuery.extend({
          cause: z.string().optional().describe('Those of one cause.'),
          connection: z.string().optional().describe('Those of one connection, by id.'),
        }),
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
        summary: 'Puts all back in line, or those of one cause, reason or connection.',
        body: reason.nullish(),
        answers: { 200: replayResult },
      },
      async ({ body }) => {
        return { 200: await replayAndWait(context, body ?? {}) }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/parked/groups',
        operation: 'listParkedGroups',
        tag,
        summary: 'Parked events by cause: the connection, the reason, and what is missing.',
        answers: { 200: parkedGroups },
      },
      async () => ({ 200: await findParkedGroups(database.kysely, context.organizationId) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/parked/replays/:id',
        operation: 'getReplay',
        tag,
        summary: 'How far a replay is.',
        params: z.object({ id: z.uuid('give the id of a replay') }),
        answers: { 200: replayResult },
        errors: ['not-found'],
      },
      async ({ params: { id } }) => {
        const found = await countStates(database.kysely, context.organizationId, id)
        if (found === undefined) throw new ApiProblem('not-found', `There is no replay ${id}.`)
        return { 200: found }
      },
    )
  }
}
