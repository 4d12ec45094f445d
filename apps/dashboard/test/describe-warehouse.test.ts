import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import {
  english,
  expectWhole,
  type Look,
  looks,
  nameOf,
  newContext,
  openPage,
  visit,
  walk,
} from './screens.ts'
import { type ServedSite, serveSite } from './served-site.ts'

/**
 * Scoot: a warehouse whose contract is not public, connected by that name from the gallery with the sample files of the
 * guide, in a real Chromium over a hub's own process, until its count is in the ledger. No code, no command line.
 */

const guide = readFileSync(new URL('../../../docs/guides/connect-a-warehouse.md', import.meta.url), 'utf8')
const sample = (name: string) => {
  const text = [...guide.matchAll(/^```csv (\S+)\n([\s\S]*?)^```$/gm)].find(([, each]) => each === name)?.[2]
  if (text === undefined) throw new Error(`the guide has no ${name}`)
  return { name, mimeType: 'text/csv', buffer: Buffer.from(text) }
}

let site: ServedSite
let connectionId = ''
const browser = await launchBrowser()
const whenBrowser = test.skipIf(browser === undefined)

beforeAll(async () => {
  if (browser === undefined) return
  // What left before a count has to be known before it is booked, which takes minutes.
  site = await serveSite('api,worker', 10)
  await site.ask('POST', '/locations', { code: 'MAIN', name: 'Main warehouse', kind: 'warehouse' })
  const items = ['TEA-1', 'CUP'].map((sku) => ({ sku, name: sku, location: 'MAIN', quantity: 1 }))
  await site.ask('POST', '/items', { name: 'start', items })
}, 180_000)
afterAll(async () => {
  if (browser === undefined) return
  await browser.close()
  await site.stop()
}, 60_000)

const open = (path: string, look = english) => openPage(browser, `${site.address}${path}`, look)
const next = (page: Page) => page.getByRole('button', { name: 'Next', exact: true }).click()
const drop = (page: Page, label: string, name: string) =>
  page.getByLabel(label).first().setInputFiles(sample(name))

async function onHandAt(code: string): Promise<Record<string, number>> {
  const { rows } = (await site.ask('GET', `/locations/${code}/balances`)) as {
    rows: { sku: string; onHand: number; held: number }[]
  }
  return Object.fromEntries(rows.map(({ sku, onHand }) => [sku, onHand]))
}

whenBrowser(
  'Scoot is connected from the gallery, and its count is in the ledger',
  { timeout: 180_000 },
  async () => {
    const page = await open('/connections/new')
    await page.getByRole('link', { name: /^Scoot/ }).click()
    const name = page.getByLabel('Name of the warehouse')
    expect(await name.inputValue()).toBe('Scoot')
    // Nothing to go on with: what is missing stands with its field.
    await name.fill('')
    await next(page)
    await page.getByText('This is needed.').waitFor()
    await name.fill('Scoot')
    await next(page)

    await drop(page, 'Choose a file: Stock', 'STOCK_20261126171500.csv')
    const stock = page.getByRole('region', { name: 'Stock', exact: true })
    await stock.getByText('0 of 2 rows are understood').waitFor()
    await stock.getByText('It names places that are not described yet: A.').waitFor()
    await stock.getByRole('button', { name: 'Take them' }).click()
    await stock.getByText('2 of 2 rows are understood').waitFor()
    expect(await stock.getByLabel(/^SKU/).inputValue()).toBe('Article')
    await expectWhole(page, 'the stock is understood')
    await stock.getByText('Names, order and dates').click()
    await stock.getByLabel('Time zone').fill('Europe/Berlin')
    await stock.getByText('Finds 20261126171500').waitFor()

    await page.getByRole('button', { name: 'Add: Shipments' }).click()
    await drop(page, 'Choose a file: Shipments', 'SHIPPED_77.csv')
    const shipments = page.getByRole('region', { name: 'Shipments', exact: true })
    await shipments.getByText('1 of 1 rows are understood').waitFor()
    const row = shipments.getByLabel(/^What tells a row apart/).first()
    await row.selectOption({ label: 'Expression…' })
    const typed = shipments.getByLabel('Expression for What tells a row apart')
    await typed.fill('Box &')
    await shipments.getByText(/it is not JSONata/).waitFor()
    await typed.fill("Box & '/' & Article")
    await shipments.getByText('B1/TEA-1').waitFor()
    await next(page)

    await page.getByLabel('The hub asks this warehouse to send orders').check()
    await page.getByText('Ada Example').first().waitFor()
    await page.getByLabel('Name of column 1', { exact: true }).fill('Our ref')
    await page.locator('pre', { hasText: /^Our ref;/ }).waitFor()
    await expectWhole(page, 'a request is shown')
    await next(page)

    await page.getByText('every row of STOCK_20261126171500.csv is understood').waitFor()
    const code = page.getByLabel('Code of the new location')
    expect(await code.inputValue()).toBe('SCOOT-A')
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByText('Scoot is connected').waitFor({ timeout: 120_000 })
    await page.getByText('2 SKUs are known of it, 2 newly tied').waitFor()
    await page.getByRole('link', { name: 'To the connection' }).click()
    await page.waitForURL(/\/connections\/[0-9a-f-]{36}$/)
    connectionId = page.url().split('/').at(-1) ?? ''
    await expect
      .poll(() => onHandAt('SCOOT-A'), { timeout: 110_000, interval: 500 })
      .toEqual({ 'TEA-1': 120, CUP: 35 })

    const { settings } = (await site.ask('GET', `/connections/${connectionId}/settings`)) as {
      settings: { definition: string }
    }
    expect(JSON.parse(settings.definition)).toMatchObject({
      locations: [{ id: 'A' }],
      feeds: {
        levels: { dates: 'YYYYMMDDHHmmss', zone: 'Europe/Berlin', sequence: 'STOCK_(\\d{14})' },
        shipments: { map: { fields: { row: "Box & '/' & Article" } } },
      },
      out: { 'shipment-requests': { file: 'ORDER_{id}.csv' } },
    })
    await page.context().close()
  },
)

