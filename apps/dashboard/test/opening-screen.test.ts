import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { zh } from '../src/locales/zh.ts'
import { launchBrowser } from './browser.ts'
import { expectWhole, newContext, openPage, settled, visit } from './screens.ts'
import { type ServedSite, serveSite } from './served-site.ts'
import { openUnstockedShop, type UnstockedShop } from './unstocked-shop.ts'

/** Opening stock from a shop that has its stock already, all the way to live: a hub's own process, a simulated shop, Chromium. */

let site: ServedSite
let opened: UnstockedShop
const browser = await launchBrowser()
const whenBrowser = test.skipIf(browser === undefined)

beforeAll(async () => {
  if (browser === undefined) return
  site = await serveSite('api,worker')
  await site.ask('POST', '/locations', { code: 'MAIN', name: 'Main warehouse', kind: 'warehouse' })
  opened = await openUnstockedShop(site.ask, {
    name: 'Harbour shop',
    location: 'MAIN',
    goods: { MUG: 7, CUP: 4 },
  })
}, 240_000)
afterAll(async () => {
  if (browser === undefined) return
  await browser.close()
  await opened?.shop.close()
  await site.stop()
}, 60_000)

const address = () => `${site.address}/connections/${opened.connectionId}/opening`
const onHand = async () => {
  const { rows } = (await site.ask('GET', '/items')) as { rows: { sku: string; onHand: number }[] }
  return Object.fromEntries(rows.map(({ sku, onHand }) => [sku, onHand]))
}
const shown = async () => {
  const { levels } = (await (await fetch(`${opened.shop.url}/_control/state`)).json()) as {
    levels: { quantity: number }[]
  }
  return levels.map(({ quantity }) => quantity)
}
/** The cells of each line, by SKU. */
async function lines(page: Page): Promise<string[]> {
  const rows = page.getByRole('table', { name: /Differences|差异/ }).getByRole('row')
  const cells = await rows.evaluateAll((all) =>
    all.map((row) => [...row.children].map((cell) => cell.textContent).join(' ')),
  )
  return cells.slice(1).sort()
}

