import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '@plimsoll/connector-kit'
import { seededRandom } from '@plimsoll/connector-kit/simulator'
import { z } from 'zod'
import type { Configuration } from '../configuration.ts'
import { type HubBase, openHub } from '../hub-base.ts'
import { processContext } from '../process-context.ts'
import { findCancelled, toBookEvents } from './book-events.ts'
import { connectShop, type DemoShop, LOCATION, makeBrand, stockShop } from './brand.ts'
import type { DemoChannel } from './channels.ts'
import { type Child, startChild, stopChild } from './children.ts'
import { type ClerkBook, workAsClerk } from './clerk.ts'
import { clockOption, paceAt, type TimeScale, timeScaleFor, toDemoClock } from './demo-clock.ts'
import { ALL_FAULTS, NO_FAULTS, toFaultSettings } from './fault-switches.ts'
import { findFreePort } from './free-port.ts'
import { type History, loadHistory } from './history.ts'
import { introduction } from './introduction.ts'
import { findOutOfStep, judge, type Verdict } from './judge.ts'
import { type Crash, type HubProcess, type KeptHubs, keepHubs } from './keep-hubs.ts'
import { measureChanges, percentile } from './latency.ts'
import { attributeOversells, type Oversell } from './oversells.ts'
import type { DemoShops } from './screen-controls.ts'
import { awaitSent, type SendingVerdict } from './sending.ts'
import { type PlatformVerdict, settle, toPlatforms } from './settle.ts'
import { replayShoppers } from './shoppers.ts'
import { type Tick, tick } from './tick.ts'
import { connectWarehouse, type DemoWarehouse, sendFrom } from './warehouses.ts'

export type DemoOptions = {
  configuration: Configuration
  channels: readonly DemoChannel[]
  /** Connectors of warehouses that count and send for the brand; none: its own warehouse, and somebody else sends. */
  warehouses: readonly string[]
  /** Undefined: until stopped. */
  seconds: number | undefined
  faults: boolean
  ordersPerSecond: number
  seed: number
  /** Of the hub processes. */
  logLevel: 'warn' | 'debug'
  say(line: string): void
  onLog(line: string): void
  environment: NodeJS.ProcessEnv
  /** Aborts when the person has seen enough. */
  signal: AbortSignal
  onTick?: (tick: Tick) => void
}

export type DemoResult = Verdict & {
  /** False: it ran until somebody stopped it, and nothing was waited for. */
  isJudged: boolean
  /** How much faster than life the hub and the platforms lived. */
  timeScale: number
  /** By connector. */
  platforms: Record<string, PlatformVerdict>
  /** Each order beyond what there was. */
  oversells: (Omit<Oversell, 'atNs'> & { atMs: number })[]
  /** When a hub was killed, milliseconds into the run. */
  killedAtMs: number[]
  /** Hubs that ended by themselves. */
  crashes: Crash[]
  changeToPlatformMs: { p50: number | null; p99: number | null; samples: number; unanswered: number }
  refusedUnits: number
  restarts: number
  seconds: number
  settledMs: number
  faults: Record<string, number>
} & Partial<SendingVerdict>

/** A killed hub is started again after this, as a supervisor would. */
const CLERK_MS = 350

