import { rm } from 'node:fs/promises'
import {
  type BudgetSpec,
  CALL_CLASSES,
  type CallClass,
  type ChannelOperations,
  type Clock,
  type Connector,
} from '../packages/connector-kit/src/index.ts'
import { type Database, migrate, openDatabase } from '../packages/database/src/index.ts'
import { guardOperations } from '../packages/sync/src/lanes/guarded-operations.ts'
import { stepConnection } from '../packages/sync/src/testing/steps.ts'
import { createWorld } from '../packages/sync/src/testing/world.ts'
import { convergeOnPlatforms } from './converge/platforms.ts'
import { makeDataFolder } from './data-folder.ts'
import type { Bench } from './main.ts'

const BATCH = 5
const CAPACITY = 4
const PER_SECOND = 20
const limit: BudgetSpec = {
  kind: 'token-bucket',
  name: 'calls',
  capacity: CAPACITY,
  refillPerSecond: PER_SECOND,
}

/**
 * Changed listings (half of them lower, half higher) on a platform of absolute quantities that takes five in a call and
 * twenty calls a second: the time until all are shown, against what the limits alone require, which also the reads of
 * orders that fences need are paid from. The production worker on a real PostgreSQL; the platform and the clock are
 * simulated, so that only limits take time. `--platforms`: on each simulated platform, under its own limits.
 */
export const bench: Bench = async ({ quick, platforms, only, listings: asked, say }) => {
  if (platforms) {
    const listings = asked ?? (quick ? 200 : 10_000)
    return { listings, platforms: await convergeOnPlatforms({ listings, only, say }) }
  }
  const sizes = quick ? [100, 1_000] : [100, 1_000, 10_000, 100_000]
  const folder = await makeDataFolder()
  const database = await openDatabase({ dataFolder: folder, keep: 'stop-with-process', poolMax: 4 })
  try {
    await migrate(database)
    const ratio: Record<string, number> = {}
    const calls: Record<string, number> = {}
    for (const size of sizes) {
      const run = await converge(database, size)
      ratio[String(size)] = run.seconds / run.leastSeconds
      calls[String(size)] = run.calls
      say(
        `${size}: ${run.seconds.toFixed(2)} s, the limits alone ${run.leastSeconds.toFixed(2)} s, ${run.calls} calls`,
      )
    }
    return { ratio, calls, batch: BATCH, callsPerSecond: PER_SECOND }
  } finally {
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function converge(database: Database, size: number) {
  const clock = limitClock()
  const world = await createWorld(database, clock, {
    reconcileMs: 10_000,
    deepReadMs: 60_000,
    leaseMs: 86_400_000,
  })
  const names = Array.from({ length: size }, (_, nth) => `L-${String(nth).padStart(6, '0')}`)
  const { platform, connectionId } = await world.open(
    'shop',
    Object.fromEntries(names.map((name) => [name, 10])),
    { writeStyle: 'absolute', batchMax: BATCH, ordersPollMs: 15_000 },
  )
  const plain = world.connectorOf(connectionId)
  Object.assign(plain, limited({ ...plain }))
  const stepped = await stepConnection(world, connectionId)
  // The first look at everything, and what it leaves to spend.
  for (let turn = 0; turn < 5; turn += 1) await stepped.turn()
  await change(database, world.context.organizationId, connectionId, clock)
  clock.pass(60_000)
  platform.calls.length = 0
  const from = clock.now()
  // Half go to 5, half to 15; nothing else holds the queue.
  while ((await countWaiting(database, world.context.organizationId, connectionId)) > 0) await stepped.turn()
  const last = platform.writes.at(-1)?.at ?? from
  const wrong = names.filter((name, nth) => platform.quantityOf(name) !== (nth % 2 === 0 ? 5 : 15))
  if (wrong.length > 0) throw new Error(`${wrong.length} of ${size} listings do not show what they should`)
  const leastCalls = Math.ceil(size / BATCH)
  return {
    seconds: (last - from) / 1_000,
    leastSeconds: (leastCalls - CAPACITY) / PER_SECOND,
    calls: platform.calls.length,
  }
}

/** The connector, each call of which is paid from its budget as an HTTP call is. */
function limited(connector: Connector): Connector {
  const classOf: Partial<Record<keyof ChannelOperations, CallClass>> = {
    setLevels: 'increase',
    orders: 'order',
  }
  return {
    ...connector,
    manifest: { ...connector.manifest, budgets: [limit] },
    open: (context) =>
      guardOperations(connector.open(context), async (operation, call) => {
        const permit = await context.http.budgets.acquire({
          cost: 1,
          ...CALL_CLASSES[classOf[operation] ?? 'reconcile'],
        })
        try {
          return await call()
        } finally {
          permit.settle()
        }
      }),
  }
}

/** What every listing should show becomes another number, as when a warehouse was counted. */
async function change(
  database: Database,
  organizationId: string,
  connectionId: string,
  clock: Clock,
): Promise<void> {
  const at = new Date(clock.now())
  await database.pool.query(
    `with numbered as (
       select level_id, case when row_number() over (order by stock_unit_id) % 2 = 1 then 5 else 15 end as wanted
       from level where organization_id = $1 and connection_id = $2
     ), changed as (
       update level set desired = wanted, desired_version = desired_version + 1, desired_at = $3, raised_at = $3,
         acknowledged = 10, acknowledged_at = $3, writable = true
       from numbered where level.organization_id = $1 and level.level_id = numbered.level_id
       returning level.level_id, level.desired, level.desired_version
     )
     insert into lane_entry
       (organization_id, connection_id, level_id, priority, desired_version, caused_at, not_before, attempts)
     select $1, $2, level_id, case when desired = 5 then 0 else 1 end, desired_version, $3, null, 0
     from changed
     on conflict (organization_id, connection_id, level_id) do update set
       priority = excluded.priority, desired_version = excluded.desired_version, caused_at = excluded.caused_at,
       not_before = null`,
    [organizationId, connectionId, at],
  )
}

async function countWaiting(
  database: Database,
  organizationId: string,
  connectionId: string,
): Promise<number> {
  const { rows } = await database.pool.query<{ waiting: string }>(
    'select count(*) as waiting from lane_entry where organization_id = $1 and connection_id = $2',
    [organizationId, connectionId],
  )
  return Number(rows[0]?.waiting ?? 0)
}

/**
 * A clock on which only waiting for a budget takes time. The lane does one thing after the other: whoever sleeps for it is
 * all that goes on, so the sleep is over at once and its time has passed. Time-outs of calls never come.
 */
function limitClock(): Clock & { pass(ms: number): void } {
  const timeOutMs = 15_000
  const startMs = Date.UTC(2026, 0, 1)
  let elapsedMs = 0
  return {
    now: () => startMs + Math.round(elapsedMs),
    monotonic: () => elapsedMs,
    pass(ms) {
      elapsedMs += ms
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const abort = () => reject(signal?.reason)
        if (signal?.aborted === true) return abort()
        signal?.addEventListener('abort', abort, { once: true })
        if (ms >= timeOutMs) return
        const at = elapsedMs + Math.max(0, ms)
        setImmediate(() => {
          if (signal?.aborted === true) return
          signal?.removeEventListener('abort', abort)
          elapsedMs = Math.max(elapsedMs, at)
          resolve()
        })
      }),
  }
}
