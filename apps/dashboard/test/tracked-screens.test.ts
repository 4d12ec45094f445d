import { rm } from 'node:fs/promises'
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
 * Kits, lots and serial numbers on the screens, full, empty, loading and failing: a hub's own process, units that were
 * received, sold in a simulated shop and returned, and a real Chromium.
 */

let database: TestDatabase
let hub: HubProcess
let brand: TrackedBrand | undefined
let folder: string
let site: Awaited<ReturnType<typeof startSite>> | undefined
const browser = await launchBrowser()
const whenBrowser = test.skipIf(browser === undefined)

beforeAll(async () => {
  if (browser === undefined) return
  database = await createTestDatabase()
  folder = await makeTemporaryFolder()
  hub = await startHubProcess({ databaseUrl: database.url, dataFolder: folder, role: 'api,worker' })
  brand = await seedTrackedBrand(hub.url)
  site = await startSite(hub.url)
}, 180_000)
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

const open = (path: string) => openPage(browser, `${site?.address}${path}`)

const lotPath = '/items/TEA-OOLONG/lots/OL-2609'
/** Each screen with its data, and what only its data can show. */
const full: [path: string, shows: string][] = [
  ['/items', 'SET-GIFT'],
  ['/items/SET-LARGE', 'MUG'],
  ['/items/TEA-OOLONG', 'OL-2607'],
  ['/items/CAM-X100', 'SN-2026-0001'],
  ['/serials', 'SN-2026-0002'],
  ['/serials/SN-2026-0003', 'LENS-35'],
  [lotPath, 'FJ-91/02'],
]
/** Each screen where there is nothing, with what it says. */
const empty: [path: string, en: string, zh: string][] = [
  ['/items/STROBE', 'No serial numbers yet', '还没有序列号'],
  ['/items/TEA-NEW', 'No lots yet', '还没有批次'],
  ['/serials?q=nowhere', 'No serial number begins so', '没有以此开头的序列号'],
  ['/serials/nowhere', 'No unit has the serial number nowhere', '没有序列号为 nowhere 的商品'],
  ['/items/TEA-OOLONG/lots/none', 'has no lot none', '没有批次 none'],
  [
    '/items/TEA-OOLONG/lots/OL-2610',
    'No order and no reservation has any of it.',
    '没有订单或占用涉及此批次',
  ],
]
/** Each screen, and what it asks the hub for. */
const asked: [path: string, asks: RegExp][] = [
  ['/items/SET-LARGE', /\/api\/v1\/items\/SET-LARGE$/],
  ['/items/TEA-OOLONG', /\/api\/v1\/items\/TEA-OOLONG\/lots$/],
  ['/items/CAM-X100', /\/api\/v1\/serials\?/],
  ['/serials', /\/api\/v1\/serials\?/],
  ['/serials/SN-2026-0003', /\/api\/v1\/serials\/SN-2026-0003$/],
  [lotPath, /\/trace/],
]

