import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HubProcess, startHubProcess } from '../../../bench/hub/hub-process.ts'
import {
  createTestDatabase,
  makeTemporaryFolder,
  type TestDatabase,
} from '../../../packages/database/src/testing/index.ts'
import { launchBrowser } from './browser.ts'
import { expectWhole, looks, nameOf, newContext, openPage, settled, visit } from './screens.ts'
import { startSite } from './site.ts'

/** Orders that people make, those that wait, and shipments that are split: a hub's own process and a real Chromium. */

let database: TestDatabase
let hub: HubProcess
let folder: string
let site: Awaited<ReturnType<typeof startSite>> | undefined
const browser = await launchBrowser()
const whenBrowser = test.skipIf(browser === undefined)

beforeAll(async () => {
  if (browser === undefined) return
  database = await createTestDatabase()
  folder = await makeTemporaryFolder()
  hub = await startHubProcess({ databaseUrl: database.url, dataFolder: folder, role: 'api,worker' })
  for (const [code, name] of [
    ['RTM', 'Rotterdam'],
    ['SZX', '深圳仓 Shenzhen'],
  ])
    await ask('POST', '/locations', { code, name, kind: 'warehouse' })
  const units = [{ code: 'case', factor: 12 }]
  await ask('PUT', '/items/MUG', { name: 'Enamel mug', units, barcodes: [{ barcode: '4006381333931' }] })
  await ask('PUT', '/items/TEA-OOLONG', { name: '高山乌龙茶 Oolong tea tin' })
  await ask('POST', '/stock/receive', { sku: 'MUG', location: 'RTM', quantity: 40 })
  await ask('POST', '/stock/receive', { sku: 'MUG', location: 'SZX', quantity: 6 })
  await ask('POST', '/stock/receive', { sku: 'TEA-OOLONG', location: 'RTM', quantity: 3 })
  const tea = (quantity: number, more: object = {}) =>
    ask('POST', '/orders', {
      kind: 'manual',
      backorder: true,
      lines: [{ sku: 'TEA-OOLONG', quantity }],
      ...more,
    })
  await tea(5, { reference: 'PO-2291', note: 'Call before it is sent' })
  await tea(4)
  await ask('POST', '/inbound-shipments', {
    reference: 'PO 88',
    location: 'RTM',
    expectedOn: '2027-03-01',
    lines: [{ sku: 'TEA-OOLONG', quantity: 60 }],
  })
  site = await startSite(hub.url)
}, 240_000)
afterAll(async () => {
  if (browser === undefined) return
  await browser.close()
  // Whatever failed to start, no process is left behind: it would keep the test run from ending.
  await site?.stop()
  await hub?.stop()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
}, 60_000)

async function ask(method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${hub.url}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return await answer.json()
}

/** A picture of the page where somebody wants to look at it. */
async function picture(page: Page, name: string): Promise<void> {
  const into = process.env.PLIMSOLL_PICTURES
  if (into !== undefined) await page.screenshot({ path: `${into}/${name}.png`, fullPage: true })
}

async function addItem(page: Page, code: string): Promise<void> {
  await page.getByRole('combobox').first().fill(code)
  await page.getByRole('combobox').first().press('Enter')
}

for (const look of looks) {
  const name = nameOf(look)
  const en = look.language === 'en'
  whenBrowser(
    `a new order, what waits, and who comes first are whole and accessible: ${name}`,
    { timeout: 240_000 },
    async () => {
      const context = await newContext(browser, look)
      const page = await context.newPage()
      const shot = (what: string) => picture(page, `${what}-${look.language}-${look.theme}-${look.width}`)
      await visit(page, `${site?.address}/orders/new`)
      await expectWhole(page, '/orders/new, empty')
      await page.getByRole('combobox').first().fill('m')
      await page.getByRole('option').first().waitFor()
      await expectWhole(page, '/orders/new, searching')
      await shot('searching')
      await addItem(page, '4006381333931')
      await page.getByText('Enamel mug').first().waitFor()
      await addItem(page, 'TEA-OOLONG')
      await page.getByText('TEA-OOLONG').first().waitFor()
      await page.getByLabel(en ? 'Quantity of MUG' : 'MUG 的数量').fill('9')
      await page.getByLabel(en ? 'Unit of MUG' : 'MUG 的单位').selectOption('case')
      await page.getByText(en ? '46 free: 62 too few' : '可售 46，缺 62').waitFor()
      await page.getByRole('button', { name: en ? 'Make the order' : '创建订单' }).click()
      await page.getByRole('alert').waitFor()
      await expectWhole(page, '/orders/new, full')
      await shot('new-order')
      await visit(page, `${site?.address}/orders?standing=not-routed`)
      await page.getByText('H-1001').waitFor()
      await expectWhole(page, '/orders?standing=not-routed')
      await shot('waiting')
      await page.getByRole('button', { name: en ? 'Change this' : '修改', exact: true }).click()
      await page.getByLabel(en ? 'the channel that comes first' : '排在前面的渠道').check()
      await page.getByLabel(en ? 'Add a channel' : '添加渠道').selectOption('by-hand')
      await expectWhole(page, 'who comes first')
      await shot('allocation')
      await visit(page, `${site?.address}/orders/H-1002`)
      await page.getByText(en ? 'In line for it: 2 of 2.' : '排队第 2 位，共 2 位。').waitFor()
      await expectWhole(page, '/orders/H-1002')
      await shot('waits')
      await context.close()
    },
  )
}

