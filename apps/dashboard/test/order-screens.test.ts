import { rm } from 'node:fs/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HubProcess, startHubProcess } from '../../../bench/hub/hub-process.ts'
import { seedTrackedBrand, type TrackedBrand } from '../../../bench/hub/tracked-brand.ts'
import {
  createTestDatabase,
  makeTemporaryFolder,
  type TestDatabase,
} from '../../../packages/database/src/testing/index.ts'
import { launchBrowser } from './browser.ts'
import { expectWhole, looks, nameOf, newContext, openPage, settled, walk, widerBy } from './screens.ts'
import { startSite } from './site.ts'

/**
 * Orders, their pages and the packing table, full, empty, loading and failing: a hub's own process, orders bought in a
 * simulated shop and routed to the brand's own warehouses, and a real Chromium.
 */

type Row = { orderId: string; number: string; shipments: { shipmentId: string; state: string }[] }

let database: TestDatabase
let hub: HubProcess
let brand: TrackedBrand | undefined
let folder: string
let site: Awaited<ReturnType<typeof startSite>> | undefined
let order: Row
let shipmentId: string
const browser = await launchBrowser()
const whenBrowser = test.skipIf(browser === undefined)

beforeAll(async () => {
  if (browser === undefined) return
  database = await createTestDatabase()
  folder = await makeTemporaryFolder()
  hub = await startHubProcess({ databaseUrl: database.url, dataFolder: folder, role: 'api,worker' })
  brand = await seedTrackedBrand(hub.url)
  site = await startSite(hub.url)
  await ask('PUT', `/connections/${encodeURIComponent('Harbour shop')}/fulfilment`, {
    shipsOrders: true,
    from: '2000-01-01T00:00:00Z',
  })
  order = await firstToPack()
  shipmentId = order.shipments.find(({ state }) => state === 'received')?.shipmentId ?? ''
  await holdThere()
}, 240_000)
afterAll(async () => {
  if (browser === undefined) return
  await browser.close()
  // Whatever failed to start, no process is left behind: it would keep the test run from ending.
  await site?.stop()
  await hub?.stop()
  await brand?.stop()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
}, 60_000)

async function ask(method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${hub.url}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return await answer.json()
}

