import { activityPage, overview, processList, taskList } from '@plimsoll/client'
import { findProcesses, type ProcessStatus } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { findActivity, parseCursor } from '../views/activity.store.ts'
import { findOverviewCounts } from '../views/connection-figures.store.ts'
import { listConnections } from '../views/connections.store.ts'
import { findOrderRate, findPropagation } from '../views/overview.store.ts'
import { listTasks } from '../views/tasks.ts'
import { pageQuery } from './page-query.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const activityQuery = pageQuery.extend({
  cursor: z
    .string()
    .refine((text) => parseCursor(text) !== undefined, 'give the cursor of the page before')
    .optional()
    .describe('`next` of the page before.'),
})

const tasksQuery = z.object({
  kind: z.string().max(50).optional().describe('Of one kind, such as oversold.'),
  connection: z.string().max(100).optional().describe('Of one connection, by id.'),
  search: z.string().max(200).optional().describe('Part of the SKU or of what it says.'),
})

/** GET /overview, /activity, /tasks, /processes. */
export function activityRoutes(hub: ServerContext): FastifyPluginAsync {
  const { kysely } = hub.database
  const { organizationId, clock } = hub.context
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/overview',
        operation: 'getOverview',
        tag: 'Overview',
        summary: 'The figures of the first screen, and every connection.',
        answers: { 200: overview },
      },
      async () => {
        const now = new Date(clock.now())
        const [counts, propagationMs, orderRate, connections] = await Promise.all([
          findOverviewCounts(hub),
          findPropagation(kysely, organizationId, now),
          findOrderRate(kysely, organizationId, now),
          listConnections(hub),
        ])
        const figures = {
          organization: hub.organizationName,
          ...counts,
          propagationMs,
          orderRate,
          connections,
        }
        return { 200: { ...figures, demo: hub.demo !== undefined, now: now.toISOString() } }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/activity',
        operation: 'listActivity',
        tag: 'Overview',
        summary: 'What happened, newest first.',
        query: activityQuery,
        answers: { 200: activityPage },
      },
      async ({ query }) => ({ 200: await findActivity(kysely, organizationId, query) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/tasks',
        operation: 'listTasks',
        tag: 'Overview',
        summary: 'What a person must decide, oldest first, at most 500.',
        query: tasksQuery,
        answers: { 200: taskList },
      },
      async ({ query }) => ({ 200: { rows: await listTasks(hub.context, query) } }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/processes',
        operation: 'listProcesses',
        tag: 'Overview',
        summary:
          'The hub processes on this database, those that run first, and the connections that each works.',
        answers: { 200: processList },
      },
      async () => {
        const found = await findProcesses(kysely, organizationId, new Date(clock.now()))
        return { 200: { rows: found.map(toRow) } }
      },
    )
  }
}

const toRow = (process: ProcessStatus) => ({
  ...process,
  startedAt: process.startedAt.toISOString(),
  seenAt: process.seenAt.toISOString(),
})
