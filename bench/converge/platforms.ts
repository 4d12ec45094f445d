import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { readConfiguration } from '../../apps/hub/src/configuration.ts'
import { connectShop, LOCATION } from '../../apps/hub/src/demo/brand.ts'
import { createShopControl } from '../../apps/hub/src/demo/control.ts'
import { openHub } from '../../apps/hub/src/hub-base.ts'
import { ensureLocation, importItems } from '../../apps/hub/src/items-import.ts'
import {
  type BudgetSpec,
  type Budgets,
  CALL_CLASSES,
  type Connector,
  createBudgets,
} from '../../packages/connector-kit/src/index.ts'
import { loadConnectors, loadSimulator } from '../../packages/connectors/index.ts'
import { ConnectionRegistry } from '../../packages/sync/src/index.ts'
import { acquireLeases } from '../../packages/sync/src/worker/leases.store.ts'
import { ConnectionWorker } from '../../packages/sync/src/worker/worker.ts'
import { makeDataFolder } from '../data-folder.ts'
import { eventClock } from './event-clock.ts'

const OPENING = 10
const LEASE_MS = 365 * 86_400_000
/** A platform that does not get there within so long (its own clock) is told as such. */
const PATIENCE_MS = 7 * 86_400_000
const TELL_EVERY_MS = 5_000
/** As long as Amazon's scarcest budget takes to be full. */
const FIRST_LOOK_MS = 3_600_000
/** Between two looks whether all is shown, by the platform's clock: a hundredth of the time so far. */
const LOOK_EVERY_MS_MIN = 50
const LOOK_EVERY_MS_MAX = 1_000
/** Products in one call to a simulator. */
const PRODUCTS_PER_CALL = 1_000

/** It could not be measured: what went wrong. The others are. */
export type NotMeasured = { failed: string }

export type PlatformConvergence = {
  /** Of the time that the limits alone require; null where they require none. */
  ratio: number | null
  /** Until the last listing showed what it should, by the platform's clock. */
  minutes: number
  leastMinutes: number
  calls: number
  writeCalls: number
  /** Calls that the platform refused because there had been too many. */
  throttled: number
  /** Listings that do not show it; 0 unless it gave up. */
  wrong: number
}

/**
 * Changed listings (half of them lower, half higher) on each simulated platform under its real limits: hub and platform
 * share a clock that moves only when nothing is under way.
 */
export async function convergeOnPlatforms(options: {
  listings: number
  only?: readonly string[] | undefined
  say(line: string): void
}): Promise<Record<string, PlatformConvergence | NotMeasured>> {
  const found: Record<string, PlatformConvergence | NotMeasured> = {}
  const connectors = await loadConnectors()
  const unknown = options.only?.find((id) => !connectors.has(id))
  if (unknown !== undefined) throw new Error(`There is no connector ${unknown} to measure.`)
  for (const [connector, { manifest }] of connectors) {
    if (options.only?.includes(connector) === false) continue
    // What a warehouse counts is not written to.
    if (manifest.kind !== 'channel' || (await loadSimulator(connector)) === undefined) continue
    options.say(`${connector}: begins`)
    found[connector] = await converge(connector, options).catch((error: unknown) => ({
      failed: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }))
    options.say(`${connector}: ${JSON.stringify(found[connector])}`)
  }
  return found
}