/** An order that was routed to an own warehouse: its channel's worker does so by itself. */
async function firstToPack(): Promise<Row> {
  const end = Date.now() + 120_000
  for (;;) {
    const { rows } = (await ask('GET', '/orders?standing=waiting')) as { rows: Row[] }
    const found = rows.find(({ shipments }) => shipments.some(({ state }) => state === 'received'))
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error(`nothing is to be packed: ${JSON.stringify(rows)}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** As a state of it that its channel told would: what that does to sending is `channel-holds.test.ts`. */
async function holdThere(): Promise<void> {
  const { orderId } = order
  const holds = JSON.stringify([
    { reason: 'payment', code: 'AWAITING_PAYMENT' },
    { reason: 'fraud', code: 'HIGH_RISK_OF_FRAUD' },
  ])
  await sql`update sales_order set channel_holds = ${holds}::jsonb where order_id = ${orderId}`.execute(
    database.kysely,
  )
  await sql`
    insert into order_hold (organization_id, order_id, reason, placed_by, placed_at)
    select organization_id, order_id, 'channel', 'Harbour shop', now() from sales_order where order_id = ${orderId}`.execute(
    database.kysely,
  )
}

async function letGoThere(): Promise<void> {
  const { orderId } = order
  await sql`update sales_order set channel_holds = '[]'::jsonb where order_id = ${orderId}`.execute(
    database.kysely,
  )
  await sql`delete from order_hold where order_id = ${orderId} and reason = 'channel'`.execute(
    database.kysely,
  )
}

/** Each screen with its data, and what only its data can show. */
const full = (): [path: string, shows: string][] => [
  ['/orders', order.number],
  [`/orders/${order.orderId}`, 'HIGH_RISK_OF_FRAUD'],
  ['/packing', order.number],
  [`/packing/${shipmentId}`, order.number],
]
const none = '00000000-0000-7000-8000-000000000000'
/** Each screen where there is nothing, with what it says. */
const empty: [path: string, en: string, zh: string][] = [
  ['/orders?standing=late', 'No order is like that', '没有符合条件的订单'],
  ['/orders?q=nowhere', 'No order is like that', '没有符合条件的订单'],
  ['/orders/nowhere', 'There is no order nowhere', '没有订单 nowhere'],
  [`/packing/${none}`, 'There is no such shipment', '没有这个发货单'],
]
/** Each screen, and what it asks the hub for. */
const asked = (): [path: string, asks: RegExp][] => [
  ['/orders', /\/api\/v1\/orders\?/],
  [`/orders/${order.orderId}`, new RegExp(`/api/v1/orders/${order.orderId}$`)],
  ['/packing', /\/api\/v1\/shipments\?/],
  [`/packing/${shipmentId}`, new RegExp(`/api/v1/shipments/${shipmentId}$`)],
]

for (const look of looks) {
  const name = nameOf(look)
  whenBrowser(`full, whole and accessible: ${name}`, { timeout: 240_000 }, async () => {
    const page = await (await newContext(browser, look)).newPage()
    for (const [path, shows] of full()) {
      await walk(page, `${site?.address}${path}`)
      await page.getByText(shows, { exact: true }).first().waitFor()
      for (const why of await page.locator('summary').all()) await why.click()
      await expectWhole(page, path)
    }
    await page.context().close()
  })
  whenBrowser(`empty, whole and accessible: ${name}`, { timeout: 240_000 }, async () => {
    const page = await (await newContext(browser, look)).newPage()
    for (const [path, en, zh] of empty) {
      await walk(page, `${site?.address}${path}`)
      await page.getByText(look.language === 'en' ? en : zh).waitFor()
      await expectWhole(page, path)
    }
    await page.context().close()
  })
}

whenBrowser('loading and failing, and healed by trying again', { timeout: 240_000 }, async () => {
  const context = await newContext(browser, { language: 'en', theme: 'light', width: 390 })
  for (const [path, asks] of asked()) {
    const page = await context.newPage()
    await page.clock.install()
    // A live change would heal the screen before anybody tries again.
    await page.route('**/api/v1/stream*', (route) => route.abort())
    const waiting: (() => void)[] = []
    await page.route(asks, async (route) => {
      await new Promise<void>((resolve) => waiting.push(resolve))
      await route.fulfill({ status: 503, contentType: 'application/problem+json', body: away })
    })
    await page.goto(`${site?.address}${path}`)
    await page.locator('main h1').first().waitFor()
    await page.locator('main [role="status"] .skeleton').first().waitFor()
    // The same few grey lines everywhere: that they are accessible is asked of what they become.
    expect({ path, tooWideBy: await widerBy(page) }).toEqual({ path, tooWideBy: 0 })
    // A failure that is not a refusal is asked again once before it is told, a second later by the page's own clock.
    const alert = page.locator('main').getByRole('alert')
    while ((await alert.count()) === 0) {
      for (const goOn of waiting.splice(0)) goOn()
      await page.clock.fastForward(1_000)
    }
    await alert.getByText('Check that PostgreSQL runs').waitFor()
    await expectWhole(page, `${path} failing`)
    await page.unroute(asks)
    await alert.getByRole('button').click()
    await alert.waitFor({ state: 'detached' })
    await settled(page)
    await page.close()
  }
  await context.close()
})
const away = JSON.stringify({
  type: 'about:blank',
  title: 'database unreachable',
  status: 503,
  code: 'database-unreachable',
  detail: 'The database does not answer. Check that PostgreSQL runs, then try again.',
})

whenBrowser(
  'whether the hub sends a channel’s orders is seen and changed on its page',
  { timeout: 120_000 },
  async () => {
    const { rows } = (await ask('GET', '/connections')) as { rows: { connectionId: string }[] }
    const page = await openPage(browser, `${site?.address}/connections/${rows[0]?.connectionId}`)
    await page.getByText('The hub sends orders placed since').waitFor()
    const dialog = page.getByRole('dialog')
    await page.getByRole('button', { name: 'Leave them to others' }).click()
    await expectWhole(page, 'asked to leave orders to others')
    await dialog.getByRole('button', { name: 'Leave them to others' }).click()
    await page.getByText('Somebody else sends them').waitFor()
    await expectWhole(page, 'left to others')
    await ask('PUT', `/connections/${rows[0]?.connectionId}/fulfilment`, {
      shipsOrders: true,
      from: '2000-01-01T00:00:00Z',
    })
    // The stream tells of it.
    await page.getByText('The hub sends orders placed since').waitFor()
    await page.context().close()
  },
)

whenBrowser('filters stand in the address, and go again', { timeout: 120_000 }, async () => {
  const page = await openPage(browser, `${site?.address}/orders`)
  await page.getByRole('button', { name: 'To send', exact: true }).click()
  await page.waitForURL(/standing=waiting/)
  await page.getByRole('link', { name: order.number, exact: true }).first().waitFor()
  await page.getByRole('button', { name: 'Late', exact: true }).click()
  await page.waitForURL(/standing=late/)
  await page.getByRole('button', { name: 'Show all orders' }).click()
  await page.waitForURL(/\/orders$/)
  await page.getByRole('link', { name: order.number, exact: true }).first().waitFor()
  await page.context().close()
})

whenBrowser(
  'an order is held and released on its page, then packed by scanner at 390 pixels and has left',
  { timeout: 120_000 },
  async () => {
    await letGoThere()
    const page = await openPage(browser, `${site?.address}/orders/${order.orderId}`, {
      language: 'en',
      theme: 'light',
      width: 390,
    })
    await page.getByRole('button', { name: 'Hold', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Why').selectOption('address')
    await dialog.getByLabel('Note').fill('no house number')
    await expectWhole(page, 'asked to hold')
    await dialog.getByRole('button', { name: 'Hold', exact: true }).click()
    await page.getByText('Held: address, by api').waitFor()
    await page.getByRole('button', { name: 'Release' }).click()
    await page.getByText('Held: address, by api').waitFor({ state: 'detached' })
    // Routed again by itself, and shown without anybody asking.
    await page.getByRole('link', { name: 'Pack', exact: true }).click({ timeout: 120_000 })
    await page.getByLabel('Scan an item').waitFor()
    await page.keyboard.type('nothing-of-it')
    await page.keyboard.press('Enter')
    await page.getByText('nothing-of-it is not in this shipment').waitFor()
    const lines = await page.locator('main ul.panel li').all()
    for (const line of lines) {
      const sku = (await line.locator('p.font-mono').textContent()) ?? ''
      const [, all = '0'] = /\/ (\d+)/.exec((await line.textContent()) ?? '') ?? []
      for (let unit = 0; unit < Number(all); unit += 1) {
        await page.getByLabel('Scan an item').fill(sku)
        await page.keyboard.press('Enter')
      }
    }
    await page.getByLabel('Carrier').fill('DHL')
    await page.getByLabel('Tracking number').fill('00340434')
    await expectWhole(page, 'packed')
    await page.getByRole('button', { name: 'It has left' }).click()
    await page.getByText('All of it has left').waitFor()
    await page.getByRole('link', { name: 'the order' }).click()
    await page.getByText('00340434').first().waitFor()
    await expectWhole(page, 'has left')
    expect(await page.getByText('A parcel of').count()).toBe(1)
    await page.context().close()
  },
)
