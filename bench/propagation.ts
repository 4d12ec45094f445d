import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { childEnvironment, readConfiguration } from '../apps/hub/src/configuration.ts'
import { connectShop, LOCATION } from '../apps/hub/src/demo/brand.ts'
import { pollMsOf } from '../apps/hub/src/demo/channels.ts'
import { type Child, startChild, stopChild } from '../apps/hub/src/demo/children.ts'
import { createShopControl, type ShopControl } from '../apps/hub/src/demo/control.ts'
import { type HubBase, openHub } from '../apps/hub/src/hub-base.ts'
import { ensureLocation, importItems } from '../apps/hub/src/items-import.ts'
import { processContext } from '../apps/hub/src/process-context.ts'
import { openDatabase, refreshStatistics } from '../packages/database/src/index.ts'
import { findLocations } from '../packages/stock/src/index.ts'
import { changeStock, toStockContext } from '../packages/sync/src/index.ts'
import { makeDataFolder } from './data-folder.ts'
import { percentiles } from './ledger/load.ts'
import type { Bench } from './main.ts'
import { seedBallast } from './propagation/brand.ts'
import { ordersAtRate } from './propagation/load-process.ts'
import { startPlatforms } from './propagation/platforms-process.ts'

/** Five that take absolute quantities, five that compare and set. */
const CONNECTORS = Array.from({ length: 10 }, (_, nth) => (nth % 2 === 0 ? 'woocommerce' : 'shopify'))
/** More than are read back at once: the shops are never asked about the others, which they do not have. */
const LIVE_ITEMS = 150
const OPENING = 10_000
/** Each change is shown before the next comes: what is measured is a change by itself. */
const BETWEEN_MS = 250
const ORDERS_PER_SECOND = 4_000
const SETTLE_MS_MAX = 120_000

type Shop = { connectionId: string; name: string; connector: string; control: ShopControl }

/**
 * From the commit of a stock change (one unit less and one more, in turn) to the moment when the tenth of ten platforms
 * has received the request that shows it. A worker in a process of its own, as in production; the platforms in another,
 * over HTTP; the changes made by a third, as the API makes them. `loaded` is beside orders that a fourth process puts
 * through the ledger: at what rate it really did, `loaded.ordersPerSecond` says.
 */
export const bench: Bench = async ({ quick, say }) => {
  const size = quick ? { listings: 10_000, changes: 20 } : { listings: 1_000_000, changes: 200 }
  const folder = await makeDataFolder()
  const children: Child[] = []
  let platforms: Awaited<ReturnType<typeof startPlatforms>> | undefined
  const base = await openHub(
    { ...readConfiguration({}, { logLevel: 'silent' }), dataFolder: folder, databaseUrl: undefined },
    { keep: 'stop-with-process' },
  )
  try {
    platforms = await startPlatforms(CONNECTORS)
    const skus = Array.from({ length: LIVE_ITEMS }, (_, nth) => `SKU-${nth}`)
    await ensureLocation(base.context, LOCATION)
    const [location] = await findLocations(base.database.kysely, base.context.organizationId)
    if (location === undefined) throw new Error('the location was just made')
    const { locationId } = location
    const items = skus.map((sku) => ({ sku, name: sku, location: LOCATION.code, quantity: OPENING }))
    await importItems(base.context, { name: 'opening', items })
    const shops: Shop[] = []
    for (const platform of platforms.platforms) {
      const control = createShopControl(platform.ready.url)
      await control.addProducts(skus.map((sku) => ({ sku, title: sku, price: 9, quantity: OPENING })))
      shops.push(
        await connectShop(base.context, platform, {
          ...platform,
          control,
          ordersPollMs: pollMsOf(platform.connector),
        }),
      )
    }
    say(`seeding ${size.listings} listings`)
    const itemIds = await seedBallast(base.database, toStockContext(base.context), {
      items: size.listings / shops.length - LIVE_ITEMS,
      locationId,
      connectionIds: shops.map(({ connectionId }) => connectionId),
    })
    await vacuum(base)
    say('starting a worker')
    const place = ['--json', '--database-url', base.database.url, '--data', folder]
    children.push(
      await startChild('worker', ['serve', '--role', 'worker', ...place], {
        environment: childEnvironment(),
        onLog: say,
      }),
    )
    await waitFor('all connections are worked and nothing waits', () => isSettled(base, shops))
    const meter = await openMeter(base, shops, skus)
    await meter.measure(quick ? 5 : 50)
    await refreshStatistics(base.database.kysely)
    const idle = await meter.measure(size.changes)
    say(`idle: ${JSON.stringify(idle)}`)
    // It stops by itself once the changes are through.
    const ordering = ordersAtRate({
      url: base.database.url,
      organizationId: base.context.organizationId,
      itemIds,
      connections: Array.from({ length: 4 }, () => ({
        connectionId: randomUUID(),
        defaultLocationId: locationId,
      })),
      seconds: (size.changes * BETWEEN_MS) / 1_000 + 5,
      ordersPerSecond: ORDERS_PER_SECOND,
    })
    await processContext.clock.sleep(4_000)
    await refreshStatistics(base.database.kysely)
    const loaded = await meter.measure(size.changes)
    const ordersPerSecond = await ordering
    say(`loaded: ${JSON.stringify(loaded)} beside ${ordersPerSecond} orders per second`)
    return {
      idle,
      loaded: { ...loaded, ordersPerSecond, ordersPerSecondWanted: ORDERS_PER_SECOND },
      listings: size.listings,
      changes: size.changes,
      platforms: CONNECTORS.length,
    }
  } finally {
    for (const child of children) {
      await stopChild(child, { ms: 5_000, sleep: (ms, signal) => processContext.clock.sleep(ms, signal) })
    }
    await platforms?.stop()
    await base.close()
    await rm(folder, { recursive: true, force: true })
  }
}

