import { rm } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type HubProcess, startHubProcess } from '../../../bench/hub/hub-process.ts'
import { loadSimulator, type StartedSimulator } from '../../../packages/connectors/index.ts'
import {
  createTestDatabase,
  makeTemporaryFolder,
  type TestDatabase,
} from '../../../packages/database/src/testing/index.ts'
import { launchBrowser } from './browser.ts'
import { buildDashboard } from './build.ts'
import { expectWhole, looks, newContext, settled } from './screens.ts'

/** The whole first day, by stopwatch: a hub of its own process, a simulated shop, and a real Chromium. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

let database: TestDatabase
let hub: HubProcess
let folder: string
let shop: StartedSimulator
const browser = await launchBrowser()
const whenBrowser = test.skipIf(browser === undefined)

beforeAll(async () => {
  await buildDashboard()
  database = await createTestDatabase()
  folder = await makeTemporaryFolder()
  hub = await startHubProcess({ databaseUrl: database.url, dataFolder: folder, role: 'api,worker' })
  const start = await loadSimulator('woocommerce')
  if (start === undefined) throw new Error('there is no simulator of woocommerce')
  shop = await start()
  const products = ['MUG', 'CUP'].map((sku) => ({ sku, title: sku, price: 9, quantity: 4 }))
  const seeded = await fetch(`${shop.url}/_control/products`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(products),
  })
  if (!seeded.ok) throw new Error(await seeded.text())
})
afterAll(async () => {
  await browser?.close()
  await hub?.stop()
  await shop?.close()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

whenBrowser(
  'set up, a sample brand in step, wiped; then a shop of one’s own from nothing to live',
  async () => {
    const context = await newContext(browser, looks[0] ?? { language: 'en', theme: 'light', width: 1440 })
    context.setDefaultTimeout(60_000)
    const page = await context.newPage()
    const times: number[] = []
    let lap = performance.now()
    const note = (what: string) => {
      const seconds = (performance.now() - lap) / 1_000
      times.push(seconds)
      console.info(`  ${what}: ${seconds.toFixed(1)} s`)
      lap = performance.now()
    }

    await page.goto(`${hub.url}/setup`)
    await page.getByLabel('Name of the brand').fill('Harbour & Co.')
    await page.getByLabel('Your name').fill('Ann Chen')
    await page.getByLabel('E-mail').fill('ann@harbour.example')
    await page.getByLabel('Password').fill('a harbour at night')
    await page.getByRole('button', { name: 'Set up' }).click()
    const list = page.getByRole('region', { name: 'The first day' })
    await list.getByText('0 of 8 done').waitFor()
    await expectWhole(page, 'the first day')
    note('set up')

    await list.getByRole('button', { name: 'Try it with a sample brand' }).click()
    const banner = page.getByText('Sample brand: nothing here is real.')
    await banner.waitFor({ timeout: 90_000 })
    await page.getByText('Every channel is in step').first().waitFor({ timeout: 90_000 })
    note('a sample brand in step')
    await lookAround(page, 'sample')
    lap = performance.now()
    await page.getByRole('button', { name: 'Wipe it' }).click()
    await list.getByText('0 of 8 done').waitFor()
    expect(await banner.count()).toBe(0)
    note('wiped')

    await list.getByLabel('Name of the location').fill('Main warehouse')
    await list.getByRole('button', { name: 'Add', exact: true }).click()
    await list.getByText('1 of 8 done').waitFor()
    await list.getByRole('link', { name: 'Items from a file' }).click()
    const rows = ['MUG', 'CUP'].map((sku) => `${sku},${sku},MAIN-WAREHOUSE,7`)
    const buffer = Buffer.from(['sku,name,location,quantity', ...rows].join('\n'))
    await page.locator('input[type=file]').setInputFiles({ name: 'mine.csv', mimeType: 'text/csv', buffer })
    await page.getByRole('button', { name: 'Import 2 rows' }).click()
    await page.getByText('Rows written: 2;').waitFor()
    note('a location and items')

    await page.getByRole('link', { name: 'Do it: Connect a channel' }).click()
    await page.getByRole('link', { name: /WooCommerce/ }).click()
    await page.getByLabel('Shop address').fill(shop.url)
    await page.getByLabel('Name').fill('Harbour shop')
    await page.getByRole('button', { name: 'Go on to WooCommerce' }).click()
    await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('link', { name: /Open the page of WooCommerce/ }).click(),
    ])
    await page.getByText('2 listings', { exact: false }).waitFor({ timeout: 120_000 })
    note('connected and imported')

    await page.goto(`${hub.url}/`)
    const next = list.getByRole('link', { name: 'Do it: Look at the first numbers' })
    await next.waitFor()
    await lookAround(page, 'first-day')
    lap = performance.now()
    await next.click()
    await page.getByRole('button', { name: 'Go live' }).click()
    await page.getByRole('button', { name: 'Start writing' }).click()
    await vi.waitFor(async () => {
      const state = (await (await fetch(`${shop.url}/_control/state`)).json()) as {
        levels: { quantity: number }[]
      }
      expect(state.levels.map(({ quantity }) => quantity)).toEqual([7, 7])
    }, 60_000)
    note('looked at, and live')
    const [answer] = await Promise.all([page.waitForResponse(/\/first-day$/), page.goto(`${hub.url}/`)])
    expect(await answer.json()).toMatchObject({ isLive: true })
    await settled(page)
    expect(await list.count()).toBe(0)
    expect(times.reduce((sum, seconds) => sum + seconds, 0)).toBeLessThan(180)
    await context.close()
  },
)

/** The same screen in all four looks, and back. */
async function lookAround(page: Page, what: string): Promise<void> {
  const [first, ...others] = looks
  if (first === undefined) return
  for (const look of [...others, first]) {
    await page.setViewportSize({ width: look.width, height: look.width < 768 ? 844 : 900 })
    await page.emulateMedia({ colorScheme: look.theme })
    const other = page.getByRole('button', { name: look.language === 'en' ? 'English' : '中文' })
    if ((await other.count()) > 0) await other.click()
    await page.waitForFunction(
      (language) => document.documentElement.lang.startsWith(language),
      look.language,
    )
    await expectWhole(page, `${what}: ${look.language}, ${look.theme}, ${look.width}`)
  }
}
