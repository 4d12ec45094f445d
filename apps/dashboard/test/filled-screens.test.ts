import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedTrackedBrand, type TrackedBrand } from '../../../bench/hub/tracked-brand.ts'
import type { StartedSimulator } from '../../../packages/connectors/index.ts'
import { launchBrowser } from './browser.ts'
import { latinOf, listenForNames } from './latin.ts'
import { pressWhatShows } from './pictures/camera.ts'
import { createDemoApi, type DemoApi, owner } from './pictures/demo-api.ts'
import { dressAccounts } from './pictures/dress-accounts.ts'
import { fillScreens } from './pictures/dress-demo.ts'
import { fillLongNames } from './pictures/long-names.ts'
import { findPlaces, placed } from './pictures/places.ts'
import type { ShownScreen } from './pictures/shown-screen.ts'
import { shownScreens } from './pictures/shown-screens.ts'
import { follow, type Look, newContext } from './screens.ts'
import { type ServedSite, serveSite } from './served-site.ts'

/**
 * Every screen of the router and its dialogs on a hub that is full: in Chinese nothing is left in English, and at a phone's width
 * nothing is wider than the window, however long the names are that people and platforms give.
 */

let site: ServedSite
let brand: TrackedBrand
let opening: StartedSimulator
let api: DemoApi
let places: Record<string, string>
const browser = await launchBrowser()
const whenBrowser = test.skipIf(browser === undefined)

beforeAll(async () => {
  if (browser === undefined) return
  site = await serveSite('api,worker')
  brand = await seedTrackedBrand(site.hubUrl)
  api = createDemoApi(site.hubUrl)
  opening = await fillScreens(api, brand.shop)
  places = await findAllPlaces()
}, 1_200_000)
afterAll(async () => {
  if (browser === undefined) return
  await browser.close()
  await opening?.close()
  await brand?.stop()
  await site.stop()
}, 60_000)

/** Orders are sent to where they leave from by a worker: the last thing that comes about. */
async function findAllPlaces(): Promise<Record<string, string>> {
  for (;;) {
    const { rows } = await api.ask<{ rows: unknown[] }>('GET', '/shipments?state=open&warehouse=own')
    if (rows.length > 0) return await findPlaces(api)
  }
}

const phone: Look = { language: 'zh', theme: 'light', width: 390 }
const desk: Look = { language: 'zh', theme: 'light', width: 1440 }

/** What is folded is looked at, too. */
async function unfold(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const fold of document.querySelectorAll('details')) fold.open = true
    const folded = document.querySelectorAll<HTMLElement>('main button[aria-expanded="false"]')
    for (const button of [...folded].slice(0, 12)) button.click()
  })
  await page.waitForFunction(() => !document.querySelector('.skeleton'))
}

/** Screens of whoever sits at the hub's machine; later, once it has accounts, of its owner and of strangers. */
const before = ({ as, name }: ShownScreen) => as === undefined || name === 'setup'

/** One page goes from screen to screen as a reader does, without being loaded anew. */
async function look(
  context: BrowserContext,
  screens: readonly ShownScreen[],
  find: (page: Page, names: ReadonlySet<string>) => Promise<readonly string[]>,
): Promise<Record<string, readonly string[]>> {
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const names = listenForNames(page)
  await page.goto(`${site.address}${screens[0]?.as === 'stranger' ? '/sign-up' : '/serials'}`)
  await page.locator('h1').first().waitFor()
  const found: Record<string, readonly string[]> = {}
  for (const screen of screens) {
    try {
      await go(page, placed(screen.path ?? screen.route, places))
      await pressWhatShows(page, screen, 'zh')
      await unfold(page)
      let here = await find(page, names)
      // Names that are asked for beside the screen may come after it.
      for (let looks = 0; looks < 10 && here.length > 0; looks += 1) {
        await page.waitForTimeout(300)
        here = await find(page, names)
      }
      if (process.env.CRAWL_LOG) console.info(screen.name, JSON.stringify(here))
      if (here.length > 0) found[screen.name] = here
    } catch (error) {
      // The others are looked at all the same: what is found is told at once.
      if (process.env.CRAWL_LOG) console.info(screen.name, String(error).slice(0, 300))
      found[screen.name] = [String(error).slice(0, 300)]
    }
  }
  await page.close()
  return found
}

async function go(page: Page, path: string): Promise<void> {
  const to = new URL(path, site.address)
  const whose = ({ pathname }: URL) => pathname.split('/')[1]
  await page.keyboard.press('Escape')
  // Screens that share their beginning may keep their heading.
  if (whose(new URL(page.url())) !== whose(to)) await follow(page, to.href)
  else {
    await page.goto(to.href, { waitUntil: 'domcontentloaded' })
    await page.locator('h1').first().waitFor()
  }
  await page.waitForFunction(() => !document.querySelector('main .skeleton'))
}

/** What stands out of the window, by what it is. */
async function tooWide(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    if (document.documentElement.scrollWidth <= innerWidth) return []
    // What scrolls by itself may be as wide as it likes, such as the tabs below.
    const isCut = (each: Element): boolean => {
      const parent = each.parentElement
      return parent !== null && (getComputedStyle(parent).overflowX !== 'visible' || isCut(parent))
    }
    const all = [...document.body.querySelectorAll('*')].filter(
      (each) => each.getBoundingClientRect().right > innerWidth + 1 && !isCut(each),
    )
    // The innermost is to blame.
    return all
      .filter((each) => !all.some((other) => other !== each && each.contains(other)))
      .slice(0, 3)
      .map((each) => `${document.documentElement.scrollWidth}: ${each.outerHTML.slice(0, 240)}`)
  })
}

whenBrowser(
  'in Chinese, no screen and no dialog says anything in English',
  { timeout: 900_000 },
  async () => {
    const context = await newContext(browser, desk)
    expect(await look(context, shownScreens.filter(before), latinOf)).toEqual({})
    await context.close()
  },
)

whenBrowser(
  'on a phone, no screen is wider than its window for the longest names',
  {
    timeout: 900_000,
  },
  async () => {
    const usual = places
    places = { ...usual, ...(await fillLongNames(api, places.channel ?? '')) }
    const context = await newContext(browser, phone)
    const long = shownScreens.filter(before).map(
      (screen): ShownScreen =>
        ({
          lot: { ...screen, path: places.lotted ?? '' },
          serial: { ...screen, path: places.numbered ?? '' },
          // The other shop is paused by now, with a long reason.
          'pause-connection': { ...screen, path: '/connections/{opening}' },
        })[screen.name] ?? screen,
    )
    expect(await look(context, long, tooWide)).toEqual({})
    await context.close()
    places = usual
  },
)

whenBrowser(
  'nor do the screens of accounts, of whoever is signed in and of strangers',
  { timeout: 300_000 },
  async () => {
    places.invitation = await dressAccounts(api, true)
    const later = shownScreens.filter((screen) => !before(screen))
    for (const [whose, each] of [
      ['owner', desk],
      ['stranger', desk],
    ] as const) {
      const context = await newContext(browser, each)
      if (whose === 'owner') {
        const { email, password } = owner
        const signedIn = await context.request.post(`${site.address}/api/auth/sign-in/email`, {
          data: { email, password },
          headers: { origin: site.hubUrl },
        })
        expect(signedIn.ok()).toBe(true)
      }
      const screens = later.filter(({ as = 'owner' }) => as === whose)
      expect(await look(context, screens, latinOf)).toEqual({})
      await context.close()
    }
  },
)
