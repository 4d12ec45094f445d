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
import { zhDrifts } from '../src/locales/zh-drifts.ts'
import { launchBrowser } from './browser.ts'
import { buildDashboard } from './build.ts'
import { allNamesDrawn, recordGrid } from './grid-probe.ts'
import { expectWhole, looks, nameOf, newContext, openPage, visit } from './screens.ts'

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
  await askAboutDrifts()
  folder = await makeTemporaryFolder()
  hub = await startHubProcess({ databaseUrl: database.url, dataFolder: folder, role: 'api' })
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await hub.stop()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

/** Three numbers on one shop that nothing explains; the ledger cannot book the last of them: it would take away more than is there. */
async function askAboutDrifts(): Promise<void> {
  await database.pool.query(
    `insert into drift (organization_id, drift_id, connection_id, level_id, observed, expected, cause, rule, healed, found_at)
     select organization_id, md5('drift ' || number)::uuid, connection_id, level_id, observed + plus, observed,
       'edited-on-platform', 'ask', 'asked', $2::timestamptz + number * interval '1 minute'
     from unnest(array[1, 2, 3], array[4, -1, -100000]) as asked(number, plus)
     join level on organization_id = $1 and level_id = md5('level woocommerce' || md5('item ' || number)::uuid)::uuid`,
    [brand.organizationId, '2026-05-01T12:30:00Z'],
  )
}

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

whenBrowser(
  'numbers that nothing explains are decided one by one and together; what is refused says why, in the reader’s language',
  { timeout: 120_000 },
  async () => {
    const { rows } = await database.pool.query<{ id: string }>(
      `select md5('connection woocommerce')::uuid as id`,
    )
    const path = `${hub.url}/connections/${rows[0]?.id}`
    const page = await openPage(browser, path, { language: 'zh', theme: 'dark', width: 390 })
    const panel = page.getByRole('region', { name: zhDrifts.drifts.title })
    const answers = panel.getByRole('listitem')
    const left = (count: number) => expect.poll(() => answers.count(), { timeout: 30_000 }).toBe(count)
    await left(3)
    await expectWhole(page, 'drifts')
    const decide = async (name: string) => {
      await panel.getByRole('button', { name, exact: true }).click()
      await page.getByRole('dialog').locator('button[type="submit"]').click()
    }
    const sums = () =>
      database.pool.query(`select sum(on_hand_delta)::int as booked from movement where kind = 'adjust'`)
    // The oldest stands last: four more are there than the hub says.
    await answers.last().getByRole('button').last().click()
    await page.getByRole('dialog').locator('button[type="submit"]').click()
    await left(2)
    expect((await sums()).rows).toEqual([{ booked: 4 }])
    await decide(zhDrifts.drifts.all.platform)
    await page.getByRole('alert').getByText('当前状态不允许此操作').waitFor()
    await expectWhole(page, 'a refused drift')
    await page.getByRole('button', { name: '取消', exact: true }).click()
    await left(1)
    expect((await sums()).rows).toEqual([{ booked: 3 }])
    await answers.getByRole('button').first().click()
    await page.getByRole('dialog').locator('button[type="submit"]').click()
    await panel.waitFor({ state: 'detached' })
    expect((await sums()).rows).toEqual([{ booked: 3 }])
    await page.context().close()
  },
)

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
        await visit(page, hub.url + path)
        await expectWhole(page, path)
      }
      await page.context().close()
    },
  )
}