type Change = { sku: string; quantity: number; committedNs: bigint }

/** Makes changes, one after the other, and reads from the platforms' own books when each of them was told. */
async function openMeter(base: HubBase, shops: readonly Shop[], skus: readonly string[]) {
  const unitOf = new Map<string, string>()
  for (const { connectionId, control } of shops) {
    for (const level of (await control.state()).levels)
      unitOf.set(`${connectionId} ${level.sku}`, level.stockUnitId)
  }
  let turn = 0
  const change = async (): Promise<Change> => {
    const sku = skus[turn % skus.length] ?? ''
    const round = Math.floor(turn / skus.length)
    turn += 1
    // Less, and then what was taken more.
    const units = round % 2 === 0 ? -1 : 1
    const head = { key: randomUUID(), actor: 'bench', reason: null, effectiveAt: undefined }
    const [outcome] = await changeStock(base.context, [
      { ...head, kind: 'adjust', sku, locationCode: LOCATION.code, quantity: units },
    ])
    if (outcome?.kind !== 'applied') throw new Error(`a change was ${outcome?.kind}`)
    return { sku, quantity: units < 0 ? OPENING - 1 : OPENING, committedNs: process.hrtime.bigint() }
  }
  return {
    async measure(changes: number) {
      const made: Change[] = []
      for (let nth = 0; nth < changes; nth += 1) {
        const startMs = processContext.clock.monotonic()
        made.push(await change())
        await processContext.clock.sleep(BETWEEN_MS - (processContext.clock.monotonic() - startMs))
      }
      await waitFor('every change is shown', () => isSettled(base, shops))
      const writes = await Promise.all(shops.map(({ control }) => control.writes()))
      const toTenth: number[] = []
      const byConnector: Record<string, number[]> = {}
      for (const { sku, quantity, committedNs } of made) {
        const received = shops.map(({ connectionId, connector }, nth) => {
          const unit = unitOf.get(`${connectionId} ${sku}`)
          // A platform may be told before the one who made the change has heard that it is committed.
          const write = writes[nth]?.find(
            (each) =>
              each.stockUnitId === unit &&
              each.quantity === quantity &&
              BigInt(each.atNs) > committedNs - EARLY_NS,
          )
          if (write === undefined) throw new Error(`a shop was never told of ${sku}: ${connector}`)
          const ms = Number(BigInt(write.atNs) - committedNs) / 1e6
          byConnector[connector] = [...(byConnector[connector] ?? []), ms]
          return ms
        })
        toTenth.push(Math.max(...received))
      }
      return {
        ...percentiles(toTenth),
        toEach: Object.fromEntries(
          Object.entries(byConnector).map(([connector, each]) => [connector, percentiles(each)]),
        ),
      }
    },
  }
}
const EARLY_NS = 50_000_000n

/** Nothing waits for any lane, and nothing is under way. */
async function isSettled({ database, context }: HubBase, shops: readonly Shop[]): Promise<boolean> {
  const { rows } = await database.pool.query<{ isSettled: boolean }>(
    `select (select count(*) from lease where organization_id = $1 and expires_at > now()) = $2
       and not exists (select from lane_entry where organization_id = $1)
       and not exists (select from write where organization_id = $1 and settled_at is null) as "isSettled"`,
    [context.organizationId, shops.length],
  )
  return rows[0]?.isSettled === true
}

async function vacuum({ database }: HubBase): Promise<void> {
  // The hub's own role may not analyze.
  const owner = await openDatabase({ databaseUrl: database.url, keep: 'running', runtimeRole: false })
  await owner.pool.query('vacuum analyze')
  await owner.pool.query('checkpoint')
  await owner.close()
}

async function waitFor(what: string, holds: () => Promise<boolean>): Promise<void> {
  const { clock } = processContext
  const startMs = clock.monotonic()
  while (!(await holds())) {
    if (clock.monotonic() - startMs > SETTLE_MS_MAX)
      throw new Error(`not within ${SETTLE_MS_MAX} ms: ${what}`)
    await clock.sleep(50)
  }
}
