import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedTrackedBrand, type TrackedBrand } from '../../../bench/hub/tracked-brand.ts'
import { launchBrowser } from './browser.ts'
import { bringMappingsIn, decideDrifts, editRulesOfTwo, searchForWords } from './channel-stories.ts'
import {
  english,
  expectWhole,
  type Look,
  looks,
  nameOf,
  newContext,
  openPage,
  settled,
  walk,
} from './screens.ts'
import { type ServedSite, serveSite } from './served-site.ts'

/**
 * Deliveries, returns, the pick list, stock counts and routing: a hub's own process, orders that were bought and routed to
 * the brand's own warehouses, and a real Chromium with a scanner, which types a code and Enter.
 */

let site: ServedSite
let brand: TrackedBrand | undefined
let pickAt = ''
const browser = await launchBrowser()
const whenBrowser = test.skipIf(browser === undefined)
const phone: Look = { language: 'en', theme: 'light', width: 390 }

beforeAll(async () => {
  if (browser === undefined) return
  site = await serveSite('api,worker')
  brand = await seedTrackedBrand(site.hubUrl)
  await site.ask('PUT', `/connections/${encodeURIComponent('Harbour shop')}/fulfilment`, {
    shipsOrders: true,
    from: '2000-01-01T00:00:00Z',
  })
  await site.ask('POST', '/locations', { code: 'DOCK', name: 'Dock', kind: 'warehouse' })
  await site.ask('POST', '/locations', { code: 'ATTIC', name: 'Attic', kind: 'warehouse' })
  await site.ask('PUT', '/items/ROPE', {
    name: 'Rope',
    units: [{ code: 'box', factor: 6 }],
    barcodes: [{ barcode: 'ROPE-BOX', kind: 'text', unit: 'box' }],
  })
  await site.ask('PUT', '/items/BELL', { name: 'Bell' })
  await site.ask('PUT', '/items/HORN', { name: 'Horn' })
  await site.ask('POST', '/stock/receive', { sku: 'BELL', location: 'ATTIC', quantity: 7 })
  await site.ask('POST', '/stock/receive', { sku: 'HORN', location: 'ATTIC', quantity: 3 })
  pickAt = await firstToPick()
}, 240_000)
afterAll(async () => {
  if (browser === undefined) return
  await browser.close()
  await brand?.stop()
  await site.stop()
}, 60_000)