whenBrowser(
  'what is free at a place is known, however late the places come',
  { timeout: 120_000 },
  async () => {
    const page = await openPage(browser, `${site?.address}/orders`)
    const places = Promise.withResolvers<void>()
    await page.route('**/api/v1/locations*', (route) => places.promise.then(() => route.continue()))
    await page.goto(`${site?.address}/orders/new`)
    await addItem(page, '4006381333931')
    // Time enough for the item's own answers.
    await page.waitForTimeout(1_000)
    places.resolve()
    await page.getByText('46 free').waitFor()
    await page.getByRole('combobox', { name: 'From' }).selectOption('RTM')
    await page.getByText('40 free').waitFor()
    await page.context().close()
  },
)

whenBrowser(
  'an order is typed in, made once, split, merged and cancelled',
  { timeout: 240_000 },
  async () => {
    const page = await openPage(browser, `${site?.address}/orders`)
    await page.getByRole('link', { name: 'New order' }).click()
    // The list that is left has fields to choose from, too.
    await page.getByRole('button', { name: 'Make the order' }).waitFor()
    await settled(page)
    await addItem(page, '4006381333931')
    await page.getByText('46 free').waitFor()
    await page.getByLabel('Quantity of MUG').fill('50')
    await page.getByText('46 free: 4 too few').waitFor()
    await page.getByRole('button', { name: 'Make the order' }).click()
    await page.getByText('More is ordered than is free.').waitFor()
    await page.getByLabel('Quantity of MUG').fill('5')
    await page.getByRole('combobox', { name: 'From' }).selectOption('RTM')
    for (const [field, text] of [
      ['Name', 'Ada Lovelace'],
      ['Street and number', 'Square 12'],
      ['City', 'London'],
      ['Country (two letters)', 'gb'],
    ] as const)
      await page.getByLabel(field, { exact: true }).fill(text)
    // What else the screen reads anew is not waited for: it may take long, and the stream may begin it again and again.
    const overviews = Promise.withResolvers<void>()
    const isOverview = (url: URL) => url.pathname === '/api/v1/overview'
    await page.route(isOverview, (route) => overviews.promise.then(() => route.continue()))
    let sent = 0
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/api/v1/orders')) sent += 1
    })
    await page.getByRole('button', { name: 'Make the order' }).dblclick()
    await page.getByRole('heading', { name: 'H-1003', exact: true }).waitFor()
    await page.getByText('To pack').first().waitFor()
    expect(sent).toBe(1)
    overviews.resolve()
    await page.unrouteAll({ behavior: 'wait' })
    await picture(page, 'made')
    await page.getByRole('button', { name: 'Split' }).click()
    await page.getByRole('dialog').getByLabel('MUG').fill('2')
    await picture(page, 'split')
    await page.getByRole('dialog').getByRole('button', { name: 'Split' }).click()
    await page.getByRole('button', { name: 'Put H-1003-2 into this' }).waitFor()
    await picture(page, 'split-done')
    await page.getByRole('button', { name: 'Put H-1003-2 into this' }).click()
    await page.getByRole('button', { name: 'Put H-1003-2 into this' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Change quantities' }).click()
    await page.getByRole('dialog').getByLabel('MUG').fill('3')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('0 of 3 sent').first().waitFor()
    await page.getByRole('button', { name: 'Cancel order' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel order' }).click()
    await page.getByText('Cancelled', { exact: true }).first().waitFor()
    await expectWhole(page, 'an order that was cancelled')
    const { rows } = (await ask('GET', '/orders?connection=by-hand')) as {
      rows: { number: string; state: string }[]
    }
    expect(rows.filter(({ number }) => number === 'H-1003')).toMatchObject([{ state: 'cancelled' }])
    expect(rows).toHaveLength(3)
    await page.context().close()
  },
)
