import { rm } from 'node:fs/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HubProcess, startHubProcess } from '../../../bench/hub/hub-process.ts'
import { loadSimulator, type StartedSimulator } from '../../../packages/connectors/index.ts'
import {
  createTestDatabase,
  makeTemporaryFolder,
  type TestDatabase,
} from '../../../packages/database/src/testing/index.ts'
import { launchBrowser } from './browser.ts'
import { english, expectWhole, openPage } from './screens.ts'
import { startSite } from './site.ts'

/**
 * Connecting from the screens: a hub's own process, simulated shops with their pages, and a real Chromium that goes to
 * them and comes back. States that no shop brings on at will are brought on by what the hub is made to answer.
 */

let database: TestDatabase
let hub: HubProcess
let folder: string
let site: Awaited<ReturnType<typeof startSite>> | undefined
let woo: StartedSimulator
let shopify: StartedSimulator
const browser = await launchBrowser()
const whenBrowser = test.skipIf(browser === undefined)

beforeAll(async () => {
  if (browser === undefined) return
  database = await createTestDatabase()
  folder = await makeTemporaryFolder()
  hub = await startHubProcess({ databaseUrl: database.url, dataFolder: folder, role: 'api' })
  site = await startSite(hub.url)
  woo = await startShop('woocommerce')
  shopify = await startShop('shopify')
}, 180_000)
afterAll(async () => {
  if (browser === undefined) return
  await browser.close()
  await site?.stop()
  await hub?.stop()
  await woo?.close()
  await shopify?.close()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
}, 60_000)

async function startShop(id: string): Promise<StartedSimulator> {
  const start = await loadSimulator(id)
  if (start === undefined) throw new Error(`there is no simulator of ${id}`)
  const shop = await start()
  const seeded = await fetch(`${shop.url}/_control/products`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(['MUG', 'CUP'].map((sku) => ({ sku, title: sku, price: 9, quantity: 4 }))),
  })
  if (!seeded.ok) throw new Error(await seeded.text())
  return shop
}

const open = (path: string, look = english) => openPage(browser, `${site?.address}${path}`, look)