/**
 * Runs the demo: a brand, two simulated shops, two hub processes on one database, shoppers and a clerk;
 * then judges it all from the shops' own books and the ledger.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { clock } = processContext
  const { channels } = options
  const scale = timeScaleFor(channels, clock.now())
  const folder = join(options.configuration.dataFolder, `demo-${process.pid}`)
  const history = await loadHistory()
  const random = seededRandom(options.seed)
  const children: Child[] = []
  const child = async (name: string, args: readonly string[]) => {
    const started = await startChild(name, args, options)
    children.push(started)
    return started
  }

  options.say('Starting PostgreSQL…')
  const base = await openHub(
    { ...options.configuration, dataFolder: folder, databaseUrl: undefined, logLevel: 'warn' },
    {
      keep: 'stop-with-process',
      organizationName: 'Harbour & Co.',
      clock: toDemoClock(scale),
      pace: paceAt(scale),
    },
  )
  try {
    options.say(`Starting ${channels.length} simulated shops…`)
    const shopChildren = await Promise.all(
      channels.map(({ connector, name, options: own }, index) =>
        child(name, [
          'simulate',
          connector,
          '--products',
          '0',
          '--name',
          name.split(' (')[0] ?? name,
          '--seed',
          String(options.seed + index),
          ...own.flatMap((option) => ['--option', option]),
          ...clockOption(scale),
          '--json',
        ]),
      ),
    )
    options.say(`Importing ${history.items.length} items and connecting the shops…`)
    await makeBrand(base.context, history, options.warehouses.length === 0)
    const warehouses: DemoWarehouse[] = []
    for (const [nth, connector] of options.warehouses.entries()) {
      const args = ['simulate', connector, '--products', '0', '--seed', String(options.seed + 100 + nth)]
      const started = await child(connector, [...args, ...clockOption(scale), '--json'])
      const place = { connector, history, nth, of: options.warehouses.length }
      warehouses.push(await connectWarehouse(base.context, started, place))
    }
    const shops: DemoShop[] = []
    for (const [index, { connector, name, ordersPollMs }] of channels.entries()) {
      const shopChild = shopChildren[index]
      if (shopChild === undefined) continue
      const control = await stockShop(shopChild, history)
      shops.push(await connectShop(base.context, shopChild, { connector, name, control, ordersPollMs }))
    }

    if (warehouses.length > 0) await sendFrom(base.context, shops, warehouses)

    options.say('Starting two hub processes…')
    const hubs = await startHubs({ options, base, folder, shops, scale, child })
    const kept = keepHubs(hubs, { child, clock, say: options.say })
    try {
      return await run({ options, base, history, shops, warehouses, hubs, kept, random, clock, scale })
    } finally {
      await kept.stop()
    }
  } finally {
    for (const each of children.reverse())
      await stopChild(each, { ms: 5_000, sleep: (ms, signal) => clock.sleep(ms, signal) })
    await base.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function startHubs({
  options,
  base,
  folder,
  shops,
  scale,
  child,
}: {
  options: DemoOptions
  base: HubBase
  folder: string
  shops: readonly DemoShop[]
  scale: TimeScale
  /** Starts a process that ends with the demo. */
  child(name: string, args: readonly string[]): Promise<Child>
}): Promise<HubProcess[]> {
  const storefronts: DemoShops = shops.map(({ connectionId, name, control }) => ({
    connectionId,
    name,
    url: control.url,
  }))
  const common = [
    'serve',
    '--json',
    '--database-url',
    base.database.url,
    '--data',
    folder,
    '--log',
    options.logLevel,
    '--demo-shops',
    JSON.stringify(storefronts),
    ...clockOption(scale),
  ]
  // Together, so that each takes its share of the connections.
  const ports = [await findFreePort(options.configuration.port), 0]
  return await Promise.all(
    ports.map(async (port, index) => {
      const process_ = await child(`hub ${index + 1}`, [...common, '--port', String(port)])
      const { url } = z.object({ url: z.url() }).parse(process_.ready)
      // Started again after a kill it must come back where platforms send their webhooks.
      return { child: process_, url, args: [...common, '--port', new URL(url).port] }
    }),
  )
}

type Run = {
  options: DemoOptions
  base: HubBase
  history: History
  shops: readonly DemoShop[]
  warehouses: readonly DemoWarehouse[]
  hubs: readonly HubProcess[]
  kept: KeptHubs
  random(): number
  /** The machine's own: shoppers, the clerk and what is measured go by it. */
  clock: Clock
  /** How the hub and the platforms live. */
  scale: TimeScale
}

