import { WAKE_CHANNEL } from '@plimsoll/sync'
import type pg from 'pg'
import { createPool } from '../../packages/database/src/pool.ts'
import type { Trace } from './trace.ts'

/**
 * The one connection to the real PostgreSQL through which every simulated process speaks, one transaction at a
 * time. It also listens: a session hears its own notifications before its commit is answered, so that they are
 * known in the same step, and can be handed on (or lost) as the seed says.
 *
 * Answers to statements that were asked for together are handed on one at a time, and what follows from one by itself
 * is let happen before the next: how many come in one packet is the machine's chance.
 */
export type SharedConnection = {
  client: pg.PoolClient
  /** From now on it stands behind the wall of this organization, the only one of the run. */
  belongTo(organizationId: string): Promise<void>
  /** What was notified since the last call. */
  takeNotifications(): string[]
  /** Tables that statements have changed since the last call. */
  takeTouched(): ReadonlySet<string>
  /** One statement, noted with its parameters and its result. */
  query(who: string, config: unknown, values?: unknown): Promise<pg.QueryResult>
  close(): Promise<void>
}

export async function openSharedConnection(url: string, trace: Trace): Promise<SharedConnection> {
  const pool = createPool({
    url: () => url,
    max: 1,
    applicationName: 'plimsoll laboratory',
    role: 'plimsoll_runtime',
    log: () => undefined,
  })
  const client = await pool.connect()
  let notifications: string[] = []
  let touched = new Set<string>()
  let lastHeard: Promise<void> = Promise.resolve()
  client.on('notification', ({ payload }) => notifications.push(payload ?? ''))
  await client.query(`listen ${WAKE_CHANNEL}`)
  // Limits of a hub in the real clock's time: what is judged here is what a transaction does, not the machine it is on.
  await client.query('set idle_in_transaction_session_timeout = 0')
  await client.query('set statement_timeout = 0')
  const query = client.query.bind(client) as unknown as (
    config: unknown,
    values?: unknown,
  ) => Promise<pg.QueryResult>
  return {
    client,
    belongTo: async (organizationId) => {
      await query(`set plimsoll.organization = '${organizationId}'`)
    },
    takeNotifications: () => {
      const taken = notifications
      notifications = []
      return taken
    },
    takeTouched: () => {
      const taken = touched
      touched = new Set()
      return taken
    },
    query: async (who, config, values) => {
      const text = textOf(config)
      const parameters = typeof config === 'string' ? values : (config as { values?: unknown }).values
      trace.statements += 1
      for (const table of tablesChangedBy(text)) touched.add(table)
      const answer = query(config, values)
      answer.catch(() => undefined) // told below, in its turn
      const before = lastHeard
      const { promise: heard, resolve: hear } = Promise.withResolvers<void>()
      lastHeard = heard
      await before
      try {
        const result = await answer
        trace.note('statement', who, text, parameters, result.rowCount, result.rows)
        return result
      } catch (error) {
        trace.note('statement failed', who, text, parameters, String(error))
        throw error
      } finally {
        setImmediate(hear)
      }
    },
    close: async () => {
      client.release()
      await pool.end()
    },
  }
}

export function textOf(config: unknown): string {
  return typeof config === 'string' ? config : String((config as { text?: string }).text ?? '')
}

function tablesChangedBy(text: string): string[] {
  return [...text.matchAll(/\b(?:insert into|update|delete from)\s+"?([a-z_]+)/gi)].flatMap(
    ([, table]) => table ?? [],
  )
}