async function ask(method: string, path: string, body: unknown = {}): Promise<Record<string, unknown>> {
  const answer = await fetch(`${hub.url}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(method !== 'GET' && { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(await answer.text())
  return (await answer.json()) as Record<string, unknown>
}

whenBrowser('without a location a person is told to make one first', { timeout: 120_000 }, async () => {
  const page = await open('/')
  await page.getByText('Nothing is connected yet').waitFor()
  await page.getByRole('link', { name: 'Connect a platform' }).click()
  await page.getByRole('link', { name: /WooCommerce/ }).click()
  await page.getByText('No locations yet').waitFor()
  await expectWhole(page, 'no location')
  await page.context().close()
  await ask('POST', '/locations', { code: 'MAIN', name: 'Main warehouse', kind: 'warehouse' })
})

whenBrowser('what is missing or wrong stands beside its field', { timeout: 120_000 }, async () => {
  for (const look of [english, { language: 'zh', theme: 'dark', width: 390 } as const]) {
    const page = await open('/connections/new/woocommerce', look)
    const isEnglish = look.language === 'en'
    await page.getByRole('radio').nth(1).check()
    await page.getByRole('button', { name: isEnglish ? 'Connect' : '连接', exact: true }).click()
    await page
      .getByText(isEnglish ? 'This is needed.' : '此项必填。')
      .first()
      .waitFor()
    const url = page.getByLabel(isEnglish ? 'Shop address' : '店铺地址')
    // The first that is missing is where one goes on.
    expect(await url.evaluate((field) => field === document.activeElement)).toBe(true)
    const key = page.getByLabel(isEnglish ? 'Consumer key' : '消费者密钥', { exact: true })
    expect(await key.getAttribute('type')).toBe('password')
    await expectWhole(page, `missing, ${look.language}`)
    await url.fill(woo.url)
    await key.fill('not a key')
    await page.getByLabel(isEnglish ? 'Consumer secret' : '消费者密码', { exact: true }).fill('cs_1')
    await page.getByLabel(isEnglish ? 'Webhook secret' : 'Webhook 密钥', { exact: true }).fill('x'.repeat(20))
    await page.getByRole('button', { name: isEnglish ? 'Connect' : '连接', exact: true }).click()
    await page.locator('[id="credentials.consumerKey-fault"]').waitFor()
    expect(await key.getAttribute('aria-invalid')).toBe('true')
    await key.fill('ck_wrong')
    await page.getByRole('button', { name: isEnglish ? 'Connect' : '连接', exact: true }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toMatch(
      isEnglish ? /working credentials/ : /平台拒绝了请求/,
    )
    await expectWhole(page, `refused, ${look.language}`)
    await page.context().close()
  }
  expect((await ask('GET', '/connections')).rows).toEqual([])
})

whenBrowser(
  'a shop is connected on its own page, imported, and begins in shadow mode',
  { timeout: 90_000 },
  async () => {
    const page = await open('/connections')
    await page.getByRole('link', { name: 'Connect a platform' }).click()
    await page.getByRole('link', { name: /WooCommerce/ }).click()
    await page.getByLabel('Shop address').fill(woo.url)
    await page.getByLabel('Name').fill('Harbour shop')
    await page.getByRole('button', { name: 'Go on to WooCommerce' }).click()
    await page.getByText('Waiting for your answer there').waitFor()
    await expectWhole(page, 'waiting')
    const [platform] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('link', { name: /Open the page of WooCommerce/ }).click(),
    ])
    await platform.getByText('Connected', { exact: false }).first().waitFor()
    await page.getByText('Connected to').waitFor()
    await page.getByText('2 listings', { exact: false }).waitFor()
    await page.getByText('It starts in shadow mode', { exact: false }).waitFor()
    await expectWhole(page, 'connected')
    await page.getByRole('link', { name: 'To the connection' }).click()
    await page.getByRole('heading', { level: 1, name: 'Harbour shop' }).waitFor()
    await page.getByText('Shadow', { exact: true }).first().waitFor()
    await expectWhole(page, 'the connection')
    await page.context().close()
  },
)

whenBrowser('what was begun is given up; what was typed is still there', { timeout: 120_000 }, async () => {
  const page = await open('/connections/new/shopify')
  const { shop, endpoint } = shopify.settings as { shop: string; endpoint: string }
  await page.getByLabel('Shop address').fill(shop)
  await page.getByLabel('Simulator address').fill(endpoint)
  await page.getByLabel('Client ID').fill('plimsoll-client-id')
  await page.getByLabel('Client secret', { exact: true }).fill('plimsoll-client-secret')
  await page.getByRole('button', { name: 'Go on to Shopify' }).click()
  const href = await page.getByRole('link', { name: /Open the page/ }).getAttribute('href')
  await page.getByRole('button', { name: 'Give up' }).click()
  await page.getByRole('button', { name: 'Go on to Shopify' }).waitFor()
  expect(await page.getByLabel('Shop address').inputValue()).toBe(shop)
  expect((await fetch(String(href), { redirect: 'manual' })).status).toBe(409)

  // Begun again; the time runs out before anybody agrees.
  await page.getByRole('button', { name: 'Go on to Shopify' }).click()
  await page.getByText('Waiting for your answer there').waitFor()
  await sql`update connection_grant set expires_at = now() - interval '1 second'`.execute(database.kysely)
  await page.getByText('The time is over').waitFor()
  await expectWhole(page, 'expired')
  await page.getByRole('button', { name: 'Start again' }).click()
  await page.getByRole('button', { name: 'Go on to Shopify' }).waitFor()
  await page.context().close()
})

whenBrowser(
  'connected again with other credentials, mappings stay; another account is refused in so many words',
  { timeout: 90_000 },
  async () => {
    const { rows } = (await ask('GET', '/connections')) as { rows: { connectionId: string; name: string }[] }
    const connectionId = rows.find(({ name }) => name === 'Harbour shop')?.connectionId ?? ''
    await ask('POST', `/connections/${connectionId}/pause`, { reason: 'unauthorized' })
    const page = await open('/connections')
    await page.getByRole('link', { name: 'Reconnect' }).click()
    await page.getByRole('heading', { level: 1, name: 'Reconnect Harbour shop' }).waitFor()
    await page.getByRole('radio').nth(1).check()
    const { consumerKey, consumerSecret, webhookSecret } = woo.credentials as Record<string, string>
    const fill = async () => {
      await page.getByLabel('Consumer key', { exact: true }).fill(consumerKey ?? '')
      await page.getByLabel('Consumer secret', { exact: true }).fill(consumerSecret ?? '')
      await page.getByLabel('Webhook secret', { exact: true }).fill(webhookSecret ?? '')
      await page.getByRole('button', { name: 'Connect', exact: true }).click()
    }
    const known = await sql<{ accountId: string }>`
      select account_id from connection where connection_id = ${connectionId}`.execute(database.kysely)
    const be = (accountId: string, account: string) =>
      sql`update connection set account_id = ${accountId}, account = ${account}
        where connection_id = ${connectionId}`.execute(database.kysely)
    await be('another', 'Other shop')
    await fill()
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toContain('Other shop')
    await expectWhole(page, 'another account')
    await be(known.rows[0]?.accountId ?? '', 'Harbour shop')
    await fill()
    await page.getByText('are as they were', { exact: false }).waitFor()
    const after = (await ask('GET', '/connections')) as { rows: { name: string; pauseReasons: string[] }[] }
    expect(after.rows.find(({ name }) => name === 'Harbour shop')?.pauseReasons).toEqual([])
    await page.context().close()
  },
)

whenBrowser('while it loads, and when the hub fails, the form says so', { timeout: 120_000 }, async () => {
  const page = await open('/connections/new')
  await page.context().route('**/api/v1/connectors', (route) => route.fulfill({ status: 500, body: 'no' }))
  await page.reload()
  await page.getByRole('alert').waitFor()
  await expectWhole(page, 'failing')
  await page.context().unroute('**/api/v1/connectors')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('link', { name: /Shopify/ }).waitFor()
  await page.context().route('**/api/v1/connectors', (route) => route.fulfill({ json: { rows: [] } }))
  await page.reload()
  await page.getByText('No connectors here').waitFor()
  await page.context().close()
})