for (const look of looks) {
  const name = nameOf(look)
  whenBrowser(`full, whole and accessible: ${name}`, { timeout: 240_000 }, async () => {
    const page = await (await newContext(browser, look)).newPage()
    for (const [path, shows] of full) {
      await walk(page, `${site?.address}${path}`)
      await page.getByText(shows, { exact: true }).first().waitFor()
      for (const why of await page.locator('article button[aria-expanded="false"]').all()) await why.click()
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
// Of every screen, in other looks, it is asked by `screen-states`.
for (const look of looks.filter(({ language, width }) => (language === 'en') === (width === 1440))) {
  const name = nameOf(look)
  whenBrowser(`loading and failing, and healed by trying again: ${name}`, { timeout: 240_000 }, async () => {
    const context = await newContext(browser, look)
    for (const [path, asks] of asked) {
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
}
const away = JSON.stringify({
  type: 'about:blank',
  title: 'database unreachable',
  status: 503,
  code: 'database-unreachable',
  detail: 'The database does not answer. Check that PostgreSQL runs, then try again.',
})

whenBrowser('a kit has its number in the grid, and no zeros of its own', { timeout: 120_000 }, async () => {
  const page = await open('/items?q=SET-GIFT')
  const row = page.locator('[data-index="0"]')
  await row.getByText('Kit', { exact: true }).waitFor()
  const cells = await row.getByRole('cell').allTextContents()
  expect(Number(cells[1])).toBeGreaterThan(0)
  expect(cells.slice(2, 5)).toEqual(['–', '–', '–'])
  await row.getByRole('link').click()
  await page.getByRole('heading', { name: 'SET-GIFT' }).waitFor()
  expect(await page.locator('main dd').first().textContent()).toBe(cells[1])
  await page.context().close()
})

whenBrowser(
  'a unit is found by how its number begins, and opened by a scan',
  { timeout: 120_000 },
  async () => {
    const page = await open('/serials')
    await page.keyboard.press('/')
    await page.keyboard.type('X/')
    await page.getByRole('link', { name: 'X/7 #1' }).click()
    await page.getByRole('heading', { name: 'X/7 #1' }).waitFor()
    await page.getByRole('link', { name: 'CAM-X100' }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('SN-2026-0004')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'SN-2026-0004' }).waitFor()
    const life = page.getByRole('region', { name: 'Its whole life' }).getByRole('listitem')
    await life.first().waitFor()
    const told = await life.allTextContents()
    expect(told).toHaveLength(2)
    expect(told[0]).toContain('Received · RTM')
    expect(told[1]).toMatch(/Shipped · RTM · order #\d+ \(Harbour shop\)/)
    await page.context().close()
  },
)

whenBrowser('a unit that came back shows its whole life in order', { timeout: 120_000 }, async () => {
  const page = await open('/items/CAM-X100')
  await page.getByRole('link', { name: 'SN-2026-0003' }).click()
  const unit = page.getByRole('article', { name: 'CAM-X100' })
  const life = unit.getByRole('region', { name: 'Its whole life' }).getByRole('listitem')
  await life.first().waitFor()
  const told = await life.allTextContents()
  const events = ['Received · RTM', 'Shipped · RTM', 'Returned · SZX', 'No longer held · SZX']
  expect(told).toHaveLength(events.length)
  for (const [number, event] of events.entries()) expect(told[number]).toContain(event)
  expect(told[2]).toContain('Came back from the magazine')
  await page.context().close()
})

whenBrowser('the explain tree says which lot is withheld and why', { timeout: 120_000 }, async () => {
  const page = await open('/items/TEA-OOLONG')
  await page.getByRole('button', { name: 'Why this number' }).click()
  await page.evaluate(() => {
    for (const fold of document.querySelectorAll('details')) fold.open = true
  })
  const tree = page.getByRole('region', { name: 'What each channel shows' })
  await tree.getByText(/OL-2401: expired on/).waitFor()
  await tree.getByText('Incoming, may be promised').waitFor()
  expect(await tree.getByText(/lot-expired/).count()).toBe(0)
  await page.context().close()
})

whenBrowser(
  'a recall asks for its reason, is refused aloud, and takes effect',
  { timeout: 120_000 },
  async () => {
    const page = await open(lotPath)
    await page.getByRole('button', { name: 'Recall' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('units of it have been shipped').waitFor()
    await dialog.getByRole('button', { name: 'Recall' }).click()
    await dialog.getByText('Say why').waitFor()
    await dialog.getByLabel('Reason').fill('Pesticide residue')
    await page.route(/\/status$/, (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body: away }),
    )
    await dialog.getByRole('button', { name: 'Recall' }).click()
    await dialog.getByRole('alert').getByText('Check that PostgreSQL runs').waitFor()
    await expectWhole(page, 'a refused recall')
    await page.unroute(/\/status$/)
    await dialog.getByRole('button', { name: 'Recall' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByText('Released → Recalled').waitFor()
    await page.getByText('Pesticide residue · API').waitFor()
    const went = page.getByRole('region', { name: 'Where it went' }).getByRole('row')
    expect((await went.allTextContents()).filter((row) => /#\d+ \* · Harbour shop/.test(row))).toHaveLength(2)
    await page.getByRole('button', { name: 'Release' }).waitFor()
    await page.goto(`${site?.address}/items/TEA-OOLONG`)
    await page.getByRole('button', { name: 'Why this number' }).click()
    await page.evaluate(() => {
      for (const fold of document.querySelectorAll('details')) fold.open = true
    })
    await page.getByText('OL-2609: recalled').waitFor()
    await page.context().close()
  },
)
