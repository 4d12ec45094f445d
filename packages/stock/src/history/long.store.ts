import type { Database } from '@plimsoll/database'
import type pg from 'pg'

/** Statements over whole months outlast what the pool allows to the short ones of the hub. */
const LONG_MS = 6 * 3_600_000

type Row = Record<string, unknown>

/** One statement in a transaction of its own, however long it takes. Columns are named as in SQL. */
export async function runLong(database: Database, text: string, values: readonly unknown[]): Promise<Row[]> {
  return await withLongClient(
    database,
    'read committed',
    async (client) => (await queryLong(client, text, values)).rows,
  )
}

/** Work on one connection in one transaction without time limits. */
export async function withLongClient<T>(
  database: Database,
  isolation: 'read committed' | 'repeatable read',
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await database.pool.connect()
  let isBroken = true
  try {
    await client.query(
      `begin isolation level ${isolation};
       set local statement_timeout = 0;
       set local idle_in_transaction_session_timeout = 0;
       set local cursor_tuple_fraction = 1`,
    )
    const result = await work(client)
    await client.query('commit')
    isBroken = false
    return result
  } catch (error) {
    isBroken = await client.query('rollback').then(
      () => false,
      () => true, // the connection is gone, and the transaction with it
    )
    throw error
  } finally {
    client.release(isBroken)
  }
}

async function queryLong(client: pg.PoolClient, text: string, values: readonly unknown[]) {
  return await client.query<Row>({ text, values: [...values], query_timeout: LONG_MS } as pg.QueryConfig)
}

const FETCHED_AT_ONCE = 5_000
let cursors = 0

/**
 * The rows of a statement as arrays of their columns, read through a cursor: memory does not grow with them. The
 * caller is in a transaction; several may be read in turn.
 */
export async function* readByCursor<T extends readonly unknown[]>(
  client: pg.PoolClient,
  text: string,
  values: readonly unknown[] = [],
): AsyncGenerator<T> {
  for await (const batch of readBatches<T>(client, text, values)) yield* batch
}

/** The same, some thousand rows at once: a promise for each of millions of rows would take longer than reading them. */
export async function* readBatches<T extends readonly unknown[]>(
  client: pg.PoolClient,
  text: string,
  values: readonly unknown[] = [],
): AsyncGenerator<T[]> {
  cursors += 1
  const name = `reading_${cursors}`
  await queryLong(client, `declare ${name} no scroll cursor for ${text}`, values)
  const fetch = {
    text: `fetch ${FETCHED_AT_ONCE} from ${name}`,
    rowMode: 'array' as const,
    query_timeout: LONG_MS,
  }
  let ahead = client.query<never>(fetch)
  for (;;) {
    const { rows } = await ahead
    if (rows.length === 0) break
    // The server reads on while these are looked at.
    ahead = client.query<never>(fetch)
    ahead.catch(() => undefined) // heard when it is awaited
    yield rows as unknown as T[]
  }
  await client.query(`close ${name}`)
}
