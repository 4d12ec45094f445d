import { rm } from 'node:fs/promises'
import { seededRandom } from '../packages/connector-kit/src/simulator/index.ts'
import { migrate, openDatabase, refreshStatistics } from '../packages/database/src/index.ts'
import type { IncomingOrder } from '../packages/orders/src/index.ts'
import { verifyStock } from '../packages/stock/src/index.ts'
import { makeDataFolder } from './data-folder.ts'
import { applyBatch, type BenchConnection } from './ledger/apply.ts'
import { seedLedgerBrand } from './ledger/brand.ts'
import { openInbound } from './ledger/inbound.ts'
import { fullLoad, type LoadResult, loadAtRate } from './ledger/load.ts'
import { createOrderSource, type Demand } from './ledger/orders.ts'
import { ordersByProcesses } from './ledger/processes.ts'
import { bareInsert, runPgbench } from './ledger/yardsticks.ts'
import type { Bench } from './main.ts'

/**
 * How fast the ledger applies orders of two lines (order, lines, reservations, movements, balances), beside `pgbench -N`
 * with 16 clients and beside merely storing the same rows, all on one server in one run, with fsync and
 * synchronous_commit on. Ratios are what compares between machines.
 */
export const bench: Bench = async ({ quick, say }) => {
  const size = quick ? { items: 2_000, locations: 5 } : { items: 100_000, locations: 5 }
  const seconds = quick ? 2 : 15
  const folder = await makeDataFolder()
  const database = await openDatabase({ dataFolder: folder, keep: 'stop-with-process', poolMax: 8 })
  // The hub's own role may neither make tables nor analyze them.
  const owner = await openDatabase({ databaseUrl: database.url, keep: 'running', runtimeRole: false })
  try {
    await migrate(database)
    say(`seeding ${size.items} items at ${size.locations} locations`)
    const brand = await seedLedgerBrand(database, size)
    await owner.pool.query('vacuum analyze')
    const connections = brand.locationIds.map((defaultLocationId) => ({
      connectionId: brand.context.uuid(),
      defaultLocationId,
    }))
    const random = seededRandom(1)
    const loadOf = (demand: Demand, writers: number) => ({
      database,
      connections,
      orderOf: createOrderSource(brand, demand, random),
      apply: (connection: BenchConnection, batch: readonly IncomingOrder[]) =>
        applyBatch(database, brand.context, connection, batch),
      seconds,
      writers,
    })
    // Plans made while the tables of orders were empty are poison: the hub refreshes its statistics as they fill.
    await fullLoad({ ...loadOf('uniform', 2), seconds: 1 })
    await refreshStatistics(database.kysely)
    // Each way begins with what the one before has written on disk: else it pays for that.
    const settle = () => owner.pool.query('checkpoint')
    await settle()
    const pgbench = await runPgbench(database.url, seconds)
    say(`pgbench: ${JSON.stringify(pgbench)}`)
    await settle()
    const bare = await bareInsert(owner, { seconds, writers: 2 })
    say(`bare insert: ${JSON.stringify(bare)}`)
    const results: Partial<Record<Demand, LoadResult>> = {}
    for (const demand of ['uniform', 'zipf', 'hot'] as const) {
      await settle()
      results[demand] = await fullLoad(loadOf(demand, 2))
      say(`${demand}: ${JSON.stringify(results[demand])}`)
    }
    const uniform = results.uniform
    if (uniform === undefined) throw new Error('the uniform demand was measured')
    await settle()
    // As the hub works: each connection has a writer of its own.
    const half = await loadAtRate({
      ...loadOf('uniform', connections.length),
      ordersPerSecond: uniform.ordersPerSecond / 2,
      random,
    })
    const throughInbox = await openInbound(database, brand, connections)
    await owner.pool.query('vacuum analyze listing, connection')
    await fullLoad({ ...loadOf('uniform', 2), apply: throughInbox, seconds: 1 })
    await refreshStatistics(database.kysely)
    await settle()
    const inbound = await fullLoad({ ...loadOf('uniform', 2), apply: throughInbox })
    say(`inbound: ${JSON.stringify(inbound)}`)
    const byProcesses: Record<string, number> = {}
    for (const processes of [1, 2, 4]) {
      await settle()
      byProcesses[processes] = await ordersByProcesses(database.url, brand, { processes, seconds })
      say(`${processes} processes: ${byProcesses[processes]}`)
    }
    say('verifying')
    const problems: unknown[] = []
    await verifyStock(database, (problem) => problems.push(problem))
    const ratioTo = (base: number | undefined, value: number) =>
      base === undefined ? null : Math.round((value / base) * 100) / 100
    return {
      ...size,
      ...results,
      pgbench: pgbench ?? null,
      bareInsert: bare,
      inbound,
      byProcesses,
      ratio: {
        ...Object.fromEntries(
          Object.entries(results).map(([demand, { ordersPerSecond }]) => [
            demand,
            ratioTo(pgbench?.tps, ordersPerSecond),
          ]),
        ),
        bareInsert: ratioTo(bare.ordersPerSecond, uniform.ordersPerSecond),
        inbound: ratioTo(pgbench?.tps, inbound.ordersPerSecond),
      },
      latencyAtHalfLoad: half,
      deadlocks: database.counters.deadlocks,
      verified: problems.length === 0,
    }
  } finally {
    await owner.close()
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
}
