import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HubProcess, startHubProcess } from '../../../bench/hub/hub-process.ts'
import { type LargeBrand, seedLargeBrand } from '../../../bench/hub/large-brand.ts'
import { seedTroubles } from '../../../bench/hub/troubles.ts'
import {
  createTestDatabase,
  makeTemporaryFolder,
  type TestDatabase,
} from '../../../packages/database/src/testing/index.ts'
import { launchBrowser } from './browser.ts'
import { buildDashboard } from './build.ts'
import { allNamesDrawn, recordGrid } from './grid-probe.ts'
import { expectWhole, looks, nameOf, newContext, openPage, visit, walk } from './screens.ts'

/** A hub's own process, a real database with 5,000 items, and a real Chromium: what the fixture cannot vouch for. */

let database: TestDatabase
let hub: HubProcess
let brand: LargeBrand
let folder: string
const browser = await launchBrowser()
const whenBrowser = test.skipIf(browser === undefined)

beforeAll(async () => {
  await buildDashboard()
  database = await createTestDatabase()
  brand = await seedLargeBrand(database, { items: 5_000 })
  await seedTroubles(database, brand)
  folder = await makeTemporaryFolder()
  hub = await startHubProcess({ databaseUrl: database.url, dataFolder: folder, role: 'api' })
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await hub.stop()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const open = (path: string) => openPage(browser, hub.url + path)

whenBrowser('the grid scrolls and jumps with no row in view left blank', { timeout: 90_000 }, async () => {
  const page = await open('/items')
  const grid = page.getByRole('table')
  expect(await grid.getAttribute('aria-rowcount')).toBe('5001')
  await allNamesDrawn(page, 1)
  await page.mouse.move(700, 500)
  const recording = await recordGrid(page)
  for (let turn = 0; turn < 40; turn++) await page.mouse.wheel(0, 3_000)
  for (const share of [0.9, 0.1, 0.6, 1]) {
    await grid.evaluate((scroller, at) => {
      scroller.scrollTop = scroller.scrollHeight * at
    }, share)
    await page.waitForFunction(() => !document.querySelector('[role="table"] [aria-busy="true"]'))
  }
  // The last jump has been made; now it must also have been painted and looked at.
  await page.locator('[data-index="4999"]').waitFor()
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  )
  const seen = await recording.stop()
  expect(seen.frames).toBeGreaterThan(20)
  expect(seen.lastRow).toBe(4_999)
  expect(seen.blankRowsMax).toBe(0)
  await page.context().close()
})

whenBrowser('a search in the middle of the list finds by SKU and by name', { timeout: 120_000 }, async () => {
  const page = await open('/items')
  await page.mouse.move(700, 500)
  for (let turn = 0; turn < 10; turn++) await page.mouse.wheel(0, 3_000)
  await page.keyboard.press('/')
  await page.keyboard.type('COMPASS-0020')
  await page.getByText('13 items', { exact: true }).waitFor()
  await page.locator('[data-index="0"]').getByRole('link', { name: 'COMPASS-002002' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByText('5,000 items', { exact: true }).waitFor()
  await page.keyboard.type('kettle moss')
  await page.getByText('125 items', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Oversold' }).click()
  await page.getByText('Nothing matches').waitFor()
  await page.getByRole('button', { name: 'Clear search and filter' }).click()
  await page.getByText('5,000 items', { exact: true }).waitFor()
  await page.context().close()
})

whenBrowser('every filter finds what was put there', { timeout: 120_000 }, async () => {
  const page = await open('/items?filter=oversold')
  await page.getByText('5 items', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Out of stock' }).click()
  await page.locator('[data-index="4"] a').waitFor()
  await page.getByRole('button', { name: 'Drift' }).click()
  await page.getByText('10 items', { exact: true }).waitFor()
  await page.context().close()
})

whenBrowser('a change of stock shows in the grid by itself', { timeout: 120_000 }, async () => {
  const page = await open('/items?q=BOLLARD-000001')
  await page.getByText('1 item', { exact: true }).waitFor()
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor()
  const row = page.locator('[data-index="0"]')
  const before = Number(await row.getByRole('cell').nth(1).textContent())
  expect(before).toBeGreaterThan(0)
  const answer = await page.request.post(`${hub.url}/api/v1/stock/receive`, {
    headers: { 'idempotency-key': 'browser-1' },
    data: { sku: 'BOLLARD-000001', location: 'RTM', quantity: 1_000 },
  })
  expect(answer.status()).toBe(201)
  await row
    .getByText((before + 1_000).toLocaleString('en'), { exact: true })
    .first()
    .waitFor()
  await page.context().close()
})

const paths = [
  '/',
  '/items',
  '/items?filter=oversold',
  '/items/ANCHOR-001000',
  '/items/none',
  '/connections',
  '/parked',
  '/activity',
  '/nowhere',
]

for (const look of looks) {
  whenBrowser(
    `with troubles, every screen is whole and accessible: ${nameOf(look)}`,
    { timeout: 240_000 },
    async () => {
      const page = await (await newContext(browser, look)).newPage()
      for (const path of paths) {
        // What a walk goes by way of is no screen, either.
        await (path === '/nowhere' ? visit : walk)(page, hub.url + path)
        await expectWhole(page, path)
      }
      await page.context().close()
    },
  )
}
