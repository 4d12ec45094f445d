import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFixture } from '../dev/server.ts'
import { launchBrowser } from './browser.ts'
import { allNamesDrawn, recordGrid } from './grid-probe.ts'
import { english, expectWhole, looks, nameOf, newContext, openPage, visit, walk } from './screens.ts'
import { startSite } from './site.ts'

/** The built app in a real Chromium, before the fixture server. Waits are for what is seen, never for a time. */

let fixture: Awaited<ReturnType<typeof startFixture>>
let site: Awaited<ReturnType<typeof startSite>>
let address: string
const browser = await launchBrowser()
const whenBrowser = test.skipIf(browser === undefined)

beforeAll(async () => {
  fixture = await startFixture(0)
  site = await startSite(fixture.url)
  address = site.address
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await fixture.stop()
  await site.stop()
})

const addresses = [
  '/',
  '/flow',
  '/items',
  '/items/OIL-RED-S-00001',
  '/items/TEA-BLK-L-00011',
  '/items/TEA-BLK-L-00011/lots/OL-2608',
  '/serials',
  '/serials/CMP-00010-002',
  '/connections',
  '/connections/new',
  '/connections/new/amazon',
  '/connections/con-shopify',
  '/connections/con-amazon',
  '/connections/con-ebay/reconnect',
  '/parked',
  '/activity',
  '/alerts',
  '/alerts?view=rules',
  '/alerts?view=destinations',
]

const open = (path: string) => openPage(browser, address + path)

for (const look of looks) {
  whenBrowser(`every screen is whole and accessible: ${nameOf(look)}`, { timeout: 240_000 }, async () => {
    const context = await newContext(browser, look)
    // One tab that goes from screen to screen.
    const page = await context.newPage()
    let complaints: string[] = []
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    for (const path of addresses) {
      complaints = []
      await walk(page, address + path)
      await expectWhole(page, path)
      expect({ path, complaints }).toEqual({ path, complaints: [] })
      expect(await page.locator('html').getAttribute('lang')).toBe(look.language === 'zh' ? 'zh-CN' : 'en')
    }
    await context.close()
  })
}

whenBrowser('100,000 rows scroll with no stretch left blank', { timeout: 180_000 }, async () => {
  const page = await open('/items')
  const grid = page.getByRole('table')
  expect(await grid.getAttribute('aria-rowcount')).toBe('100001')
  await allNamesDrawn(page, 4)
  const recording = await recordGrid(page, { jumpsByScript: true })
  for (let step = 1; step <= 60; step++) {
    // From outside, as a hand does it: what a script moves within a frame is painted before anyone hears of it.
    await grid.evaluate((scroller, at) => {
      scroller.scrollTop = at < 40 ? at * 900 : (at / 60) * scroller.scrollHeight
    }, step)
    // Two frames, so that each place is looked at when it has been there for one.
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    )
  }
  const { frames, blankRowsMax } = await recording.stop()
  expect(frames).toBeGreaterThanOrEqual(60)
  expect(blankRowsMax).toBe(0)
  await page.getByText('-99999', { exact: false }).first().waitFor()
  expect(await page.locator('[data-index]').count()).toBeLessThan(80)
  await page.context().close()
})

whenBrowser('the slash key searches, arrows move, Enter opens', { timeout: 120_000 }, async () => {
  const page = await open('/items')
  await page.keyboard.press('/')
  await page.keyboard.type('04221')
  await page.getByText('1 item', { exact: true }).waitFor()
  await page.getByRole('table').focus()
  await page.keyboard.press('ArrowDown')
  await page.waitForFunction(() => document.activeElement?.closest('[data-index]'))
  await page.keyboard.press('Enter')
  await page.waitForURL(/items\/\w+-\w+-\w+-04221/)
  await page.context().close()
})

