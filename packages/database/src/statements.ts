import { createHash } from 'node:crypto'
import {
  type CompiledQuery,
  type DatabaseConnection,
  DefaultQueryExecutor,
  type Dialect,
  DummyDriver,
  type IsolationLevel,
  type KyselyPlugin,
  PostgresAdapter,
  PostgresQueryCompiler,
  type QueryResult,
  Transaction,
} from 'kysely'
import pg from 'pg'
import { authorNow } from './author.ts'
import type { Tables } from './tables.ts'
import { behindTheWall } from './wall.ts'

/**
 * How statements reach the server. Each text is prepared once per connection under a name, since parsing
 * costs about as much as running most of ours; and the statements of a transaction that are asked for
 * together travel together (Kysely's own transactions send one, wait, send the next).
 */
export type RunTransaction = <T>(
  work: (tx: Transaction<Tables>) => Promise<T>,
  isolationLevel: IsolationLevel | undefined,
) => Promise<T>

/**
 * Our statements take arrays of keys, whose number changes nothing about how to find them; planned anew for each
 * number, as PostgreSQL would, a statement takes two or three times as long (measured: 0.45 ms in place of 0.1).
 */
const PLAN_ONCE = 'set local plan_cache_mode = force_generic_plan'

/** The pool as Kysely's dialect sees it, with every statement prepared by name. */
export function preparingPool(pool: pg.Pool) {
  return {
    async connect() {
      const client = await pool.connect()
      return Object.assign(Object.create(client), {
        query: (text: string, values: readonly unknown[]) =>
          behindTheWall(client, client.query(toQuery(text, values))),
        release: (destroy?: boolean) => client.release(destroy),
      })
    },
    // A pool refuses to be ended twice.
    end: async () => {
      if (!pool.ending && !pool.ended) await pool.end()
    },
    options: pool.options,
  }
}

/** Transactions whose statements are pipelined: what is asked for without waiting is sent without waiting. */
export function createRunTransaction(
  pool: pg.Pool,
  dialect: Dialect,
  plugins: KyselyPlugin[],
): RunTransaction {
  const compiler = new PostgresQueryCompiler()
  const adapter = new PostgresAdapter()
  return async (work, isolationLevel) => {
    const client = await pool.connect()
    const connection = new PipelinedConnection(client)
    const executor = new DefaultQueryExecutor(
      compiler,
      adapter,
      { provideConnection: (consumer) => consumer(connection) },
      plugins,
    )
    const tx = new Transaction<Tables>({ config: { dialect }, driver: new DummyDriver(), dialect, executor })
    let isBroken = false
    try {
      // Not waited for: it travels with the first statement, and fails with it.
      connection.gather()
      const begun = behindTheWall(
        client,
        client.query(
          `begin${isolationLevel === undefined ? '' : ` isolation level ${isolationLevel}`};${PLAN_ONCE}${signed()}`,
        ),
      )
      connections.set(tx, connection)
      const [result] = await Promise.all([work(tx), begun])
      // What was asked for last may still be on its way to the client; it goes before the commit.
      if (connection.last !== undefined) await new Promise<void>((resolve) => process.nextTick(resolve))
      connection.isEnded = true
      const [ended] = await Promise.all([client.query('commit'), connection.last])
      // A statement failed and somebody swallowed it: the server has rolled back instead.
      if (ended.command !== 'COMMIT') throw new Error('The transaction was rolled back by the server.')
      return result
    } catch (error) {
      // What a sibling of the failed part still asks for must reach neither the server nor the next user.
      connection.isEnded = true
      isBroken = await client.query('rollback').then(
        () => false,
        () => true, // the connection is gone, and the transaction with it
      )
      throw error
    } finally {
      client.release(isBroken)
    }
  }
}

/** Says in whose name the transaction works, for the triggers that write down who changed what. */
function signed(): string {
  const author = authorNow()
  if (author === undefined) return ''
  return `;select set_config('plimsoll.author', ${pg.escapeLiteral(JSON.stringify(author))}, true)`
}

const connections = new WeakMap<object, PipelinedConnection>()

/**
 * The last statements of a transaction, whose results decide nothing: the commit is sent after them without waiting.
 * Should one fail, the commit rolls back and the transaction throws its error. All must have been asked for: one that
 * waits for another comes too late and is refused.
 */
export function lastly(tx: Transaction<Tables>, statements: Promise<unknown>): void {
  const connection = connections.get(tx)
  if (connection === undefined) throw new Error('Only a transaction of inTransaction has last statements.')
  connection.last = Promise.all([connection.last, statements])
  // Awaited with the commit; until then a failure must not count as unheard.
  connection.last.catch(() => undefined)
}

class PipelinedConnection implements DatabaseConnection {
  last: Promise<unknown> | undefined
  /** Commit or rollback is on its way: a statement after it would be carried out by itself. */
  isEnded = false
  readonly #client: pg.PoolClient
  #isGathering = false

  constructor(client: pg.PoolClient) {
    this.#client = client
  }

  /**
   * What is asked for from now until nothing is left to do at once leaves as one packet: a write to the server
   * costs about as much as carrying a statement out (0.1 ms), and wakes it up each time.
   */
  gather(): void {
    if (this.#isGathering) return
    this.#isGathering = true
    const { stream } = this.#client.connection
    stream.cork()
    process.nextTick(() => {
      this.#isGathering = false
      stream.uncork()
    })
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.isEnded) throw new Error('A statement was asked for after the end of its transaction.')
    this.gather()
    const result = await this.#client.query(toQuery(query.sql, query.parameters))
    const isChange = /^(INSERT|UPDATE|DELETE|MERGE)$/.test(result.command)
    return {
      rows: result.rows,
      ...(isChange && { numAffectedRows: BigInt(result.rowCount ?? 0) }),
    }
  }

  // biome-ignore lint/correctness/useYield: the contract asks for a generator, and nothing of ours streams.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Rows are not streamed inside a transaction.')
  }
}

const names = new Map<string, string>()
/** Our statements are constants, a few hundred at the most; past this something builds texts as it goes. */
const NAMES_MAX = 1_000

function toQuery(text: string, values: readonly unknown[]): pg.QueryConfig {
  const config = { text, values: [...values] }
  // Without parameters a text may hold several statements, which cannot be prepared.
  if (values.length === 0) return config
  let name = names.get(text)
  if (name === undefined) {
    if (names.size >= NAMES_MAX) return config
    name = createHash('sha1').update(text).digest('base64url')
    names.set(text, name)
  }
  return { ...config, name }
}
