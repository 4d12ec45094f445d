import pg from 'pg'
import { bindWithoutCopies } from './bind.ts'
import { later } from './clock.ts'
import type { SilenceWatch } from './silence.ts'

/** Types are parsed the same for every connection of ours; the process-wide parsers stay untouched. */
const typesByOid = new Map<number, (text: string) => unknown>([
  [20, toSafeInteger], // int8
  [1016, (text) => toBigintArray(text)], // int8[]
  [1082, (text) => text], // date: a day has no time zone, so no Date either
])

export const parsers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && typesByOid.get(oid)) ||
    pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
}

/**
 * Neither may touch the ledger's past. `plimsoll_runtime` sees the organization that its session names (`wall.ts`),
 * `plimsoll_everyone` sees all.
 */
export type SessionRole = 'plimsoll_runtime' | 'plimsoll_everyone'

export type PoolOptions = {
  /** Asked again for each new connection: a restarted embedded server may have another port. */
  url(): string
  max: number
  applicationName: string
  /** Work as this role, where it exists and we may; absent: as whoever the address names. */
  role: SessionRole | undefined
  log: (line: string) => void
  /** Told of each new connection and of its backend; absent: silence is left to the driver's own limit. */
  silence?: SilenceWatch
}

/** Statements of a hub are short; the longest is the full recomputation (13 s measured on a million listings). */
const statementMaxMs = 120_000

/**
 * A process that freezes in the midst of a transaction, or that the network has lost, holds its locks this long: among
 * them that on the lease of the connection that it works, which another process is to have within ten seconds. Between
 * two statements of a transaction there is nothing but a decision; what reads for longer says so (`long.store.ts`).
 */
const idleInTransactionMaxMs = 6_000

/** A new connection that has not taken its settings by then is silent. */
const sessionMaxMs = 5_000

export function createPool(options: PoolOptions): pg.Pool {
  class Known extends pg.Client {
    constructor(given?: pg.ClientConfig) {
      super(given)
      options.silence?.made(this)
    }
  }
  const config: pg.PoolConfig = {
    Client: Known,
    connectionString: options.url(),
    max: options.max,
    application_name: options.applicationName,
    types: parsers,
    keepAlive: true,
    // Statements asked for together travel together: it saves a round trip each (measured: about 20%).
    pipeline: true,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    // Longer than the server's own limit: it only fires when the server has gone silent.
    query_timeout: statementMaxMs + 10_000,
    onConnect: async (client) => {
      // The pool listens to idle clients only: one that breaks between two statements of a transaction
      // would end the process. Its next statement fails, which is how its user learns of it.
      client.on('error', (error) => {
        if (!pool.ending) options.log(`database: a connection was lost (${error.message})`)
      })
      bindWithoutCopies(client)
      const pid = await prepareSession(client, options.role)
      options.silence?.add(client, pid)
    },
  }
  const pool = new pg.Pool(config)
  Object.defineProperty(pool.options, 'connectionString', { get: options.url, enumerable: true })
  // Without a listener an idle connection that breaks would end the process; said above already.
  pool.on('error', () => undefined)
  return pool
}

/** What we use of the pool beyond its types: a test fails where an upgrade changes it. */
type Inside = { _pendingQueue: { callback(error: Error): void }[] }

/**
 * Refuses whoever waits for a connection of a pool that ends: the pool itself lets them wait for their ten seconds, and whoever
 * closes it with them.
 */
export function refuseWaiting(pool: pg.Pool): void {
  const waiting = (pool as unknown as Inside)._pendingQueue.splice(0)
  for (const { callback } of waiting)
    callback(new Error('The database is being closed: no connection is to be had.'))
}

/** The driver's types leave it out. */
function streamOf(client: pg.ClientBase): { destroy(): void } {
  return (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream
}

/** @returns the process of the server that works for this connection */
async function prepareSession(
  client: pg.ClientBase,
  role: SessionRole | undefined,
): Promise<number | undefined> {
  // The driver would wait as long as for any statement, and whoever wants the connection with it.
  const late = later(sessionMaxMs, () => streamOf(client).destroy())
  try {
    await client.query(sessionSettings(role))
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    return rows[0]?.pid
  } finally {
    late.cancel()
  }
}

/** Sent as statements and not as start-up parameters, since poolers such as PgBouncer refuse the latter. */
function sessionSettings(role: SessionRole | undefined): string {
  const settings = `
    set statement_timeout = ${statementMaxMs};
    set lock_timeout = 20000;
    set idle_in_transaction_session_timeout = ${idleInTransactionMaxMs};
    set timezone = 'UTC';`
  if (role === undefined) return settings
  // Tried and, where the role is absent or not ours to take, left: `pg_has_role` cannot tell before PostgreSQL 16.
  return `${settings}
    do $$ begin
      set role ${role};
    exception when invalid_parameter_value or undefined_object or insufficient_privilege then null;
    end $$;`
}

/** Reads a bigint; refuses what JavaScript cannot hold exactly, since a rounded stock count is a wrong one. */
export function toSafeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a safe integer`)
  return value
}

function toBigintArray(text: string): (number | null)[] {
  const inside = text.slice(1, -1)
  if (inside === '') return []
  return inside.split(',').map((part) => (part === 'NULL' ? null : toSafeInteger(part)))
}
