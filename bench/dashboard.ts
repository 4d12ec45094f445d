import { rm } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { launchBrowser } from '../apps/dashboard/test/browser.ts'
import { allNamesRead, recordGrid } from '../apps/dashboard/test/grid-probe.ts'
import { type Database, migrate, openDatabase } from '../packages/database/src/index.ts'
import { makeDataFolder } from './data-folder.ts'
import { startHubProcess } from './hub/hub-process.ts'
import { seedLargeBrand } from './hub/large-brand.ts'
import { seedManyConnections } from './hub/many-connections.ts'
import type { Bench } from './main.ts'

/**
 * The dashboard in a real Chromium, before a real hub in a process of its own: what it weighs, how soon its first screen
 * can be used, whether it keeps up while 100,000 items are scrolled, and how long a sale takes to be seen. Then 200
 * connections with a million listings, and how long the routes take that their screens ask. Drawing is done by the
 * processor here: a machine with a graphics card drops fewer frames.
 */
export const bench: Bench = async ({ quick, say }) => {
  const size = quick
    ? { items: 5_000, sales: 5, connections: 10, listingsEach: 500 }
    : { items: 100_000, sales: 60, connections: 200, listingsEach: 5_000 }
  const folder = await makeDataFolder()
  const database = await openDatabase({
    dataFolder: folder,
    keep: 'stop-with-process',
    fsync: false,
    runtimeRole: false,
  })
  const browser = await launchBrowser()
  try {
    if (browser === undefined) throw new Error('this benchmark needs a Chromium that starts')
    await migrate(database)
    const brand = await seedLargeBrand(database, { items: size.items, say })
    const hub = await startHubProcess({ databaseUrl: database.url, dataFolder: folder, role: 'api' })
    try {
      const first = await measureFirstLoad(browser, hub.url)
      say(JSON.stringify(first))
      const droppedFramesShare = await measureScrolling(browser, hub.url, size.items)
      say(`dropped ${droppedFramesShare}`)
      const saleToScreenMs = await measureSales(browser, hub.url, size.sales)
      say(JSON.stringify(saleToScreenMs))
      const { organizationId } = brand
      const routesMs = await measureConnections(database, hub.url, { ...size, organizationId, say })
      return {
        ...first,
        droppedFramesShare,
        saleToScreenMs,
        listings: size.connections * size.listingsEach,
        routesMs,
      }
    } finally {
      await hub.stop()
    }
  } finally {
    await browser?.close()
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** A machine that is busy with others is measured all the same: nothing is given up after half a minute. */
const PATIENCE_MS = 300_000

/** Somebody with an empty cache, at a usual screen. */
async function newVisitor(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en' })
  context.setDefaultTimeout(PATIENCE_MS)
  return context
}

/** Of everything that the first screen needs before it can be used; the median of five visits with an empty cache. */
async function measureFirstLoad(
  browser: Browser,
  url: string,
): Promise<{ firstLoadKiBGzip: number; interactiveMs: number }> {
  const visits: { kib: number; ms: number }[] = []
  for (let visit = 0; visit < 5; visit += 1) {
    const context = await newVisitor(browser)
    const page = await context.newPage()
    const bodies: Promise<Buffer>[] = []
    let isCounting = true
    page.on('response', (response) => {
      const type = response.request().resourceType()
      if (!isCounting || !['document', 'script', 'stylesheet'].includes(type)) return
      const body = response.body()
      // What went wrong first is what is told, and not that the page was closed upon it.
      body.catch(() => undefined)
      bodies.push(body)
    })
    const startedAt = performance.now()
    await page.goto(url)
    // From here on the other screens are fetched too, for later.
    await page.locator('main h1').first().waitFor()
    isCounting = false
    await usable(page)
    const ms = performance.now() - startedAt
    const bytes = (await Promise.all(bodies)).reduce((sum, body) => sum + gzipSync(body).length, 0)
    visits.push({ kib: bytes / 1024, ms })
    await context.close()
  }
  return {
    firstLoadKiBGzip: Math.round(median(visits.map(({ kib }) => kib)) * 10) / 10,
    interactiveMs: Math.round(median(visits.map(({ ms }) => ms))),
  }
}

/** The screen shows what was asked for, and answers a hand: two frames in a row are drawn without a long task between. */
async function usable(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor()
  await page.waitForFunction(() => document.querySelector('main .skeleton') === null)
  await page.evaluate(async () => {
    const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
    for (let before = await frame(); ; ) {
      const now = await frame()
      if (now - before < 50) return
      before = now
    }
  })
}

/** Of the frames that a screen of 60 Hz would have drawn while the wheel turned, those that were not. */
async function measureScrolling(browser: Browser, url: string, items: number): Promise<number> {
  const context = await newVisitor(browser)
  const page = await context.newPage()
  await page.goto(`${url}/items`)
  await page.locator('[data-index="0"] a').waitFor()
  await allNamesRead(page, Math.ceil(items / 25_000))
  await page.mouse.move(700, 500)
  const recording = await recordGrid(page)
  for (const deltaPx of [120, 1_200, 6_000])
    for (let turn = 0; turn < 100; turn += 1) await page.mouse.wheel(0, deltaPx)
  const { droppedShare } = await recording.stop()
  await context.close()
  return droppedShare
}

/** From the request that makes an order until the item’s page shows that so many fewer are available. */
async function measureSales(
  browser: Browser,
  url: string,
  sales: number,
): Promise<{ p50: number; p99: number }> {
  const sku = 'BOLLARD-000001'
  const ask = async (path: string, body: unknown) => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
  }
  // So many that the number stands nowhere else on the page.
  await ask('/stock/receive', { sku, location: 'RTM', quantity: 7_000_000 })
  const item = (await (await fetch(`${url}/api/v1/items/${sku}`)).json()) as { available: number }
  let available = item.available
  const context = await newVisitor(browser)
  const page = await context.newPage()
  await page.goto(`${url}/items/${sku}`)
  const shows = (units: number) =>
    page.waitForFunction(
      (text) => document.querySelector('main')?.textContent?.includes(text) === true,
      units.toLocaleString('en'),
      { polling: 'raf', timeout: PATIENCE_MS },
    )
  await shows(available)
  const took: number[] = []
  for (let sale = 0; sale < sales; sale += 1) {
    available -= 1
    const seen = shows(available)
    const startedAt = performance.now()
    await ask('/orders', { kind: 'manual', lines: [{ sku, quantity: 1 }] })
    await seen
    took.push(performance.now() - startedAt)
    // Shoppers keep no time: neither always just after a refresh nor always just before.
    await page.waitForTimeout((sale * 137) % 1_000)
  }
  await context.close()
  const sorted = took.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
  return { p50: at(0.5), p99: at(0.99) }
}

/** What the connections page and a connection's page ask, median and slowest of seven. */
async function measureConnections(
  database: Database,
  url: string,
  brand: { organizationId: string; connections: number; listingsEach: number; say(line: string): void },
): Promise<Record<string, { p50: number; max: number }>> {
  const [id = ''] = await seedManyConnections(database, brand)
  const routes = {
    connections: '/connections',
    overview: '/overview',
    connectors: '/connectors',
    intake: `/connections/${id}/intake`,
    locations: `/connections/${id}/locations`,
    calls: `/connections/${id}/calls`,
    callLog: `/connections/${id}/call-log`,
    shadow: `/connections/${id}/shadow`,
  }
  const measured: Record<string, { p50: number; max: number }> = {}
  for (const [name, path] of Object.entries(routes)) {
    const took: number[] = []
    for (let turn = 0; turn < 7; turn += 1) {
      const startedAt = performance.now()
      const answer = await fetch(`${url}/api/v1${path}`)
      if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
      await answer.arrayBuffer()
      took.push(performance.now() - startedAt)
    }
    measured[name] = { p50: Math.round(median(took)), max: Math.round(Math.max(...took)) }
    brand.say(`${name}: ${JSON.stringify(measured[name])}`)
  }
  return measured
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
