import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { StartedSimulator } from '../../../packages/connectors/index.ts'
import { launchBrowser } from './browser.ts'
import { english, expectWhole, type Look, looks, openPage } from './screens.ts'
import { type ServedSite, serveSite } from './served-site.ts'
import { openUnstockedShop } from './unstocked-shop.ts'

/** Items of one's own without a developer: from a spreadsheet, and of the listings of a first shop; a real hub and browser. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 })

let site: ServedSite
let shop: StartedSimulator | undefined
const browser = await launchBrowser()
const whenBrowser = test.skipIf(browser === undefined)
const chinese: Look = { language: 'zh', theme: 'dark', width: 390 }

beforeAll(async () => {
  if (browser !== undefined) site = await serveSite('api,worker')
})
afterAll(async () => {
  await browser?.close()
  await shop?.close()
  await site?.stop()
})

const open = (look: Look = english, path = '/import-items', address = site.address) =>
  openPage(browser, address + path, look)

async function give(page: Page, name: string, text: string | Buffer): Promise<void> {
  await page.locator('input[type=file]').setInputFiles({
    name,
    mimeType: 'text/csv',
    buffer: typeof text === 'string' ? Buffer.from(text) : text,
  })
}

async function templateOf(page: Page, button: string): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ])
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}

/** The field for files itself is hidden, and is a button to some. */
const chooserOf = (page: Page, name: string) => page.getByRole('button', { name }).and(page.locator('button'))

/** A figure of what a file would do, by its word. */
const figure = (page: Page, word: string) =>
  page.locator('dt', { hasText: word }).locator('xpath=following-sibling::dd').textContent()

whenBrowser(
  'from the empty list of items: the template as it is makes two items with stock, once',
  async () => {
    const page = await open(english, '/items')
    await page.getByText('No items yet').waitFor()
    await expectWhole(page, 'no items')
    await page.getByRole('link', { name: 'Import items' }).last().click()
    await page.getByRole('heading', { name: 'Import items', level: 1 }).waitFor()
    const template = await templateOf(page, 'Template')
    await give(page, template.name, template.text)
    await page.getByText('2 rows were read. Nothing is written yet.').waitFor()
    expect(await figure(page, 'Items to be made')).toBe('2')
    expect(await figure(page, 'Units to come in')).toBe('34')
    expect(await figure(page, 'Wrong rows')).toBe('0')
    expect(await site.ask('GET', '/items')).toMatchObject({ total: 0 })
    await page.getByRole('button', { name: 'Import 2 rows' }).click()
    await page.getByText('Rows written: 2;').waitFor()
    expect(await site.ask('GET', '/items')).toMatchObject({
      rows: [
        { sku: 'MUG-BLUE', name: 'Blue mug', onHand: 24 },
        { sku: 'TEA-GREEN', name: 'Green tea', onHand: 10 },
      ],
    })
    await page.getByRole('link', { name: 'To the items' }).click()
    await page.getByText('TEA-GREEN').first().waitFor()

    // The same file again is known, and brings nothing twice.
    await page.getByRole('link', { name: 'Import items' }).click()
    await give(page, template.name, template.text)
    await page.getByText('The same file again changes nothing.').waitFor()
    expect(await site.ask('GET', '/items')).toMatchObject({ rows: [{ onHand: 24 }, { onHand: 10 }] })
    await page.context().close()
  },
)

whenBrowser('the Chinese template is read as it is, too', async () => {
  const page = await open(chinese)
  const template = await templateOf(page, '下载模板')
  expect(template.name).toBe('plimsoll-商品模板.csv')
  const text = template.text.replace('MUG-BLUE', 'BEI-1').replace('TEA-GREEN', 'CHA-1')
  await give(page, template.name, text.replace('4006381333931', '5901234123457'))
  await page.getByText('已读取 2 行').waitFor()
  expect(await figure(page, '将新建的商品')).toBe('2')
  expect(await figure(page, '错误的行')).toBe('0')
  await page.getByRole('button', { name: '导入 2 行' }).click()
  await page.getByText('已完成').waitFor()
  expect(await site.ask('GET', '/items/BEI-1/catalogue')).toMatchObject({
    name: '蓝色马克杯',
    baseUnit: '个',
    units: [{ code: '箱', factor: 12 }],
    barcodes: [{ barcode: '5901234123457' }],
    tracking: 'plain',
  })
  await page.context().close()
})

const wrong = [
  'sku,name,quantity,colour',
  'MUG-BLUE,Blue mug,24,blue',
  'MUG-RED,Red mug,7,red',
  'MUG-GREEN,Green mug,many,green',
  ',No SKU,1,',
  'MUG-BLUE,Another mug,24,blue',
  `${'LONG-'.repeat(30)},${'W'.repeat(120)},2,`,
].join('\n')

