import { health, readiness } from '@plimsoll/client'
import type { FastifyPluginAsync } from 'fastify'
import { sql } from 'kysely'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { countOverview } from '../views/overview.store.ts'
import { ApiProblem } from './problem.ts'
import { addRawRoute, addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

/** GET /health: the process runs. GET /ready: it can take work. GET /metrics: for Prometheus. */
export function healthRoutes(hub: ServerContext): FastifyPluginAsync {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] })
  const parked = gauge('plimsoll_parked_events', 'Events that could not be applied')
  const waiting = gauge('plimsoll_inbox_waiting', 'Events stored and not applied yet')
  const pending = gauge('plimsoll_levels_pending', 'Levels with a write waiting or in flight')
  const deadlocks = gauge('plimsoll_deadlocks', 'Deadlocks since the process started; each one is a defect')
  const held = gauge('plimsoll_connections_held', 'Connections that this process works')

  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/health',
        operation: 'getHealth',
        tag: 'Health',
        summary: 'The process runs.',
        answers: { 200: health },
      },
      async () => ({ 200: { status: 'ok' as const } }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/ready',
        operation: 'getReadiness',
        tag: 'Health',
        summary: 'It can take work.',
        answers: { 200: readiness },
        errors: ['not-ready'],
      },
      async () => {
        try {
          await sql`select 1`.execute(hub.database.kysely)
        } catch (error) {
          hub.log.warn({ error }, 'not ready: the database does not answer')
          throw new ApiProblem('not-ready', 'The database does not answer.')
        }
        const worksConnections = hub.engine.held.length
        return { 200: { status: 'ready' as const, database: hub.database.kind, worksConnections } }
      },
    )
    addRawRoute(
      app,
      {
        method: 'GET',
        path: '/metrics',
        operation: 'getMetrics',
        tag: 'Health',
        summary: 'Figures of the process and of the hub, for Prometheus.',
        answers: { 200: { contentType: 'text/plain', description: 'Prometheus’ text format' } },
      },
      async (_request, reply) => {
        const counts = await countOverview(hub.database.kysely, hub.context.organizationId)
        parked.set(counts.parked)
        waiting.set(counts.inboxWaiting)
        pending.set(counts.pending)
        deadlocks.set(hub.database.counters.deadlocks)
        held.set(hub.engine.held.length)
        return reply.type(registry.contentType).send(await registry.metrics())
      },
    )
  }
}
