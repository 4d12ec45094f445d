import { rm } from 'node:fs/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HubProcess, startHubProcess } from '../../../bench/hub/hub-process.ts'
import { seedReplenishedBrand } from '../../../bench/hub/replenished-brand.ts'
import {
  createTestDatabase,
  makeTemporaryFolder,
  type TestDatabase,
} from '../../../packages/database/src/testing/index.ts'
import { launchBrowser } from './browser.ts'
import { expectWhole, looks, nameOf, newContext, openPage, settled, visit } from './screens.ts'
import { startSite } from './site.ts'

/** Replenishment, on a hub's own process with ten weeks of sales, and a real Chromium. */

let database: TestDatabase
let hub: HubProcess
let folder: string
let site: Awaited<ReturnType<typeof startSite>> | undefined
let planAll: () => Promise<void>
const browser = await launchBrowser()
const whenBrowser = test.skipIf(browser === undefined)
/** Where pictures are put, for whoever wants to look at them. */
const pictures = process.env.PLIMSOLL_PICTURES

beforeAll(async () => {
  if (browser === undefined) return
  database = await createTestDatabase()
  folder = await makeTemporaryFolder()
  hub = await startHubProcess({ databaseUrl: database.url, dataFolder: folder, role: 'api' })
  const { rows } = await sql<{ organizationId: string }>`select organization_id from organization`.execute(
    database.kysely,
  )
  planAll = await seedReplenishedBrand(database, rows[0]?.organizationId ?? '')
  await ask('PATCH', '/replenishment-settings', {
    sku: 'LAMP-01',
    fields: { packUnits: 12, supplier: 'Foshan Lighting' },
  })
  await planAll()
  site = await startSite(hub.url)
}, 240_000)
afterAll(async () => {
  if (browser === undefined) return
  await browser.close()
  await site?.stop()
  await hub?.stop()
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

for (const look of looks) {
  const name = nameOf(look)
  whenBrowser(`full, opened, empty; whole and accessible: ${name}`, { timeout: 240_000 }, async () => {
    const context = await newContext(browser, look)
    const page = await context.newPage()
    const picture = async (what: string) => {
      if (pictures === undefined) return
      const file = `${pictures}/${what}-${look.language}-${look.theme}-${look.width}.png`
      await page.screenshot({ path: file, fullPage: true })
    }
    await visit(page, `${site?.address}/replenishment`)
    await page.getByText('LAMP-01', { exact: true }).first().waitFor()
    await picture('list')
    await expectWhole(page, 'list')
    await page.getByRole('button', { name: 'LAMP-01' }).first().click()
    await page
      .getByText(look.language === 'en' ? 'Safety stock' : '安全库存')
      .first()
      .waitFor()
    await settled(page)
    await picture('opened')
    await expectWhole(page, 'opened')
    await visit(page, `${site?.address}/replenishment?q=nothing-like-it`)
    await page.getByText(look.language === 'en' ? 'Nothing is like that' : '没有符合条件的商品').waitFor()
    await expectWhole(page, 'empty')
    await visit(page, `${site?.address}/items/TEA-SET?kits=900&at=SZX`)
    await page
      .getByText(look.language === 'en' ? /^Kits: TEA-POT is enough for 70/ : /TEA-POT 只够 70/)
      .waitFor()
    await picture('kit')
    await expectWhole(page, 'kit')
    await context.close()
  })
}

whenBrowser(
  'a suggestion leads to the kit, which is put together, and taken apart again where that was a mistake',
  { timeout: 120_000 },
  async () => {
    const page = await openPage(browser, `${site?.address}/replenishment?q=TEA-SET`)
    const suggestion = page.getByRole('link', { name: /^Put \d+ together$/ }).first()
    const kits = /\d+/.exec((await suggestion.textContent()) ?? '')?.[0]
    await suggestion.click()
    await settled(page)
    await expect.poll(() => page.getByLabel('Kits', { exact: true }).inputValue()).toBe(kits)
    const stockOf = async (sku: string) => {
      const { onHand } = (await ask('GET', `/items/${sku}`)) as { onHand: number }
      return onHand
    }
    const before = [await stockOf('TEA-SET'), await stockOf('TEA-POT')]
    for (const [text, said] of [
      ['1.5', 'Kits: give a whole number from 1.'],
      [
        '71',
        'Kits: TEA-POT is enough for 70 at SZX (70 available, 1 in each). Give 70 or fewer, or receive more of it.',
      ],
    ] as const) {
      await page.getByLabel('Kits', { exact: true }).fill(text)
      await page.getByRole('alert').getByText(said).waitFor()
      expect(await page.getByRole('button', { name: 'Put together' }).isDisabled()).toBe(true)
    }
    await page.getByLabel('Kits', { exact: true }).fill('5')
    await page.getByRole('row', { name: 'TEA-CUP 4 500 20' }).waitFor()
    await page.getByRole('button', { name: 'Put 5 together' }).click()
    await page.getByRole('dialog').getByText('Put 5 of TEA-SET together at SZX?').waitFor()
    await expectWhole(page, 'asked')
    await page.getByRole('dialog').getByRole('button', { name: 'Put 5 together' }).click()
    await page.getByText('5 put together at SZX; 7 on hand there now.').waitFor()
    expect([await stockOf('TEA-SET'), await stockOf('TEA-POT')]).toEqual([7, 65])
    await page.getByRole('button', { name: 'Undo: take these apart again' }).click()
    await page.getByText('5 taken apart at SZX; 2 on hand there now.').waitFor()
    expect([await stockOf('TEA-SET'), await stockOf('TEA-POT')]).toEqual(before)
    await page.context().close()
  },
)

whenBrowser('sorted, filtered, and accepted with one click', { timeout: 120_000 }, async () => {
  const page = await openPage(browser, `${site?.address}/replenishment`)
  const skus = () => page.locator('tbody tr button').allInnerTexts()
  await page.getByRole('button', { name: 'Item', exact: true }).click()
  await page.locator('th[aria-sort="ascending"]').getByText('Item').waitFor()
  await expect.poll(async () => (await skus())[0]).toBe('KETTLE-G')
  await page.getByRole('button', { name: 'Item', exact: true }).click()
  await expect.poll(async () => (await skus())[0]).toBe('TOWEL-L')

  await page.getByRole('button', { name: /^Not enough history/ }).click()
  await expect.poll(skus).toEqual(['NEW-VASE'])
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await page.getByRole('combobox', { name: 'Location' }).selectOption('BER-3PL')
  await page.getByLabel('Only with a suggestion').check()
  await page.getByLabel('Select LAMP-01 at BER-3PL').check()
  await page.getByText('1 selected').waitFor()
  await page.getByRole('button', { name: 'Accept', exact: true }).click()
  await expectWhole(page, 'asked')
  await page.getByRole('dialog').getByRole('button', { name: 'Accept' }).click()
  await page.getByText('Made: 1 transfer drafts, 0 announced deliveries.').waitFor()
  await expect.poll(skus).not.toContain('LAMP-01')
  const { rows } = (await ask('GET', '/transfers')) as { rows: { state: string; toCode: string }[] }
  expect(rows).toMatchObject([{ state: 'draft', toCode: 'BER-3PL' }])
  await page.context().close()
})

whenBrowser('a setting is changed where its effect is seen', { timeout: 120_000 }, async () => {
  const page = await openPage(browser, `${site?.address}/replenishment?location=FBA-US&q=LAMP-02`)
  await page.getByRole('button', { name: 'LAMP-02' }).click()
  await page.getByText('Change a setting').click()
  await page.getByRole('combobox', { name: 'Setting' }).selectOption('packUnits')
  await page.getByRole('combobox', { name: 'For' }).selectOption('item-at-location')
  await page.getByLabel('Value').fill('0')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('alert').waitFor()
  await expectWhole(page, 'refused')
  await page.getByLabel('Value').fill('36')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('36 this item here').waitFor()
  await page.context().close()
})

whenBrowser(
  'a suggestion that was accepted elsewhere meanwhile is said so',
  { timeout: 120_000 },
  async () => {
    const page = await openPage(browser, `${site?.address}/replenishment?location=FBA-US&suggested=true`)
    await page.getByLabel('Select LAMP-01 at FBA-US').check()
    const { rows } = (await ask('GET', '/replenishment?location=FBA-US&suggested=true&search=LAMP-01')) as {
      rows: { suggestion: { id: string } }[]
    }
    const answer = await fetch(`${hub.url}/api/v1/replenishment/accept`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'somebody-else' },
      body: JSON.stringify({ suggestions: rows.map(({ suggestion: { id } }) => ({ id })) }),
    })
    expect(answer.status).toBe(201)
    await page.getByRole('button', { name: 'Accept', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Accept' }).click()
    await page.getByRole('alert').getByText('no longer what is suggested').waitFor()
    await page.context().close()
  },
)