whenBrowser.each(looks.map((look) => [look]))(
  'wrong rows are told with row, column and cure before anything is written: %o',
  async (look) => {
    const page = await open(look)
    await expectWhole(page, 'choosing')
    await page.locator('summary').click()
    await expectWhole(page, 'all columns')
    await give(page, `wrong-${look.language}-${look.width}.csv`, wrong)
    const isChinese = look.language === 'zh'
    await page.getByText(isChinese ? '已读取 6 行' : '6 rows were read').waitFor()
    expect(await figure(page, isChinese ? '错误的行' : 'Wrong rows')).toBe('4')
    const problems = page.locator('li', { hasText: isChinese ? '第 4 行' : 'Row 4' })
    await problems.getByText('many').waitFor()
    await problems
      .getByText(isChinese ? '请填写纯数字的整数' : 'Write a whole number in plain digits')
      .waitFor()
    await page
      .getByText(isChinese ? '请填写该单元格' : 'Fill the cell in')
      .first()
      .waitFor()
    await expectWhole(page, 'looked at')
    expect(await site.ask('GET', '/items?search=MUG-RED')).toMatchObject({ total: 0 })
    await page.getByRole('button', { name: isChinese ? '换一个文件' : 'Another file' }).click()
    await chooserOf(page, isChinese ? '选择商品文件' : 'Choose a file of items').waitFor()
    await page.context().close()
  },
)

whenBrowser(
  'the good rows alone, the refused ones as a file, which corrected is an import again',
  async () => {
    const page = await open()
    await give(page, 'autumn.csv', 'sku,name,quantity\nMUG-RED,Red mug,7\nMUG-GREEN,Green mug,many\n')
    await page.getByRole('button', { name: 'Import 1 row, leave the wrong rows out' }).click()
    await page
      .getByText('Done. Rows written: 1; so already: 0; left out: 1. Units that came in: 7.')
      .waitFor()
    await expectWhole(page, 'done')
    const href = await page.getByRole('link', { name: 'Wrong rows as Excel' }).getAttribute('href')
    const file = await fetch(`${site.hubUrl}${href?.replace('xlsx', 'csv')}`)
    const corrected = (await file.text()).replace('many', '3')
    // The address has the file: whoever comes back to it sees what became of it.
    await page.reload()
    await page.getByText('Rows written: 1;').waitFor()
    await page.getByRole('button', { name: 'Another file' }).click()
    await give(page, 'autumn-corrected.csv', corrected)
    await page.getByRole('button', { name: 'Import 1 row' }).click()
    await page.getByText('Rows written: 1;').waitFor()
    expect(await site.ask('GET', '/items?search=MUG-GREEN')).toMatchObject({ rows: [{ onHand: 3 }] })
    await page.context().close()
  },
)

whenBrowser('a file that is no table, and an import that there is not, are said and left', async () => {
  const page = await open(chinese)
  await give(page, 'old.xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'))
  await page.getByRole('alert').getByText('xls').first().waitFor()
  await page.goto(`${site.address}/import-items?id=018f0000-0000-7000-8000-000000000000`)
  await page.getByRole('alert').waitFor()
  await expectWhole(page, 'no such import')
  await page.getByRole('button', { name: '换一个文件' }).click()
  await chooserOf(page, '选择商品文件').waitFor()
  await page.context().close()
})

whenBrowser('by keyboard and from the palette; what nobody has checked yet can be stopped', async () => {
  // Without a worker nothing is checked.
  const idle = await serveSite('api')
  try {
    const page = await open(english, '/orders', idle.address)
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').getByRole('combobox').fill('Import items')
    await page.getByRole('option', { name: 'Import items' }).first().waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Import items', level: 1 }).waitFor()
    // Closed, it gives the focus back to where it was.
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      chooserOf(page, 'Choose a file of items').press('Enter'),
    ])
    await chooser.setFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('sku\nA\n') })
    await page.getByText('The file is being checked…').waitFor()
    await expectWhole(page, 'checking')
    await page.getByRole('button', { name: 'Stop' }).click()
    await chooserOf(page, 'Choose a file of items').waitFor()
    expect(await idle.ask('GET', '/imports')).toMatchObject({ rows: [] })
    await page.context().close()
  } finally {
    await idle.stop()
  }
})

whenBrowser(
  'of a first shop’s listings all items are made at once, not only of those that were shown',
  async () => {
    const goods = Object.fromEntries(Array.from({ length: 130 }, (_, nth) => [`GOOD-${1000 + nth}`, 5]))
    await site.ask('POST', '/locations', { code: 'SHOP', name: 'Shop', kind: 'warehouse' })
    const opened = await openUnstockedShop(site.ask, {
      name: 'First shop',
      location: 'SHOP',
      goods,
      isUnknown: true,
    })
    shop = opened.shop
    await expect
      .poll(async () => (await site.ask('GET', '/mapping')).counts, { timeout: 90_000, interval: 500 })
      .toMatchObject([{ none: 130, new: 0 }])
    const page = await open(english, '/mapping')
    await page.getByRole('button', { name: 'Make items of what is like none' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Make 130 items of what is like none').waitFor()
    await dialog.getByText('GOOD-1129').first().waitFor()
    await expectWhole(page, 'items to be made')
    await dialog.getByRole('button', { name: 'Make items' }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(await site.ask('GET', '/items?search=GOOD-')).toMatchObject({ total: 130 })
    await page.getByRole('button', { name: /^Accept all/ }).waitFor({ timeout: 60_000 })
    await page.context().close()
  },
)
