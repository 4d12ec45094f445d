import { rm } from 'node:fs/promises'
import { childEnvironment, readConfiguration } from '../apps/hub/src/configuration.ts'
import { connectShop, LOCATION } from '../apps/hub/src/demo/brand.ts'
import { pollMsOf } from '../apps/hub/src/demo/channels.ts'
import { type Child, startChild, stopChild } from '../apps/hub/src/demo/children.ts'
import { createShopControl, type ShopControl } from '../apps/hub/src/demo/control.ts'
import { findFreePort } from '../apps/hub/src/demo/free-port.ts'
import { findOutOfStep } from '../apps/hub/src/demo/judge.ts'
import { type HubBase, openHub } from '../apps/hub/src/hub-base.ts'
import { ensureLocation, importItems } from '../apps/hub/src/items-import.ts'
import { processContext } from '../apps/hub/src/process-context.ts'
import { makeDataFolder } from './data-folder.ts'
import type { Bench } from './main.ts'

const SHOPS = 4
const ITEMS = 20
const OPENING = 100_000
const SETTLE_MS_MAX = 120_000

type Shop = { name: string; connectionId: string; control: ShopControl }

/**
 * Two workers and an API on one database, four simulated shops over HTTP, shoppers in all of them. One worker is ended by
 * `kill -9`: `resumeSeconds` is the longest that any shop it worked had to wait for its next write. `lost` and `doubled`:
 * orders of the shops' own books that the hub does not know, or knows with too many units, once all is in step.
 */