/** Where a shipment is to be packed by one's own people: its channel's worker routes it by itself. */
async function firstToPick(): Promise<string> {
  const end = Date.now() + 120_000
  for (;;) {
    const [first] = await ownShipments()
    if (first !== undefined) return first.location
    if (Date.now() > end) throw new Error('no order was routed to a warehouse of one’s own')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

async function ownShipments(): Promise<{ location: string; number: string }[]> {
  const { rows } = await site.ask('GET', '/shipments?state=open&warehouse=own')
  return rows as { location: string; number: string }[]
}

const open = (path: string, look = english) => openPage(browser, `${site.address}${path}`, look)

async function scan(page: Page, ...codes: string[]): Promise<void> {
  const field = page.getByLabel('Scan a barcode or SKU')
  for (const code of codes) {
    await field.fill(code)
    await field.press('Enter')
  }
}

async function onHand(sku: string, code: string): Promise<{ onHand: number; held: number } | undefined> {
  const { rows } = await site.ask('GET', `/locations/${code}/balances`)
  const found = (rows as { sku: string; onHand: number; held: number }[]).find((row) => row.sku === sku)
  return found && { onHand: found.onHand, held: found.held }
}

whenBrowser(
  'a delivery is announced, received by scanner on a phone, and what differs is told',
  { timeout: 120_000 },
  async () => {
    const page = await open('/deliveries', phone)
    await page.getByRole('button', { name: 'Announce a delivery' }).click()
    await page.getByLabel('Location', { exact: true }).selectOption('DOCK')
    await page.getByLabel('Your reference').fill('PO-1')
    await scan(page, 'ROPE-BOX', 'ROPE-BOX', 'BELL', 'BELL')
    await page.getByText('BELL: 2').waitFor()
    expect(await page.getByLabel('Units').nth(0).inputValue()).toBe('12')
    await scan(page, 'NOBODY')
    await page
      .getByText(/no .*NOBODY|NOBODY/)
      .first()
      .waitFor()
    await expectWhole(page, 'announcing')
    await page.getByRole('button', { name: 'Announce', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'PO-1' }).waitFor()
    await page.getByText('Your own people receive it').waitFor()

    await scan(page, 'ROPE-BOX', 'ROPE', 'ROPE')
    await page.getByText('ROPE: 8').waitFor()
    await page.getByLabel('Damaged').first().fill('9')
    await page.getByText('More than arrived').waitFor()
    expect(await page.getByRole('button', { name: 'Take in' }).isDisabled()).toBe(true)
    await page.getByLabel('Damaged').first().fill('1')
    await expectWhole(page, 'receiving')
    // Somebody else takes in a bell meanwhile: what is scanned here stays.
    const inbound = new URL(page.url()).pathname.split('/').at(-1)
    await site.ask('POST', `/inbound-shipments/${inbound}/receive`, { lines: [{ line: 2, quantity: 1 }] })
    await page.getByText('partly received').waitFor()
    expect(await page.getByLabel('Arrived').first().inputValue()).toBe('8')
    // And what is scanned while it is taken in.
    await page.route('**/receive', async (route) => {
      await scan(page, 'ROPE')
      await page.getByText('ROPE: 9').waitFor()
      await route.continue()
    })
    await page.getByRole('button', { name: 'Take in' }).click()
    await expect.poll(() => page.getByLabel('Arrived').first().inputValue()).toBe('1')
    await page.unroute('**/receive')
    expect(await onHand('ROPE', 'DOCK')).toEqual({ onHand: 8, held: 1 })
    await page.getByLabel('Arrived').first().fill('')

    await scan(page, 'ROPE-BOX')
    await page.getByText('ROPE: 6').waitFor()
    const action = page.getByRole('button', { name: 'Take in' })
    expect(await action.isDisabled()).toBe(true)
    await page.getByLabel('More came than was announced: take it in all the same').check()
    await action.click()
    await page.getByRole('button', { name: 'The rest will not come' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'The rest will not come' }).click()
    await page.getByText('closed', { exact: true }).waitFor()
    const rope = page.getByRole('row', { name: /^ROPE/ })
    expect(await rope.getByRole('cell').allTextContents()).toEqual(['ROPE', '12', '14', '1', '2', '0'])
    expect(await onHand('ROPE', 'DOCK')).toEqual({ onHand: 14, held: 1 })
    await page.context().close()
  },
)

whenBrowser('a return is inspected unit by unit', { timeout: 120_000 }, async () => {
  const page = await open('/returns', phone)
  // A scanner is faster than the hub's answers: what is chosen meanwhile is for the next scan.
  await page.route('**/item-codes/**', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 250))
    await route.continue()
  })
  await page.getByRole('button', { name: 'Note a return' }).click()
  await page.getByLabel('Number of the return').fill('RMA-1')
  await page.getByLabel('Location', { exact: true }).selectOption('DOCK')
  await scan(page, 'ROPE-BOX')
  await page.getByText('ROPE: 6').waitFor()
  await page.getByRole('button', { name: 'Note it' }).click()
  await page.getByRole('heading', { level: 1, name: 'RMA-1' }).waitFor()
  await scan(page, 'ROPE', 'ROPE')
  await page.getByText('ROPE: may be sold').waitFor()
  await page.getByRole('radio', { name: 'damaged' }).check()
  await scan(page, 'ROPE')
  await page.getByText('ROPE: damaged').waitFor()
  await scan(page, 'BELL')
  await page.getByText('BELL is not expected here').waitFor()
  await expectWhole(page, 'inspecting')
  await page.getByRole('button', { name: 'Book what was inspected' }).click()
  await page.getByText('6 announced: 2 may be sold, 1 damaged, 0 disposed of').waitFor()
  expect(await onHand('ROPE', 'DOCK')).toEqual({ onHand: 17, held: 2 })
  await page.getByRole('button', { name: 'Nothing more will come' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Nothing more will come' }).click()
  await page.getByText('closed', { exact: true }).waitFor()
  await page.context().close()
})

whenBrowser('a stock count on a phone ends in the ledger', { timeout: 120_000 }, async () => {
  const page = await open('/counts', phone)
  await page.getByRole('button', { name: 'Start a count' }).click()
  await page.getByLabel('Location', { exact: true }).selectOption('ATTIC')
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'Count of ATTIC' }).waitFor()
  await page.getByLabel('Who counts').fill('Ada')
  await scan(page, 'BELL', 'BELL', 'HORN', 'ROPE')
  await page.getByText('ROPE is not expected here').waitFor()
  const bells = page.getByLabel('Counted', { exact: true }).first()
  expect(await bells.inputValue()).toBe('2')
  await bells.fill('5')
  // Somebody else counts the horns meanwhile: what is typed here stays, and whose figure counts is said.
  const count = new URL(page.url()).pathname.split('/').at(-1)
  const entries = [{ sku: 'HORN', quantity: 3 }]
  await site.ask('POST', `/stock-counts/${count}/enter`, { counter: 'Bo', entries })
  await page.getByText('HORN: 1 entered here, and the sheet has 3 by now').waitFor()
  expect(await bells.inputValue()).toBe('5')
  await scan(page, 'HORN')
  await page.getByText('HORN is counted already').waitFor()
  // Blind: what the ledger says is not shown to whoever counts.
  expect(await page.getByText('7 by the ledger').count()).toBe(0)
  await expectWhole(page, 'counting')
  await page.getByRole('button', { name: 'Write down 1 lines' }).click()
  await page.getByText('2 of 2 lines counted').waitFor()
  await page.getByRole('button', { name: 'Leave it as the sheet has it' }).click()
  await page.getByText('Every line is counted').waitFor()
  await page.getByLabel('Who approves').fill('Grace')
  await page.getByRole('button', { name: 'Approve the figures' }).click()
  await page.getByText('−2').or(page.getByText('-2')).waitFor()
  await page.getByRole('button', { name: 'Write into the ledger' }).click()
  await page.getByText('It is in the ledger.').waitFor()
  expect(await onHand('BELL', 'ATTIC')).toEqual({ onHand: 5, held: 0 })
  await page.context().close()
})

