import { firstDay } from '@plimsoll/client'
import type { FastifyPluginAsync } from 'fastify'
import { findFirstDay } from '../views/first-day.store.ts'
import { decideFirstDay } from '../views/first-day.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

/** GET /first-day: how far a brand is until its first channel is live. */
export function firstDayRoutes({ context, database }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/first-day',
        operation: 'getFirstDay',
        tag: 'Overview',
        summary: 'The steps until the first channel is live, each done or not by what there is.',
        answers: { 200: firstDay },
      },
      async () => ({ 200: decideFirstDay(await findFirstDay(database.kysely, context.organizationId)) }),
    )
  }
}
