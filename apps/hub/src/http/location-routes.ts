import { locationBalancePage } from '@plimsoll/client'
import { findLocations } from '@plimsoll/stock'
import { syncProblem } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { findLocationBalances } from '../views/location-balances.store.ts'
import { pageQuery } from './page-query.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Items and stock'
const bySku = pageQuery.extend({
  cursor: z
    .string()
    .min(1, 'give the cursor of the page before')
    .optional()
    .describe('`next` of the page before.'),
})

/** GET /locations/:code/balances; the others are in `places/`. */
export function locationBalanceRoutes({ context, database }: ServerContext): FastifyPluginAsync {
  const { organizationId } = context
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/locations/:code/balances',
        operation: 'listLocationBalances',
        tag,
        summary: 'What is at one location, item by item in order of SKU.',
        params: z.object({ code: z.string().min(1) }),
        query: bySku,
        answers: { 200: locationBalancePage },
        errors: ['unknown-location'],
      },
      async ({ params: { code }, query }) => {
        const locations = await findLocations(database.kysely, organizationId)
        const location = locations.find((each) => each.code === code)
        if (location === undefined) {
          throw syncProblem('unknown-location', 'code', `There is no location with the code "${code}".`)
        }
        const { locationId } = location
        return { 200: await findLocationBalances(database.kysely, organizationId, locationId, query) }
      },
    )
  }
}