export const bench: Bench = async ({ quick, say }) => {
  const ordersPerSecond = quick ? 8 : 20
  const seconds = quick ? 5 : 20
  const folder = await makeDataFolder()
  const children: Child[] = []
  const start = async (name: string, args: readonly string[]): Promise<Child> => {
    const child = await startChild(name, args, { environment: childEnvironment(), onLog: () => undefined })
    children.push(child)
    return child
  }
  const base = await openHub(
    { ...readConfiguration({}, { logLevel: 'silent' }), dataFolder: folder, databaseUrl: undefined },
    { keep: 'stop-with-process' },
  )
  try {
    const skus = Array.from({ length: ITEMS }, (_, nth) => `SKU-${nth}`)
    await ensureLocation(base.context, LOCATION)
    const items = skus.map((sku) => ({ sku, name: sku, location: LOCATION.code, quantity: OPENING }))
    await importItems(base.context, { name: 'opening', items })
    say('starting shops')
    const shops: Shop[] = []
    for (let nth = 0; nth < SHOPS; nth += 1) shops.push(await openShop(base, start, nth, skus))
    say('starting an API and two workers')
    const url = `http://127.0.0.1:${await findFreePort(0)}`
    const place = ['--json', '--database-url', base.database.url, '--data', folder, '--public-url', url]
    await start('api', ['serve', '--role', 'api', '--port', new URL(url).port, ...place])
    const workers = await Promise.all(
      [1, 2].map((nth) => start(`worker ${nth}`, ['serve', '--role', 'worker', ...place])),
    )
    await waitFor('each worker has its share', async () => {
      const held = await findHolders(base)
      return workers.every(
        (worker) => [...held.values()].filter((pid) => pid === worker.process.pid).length === SHOPS / 2,
      )
    })
    await settled(base, shops)

    const over = new AbortController()
    const shopping = shop(shops, skus, ordersPerSecond, over.signal)
    await processContext.clock.sleep(seconds * 1_000)
    const victim = workers[0]
    const held = await findHolders(base)
    const orphans = shops.filter(({ connectionId }) => held.get(connectionId) === victim?.process.pid)
    say(`kill -9 of a worker that works ${orphans.length} shops`)
    const before = await Promise.all(orphans.map(({ control }) => lastWrite(control)))
    victim?.process.kill('SIGKILL')
    const killedMs = processContext.clock.monotonic()
    await victim?.ended
    const resumed = await Promise.all(
      orphans.map(async ({ control, name }, nth) => {
        // What it had sent before it died may still arrive: a write counts once the lease could have moved.
        await waitFor(
          `${name} is written again`,
          async () =>
            (await lastWrite(control)) > (before[nth] ?? 0) && (await isTaken(base, orphans[nth], victim)),
        )
        return (processContext.clock.monotonic() - killedMs) / 1_000
      }),
    )
    await processContext.clock.sleep(seconds * 500)
    over.abort()
    await shopping
    say('waiting until all is in step')
    await settled(base, shops)
    const books = await compareBooks(base, shops)
    return {
      resumeSeconds: Math.max(...resumed),
      ...books,
      shops: SHOPS,
      moved: orphans.length,
      ordersPerSecond,
    }
  } finally {
    for (const child of children.reverse()) {
      await stopChild(child, { ms: 5_000, sleep: (ms, signal) => processContext.clock.sleep(ms, signal) })
    }
    await base.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function openShop(
  base: HubBase,
  start: (name: string, args: readonly string[]) => Promise<Child>,
  nth: number,
  skus: readonly string[],
): Promise<Shop> {
  const name = `Shop ${nth}`
  const child = await start(name, ['simulate', 'woocommerce', '--products', '0', '--name', name, '--json'])
  const control = createShopControl((child.ready as { url: string }).url)
  await control.addProducts(skus.map((sku) => ({ sku, title: sku, price: 9, quantity: OPENING })))
  const { connectionId } = await connectShop(base.context, child, {
    connector: 'woocommerce',
    name,
    control,
    ordersPollMs: pollMsOf('woocommerce'),
  })
  return { name, connectionId, control }
}

/** One order after the other, in each shop in turn. */
async function shop(
  shops: readonly Shop[],
  skus: readonly string[],
  perSecond: number,
  signal: AbortSignal,
): Promise<void> {
  for (let nth = 0; !signal.aborted; nth += 1) {
    const sku = skus[nth % skus.length] ?? ''
    await shops[nth % shops.length]?.control.buy([{ sku, quantity: 1 }])
    await processContext.clock.sleep(1_000 / perSecond, signal).catch(() => undefined) // it is over
  }
}

/** The process number of whoever works each connection. */
async function findHolders({ database }: HubBase): Promise<Map<string, number>> {
  const { rows } = await database.pool.query<{ connectionId: string; name: string }>(
    `select connection_id as "connectionId", name from lease
     join hub_process on hub_process.organization_id = lease.organization_id and process_id = holder
     where lease.expires_at >= $1`,
    [new Date(processContext.clock.now())],
  )
  return new Map(rows.map(({ connectionId, name }) => [connectionId, Number(name.split(':').at(-1))]))
}

async function isTaken(base: HubBase, moved: Shop | undefined, victim: Child | undefined): Promise<boolean> {
  const holder = (await findHolders(base)).get(moved?.connectionId ?? '')
  return holder !== undefined && holder !== victim?.process.pid
}

async function lastWrite(control: ShopControl): Promise<number> {
  return (await control.writes()).at(-1)?.seq ?? 0
}

async function settled(base: HubBase, shops: readonly Shop[]): Promise<void> {
  await waitFor('all is in step', async () => {
    const states = await Promise.all(
      shops.map(async (each) => ({ ...each, state: await each.control.state() })),
    )
    return (await findOutOfStep(base.context, states)).length === 0
  })
}

/** Orders of the shops' books against those that the hub knows. */
async function compareBooks(base: HubBase, shops: readonly Shop[]) {
  let lost = 0
  let doubled = 0
  let orders = 0
  for (const { connectionId, control } of shops) {
    const { rows } = await base.database.pool.query<{ externalId: string; units: string }>(
      `select sales_order.external_id as "externalId", sum(ordered) as units
       from sales_order join order_line using (organization_id, order_id)
       where sales_order.connection_id = $1 group by 1`,
      [connectionId],
    )
    const known = new Map(rows.map(({ externalId, units }) => [externalId, Number(units)]))
    for (const order of await control.orders()) {
      const bought = order.lines.reduce((sum, line) => sum + line.quantity, 0)
      const units = known.get(order.externalId) ?? 0
      orders += 1
      if (units < bought) lost += 1
      if (units > bought) doubled += 1
    }
  }
  const { rows } = await base.database.pool.query<{ gone: string }>(
    `select sum($1 - available) as gone
     from (select sum(on_hand - reserved - held) as available from balance group by item_id) as stock`,
    [OPENING],
  )
  // Each order took one unit: more are gone where one was reserved twice under whatever name.
  doubled += Math.max(0, Number(rows[0]?.gone ?? 0) - orders)
  return { lost, doubled, orders }
}

async function waitFor(what: string, holds: () => Promise<boolean>): Promise<void> {
  const { clock } = processContext
  const startMs = clock.monotonic()
  while (!(await holds())) {
    if (clock.monotonic() - startMs > SETTLE_MS_MAX)
      throw new Error(`not within ${SETTLE_MS_MAX} ms: ${what}`)
    await clock.sleep(20)
  }
}