whenBrowser(
  'a shop that has its stock: begun, given up, begun again, refused as it changed, taken, live',
  { timeout: 180_000 },
  async () => {
    const page = await openPage(browser, `${site.address}/connections/${opened.connectionId}`)
    await page.getByRole('link', { name: 'Take the shop’s numbers' }).click()
    await page.getByRole('heading', { level: 1, name: 'Opening stock' }).waitFor()
    const begin = page.getByRole('button', { name: 'Begin: read orders and numbers' })
    await begin.waitFor()
    await expectWhole(page, 'before it is begun')
    await begin.click()
    const table = page.getByRole('table', { name: 'Differences' })
    await table.waitFor({ timeout: 60_000 })
    await page.getByRole('button', { name: 'Give up' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Give up' }).click()
    await begin.click()
    await table.waitFor({ timeout: 60_000 })
    // The shop shows 6 of 7, since one is ordered and not sent: it is there, and reserved.
    expect(await lines(page)).toEqual(['CUPMAIN MAIN 0 4 +4 0', 'MUGMAIN · Reserved 1 MAIN 0 7 +7 1'])
    await expectWhole(page, 'the differences')
    // An order from before the hub came is taken off no number twice: all were read after it was known, for each of the two.
    const { rows: audits } = (await site.ask(
      'GET',
      `/connections/${opened.connectionId}/jobs?kind=audit`,
    )) as { rows: { state: string }[] }
    expect(audits.map(({ state }) => state)).toEqual(['done', 'done'])
    const file = await page.getByRole('link', { name: 'CSV' }).getAttribute('href')
    expect(await (await fetch(`${site.address}${file}`)).text()).toMatch(/^CUP,MAIN,4,0,0,,/m)

    // One comes back to it on a phone, in Chinese, where who may not take it over sees it all the same.
    const phone = await (await newContext(browser, { language: 'zh', theme: 'dark', width: 390 })).newPage()
    await phone.route(/\/api\/v1\/organization$/, async (route) => {
      const answer = await route.fetch()
      await route.fulfill({ response: answer, json: { ...(await answer.json()), role: 'operator' } })
    })
    await visit(phone, address())
    await phone.getByText(zh.opening.notYours).waitFor()
    expect(await lines(phone)).toHaveLength(2)
    expect(await phone.locator('main').getByRole('button', { name: zh.opening.take }).count()).toBe(0)
    await expectWhole(phone, 'the differences on a phone')
    // A large shop's: only what is seen is in the page, and what is left alone says why.
    await phone.route(/\/api\/v1\/cutovers\/[^/]+$/, async (route) => {
      const detail = await (await route.fetch()).json()
      const row = {
        locationCode: 'MAIN',
        proposed: 9,
        ledger: 1,
        reserved: 0,
        skippedCode: null,
        skipped: null,
      }
      const many = Array.from({ length: 5_000 }, (_, nth) => ({ ...row, sku: `SKU-${nth}` }))
      const lot = { ...row, sku: 'TEA', skipped: 'tracked by lot: count it', skippedCode: 'lot' }
      await route.fulfill({ json: { ...detail, rows: [...many, lot] } })
    })
    await visit(phone, address())
    await phone.getByText('多 40,000 件').waitFor()
    const table390 = phone.getByRole('table', { name: zh.opening.proposal })
    expect(await table390.getByRole('row').count()).toBeLessThan(60)
    await table390.press('End')
    await phone.getByText('SKU-4999').waitFor()
    await phone.getByRole('button', { name: zh.opening.only.left }).click()
    await phone.getByText(zh.opening.skipped.lot).waitFor()
    await expectWhole(phone, 'what is left alone')
    await phone.context().close()

    // Somebody counts in between: nothing of what was looked at is booked.
    await site.ask('POST', '/stock/adjust', { sku: 'CUP', location: 'MAIN', quantity: 1, reason: 'found' })
    await takeOver(page)
    await page.getByText('The numbers have changed since you looked').waitFor()
    expect(await onHand()).toEqual({ MUG: 0, CUP: 1 })
    expect(await lines(page)).toEqual(['CUPMAIN MAIN 1 4 +3 0', 'MUGMAIN · Reserved 1 MAIN 0 7 +7 1'])

    await takeOver(page)
    await page.getByText('Now look at what would be written').waitFor()
    expect(await onHand()).toEqual({ MUG: 7, CUP: 4 })
    await expectWhole(page, 'taken')
    // Taken once more, nothing differs, and nothing is booked.
    await page.getByRole('button', { name: 'Take it over again' }).click()
    await page.getByText('Nothing differs', { exact: false }).waitFor({ timeout: 60_000 })
    await takeOver(page)
    await page.getByText('Now look at what would be written').waitFor()
    expect(await onHand()).toEqual({ MUG: 7, CUP: 4 })

    await page.getByRole('button', { name: 'Go live' }).click()
    await page.getByRole('button', { name: 'Start writing' }).click()
    await page.getByText('Harbour shop is live: it shows this stock.').waitFor()
    expect((await shown()).sort()).toEqual([4, 6])
    const { rows } = (await site.ask('GET', '/cutovers')) as { rows: { name: string; state: string }[] }
    expect(rows.map(({ name, state }) => `${name}: ${state}`)).toEqual([
      'Harbour shop 3: live',
      'Harbour shop 2: applied',
      'Harbour shop 1: cancelled',
    ])
    await settled(page)
    await page.context().close()
  },
)

whenBrowser(
  'a spreadsheet of what was there: its moment, the file with its wrong rows, the differences, taken',
  { timeout: 180_000 },
  async () => {
    for (const sku of ['OAR', 'JIB']) await site.ask('PUT', `/items/${sku}`, { name: sku })
    const second = await openUnstockedShop(site.ask, {
      name: 'Second shop',
      location: 'MAIN',
      goods: { FLAG: 5 },
    })
    const path = `${site.address}/connections/${second.connectionId}/opening`
    const page = await openPage(browser, path)
    const asOf = page.getByLabel('True for')
    await asOf.fill('2036-01-01T10:00')
    await page.getByText('Give a moment that is past.').waitFor()
    expect(await page.getByRole('button', { name: 'Begin with a file' }).isDisabled()).toBe(true)
    const local = new Date(Date.now() - 60_000 - new Date().getTimezoneOffset() * 60_000)
    await asOf.fill(local.toISOString().slice(0, 16))
    await expectWhole(page, 'a moment for a file')
    await page.getByRole('button', { name: 'Begin with a file' }).click()
    const input = page.getByLabel('Choose a file of opening stock').first()
    await input.waitFor({ state: 'attached', timeout: 60_000 })

    await input.setInputFiles({ name: 'a.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') })
    await page.getByRole('alert').getByText('PDF').waitFor()
    const text = 'SKU,数量\nOAR,12\nJIB,3\nNOBODY,1\nFLAG,many\n'
    await input.setInputFiles({ name: 'stock.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
    await page.getByText('4 rows: 2 can be used, 2 cannot.').waitFor()
    await page.getByText('NOBODY').first().waitFor()
    await expectWhole(page, 'a file with wrong rows')
    expect(await onHand()).toMatchObject({ OAR: 0, JIB: 0 })

    // Left and come back to in Chinese: the file is given again, and read in this language.
    const phone = await (await newContext(browser, { language: 'zh', theme: 'dark', width: 390 })).newPage()
    await visit(phone, path)
    const again = phone.getByLabel(zh.opening.fileChoose).first()
    await again.waitFor({ state: 'attached' })
    await again.setInputFiles({ name: '库存.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
    await phone.getByText('共 4 行：2 行可用，2 行不可用。').waitFor()
    await phone.getByText('没有此 SKU 的商品。').waitFor()
    await expectWhole(phone, 'a file with wrong rows on a phone')
    await phone.context().close()

    await page
      .getByRole('button', { name: 'See the differences of 2 places, leave the wrong rows out' })
      .click()
    await page.getByRole('table', { name: 'Differences' }).waitFor()
    expect(await lines(page)).toEqual(['JIBMAIN MAIN 0 3 +3 0', 'OARMAIN MAIN 0 12 +12 0'])
    await page.getByRole('button', { name: 'Give another file' }).click()
    const corrected = 'SKU,quantity\nOAR,11\nJIB,3\nFLAG,0\n'
    await input.setInputFiles({ name: 'b.csv', mimeType: 'text/csv', buffer: Buffer.from(corrected) })
    await page.getByRole('button', { name: 'See the differences of 3 places' }).click()
    await page.getByText('OAR').first().waitFor()
    await vi.waitFor(async () => expect((await lines(page)).join()).toContain('+11'), 20_000)
    await takeOver(page)
    await page.getByText('Now look at what would be written').waitFor()
    expect(await onHand()).toMatchObject({ OAR: 11, JIB: 3, FLAG: 0 })
    await page.context().close()
    await second.shop.close()
  },
)

async function takeOver(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Take them over' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Take them over' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}