async function converge(
  connectorId: string,
  { listings, say }: { listings: number; say(line: string): void },
): Promise<PlatformConvergence> {
  const clock = eventClock()
  const startMs = performance.now()
  const tell = (what: string) =>
    say(
      `${connectorId}: ${what}; ${((performance.now() - startMs) / 1_000).toFixed(1)} s of ours, ${(clock.monotonic() / 60_000).toFixed(1)} minutes of its own`,
    )
  const folder = await makeDataFolder()
  const base = await openHub(
    { ...readConfiguration({}, { logLevel: 'silent' }), dataFolder: folder, databaseUrl: undefined },
    { keep: 'stop-with-process', clock },
  )
  clock.start(base.database.pool)
  const simulator = await (await loadSimulator(connectorId))?.({ clock: clock.platform })
  try {
    if (simulator === undefined) throw new Error(`${connectorId} has no simulator`)
    const { context } = base
    const { organizationId } = context
    const skus = Array.from({ length: listings }, (_, nth) => `SKU-${String(nth).padStart(5, '0')}`)
    await ensureLocation(context, LOCATION)
    const items = skus.map((sku) => ({ sku, name: sku, location: LOCATION.code, quantity: OPENING }))
    await importItems(context, { name: 'opening', items })
    const control = createShopControl(simulator.url)
    for (let from = 0; from < skus.length; from += PRODUCTS_PER_CALL) {
      const some = skus.slice(from, from + PRODUCTS_PER_CALL)
      await control.addProducts(some.map((sku) => ({ sku, title: sku, price: 9, quantity: OPENING })))
    }
    const shop = { connector: connectorId, name: connectorId, control, ordersPollMs: undefined }
    tell('has its products')
    const { connectionId } = await connectShop(context, { ready: simulator }, shop)
    tell('is connected')
    // What connecting it has spent, nobody here knows of: afterwards the platform's limits are full.
    await clock.sleep(FIRST_LOOK_MS)
    const now = new Date(clock.now())
    const expiresAt = new Date(clock.now() + LEASE_MS)
    const [lease] = await acquireLeases(base.database.kysely, organizationId, [connectionId], randomUUID(), {
      now,
      expiresAt,
    })
    const open = await new ConnectionRegistry(context).find(connectionId)
    if (lease === undefined || open === undefined) throw new Error('the connection was just made')
    const spent = noting(createBudgets(open.connector.manifest.budgets, clock))
    const worker = new ConnectionWorker(context, open, lease, () => undefined, spent.budgets)
    worker.start()
    try {
      // The first look at everything, and what it leaves to spend.
      await clock.sleep(FIRST_LOOK_MS)
      tell('has been looked at')
      await changeDesired(base.database.pool, { organizationId, connectionId, at: new Date(clock.now()) })
      spent.calls.length = 0
      const fromMs = clock.now()
      worker.wakeLane()
      let shownMs = fromMs
      let wrong = listings
      let tellAtMs = 0
      while (wrong > 0 && clock.now() - fromMs < PATIENCE_MS) {
        await clock.sleep(
          Math.min(LOOK_EVERY_MS_MAX, Math.max(LOOK_EVERY_MS_MIN, (clock.now() - fromMs) / 100)),
        )
        shownMs = clock.now()
        const waiting = await countWaiting(base.database.pool, { organizationId, connectionId })
        if (performance.now() > tellAtMs) {
          tellAtMs = performance.now() + TELL_EVERY_MS
          tell(`${waiting} wait or are not settled, ${spent.calls.length} calls`)
        }
        if (waiting === 0) wrong = await countWrong(control, skus)
      }
      return outcomeOf(open.connector, { spent, listings, wrong, tookMs: shownMs - fromMs })
    } finally {
      await worker.stop()
    }
  } finally {
    await simulator?.close()
    clock.stop()
    await base.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function outcomeOf(
  connector: Connector,
  { spent, listings, wrong, tookMs }: { spent: Spent; listings: number; wrong: number; tookMs: number },
): PlatformConvergence {
  const writes = spent.calls.filter(({ priority }) => WRITE_PRIORITIES.has(priority))
  const leastMs = leastMsOf(connector, writes, listings)
  return {
    ratio: leastMs === 0 ? null : tookMs / leastMs,
    minutes: tookMs / 60_000,
    leastMinutes: leastMs / 60_000,
    calls: spent.calls.length,
    writeCalls: writes.length,
    throttled: spent.throttled(),
    wrong,
  }
}

const WRITE_PRIORITIES = new Set([CALL_CLASSES.decrease.priority, CALL_CLASSES.increase.priority])

type Call = { operation: string | undefined; cost: number; priority: number }

type Spent = { budgets: Budgets; calls: Call[]; throttled(): number }

/** Budgets that note what was spent. */
function noting(budgets: Budgets): Spent {
  const calls: Call[] = []
  let throttled = 0
  return {
    calls,
    throttled: () => throttled,
    budgets: {
      ...budgets,
      acquire: async (request) => {
        const permit = await budgets.acquire(request)
        const call = { operation: request.operation, cost: request.cost, priority: request.priority }
        calls.push(call)
        return {
          settle(actual) {
            if (actual === 'never-sent') calls.splice(calls.lastIndexOf(call), 1)
            permit.settle(actual)
          },
        }
      },
      throttled(...said) {
        throttled += 1
        budgets.throttled(...said)
      },
    },
  }
}

/** What the platform's limits require for the writes alone, in full batches where there is one way to write. */
function leastMsOf({ manifest }: Connector, writes: readonly Call[], listings: number): number {
  const { batchMax, tickets } = manifest.capabilities
  const fullCalls = Math.ceil(listings / batchMax)
  const share = tickets === undefined && writes.length > 0 ? Math.min(1, fullCalls / writes.length) : 1
  return Math.max(0, ...manifest.budgets.map((spec) => leastMsUnder(spec, writes, share)))
}

function leastMsUnder(spec: BudgetSpec, writes: readonly Call[], share: number): number {
  if (spec.kind === 'concurrency') return 0
  const spending = writes.filter(
    ({ operation }) =>
      spec.operations === undefined || (operation !== undefined && spec.operations.includes(operation)),
  )
  const price = (call: Call) => (spec.kind === 'cost-bucket' ? call.cost : 1)
  const points = spending.reduce((sum, call) => sum + price(call), 0) * share
  if (spec.kind === 'daily') return Math.max(0, Math.ceil(points / spec.max) - 1) * 86_400_000
  return (Math.max(0, points - spec.capacity) / spec.refillPerSecond) * 1_000
}

type Connected = { organizationId: string; connectionId: string }
type Queries = { query<Row>(text: string, values: unknown[]): Promise<{ rows: Row[] }> }

/** What every listing should show becomes another number, as when a warehouse was counted. */
async function changeDesired(pool: Queries, changed: Connected & { at: Date }): Promise<void> {
  await pool.query(
    `with numbered as (
       select level_id, case when item.sku ~ '[02468]$' then 5 else 15 end as wanted
       from level join item using (organization_id, item_id)
       where organization_id = $1 and connection_id = $2
     ), changed as (
       update level set desired = wanted, desired_version = desired_version + 1, desired_at = $3, raised_at = $3
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
    [changed.organizationId, changed.connectionId, changed.at],
  )
}

async function countWaiting(pool: Queries, connected: Connected): Promise<number> {
  const { rows } = await pool.query<{ waiting: string }>(
    `select (select count(*) from lane_entry where organization_id = $1 and connection_id = $2)
       + (select count(*) from write where organization_id = $1 and connection_id = $2 and settled_at is null) as waiting`,
    [connected.organizationId, connected.connectionId],
  )
  return Number(rows[0]?.waiting ?? 0)
}

async function countWrong(
  control: ReturnType<typeof createShopControl>,
  skus: readonly string[],
): Promise<number> {
  const { levels } = await control.state()
  const shown = new Map(levels.map(({ sku, quantity }) => [sku, quantity]))
  return skus.filter((sku) => shown.get(sku) !== (/[02468]$/.test(sku) ? 5 : 15)).length
}
