import { rm } from 'node:fs/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { processContext } from '../apps/hub/src/process-context.ts'
import { getItem } from '../apps/hub/src/views/item.ts'
import { seededRandom } from '../packages/connector-kit/src/simulator/index.ts'
import {
  type Database,
  inTransaction,
  migrate,
  openDatabase,
  type Tx,
} from '../packages/database/src/index.ts'
import {
  type AsOfMode,
  findItemAsOf,
  findItemsBySku,
  findMovementEntries,
  verifyStock,
} from '../packages/stock/src/index.ts'
import type { SyncContext } from '../packages/sync/src/index.ts'
import { makeDataFolder } from './data-folder.ts'
import { type HistoryBrand, seedHistory } from './history/seed.ts'
import type { Bench } from './main.ts'

/**
 * What looking back costs as the ledger grows: stock as of a moment, the hub's explain of an item, a page of an item's
 * movements with their running figures, proving the ledger; all of items with one in a hundred of all movements.
 * Medians in milliseconds; beside them the worst of all, and how much the heap of this process grew.
 */
export const bench: Bench = async ({ quick, say }) => {
  const sizes: Record<string, unknown>[] = []
  for (const movements of quick ? [10_000, 100_000] : [100_000, 1_000_000, 10_000_000]) {
    say(`${movements} movements`)
    sizes.push(await measureSize(movements, say))
    say(JSON.stringify(sizes.at(-1)))
  }
  return { sizes }
}

const ASKED = 100

async function measureSize(movements: number, say: (line: string) => void): Promise<Record<string, unknown>> {
  const folder = await makeDataFolder()
  const database = await openDatabase({ dataFolder: folder, keep: 'stop-with-process', poolMax: 4 })
  const owner = await openDatabase({
    databaseUrl: database.url,
    keep: 'running',
    runtimeRole: false,
    poolMax: 1,
  })
  try {
    await migrate(database)
    await owner.pool.query('set statement_timeout = 0')
    const startedAt = processContext.clock.monotonic()
    const brand = await seedHistory(owner, { movements, say })
    say(`seeded in ${Math.round((processContext.clock.monotonic() - startedAt) / 1_000)} s`)
    return await measure(database, owner, brand)
  } finally {
    await owner.close()
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function measure(
  database: Database,
  owner: Database,
  brand: HistoryBrand,
): Promise<Record<string, unknown>> {
  const { kysely } = database
  const { organizationId } = brand
  const random = seededRandom(1)
  const items = await findItemsBySku(kysely, organizationId, brand.hotSkus)
  const itemOf = () => items[Math.floor(random() * items.length)]?.itemId ?? ''
  const momentOf = () => new Date(brand.now.getTime() - random() * 23 * 30 * 86_400_000)
  // The views that are measured use nothing else of it.
  const context = {
    ...processContext,
    database,
    organizationId,
    connectors: new Map(),
  } as unknown as SyncContext
  const heapBefore = heapBytes()
  const asOf = await timesOf(async () => {
    const by: AsOfMode = random() < 0.5 ? 'recorded' : 'effective'
    const question = { at: momentOf(), by }
    const found = await atOneMoment(database, (tx) => findItemAsOf(tx, organizationId, itemOf(), question))
    if (found.kind === 'refused') throw new Error(found.message)
  })
  const explain = await timesOf(async () => {
    await getItem({ context }, brand.hotSkus[Math.floor(random() * brand.hotSkus.length)] ?? '')
  })
  const page = await timesOf(async () => {
    const question = { to: momentOf(), limit: 50 }
    await atOneMoment(database, (tx) => findMovementEntries(tx, organizationId, itemOf(), question))
  })
  const heapAfterReading = heapBytes()
  const startedAt = processContext.clock.monotonic()
  let problems = 0
  const counts = await verifyStock(database, () => {
    problems += 1
  })
  const verifySeconds = (processContext.clock.monotonic() - startedAt) / 1_000
  const { rows } = await owner.pool.query<{ bytes: number }>(
    `select sum(pg_total_relation_size(inhrelid))::bigint as bytes from pg_inherits where inhparent = 'movement'::regclass`,
  )
  return {
    movements: counts.movements,
    movementsOfItem: Math.round(brand.movements / 5 / brand.hotSkus.length),
    asOfMs: asOf.median,
    explainMs: explain.median,
    pageMs: page.median,
    worst: { asOfMs: asOf.worst, explainMs: explain.worst, pageMs: page.worst },
    verifySeconds: Math.round(verifySeconds * 10) / 10,
    bytesPerMovement: Math.round((rows[0]?.bytes ?? 0) / counts.movements),
    heapGrowthBytes: { reading: heapAfterReading - heapBefore, verifying: heapBytes() - heapAfterReading },
    verified: problems === 0,
  }
}

/** As the hub reads it. */
async function atOneMoment<T>(database: Database, read: (tx: Tx) => Promise<T>): Promise<T> {
  return await inTransaction(database, read, { isolationLevel: 'repeatable read' })
}

async function timesOf(work: () => Promise<void>): Promise<{ median: number; worst: number }> {
  for (let warm = 0; warm < 10; warm += 1) await work()
  const times: number[] = []
  for (let nth = 0; nth < ASKED; nth += 1) {
    const startedAt = processContext.clock.monotonic()
    await work()
    times.push(processContext.clock.monotonic() - startedAt)
  }
  times.sort((a, b) => a - b)
  const round = (ms: number | undefined) => Math.round((ms ?? 0) * 100) / 100
  return { median: round(times[Math.floor(ASKED / 2)]), worst: round(times.at(-1)) }
}

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Of what is still needed: garbage that nobody has collected yet says nothing. */
function heapBytes(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}
