import type pg from 'pg'
import type { Database } from '../open-database.ts'

/** Cuts connections between two statements, as the end of their process would. */
export type Scissors = {
  /**
   * Cuts after so many further statements (over all connections), then after the next figure, and so on.
   * @param onCommit a cut that falls on a commit: before it, or after it, so that only its answer is lost
   */
  plan(statementsUntilCut: readonly number[], onCommit?: 'before' | 'after'): void
  /** No further cuts. */
  stop(): void
  /** Cuts made since the last plan. */
  readonly cuts: number
}

type Query = (config: unknown, values?: unknown) => Promise<unknown>

/**
 * Everything asked for before the cut is carried out by the server, nothing after it: neither the rest of the
 * transaction nor its commit.
 */
export function cutConnections(database: Pick<Database, 'pool'>): Scissors {
  let plan: number[] = []
  let cuts = 0
  let commitsFirst = false
  const isDue = () => {
    const [left] = plan
    if (left === undefined) return false
    if (left > 0) {
      plan[0] = left - 1
      return false
    }
    plan.shift()
    cuts += 1
    return true
  }
  const patched = new WeakSet<pg.PoolClient>()
  database.pool.on('acquire', (client: pg.PoolClient) => {
    if (patched.has(client)) return
    patched.add(client)
    const query = client.query.bind(client) as unknown as Query
    const underWay = new Set<Promise<unknown>>()
    const send: Query = (config, values) => {
      const answer = query(config, values)
      underWay.add(answer)
      answer.then(
        () => underWay.delete(answer),
        () => underWay.delete(answer),
      )
      return answer
    }
    const cutting: Query = async (config, values) => {
      if (!isDue()) return await send(config, values)
      if (config === 'commit' && commitsFirst) await send(config, values)
      await Promise.allSettled(underWay)
      client.connection.stream.destroy()
      throw new Error('Connection terminated: this test has cut it')
    }
    Object.assign(client, { query: cutting })
  })
  return {
    plan: (statementsUntilCut, onCommit = 'before') => {
      plan = [...statementsUntilCut]
      commitsFirst = onCommit === 'after'
      cuts = 0
    },
    stop: () => {
      plan = []
    },
    get cuts() {
      return cuts
    },
  }
}