whenBrowser('the pick list of a location, on the screen and on paper', { timeout: 120_000 }, async () => {
  const page = await open(`/pick-list?location=${pickAt}`)
  await page.getByRole('heading', { level: 1, name: `Pick list of ${pickAt}` }).waitFor()
  const [first] = await ownShipments()
  await page
    .getByRole('link', { name: first?.number ?? '' })
    .first()
    .waitFor()
  await page.emulateMedia({ media: 'print' })
  expect(await page.getByRole('button', { name: 'Print' }).isVisible()).toBe(false)
  expect(await page.getByRole('navigation').first().isVisible()).toBe(false)
  expect(await page.getByRole('table').isVisible()).toBe(true)
  await page.context().close()
})

whenBrowser(
  'rules are moved by keyboard and by dragging, edited, tried on past orders, and put in force',
  { timeout: 120_000 },
  async () => {
    const page = await open('/routing')
    const rules = page.getByRole('list', { name: 'Rules' }).getByRole('listitem')
    await rules.first().waitFor()
    const said = async () =>
      (await rules.allTextContents()).map((text) =>
        text.replace(/^\d+/, '').replace(/(limit|preference)$/, ''),
      )
    const before = await said()
    expect(before).toHaveLength(6)
    await page.getByText('These are in force.').waitFor()

    await rules
      .nth(2)
      .getByRole('button', { name: /Arrow keys/ })
      .focus()
    await page.keyboard.press('ArrowUp')
    expect(await said()).toEqual([before[0], before[2], before[1], ...before.slice(3)])
    // The focus goes with the rule.
    await page.keyboard.press('ArrowDown')
    expect(await said()).toEqual(before)
    await rules
      .nth(5)
      .getByRole('button', { name: /Arrow keys/ })
      .dragTo(rules.nth(0))
    await expect.poll(said).toEqual([before[5], ...before.slice(0, 5)])

    await page.getByLabel('Add a rule').selectOption('serves')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('What goes to anywhere leaves from no place yet: choose some.').waitFor()
    // Nothing is put in force that says nothing: the hub names the rule.
    await page.getByRole('button', { name: 'Put in force' }).click()
    await rules.last().getByRole('alert').waitFor()
    await page.getByLabel('Countries').fill('DE, FR')
    await page.getByRole('checkbox', { name: /\(DOCK\)/ }).check()
    await page.getByText('What goes to DE, FR leaves only from DOCK.').waitFor()
    await page.getByRole('button', { name: 'Try on past orders' }).click()
    await page.getByText(/^Of \d+ orders, \d+ would leave from elsewhere/).waitFor()
    await expectWhole(page, 'rules are tried')
    await page.getByRole('button', { name: 'Put in force' }).click()
    await page.getByText('These are in force.').waitFor()
    // Of tariffs the first is removed: the next keeps its own words, and not those of the one that went.
    await page.getByLabel('Add a rule').selectOption('lowest-cost')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    const tariffs = page.getByLabel('To countries')
    while ((await tariffs.count()) < 2) await page.getByRole('button', { name: 'Add a tariff' }).click()
    await tariffs.nth(0).fill('DE')
    await tariffs.nth(1).fill('FR')
    await page.getByLabel('A parcel').nth(1).fill('700')
    await page.getByRole('button', { name: 'Remove tariff 1' }).click()
    expect(await tariffs.nth(0).inputValue()).toBe('FR')
    expect(await page.getByLabel('A parcel').first().inputValue()).toBe('700')
    await page.getByRole('button', { name: 'Discard', exact: true }).click()

    const { rules: saved } = await site.ask('GET', '/routing-rules')
    expect((saved as { kind: string }[]).map(({ kind }) => kind)).toEqual([
      ...['deepest-stock', 'capacity', 'split', 'fewest-parcels', 'location-priority', 'nearest', 'serves'],
    ])

    await page.getByRole('button', { name: 'Change Dock' }).click()
    await page.getByLabel('Parcels a day', { exact: true }).fill('40')
    await page.getByLabel('Cut-off', { exact: true }).fill('nonsense')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Cut-off', { exact: true }).fill('15:00')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('until 15:00 · 40 parcels a day').waitFor()
    await page.context().close()
  },
)