async function run(world: Run): Promise<DemoResult> {
  const { options, base, history, shops, warehouses, hubs, kept, random, clock, scale } = world
  const startedMs = clock.monotonic()
  const over = new AbortController()
  const signal = AbortSignal.any([options.signal, over.signal])
  const book: ClerkBook = {
    changes: [],
    received: new Map(history.items.map((item) => [item.sku, item.opening])),
  }
  const startedNs = process.hrtime.bigint()
  const [first] = hubs
  options.say(introduction(first?.url ?? '', shops, { ...options, timeScale: scale.factor }))

  const work = [
    replayShoppers({
      history,
      shops: shops.map((shop) => shop.control),
      ordersPerSecond: options.ordersPerSecond,
      // Where the hub has them sent nobody marks orders as shipped by hand.
      ...(warehouses.length > 0 && { shippedShare: 0 }),
      clock,
      random,
      signal,
    }),
    // What a warehouse of others counts no clerk of ours changes.
    warehouses.length > 0
      ? Promise.resolve()
      : workAsClerk(
          {
            hubUrl: () => first?.url ?? '',
            skus: history.items.map((item) => item.sku),
            locationCode: LOCATION.code,
            everyMs: CLERK_MS,
            clock,
            random,
            uuid: processContext.uuid,
            signal,
          },
          book,
        ),
    tick({
      onTick: options.onTick,
      base,
      shops,
      clock,
      signal,
      startedMs,
      restarts: () => kept.killedAtMs.length,
    }),
  ]
  const trouble = options.faults
    ? stir({ options, shops, warehouses, clock, signal, kept })
    : Promise.resolve()

  await clock.sleep((options.seconds ?? 10 * 365 * 86_400) * 1_000, signal).catch(() => undefined) // stopped early
  over.abort()
  await Promise.all([...work, trouble])

  options.say('Shoppers have gone home. Waiting until every listing is in step…')
  const calm = toFaultSettings(NO_FAULTS)
  await Promise.all(shops.map((shop) => shop.control.setFaults(calm)))
  await Promise.all(warehouses.map(({ floor }) => floor.setFaults(calm)))
  const isJudged = options.seconds !== undefined
  const sent =
    warehouses.length === 0
      ? undefined
      : await awaitSent({ base, shops, warehouses, clock, isJudged, say: options.say })
  const settled = await settle({
    base,
    shops,
    clock,
    factor: scale.factor,
    slowestMs: Math.max(...options.channels.map(({ delayMs }) => delayMs)),
    signal: isJudged ? new AbortController().signal : AbortSignal.abort(),
  })
  const judged = await Promise.all(
    shops.map(async (shop) => ({
      ...shop,
      state: await shop.control.state(),
      orders: await shop.control.orders(),
      writes: await shop.control.writes(),
      webhookSends: await shop.control.webhookSends(),
    })),
  )
  const verdict = await judge(base.context, judged, book.received)
  for (const level of verdict.drift > 0 ? await findOutOfStep(base.context, judged) : []) {
    options.say(`  out of step: ${JSON.stringify(level)}`)
  }
  const samples = measureChanges(
    judged.map((shop) => ({
      ...shop,
      skuOfUnit: new Map(shop.state.levels.map((level) => [level.stockUnitId, level.sku])),
    })),
    book.changes,
  )
  const oversells = attributeOversells(
    toBookEvents(judged, book, await findCancelled(base.context)),
    judged.map(({ name }) => name),
    new Map(history.items.map(({ sku, opening }) => [sku, opening])),
  )
  for (const { sku, shop, units, forMs, by, atNs } of oversells) {
    const seconds = (Number(atNs - startedNs) / 1e9).toFixed(1)
    options.say(
      `  oversold at ${seconds} s: ${units} of ${sku} in ${shop}; it showed too much for ${Math.round(forMs)} ms (${by})`,
    )
  }
  const platforms = toPlatforms(options.channels, settled, scale.factor)
  return {
    ...verdict,
    converged: verdict.converged && Object.values(platforms).every(({ converged }) => converged),
    isJudged,
    timeScale: scale.factor,
    ...sent,
    platforms,
    killedAtMs: kept.killedAtMs,
    crashes: kept.crashes,
    oversells: oversells.map(({ atNs, ...told }) => ({
      ...told,
      atMs: Math.round(Number(atNs - startedNs) / 1e6),
    })),
    changeToPlatformMs: {
      p50: rounded(percentile(samples.ms, 0.5)),
      p99: rounded(percentile(samples.ms, 0.99)),
      samples: samples.ms.length,
      unanswered: samples.unanswered,
    },
    refusedUnits: judged.reduce((sum, shop) => sum + shop.state.refusedUnits, 0),
    restarts: kept.killedAtMs.length,
    seconds: Math.round((clock.monotonic() - startedMs) / 1_000),
    settledMs: Math.round(settled.ms),
    faults: addUp([...judged.map((shop) => shop.state.faultCounts), { hubKills: kept.killedAtMs.length }]),
  }
}

/** Faults on for the middle of the run, and one hub killed without warning. */
async function stir(world: {
  options: DemoOptions
  shops: readonly DemoShop[]
  warehouses: readonly DemoWarehouse[]
  clock: Clock
  signal: AbortSignal
  kept: KeptHubs
}): Promise<void> {
  const { options, clock, signal, shops } = world
  const seconds = options.seconds ?? 60
  await clock.sleep(seconds * 100, signal).catch(() => undefined) // the run is over
  options.say('  faults on: duplicates, reordering, lost webhooks, 429, 5xx, slow and dropped answers')
  await Promise.all(shops.map((shop) => shop.control.setFaults(toFaultSettings(ALL_FAULTS))))
  await Promise.all(world.warehouses.map(({ floor }) => floor.setFaults(toFaultSettings(ALL_FAULTS))))
  await clock.sleep(seconds * 300, signal).catch(() => undefined) // the run is over
  await world.kept.kill(0)
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 10) / 10
}

function addUp(counts: readonly Record<string, number>[]): Record<string, number> {
  const sum: Record<string, number> = {}
  for (const each of counts)
    for (const [name, count] of Object.entries(each)) sum[name] = (sum[name] ?? 0) + count
  return sum
}
