import { rm } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { processContext } from '../apps/hub/src/process-context.ts'
import { type Database, migrate, openDatabase } from '../packages/database/src/index.ts'
import {
  applyBulkEdit,
  DEFAULT_PACE,
  findBulkLevels,
  getBulkEdit,
  proposeBulkEdit,
  type SyncContext,
  stepBulkEdits,
} from '../packages/sync/src/index.ts'
import { makeDataFolder } from './data-folder.ts'
import { seedLargeBrand } from './hub/large-brand.ts'
import type { Bench } from './main.ts'

/**
 * One change of policy for 100,000 items, each shown by two connections: asked for, looked at whole, applied. Measured is
 * the processor's time in this process, which a busy machine does not stretch, and the longest that one piece holds it: so
 * long whatever else the hub does may have to wait. The database's own work is in the wall clock alone.
 */
export const bench: Bench = async ({ quick, say }) => {
  const items = quick ? 3_000 : 100_000
  const folder = await makeDataFolder()
  const database = await openDatabase({
    dataFolder: folder,
    keep: 'stop-with-process',
    fsync: false,
    runtimeRole: false,
    poolMax: 4,
  })
  try {
    await migrate(database)
    const { organizationId } = await seedLargeBrand(database, { items, say })
    const context = toContext(database, organizationId)
    const ofItems = await edit(context, { of: 'items', set: { bufferUnits: 2 } }, say)
    // One listing of each item: what a person asks for who changes one shop.
    const { name } = await database.kysely
      .selectFrom('connection')
      .innerJoin('listing', 'listing.connectionId', 'connection.connectionId')
      .select('name')
      .where('connection.organizationId', '=', organizationId)
      .groupBy('name')
      .orderBy((eb) => eb.fn.countAll(), 'desc')
      .executeTakeFirstOrThrow()
    const request = { of: 'listings', connection: name, set: { cap: 5 } } as const
    const ofListings = await edit(context, request, say)
    const residentMiB = Math.round(process.memoryUsage.rss() / 1024 ** 2)
    return { items, ...ofItems, ofListings, residentMiB }
  } finally {
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Asked for, looked at whole, its first and its last page read, applied. */
async function edit(
  context: SyncContext,
  request: Omit<Parameters<typeof proposeBulkEdit>[1], 'actor'>,
  say: (text: string) => void,
) {
  let bulkId = ''
  const asked = await measure(async () => {
    bulkId = (await proposeBulkEdit(context, { ...request, actor: 'bench' })).bulkId
    return false
  })
  say(`${request.of} asked: ${JSON.stringify(asked)}`)
  const previewed = await measure(() => stepBulkEdits(context))
  say(`${request.of} previewed: ${JSON.stringify(previewed)}`)
  const { state, levels, scopes } = await getBulkEdit(context, bulkId)
  if (state !== 'previewed') throw new Error(`it is ${state}`)
  const page = await measure(async () => {
    await findBulkLevels(context.database.kysely, context.organizationId, bulkId, {
      after: undefined,
      limit: 100,
    })
    return false
  })
  const accepted = await measure(async () => {
    await applyBulkEdit(context, bulkId)
    return false
  })
  const applied = await measure(() => stepBulkEdits(context))
  say(`${request.of} applied: ${JSON.stringify(applied)}`)
  const after = await getBulkEdit(context, bulkId)
  if (after.state !== 'applied') throw new Error(`it is ${after.state}: ${after.problem}`)
  return { scopes, levels, asked, previewed, page, accepted, applied }
}

type Measured = {
  pieces: number
  ms: number
  cpuMs: number
  /** Of one piece. */
  pieceCpuMs: { p50: number; max: number }
  /** The longest that nothing else could run; the machine's other work is in it. */
  heldMsMax: number
}

/** Calls `piece` until it says that there is no more. */
async function measure(piece: () => Promise<boolean>): Promise<Measured> {
  const held = monitorEventLoopDelay({ resolution: 5 })
  held.enable()
  const startedAt = performance.now()
  const took: number[] = []
  for (let isMore = true; isMore; ) {
    const before = process.cpuUsage()
    isMore = await piece()
    const { user, system } = process.cpuUsage(before)
    took.push((user + system) / 1_000)
  }
  held.disable()
  const sorted = took.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
  return {
    pieces: took.length,
    ms: Math.round(performance.now() - startedAt),
    cpuMs: Math.round(took.reduce((sum, ms) => sum + ms, 0)),
    pieceCpuMs: { p50: at(0.5), max: at(1) },
    heldMsMax: Math.round(held.max / 1e6),
  }
}

function toContext(database: Database, organizationId: string): SyncContext {
  return {
    database,
    organizationId,
    ...processContext,
    log: { debug: () => undefined, info: () => undefined, warn: console.warn, error: console.error },
    connectors: new Map(),
    masterKey: { name: 'none', bytes: Buffer.alloc(32) },
    publicUrl: undefined,
    pace: DEFAULT_PACE,
  }
}
