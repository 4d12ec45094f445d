import { health, readiness } from '@plimsoll/client'
import type { FastifyPluginAsync } from 'fastify'
import { sql } from 'kysely'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { countOverview } from '../views/overview.store.ts'
import type { Front } from './hub-server.ts'
import { ApiProblem } from './problem.ts'
import { addRawRoute, addRoute } from './route.ts'

/** GET /health: the process runs. GET /ready: it can take work. GET /metrics: for Prometheus. */
export function healthRoutes({ base: hub, organizations }: Front): FastifyPluginAsync {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] })
  const of = ['organization']
  const parked = gauge('plimsoll_parked_events', 'Events that could not be applied', of)
  const waiting = gauge('plimsoll_inbox_waiting', 'Events stored and not applied yet', of)
  const pending = gauge('plimsoll_levels_pending', 'Levels with a write waiting or in flight', of)
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
        const worksConnections = await countHeld()
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
        for (const each of [parked, waiting, pending]) each.reset()
        for (const { context } of await organizations.all()) {
          const { organizationId: organization, database } = context
          const counts = await countOverview(database.kysely, organization)
          parked.set({ organization }, counts.parked)
          waiting.set({ organization }, counts.inboxWaiting)
          pending.set({ organization }, counts.pending)
        }
        deadlocks.set(hub.database.counters.deadlocks)
        held.set(await countHeld())
        return reply.type(registry.contentType).send(await registry.metrics())
      },
    )
  }

  async function countHeld(): Promise<number> {
    const all = await organizations.all()
    return all.reduce((held, { engine }) => held + engine.held.length, 0)
  }
}
