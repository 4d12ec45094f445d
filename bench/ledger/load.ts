import type { Database } from '../../packages/database/src/index.ts'
import type { IncomingOrder } from '../../packages/orders/src/index.ts'
import type { BenchConnection } from './apply.ts'

export type LoadResult = { ordersPerSecond: number; p50Ms: number; p99Ms: number; walBytesPerOrder: number }

export type Load = {
  database: Database
  connections: readonly BenchConnection[]
  orderOf(): IncomingOrder
  /** Applies one batch, whichever way is measured. */
  apply(connection: BenchConnection, batch: readonly IncomingOrder[]): Promise<void>
  seconds: number
  writers: number
}

const ORDERS_PER_BATCH = 200
/** A writer takes whatever waits, at most so many; no timer. */
const ORDERS_PER_BATCH_AT_RATE = 500

/** As much as the writers can do, each with connections of its own. Latency is that of the batch an order is in. */
export async function fullLoad(load: Load): Promise<LoadResult> {
  const { database, seconds, writers } = load
  const latencies: number[] = []
  let orders = 0
  const wal = await walBytes(database)
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1_000
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      const own = load.connections.filter((_each, nth) => nth % writers === writer)
      for (let turn = 0; performance.now() < endsAt; turn += 1) {
        const connection = own[turn % own.length]
        if (connection === undefined) throw new Error('there are fewer connections than writers')
        const batch = Array.from({ length: ORDERS_PER_BATCH }, () => load.orderOf())
        const at = performance.now()
        await load.apply(connection, batch)
        const ms = performance.now() - at
        orders += batch.length
        for (const _each of batch) latencies.push(ms)
      }
    }),
  )
  const tookSeconds = (performance.now() - startedAt) / 1_000
  return {
    ordersPerSecond: Math.round(orders / tookSeconds),
    ...percentiles(latencies),
    walBytesPerOrder: Math.round(((await walBytes(database)) - wal) / orders),
  }
}

/** Orders that arrive by chance at a given rate; latency from arrival, the wait in the queue included. */
export async function loadAtRate(
  load: Load & { ordersPerSecond: number; random(): number },
): Promise<{ p50Ms: number; p99Ms: number; ordersPerSecond: number }> {
  const { seconds, writers, random } = load
  const queues = load.connections.map(() => [] as { order: IncomingOrder; at: number }[])
  const latencies: number[] = []
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1_000
  let nextAt = startedAt
  const arrive = () => {
    const now = performance.now()
    while (nextAt <= now && nextAt < endsAt) {
      const index = Math.floor(random() * queues.length)
      const connection = load.connections[index]
      if (connection !== undefined) queues[index]?.push({ order: load.orderOf(), at: nextAt })
      nextAt += (-Math.log(1 - random()) / load.ordersPerSecond) * 1_000
    }
  }
  // Orders of one connection are applied one batch after the other; a free writer takes the longest queue that nobody has.
  const taken = new Set<number>()
  const longestFree = () =>
    queues.reduce<number | undefined>((best, queue, index) => {
      if (queue.length === 0 || taken.has(index)) return best
      return best !== undefined && (queues[best]?.length ?? 0) >= queue.length ? best : index
    }, undefined)
  await Promise.all(
    Array.from({ length: writers }, async () => {
      for (;;) {
        arrive()
        const index = longestFree()
        const connection = index === undefined ? undefined : load.connections[index]
        if (index === undefined || connection === undefined) {
          if (performance.now() >= endsAt) return
          // Until the next one arrives: a writer that only looked again and again would take a core from the server.
          await new Promise((resolve) => setTimeout(resolve, Math.max(0, nextAt - performance.now())))
          continue
        }
        taken.add(index)
        const waiting = queues[index]?.splice(0, ORDERS_PER_BATCH_AT_RATE) ?? []
        await load.apply(
          connection,
          waiting.map(({ order }) => order),
        )
        taken.delete(index)
        const now = performance.now()
        for (const { at } of waiting) latencies.push(now - at)
      }
    }),
  )
  return {
    ...percentiles(latencies),
    ordersPerSecond: Math.round(latencies.length / ((performance.now() - startedAt) / 1_000)),
  }
}

/** The middle and the last hundredth, in milliseconds. */
export function percentiles(values: number[]): { p50Ms: number; p99Ms: number } {
  values.sort((a, b) => a - b)
  const at = (share: number) => values[Math.min(values.length - 1, Math.ceil(values.length * share) - 1)] ?? 0
  return { p50Ms: rounded(at(0.5)), p99Ms: rounded(at(0.99)) }
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}

async function walBytes(database: Database): Promise<number> {
  const { rows } = await database.pool.query<{ bytes: string }>(
    `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text as bytes`,
  )
  return Number(rows[0]?.bytes ?? 0)
}