whenBrowser(
  'what is not understood is seen, and the description is mended on the last file',
  { timeout: 120_000 },
  async () => {
    const page = await open(`/connections/${connectionId}`)
    const files = page.getByRole('region', { name: 'Files', exact: true })
    await files.getByText('STOCK_20261126171500.csv').waitFor()
    await drop(page, 'Hand over a file', 'STOCK_20261126171500.csv')
    await files.getByText('was there already').waitFor()
    const later = {
      name: 'STOCK_20261126181500.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('Article;Hall;Stock;Blocked\nTEA-1;A;100 pcs;4\nCUP;A;30;0\n'),
    }
    await page.getByLabel('Hand over a file').first().setInputFiles(later)
    await files.getByText(/is kept as file/).waitFor()
    await files.getByText(/1 rows or files of levels are not understood/).waitFor()
    await files.getByRole('button', { name: `Look into it: ${later.name}` }).click()
    await files.getByText('1 of 2 rows are understood').waitFor()
    await expectWhole(page, 'a file that is looked into')

    await page.getByRole('link', { name: 'Change the description' }).click()
    const stock = page.getByRole('region', { name: 'Stock', exact: true })
    await stock.getByText('1 of 2 rows are understood').waitFor()
    await stock.getByLabel(/^On hand/).selectOption({ label: 'Expression…' })
    await stock.getByLabel('Expression for On hand').fill("$replace(Stock, ' pcs', '')")
    await stock.getByText('2 of 2 rows are understood').waitFor()
    await page.getByRole('button', { name: 'Save the description' }).click()
    await page.getByText('As it is saved.').or(page.getByRole('alert')).first().waitFor()
    expect(await page.getByRole('alert').allTextContents()).toEqual([])
    await expect
      .poll(() => onHandAt('SCOOT-A'), { timeout: 110_000, interval: 500 })
      .toEqual({ 'TEA-1': 100, CUP: 30 })
    await page.context().close()
  },
)

whenBrowser('somebody else’s change is not overwritten', { timeout: 120_000 }, async () => {
  const page = await open(`/connections/${connectionId}/describe`)
  await page.getByText('2 of 2 rows are understood').first().waitFor()
  const { settings } = await site.ask('GET', `/connections/${connectionId}/settings`)
  const definition = JSON.parse((settings as { definition: string }).definition)
  definition.memoryDays = 61
  await site.ask('PUT', `/connections/${connectionId}/settings`, {
    settings: { ...(settings as object), definition: JSON.stringify(definition) },
  })
  await page.getByLabel('Name', { exact: true }).first().fill('Hall of tea')
  await page.getByRole('button', { name: 'Save the description' }).click()
  await page.getByText('Somebody else changed it meanwhile.').waitFor()
  await page.getByRole('button', { name: 'Show theirs' }).click()
  await page.getByText('As it is saved.').waitFor()
  expect(await page.getByLabel('Name', { exact: true }).first().inputValue()).toBe('A')
  await page.context().close()
})

const paths = [
  '/connections/new',
  '/connections/new/generic-warehouse/describe?name=Scoot',
  '/connections/new/nobody/describe',
]
for (const look of looks) {
  whenBrowser(`these screens are whole and accessible: ${nameOf(look)}`, { timeout: 300_000 }, async () => {
    const context = await newContext(browser, look)
    const page = await context.newPage()
    for (const path of [...paths, `/connections/${connectionId}`, `/connections/${connectionId}/describe`]) {
      await walk(page, `${site.address}${path}`)
      await expectWhole(page, path)
    }
    await wizardIsWhole(look, page)
    await context.close()
  })
}

/** Each step with something in it. */
async function wizardIsWhole({ language }: Look, page: Page): Promise<void> {
  const isEnglish = language === 'en'
  await visit(page, `${site.address}/connections/new/generic-warehouse/describe?name=Scoot`)
  for (const way of isEnglish
    ? ['SFTP', 'It calls us', 'We call it']
    : ['SFTP', '对方调用我们', '我们调用对方']) {
    await page.getByRole('radio', { name: way }).check()
    await expectWhole(page, way)
  }
  await page.getByRole('radio').first().check()
  const goOn = page.getByRole('button', { name: isEnglish ? 'Next' : '下一步', exact: true })
  await goOn.click()
  await page.locator('input[type=file]').first().setInputFiles(sample('STOCK_20261126171500.csv'))
  await page.getByRole('button', { name: isEnglish ? 'Take them' : '采用' }).click()
  for (const summary of await page.locator('main details summary').all()) await summary.click()
  await expectWhole(page, 'samples')
  await goOn.click()
  await page.getByRole('checkbox').check()
  await page.locator('pre').first().waitFor()
  await expectWhole(page, 'orders')
  await goOn.click()
  await expectWhole(page, 'finish')
}