whenBrowser(
  'the keyboard reads every part of the load line, and the map opens a group',
  { timeout: 120_000 },
  async () => {
    const page = await open('/items/MER-GRN-10L-00038')
    const drawing = page.getByRole('figure', { name: 'Load line' })
    await drawing.getByText('They are dealt among the channels').waitFor()
    await drawing.getByRole('button', { name: 'Fairlead EU shop' }).focus()
    await drawing.getByText('its own compartment').waitFor()
    await drawing.getByRole('button', { name: 'Reserved' }).focus()
    await drawing.getByText('the ship sinks as deep as it is loaded').waitFor()
    fixture.set({ more: 190 })
    await page.goto(`${address}/flow`)
    const group = page.getByRole('button', { name: 'Shopify' })
    await group.click()
    await page.getByRole('link', { name: 'Shopify DE 0' }).waitFor()
    await page.getByRole('button', { name: 'List' }).click()
    expect(await page.getByRole('table').getByRole('link').count()).toBeGreaterThan(190)
    fixture.set({ more: 0 })
    await page.context().close()
  },
)

whenBrowser('pausing asks for a reason and shows it; resuming undoes it', { timeout: 120_000 }, async () => {
  const page = await open('/connections')
  const card = page.getByRole('article', { name: 'Trade portal' })
  await card.getByRole('button', { name: 'Pause' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Pause writing' }).click()
  await dialog.getByText('Say why').waitFor()
  await dialog.getByLabel('Reason').fill('Stock take')
  await dialog.getByRole('button', { name: 'Pause writing' }).click()
  await card.getByText('Paused: Stock take').waitFor()
  await card.getByRole('button', { name: 'Resume' }).click()
  await card.getByRole('button', { name: 'Pause' }).waitFor()
  await page.context().close()
})

whenBrowser('replaying one, a group and all says what became of them', { timeout: 120_000 }, async () => {
  const page = await open('/parked')
  await page.getByRole('button', { name: 'Replay: Order #10100' }).click()
  await page.getByText('1 replayed, 0 still parked.').waitFor()
  const group = page.getByRole('region', { name: 'Unknown status' })
  await group.getByRole('button', { name: 'Replay these' }).click()
  await page.getByText('0 replayed, 7 still parked.').waitFor()
  await page.getByRole('button', { name: 'Replay all' }).click()
  await page.getByText('29 replayed, 7 still parked.').waitFor()
  await page.context().close()
})

whenBrowser(
  'a failing hub is told with its cure, and trying again heals it',
  { timeout: 120_000 },
  async () => {
    fixture.set({ failing: true })
    const page = await browser?.newPage()
    if (!page) return
    try {
      await page.addInitScript(() => localStorage.setItem('plimsoll.language', 'en'))
      // A live change would heal the screen before anybody tries again.
      await page.route('**/api/v1/stream*', (route) => route.abort())
      await page.goto(`${address}/connections`)
      await page.getByText('Check that PostgreSQL runs').waitFor()
    } finally {
      fixture.set({ failing: false })
    }
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('article', { name: 'Trade portal' }).waitFor()
    await page.context().close()
  },
)

whenBrowser(
  'a screen whose file cannot be had says so, and leaves the navigation',
  { timeout: 120_000 },
  async () => {
    const page = await browser?.newPage()
    if (!page) return
    await page.addInitScript(() => localStorage.setItem('plimsoll.language', 'en'))
    await page.route('**/assets/activity-screen*', (route) => route.abort())
    await page.goto(address)
    await page.getByRole('link', { name: 'Activity', exact: true }).click()
    await page.getByRole('heading', { name: 'This screen could not be loaded' }).waitFor()
    await page.unroute('**/assets/activity-screen*')
    await page.getByRole('button', { name: 'Load again' }).click()
    await page.getByRole('heading', { name: 'Activity' }).waitFor()
    await page.context().close()
  },
)

whenBrowser(
  'the keyboard alone skips to the content, opens, cancels and returns',
  { timeout: 120_000 },
  async () => {
    const page = await open('/connections')
    await page.keyboard.press('Tab')
    const skip = page.getByRole('link', { name: 'Skip to the content' })
    await expect.poll(() => skip.evaluate((link) => link === document.activeElement)).toBe(true)
    expect((await skip.boundingBox())?.y).toBeGreaterThanOrEqual(0)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    const connect = page.getByRole('link', { name: 'Connect a platform' }).first()
    await expect.poll(() => connect.evaluate((link) => link === document.activeElement)).toBe(true)
    // And then the stop for everything and the connection's own page, before what can be done to it.
    // The list as a file comes first of all.
    for (let stop = 0; stop < 4; stop += 1) await page.keyboard.press('Tab')
    const pause = page.getByRole('button', { name: 'Pause' }).first()
    await expect.poll(() => pause.evaluate((button) => button === document.activeElement)).toBe(true)
    expect(await pause.evaluate((button) => getComputedStyle(button).outlineStyle)).toBe('solid')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(() => pause.evaluate((button) => button === document.activeElement)).toBe(true)
    await page.context().close()
  },
)

whenBrowser('an empty hub and a lost stream are told, too', { timeout: 120_000 }, async () => {
  fixture.set({ empty: true })
  const page = await open('/items')
  await page.getByText('No items yet').waitFor()
  await page.goto(`${address}/parked`)
  await page.getByText('Nothing is parked').waitFor()
  fixture.set({ empty: false, mute: true })
  await page.getByText('No live link to the hub').waitFor()
  fixture.set({ mute: false })
  await page.getByText('No live link to the hub').waitFor({ state: 'detached' })
  await page.context().close()
})

for (const savesData of [false, true]) {
  const name = savesData ? 'only when they are opened, where data is saved' : 'once the first one is quiet'
  whenBrowser(`the files of the other screens are fetched ${name}`, { timeout: 120_000 }, async () => {
    const page = savesData ? await (await newContext(browser, english)).newPage() : await browser?.newPage()
    if (!page) return
    await page.addInitScript(() => localStorage.setItem('plimsoll.language', 'en'))
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    const timesAsked = () => asked.filter((url) => url.includes('/assets/activity-screen')).length
    await page.clock.install()
    await visit(page, address)
    const afterAWhile = async () => {
      await page.clock.fastForward(1_500)
      return timesAsked()
    }
    if (savesData) for (let turn = 0; turn < 20; turn += 1) expect(await afterAWhile()).toBe(0)
    else await expect.poll(afterAWhile).toBe(1)
    await page.getByRole('link', { name: 'Activity', exact: true }).click()
    await page.getByRole('heading', { name: 'Activity' }).waitFor()
    expect(timesAsked()).toBe(1)
    await page.context().close()
  })
}

whenBrowser('the first load stays under 185 KiB of gzipped JavaScript', { timeout: 120_000 }, async () => {
  const page = await browser?.newPage()
  if (!page) return
  // What was loaded when the screen first showed: the other screens are fetched after it, while nobody waits.
  await page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (document.querySelector('h1') === null) return
      observer.disconnect()
      const names = performance.getEntriesByType('resource').map(({ name }) => name)
      Object.assign(window, { firstLoad: names })
    })
    observer.observe(document, { childList: true, subtree: true })
  })
  await page.goto(address)
  await page.getByRole('heading', { level: 1 }).waitFor()
  const urls = await page.evaluate(() => (window as unknown as { firstLoad: string[] }).firstLoad)
  const loaded = new Set(urls.flatMap((url) => /assets\/([^/]+\.js)$/.exec(url)?.[1] ?? []))
  const bytes = [...loaded].reduce(
    (sum, name) => sum + gzipSync(readFileSync(`${site.folder}/assets/${name}`)).length,
    0,
  )
  console.info(
    `first load: ${(bytes / 1024).toFixed(1)} KiB gzipped in ${loaded.size} of ${readdirSync(`${site.folder}/assets`).length} files`,
  )
  expect(loaded.size).toBeGreaterThan(2)
  expect(bytes).toBeLessThan(185 * 1024)
  await page.context().close()
})
