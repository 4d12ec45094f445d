import { rm } from 'node:fs/promises'
import { processContext } from '../apps/hub/src/process-context.ts'
import {
  type Database,
  inTransaction,
  migrate,
  openDatabase,
  refreshStatistics,
} from '../packages/database/src/index.ts'
import { insertMovements, UNALLOCATED_LOT } from '../packages/stock/src/index.ts'
import {
  DEFAULT_PACE,
  insertChangedItems,
  recomputeAll,
  type SyncContext,
  updateAvailability,
} from '../packages/sync/src/index.ts'
import { makeDataFolder } from './data-folder.ts'
import type { Bench } from './main.ts'
import { showAll } from './recompute/brand.ts'
import { seedInProcess } from './recompute/seed-process.ts'

const CHANGED_ITEMS = 500
const MIB = 1024 * 1024

/**
 * How long it takes to work out what every listing should show: when all of them change (a buffer on everything, with what
 * follows queued for the lanes), when nothing does, and for 500 items whose stock changed, each of which changes what all
 * of its listings show. The connections are live, so that a change is queued as well as written; in between every platform
 * comes to show what it should.
 */
export const bench: Bench = async ({ quick, say }) => {
  const size = quick
    ? { items: 2_000, connections: 20, locations: 5 }
    : { items: 100_000, connections: 20, locations: 5 }
  const folder = await makeDataFolder()
  const database = await openDatabase({ dataFolder: folder, keep: 'stop-with-process', poolMax: 4 })
  const owner = await openDatabase({ databaseUrl: database.url, keep: 'running', runtimeRole: false })
  try {
    await migrate(database)
    say(`seeding ${size.items} items, each on every other of ${size.connections} connections`)
    const organizationId = await seedInProcess({ url: database.url, size })
    await owner.pool.query('vacuum analyze')
    const context = toContext(database, organizationId)
    const timed = async (what: string, work: () => Promise<unknown>): Promise<number> => {
      await owner.pool.query('checkpoint')
      const started = performance.now()
      const result = await work()
      const ms = performance.now() - started
      say(`${what}: ${Math.round(ms)} ms ${JSON.stringify(result ?? null)}`)
      return ms
    }
    const settle = async () => {
      await showAll(owner, organizationId)
      await owner.pool.query('vacuum analyze level, lane_entry')
    }
    let rssMiB = 0
    const watch = setInterval(() => {
      rssMiB = Math.max(rssMiB, process.memoryUsage.rss() / MIB)
    }, 20)
    await timed('first', () => recomputeAll(context))
    await refreshStatistics(database.kysely)
    await settle()
    // As a restored backup is: the policy is there, and nothing shows it.
    await owner.pool.query(
      `insert into policy (organization_id, scope, scope_id, buffer_units, updated_at) values ($1, 'organization', $1, 3, now())`,
      [organizationId],
    )
    const fullMs = await timed('full', () => recomputeAll(context))
    await settle()
    const unchangedMs = await timed('unchanged', () => recomputeAll(context))
    const incremental: number[] = []
    for (let round = 0; round < (quick ? 2 : 10); round += 1) {
      await changeStockOf(database, context, round * CHANGED_ITEMS)
      incremental.push(await timed('incremental', () => updateAvailability(context)))
    }
    clearInterval(watch)
    return {
      listings: (size.items * size.connections) / 2,
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

/** A unit more of each of the next items at one location, noted as a storm of changes is. */
async function changeStockOf(database: Database, context: SyncContext, from: number): Promise<void> {
  const { organizationId, uuid } = context
  const at = new Date()
  const { rows } = await database.pool.query<{ itemId: string; locationId: string }>(
    `select item_id as "itemId", location_id as "locationId"
     from (select item_id from item where organization_id = $1 order by item_id offset $2 limit $3) as next
     cross join location
     where location.organization_id = $1 and location.code = 'L2'
     order by item_id`,
    [organizationId, from, CHANGED_ITEMS],
  )
  await inTransaction(database, async (tx) => {
    await insertMovements(
      tx,
      { organizationId, uuid, now: () => at },
      rows.map((row, nth) => ({
        ...row,
        lotId: UNALLOCATED_LOT,
        kind: 'adjust',
        onHandDelta: 1,
        reservedDelta: 0,
        heldDelta: 0,
        incomingDelta: 0,
        commandKey: `bench:${from + nth}`,
        referenceKind: null,
        referenceId: null,
        reason: 'counted',
        actor: 'bench',
        effectiveAt: at,
      })),
    )
    const itemIds = rows.map(({ itemId }) => itemId)
    await insertChangedItems(tx, organizationId, itemIds, { at, uuid })
  })
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
