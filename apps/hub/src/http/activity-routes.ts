import type { Overview } from '@plimsoll/client'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { findActivity, parseCursor } from '../views/activity.store.ts'
import { listConnections } from '../views/connections.store.ts'
import { countOverview, findOrderRate, findPropagation } from '../views/overview.store.ts'
import { findTasks } from '../views/tasks.store.ts'
import type { ServerContext } from './server.ts'

const page = z.object({
  cursor: z
    .string()
    .refine((text) => parseCursor(text) !== undefined, 'give the cursor of the page before')
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

/** GET /overview, /activity, /tasks. */
export function activityRoutes(hub: ServerContext): FastifyPluginAsync {
  const { kysely } = hub.database
  const { organizationId, clock } = hub.context
  return async (app) => {
    app.get('/overview', async (): Promise<Overview> => {
      const now = new Date(clock.now())
      const [counts, propagationMs, orderRate, connections] = await Promise.all([
        countOverview(kysely, organizationId),
        findPropagation(kysely, organizationId, now),
        findOrderRate(kysely, organizationId, now),
        listConnections(hub),
      ])
      return {
        organization: hub.organizationName,
        ...counts,
        propagationMs,
        orderRate,
        connections,
        demo: hub.demo !== undefined,
        now: now.toISOString(),
      }
    })
    app.get('/activity', async (request) => findActivity(kysely, organizationId, page.parse(request.query)))
    app.get('/tasks', async () => ({ rows: await findTasks(kysely, organizationId) }))
  }
}
