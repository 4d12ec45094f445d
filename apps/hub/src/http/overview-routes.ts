import { overviewFlow, overviewSeries } from '@plimsoll/client'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { getOverviewFlow } from '../views/overview-flow.store.ts'
import { getOverviewSeries } from '../views/overview-series.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Overview'

/** GET /overview/series and /overview/flow: what the first screen draws. */
export function overviewRoutes({ context, database }: ServerContext): FastifyPluginAsync {
  const { organizationId, clock, connectors } = context
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/overview/series',
        operation: 'getOverviewSeries',
        tag,
        summary:
          'Sales, writes, delays, stock and oversold units over a day, a week or a month, step by step.',
        query: z.object({
          span: z
            .enum(['day', 'week', 'month'])
            .default('day')
            .describe('24 hours, 28 quarters of a day, or 30 days.'),
          offsetMinutes: z.coerce
            .number()
            .int()
            .min(-1440)
            .max(1440)
            .default(0)
            .describe('How far the reader’s clock is ahead of UTC: where its days begin.'),
        }),
        answers: { 200: overviewSeries },
      },
      async ({ query }) => ({
        200: await getOverviewSeries(database.kysely, organizationId, {
          ...query,
          now: new Date(clock.now()),
        }),
      }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/overview/flow',
        operation: 'getOverviewFlow',
        tag,
        summary: 'Connections and locations, and what flows between them: per minute, waiting, parked.',
        answers: { 200: overviewFlow },
      },
      async () => ({
        200: await getOverviewFlow(database.kysely, organizationId, {
          now: new Date(clock.now()),
          connectors,
        }),
      }),
    )
  }
}
