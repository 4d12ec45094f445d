import { rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { readConfiguration } from '../apps/hub/src/configuration.ts'
import { type RunningHub, startHub } from '../apps/hub/src/hub.ts'
import { ensureLocation, importItems } from '../apps/hub/src/items-import.ts'
import { processContext } from '../apps/hub/src/process-context.ts'
import { startShop } from '../apps/hub/src/testing/served-hub.ts'
import { signedDelivery, wooOrder } from '../apps/hub/src/testing/woo-webhook.ts'
import type { StartedSimulator } from '../packages/connectors/index.ts'
import { type Database, openDatabase } from '../packages/database/src/index.ts'
import { ConnectionRegistry, connect, importConnection } from '../packages/sync/src/index.ts'
import { makeDataFolder } from './data-folder.ts'
import type { Bench } from './main.ts'

const SENDERS = 16
const ITEMS = 200

/**
 * Webhooks over real HTTP, each an order of its own, signed: from the first byte sent to the answer, which comes after
 * the commit that stores it. The process also applies them meanwhile, as a hub with both roles does. As a yardstick, in
 * the same run on the same server and before it: the bodies inserted one by one, each a commit of its own, as a plain
 * receiver would store them.
 */
export const bench: Bench = async ({ quick, say }) => {
  const webhooks = quick ? 400 : 8_000
  const folder = await makeDataFolder()
  const database = await openDatabase({ dataFolder: folder, keep: 'stop-with-process', poolMax: SENDERS })
  const configuration = readConfiguration({
    databaseUrl: database.url,
    data: folder,
    port: 0,
    role: 'api,worker',
    log: 'silent',
  })
  const hub = await startHub(configuration, { keep: 'running' })
  const skus = Array.from({ length: ITEMS }, (_, nth) => `SKU-${nth}`)
  const shop = await startShop(
    'woocommerce',
    skus.map((sku) => ({ sku, quantity: 1_000_000 })),
  )
  try {
    await ensureLocation(hub.context, { code: 'MAIN', name: 'Main', kind: 'warehouse' })
    await importItems(hub.context, {
      name: 'bench',
      items: skus.map((sku) => ({ sku, name: sku, location: 'MAIN', quantity: 1_000_000 })),
    })
    const open = await connectShop(hub, shop)
    return await measure({ database, hub, open, secret: secretOf(shop), webhooks, say })
  } finally {
    await hub.close()
    await shop.close()
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
}

type Open = { connectionId: string; listings: readonly { externalId: string; sku: string }[] }

async function connectShop(hub: RunningHub, shop: StartedSimulator): Promise<Open> {
  const { context } = hub
  const { connectionId } = await connect(context, {
    connector: 'woocommerce',
    name: 'Shop',
    settings: shop.settings,
    credentials: shop.credentials,
    locationCode: 'MAIN',
    // Polls of a shop that knows none of these orders would only find nothing.
    ordersPollMs: 600_000,
  })
  const open = await new ConnectionRegistry(context).find(connectionId)
  if (open === undefined) throw new Error('the connection is made')
  await importConnection(context, open)
  const found = await hub.database.pool.query<{ external_id: string; sku: string }>(
    'select external_id, sku from listing order by external_id',
  )
  return { connectionId, listings: found.rows.map((row) => ({ externalId: row.external_id, sku: row.sku })) }
}

function secretOf(shop: StartedSimulator): string {
  return (shop.credentials as { webhookSecret: string }).webhookSecret
}

async function measure(run: {
  database: Database
  hub: RunningHub
  open: Open
  secret: string
  webhooks: number
  say(line: string): void
}): Promise<Record<string, unknown>> {
  const { database, hub, open, secret, webhooks, say } = run
  const bodies = Array.from({ length: webhooks }, (_, nth) => {
    const listing = open.listings[nth % open.listings.length]
    if (listing === undefined) throw new Error('the shop lists something')
    const order = { id: nth + 1, productId: Number(listing.externalId), sku: listing.sku, quantity: 1 }
    return signedDelivery(secret, wooOrder(order))
  })
  const yardstick = await measureYardstick(database, bodies.slice(0, Math.ceil(webhooks / 4)))
  say(`a plain insert and commit each: ${yardstick} a second`)
  const url = new URL(`/webhooks/${open.connectionId}`, hub.url)
  const agent = new Agent({ keepAlive: true, maxSockets: SENDERS })
  const tookMs: number[] = []
  const startedMs = processContext.clock.monotonic()
  await inParallel(bodies, async ({ body, headers }) => {
    const sentMs = processContext.clock.monotonic()
    const status = await send(url, agent, { body, headers })
    if (status !== 200) throw new Error(`a webhook was answered with ${status}`)
    tookMs.push(processContext.clock.monotonic() - sentMs)
  })
  const seconds = (processContext.clock.monotonic() - startedMs) / 1_000
  agent.destroy()
  const stored = await database.pool.query<{ stored: number; applied: number }>(
    "select count(*)::int as stored, (count(*) filter (where state = 'applied'))::int as applied from inbox where topic = 'order'",
  )
  const sorted = tookMs.sort((a, b) => a - b)
  const at = (share: number) => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 100) / 100
  const perSecond = Math.round(webhooks / seconds)
  return {
    perSecond,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    senders: SENDERS,
    yardstickPerSecond: yardstick,
    ratio: Math.round((perSecond / yardstick) * 100) / 100,
    stored: stored.rows[0]?.stored,
    appliedByTheEnd: stored.rows[0]?.applied,
    complete: stored.rows[0]?.stored === webhooks,
  }
}

/** @returns bodies inserted a second by as many clients, each insert a commit of its own */
async function measureYardstick(database: Database, bodies: readonly { body: Buffer }[]): Promise<number> {
  const owner = await openDatabase({
    databaseUrl: database.url,
    keep: 'running',
    runtimeRole: false,
    poolMax: SENDERS,
  })
  try {
    await owner.pool.query('create table bench_yardstick (id uuid primary key, body jsonb not null)')
    const startedMs = processContext.clock.monotonic()
    await inParallel(bodies, async ({ body }) => {
      const row = [processContext.uuid(), body.toString('utf8')]
      await owner.pool.query('insert into bench_yardstick values ($1, $2)', row)
    })
    const seconds = (processContext.clock.monotonic() - startedMs) / 1_000
    await owner.pool.query('drop table bench_yardstick')
    return Math.round(bodies.length / seconds)
  } finally {
    await owner.close()
  }
}

async function inParallel<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  let next = 0
  const one = async () => {
    for (let each = all[next++]; each !== undefined; each = all[next++]) await work(each)
  }
  await Promise.all(Array.from({ length: SENDERS }, one))
}

async function send(
  url: URL,
  agent: Agent,
  { body, headers }: { body: Buffer; headers: Record<string, string> },
): Promise<number> {
  return await new Promise((resolve, reject) => {
    const call = request(url, {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': body.length },
    })
    call.on('response', (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    call.on('error', reject)
    call.end(body)
  })
}