whenBrowser(
  'mappings leave and come back as a spreadsheet, looked at before anything is written',
  { timeout: 120_000 },
  () => bringMappingsIn(site, open),
)

whenBrowser(
  'numbers that nothing explains are decided one by one and together; what is refused says why, in the reader’s language',
  { timeout: 120_000 },
  () => decideDrifts(site, open),
)

whenBrowser('rules that two people edit; words that are typed with rests', { timeout: 120_000 }, async () => {
  await editRulesOfTwo(site, open)
  await searchForWords(open)
})

const paths = () => [
  '/deliveries',
  '/returns',
  `/pick-list?location=${pickAt}`,
  '/pick-list?location=DOCK',
  '/counts',
  '/routing',
]
for (const look of looks) {
  whenBrowser(`these screens are whole and accessible: ${nameOf(look)}`, { timeout: 180_000 }, async () => {
    const page = await (await newContext(browser, look)).newPage()
    const firstOf = async (path: string, key: string) =>
      String(((await site.ask('GET', path)).rows as Record<string, unknown>[])[0]?.[key])
    const details = [
      `/deliveries/${await firstOf('/inbound-shipments', 'inboundId')}`,
      `/returns/${await firstOf('/returns', 'returnId')}`,
      `/counts/${await firstOf('/stock-counts', 'countId')}`,
    ]
    for (const path of [...paths(), ...details]) {
      await walk(page, `${site.address}${path}`)
      await expectWhole(page, path)
      const form = page.locator('main button[aria-expanded=false]')
      if (path !== '/routing' && (await form.count()) > 0) {
        await form.first().click()
        await expectWhole(page, `${path}, its form`)
      }
    }
    await page.context().close()
  })
}

const asked: [path: string, asks: RegExp][] = [
  ['/deliveries', /\/api\/v1\/inbound-shipments\?/],
  ['/returns', /\/api\/v1\/returns\?/],
  ['/pick-list?location=DOCK', /\/api\/v1\/shipments\/pick-list\?/],
  ['/counts', /\/api\/v1\/stock-counts\?/],
  ['/routing', /\/api\/v1\/routing-rules$/],
]
whenBrowser('loading and failing, and healed by trying again', { timeout: 120_000 }, async () => {
  const context = await newContext(browser, phone)
  for (const [path, asks] of asked) {
    const page = await context.newPage()
    let isBroken = true
    // A live change would heal the screen before anybody tries again.
    await page.route('**/api/v1/stream*', (route) => route.abort())
    await page.route(asks, (route) =>
      isBroken ? route.fulfill({ status: 503, contentType: 'text/html', body: 'away' }) : route.continue(),
    )
    await page.goto(`${site.address}${path}`)
    await page.getByRole('alert').first().waitFor()
    await expectWhole(page, `${path} fails`)
    isBroken = false
    await page.getByRole('button', { name: 'Try again' }).first().click()
    await settled(page)
    await page.getByRole('alert').waitFor({ state: 'detached' })
    await page.close()
  }
  await context.close()
})
