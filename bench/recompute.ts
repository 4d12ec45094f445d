import { rm } from 'node:fs/promises'
import { processContext } from '../apps/hub/src/process-context.ts'
import {
  type Database,
  inTransaction,
  migrate,
  openDatabase,
  refreshStatistics,
} from '../packages/database/src/index.ts'
import {
  DEFAULT_PACE,
  insertChangedItems,
  recomputeAll,
  type SyncContext,
  updateAvailability,
} from '../packages/sync/src/index.ts'
import { makeDataFolder } from './data-folder.ts'
import type { Bench } from './main.ts'
import { seedRecomputeBrand } from './recompute/brand.ts'

const CHANGED_ITEMS = 500
const MIB = 1024 * 1024

/**
 * How long it takes to work out what every listing should show: when all of them change (a buffer on everything, with what
 * follows queued for the lanes), when nothing does, and for 500 items that changed. The connections are live, so that a
 * change is queued as well as written.
 */
export const bench: Bench = async ({ quick, say }) => {
  const size = quick
    ? { items: 500, connections: 20, locations: 5 }
    : { items: 50_000, connections: 20, locations: 5 }
  const folder = await makeDataFolder()
  const database = await openDatabase({ dataFolder: folder, keep: 'stop-with-process', poolMax: 4 })
  const owner = await openDatabase({ databaseUrl: database.url, keep: 'running', runtimeRole: false })
  try {
    await migrate(database)
    say(`seeding ${size.items} items on ${size.connections} connections`)
    const { organizationId, itemIds } = await seedRecomputeBrand(database, size)
    await owner.pool.query('vacuum analyze')
    const context = toContext(database, organizationId)
    const timed = async (what: string, work: () => Promise<unknown>): Promise<number> => {
      await owner.pool.query('checkpoint')
      globalThis.gc?.()
      const started = performance.now()
      const result = await work()
      const ms = performance.now() - started
      say(`${what}: ${Math.round(ms)} ms ${JSON.stringify(result ?? null)}`)
      return ms
    }
    let rssMiB = 0
    const watch = setInterval(() => {
      rssMiB = Math.max(rssMiB, process.memoryUsage.rss() / MIB)
    }, 20)
    await timed('first', () => recomputeAll(context))
    await refreshStatistics(database.kysely)
    await owner.pool.query('vacuum analyze level, lane_entry')
    // As a restored backup is: the policy is there, and nothing shows it.
    await owner.pool.query(
      `insert into policy (organization_id, scope, scope_id, buffer_units, updated_at) values ($1, 'organization', $1, 3, now())`,
      [organizationId],
    )
    const fullMs = await timed('full', () => recomputeAll(context))
    await owner.pool.query('vacuum analyze level, lane_entry')
    const unchangedMs = await timed('unchanged', () => recomputeAll(context))
    const incremental: number[] = []
    for (let round = 0; round < (quick ? 1 : 10); round += 1) {
      const changed = itemIds.slice(round * CHANGED_ITEMS, (round + 1) * CHANGED_ITEMS)
      await inTransaction(database, (tx) =>
        insertChangedItems(tx, organizationId, changed, { at: new Date(), uuid: context.uuid }),
      )
      incremental.push(await timed('incremental', () => updateAvailability(context)))
    }
    clearInterval(watch)
    return {
      listings: size.items * size.connections,
      connections: size.connections,
      fullSeconds: round2(fullMs / 1_000),
      unchangedSeconds: round2(unchangedMs / 1_000),
      incrementalMs: round2(incremental.sort((a, b) => a - b)[Math.floor(incremental.length / 2)] ?? 0),
      rssMiB: Math.round(rssMiB),
    }
  } finally {
    await owner.close()
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function toContext(database: Database, organizationId: string): SyncContext {
  return {
    ...processContext,
    database,
    organizationId,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    connectors: new Map(),
    masterKey: { name: 'none', bytes: Buffer.alloc(32) },
    publicUrl: undefined,
    pace: DEFAULT_PACE,
  }
}

function round2(value: number): number {
  return Math.round(value * 100) / 100
}
