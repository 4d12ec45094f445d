import type { Locator, Page, Route } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import { shownScreens } from './pictures/shown-screens.ts'
import { expectWhole, follow, type Look, newContext } from './screens.ts'
import { type ServedSite, serveSite } from './served-site.ts'

/**
 * Every screen of the router while nothing has come yet, where there is nothing, and where the hub fails or refuses: it says
 * so in words, in the reader's language, with a way on; it is accessible, no wider than a phone, and nothing is thrown.
 * One page goes from screen to screen as a reader does, without being loaded anew.
 */

let site: ServedSite
const browser = await launchBrowser()
const whenBrowser = test.skipIf(browser === undefined)

beforeAll(async () => {
  if (browser !== undefined) site = await serveSite('api')
}, 180_000)
afterAll(async () => {
  if (browser === undefined) return
  await browser.close()
  await site.stop()
}, 60_000)

/** What is in no hub: a screen of a single thing says that there is none. */
const none = '01a21dd3-cd49-7176-bcde-0468a63e74f5'
const paths = [...new Set(shownScreens.map(({ route }) => route))].map((route) =>
  route
    .replace('$connector', 'shopify')
    .replaceAll(/\$\w+/g, none)
    .replace(/^\/calls$/, `/calls?order=${none}`),
)
/** Pages for people who are not signed in: they hold forms, and read no more than how the hub is entered. */
const entries = ['/setup', '/sign-up', '/join', '/reset-password']
const screens = paths.filter((path) => !entries.includes(path))
/** What can be filled in before anything has come. */
const forms = ['/orders/new', '/bulk', '/pick-list', '/import-items']
/** Says how one is signed in, which is known. */
const readsNothing = ['/account']

const phone: Look = { language: 'zh', theme: 'dark', width: 390 }
const desk: Look = { language: 'en', theme: 'light', width: 1440 }

type Answer = (route: Route) => Promise<unknown>
const problem = (status: number, code: string, detail: string) => (route: Route) =>
  route.fulfill({
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({ type: 'about:blank', title: code, status, code, detail }),
  })
/** The hub's own sentence is quoted after what is the matter in the reader's language. */
const HUBS_OWN = 'Something broke in the hub. Try again.'
const fails = problem(500, 'internal', HUBS_OWN)
const refuses = problem(403, 'not-allowed', 'Your role does not allow this. Ask an owner.')
/** Platforms are called as their connectors call them. */
const NAME = 'Warehouse by files or API'
const never = () => new Promise<void>(() => undefined)

/**
 * A page whose reads are all answered so; who is there and how the hub is entered is known. What it throws is put into
 * `thrown`.
 */
async function openWith(look: Look, answer: Answer | undefined): Promise<{ page: Page; thrown: string[] }> {
  const page = await (await newContext(browser, look)).newPage()
  const thrown: string[] = []
  page.on('pageerror', (error) => thrown.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      thrown.push(message.text())
  })
  await page.clock.install()
  if (answer !== undefined) {
    await page.route(/\/api\/v1\/(?!me$|setup$)/, answer)
    await page.route('**/api/v1/stream*', (route) => route.abort())
  }
  await page.goto(`${site.address}/tasks`)
  await page.locator('main h1').first().waitFor()
  return { page, thrown }
}

/** What is said on it that is in English, where nothing of the brand's could be: four words one after another. */
async function englishOf(page: Page): Promise<string[]> {
  const texts = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found: string[] = []
    while (walker.nextNode())
      if (walker.currentNode.parentElement?.closest('code, pre, kbd, option, script, [lang=en]') === null)
        found.push(walker.currentNode.nodeValue ?? '')
    return found
  })
  const said = texts.map((text) => text.replaceAll(/（[^）]*）/g, '').replaceAll(NAME, ''))
  return said.flatMap((text) => text.match(/[A-Za-z]{2,}(?: [A-Za-z]{2,}){3,}/g) ?? [])
}

async function isThere(what: Locator): Promise<boolean> {
  return what.waitFor({ timeout: 5_000 }).then(
    () => true,
    () => false,
  )
}

/** Its grey lines come with the next frame where they measure how many there is room for. */
function isLoading(page: Page): Promise<boolean> {
  return isThere(page.locator('main :is([role=status], [aria-busy=true]) .skeleton').first())
}

async function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
}

async function picture(page: Page, state: string, path: string): Promise<void> {
  const into = process.env.PLIMSOLL_PICTURES
  if (!into) return
  await page.screenshot({ path: `${into}/${state}${path.replaceAll(/\W+/g, '_').slice(0, 60)}.png` })
}

whenBrowser(
  'nothing has come yet: each screen says what it is, and that it loads',
  { timeout: 300_000 },
  async () => {
    const { page, thrown } = await openWith(phone, never)
    const seen: unknown[] = []
    for (const path of screens) {
      await follow(page, path)
      // A form waits for nothing.
      const isForm = forms.includes(path) && (await page.locator('main input, main select').count()) > 0
      if (!isForm && !readsNothing.includes(path) && !(await isLoading(page))) seen.push({ path, isForm })
      const english = await englishOf(page)
      if (english.length > 0) seen.push({ path, english })
      await picture(page, 'loading', path)
      // The same few grey lines everywhere: that they are accessible is asked of what they become.
      if (await isTooWide(page)) seen.push({ path, isTooWide: true })
    }
    expect(seen).toEqual([])
    expect(thrown).toEqual([])
    await page.context().close()
  },
)

whenBrowser('there is nothing: each screen says so, and what to do', { timeout: 300_000 }, async () => {
  const { page, thrown } = await openWith(phone, undefined)
  const seen: unknown[] = []
  for (const path of paths) {
    await follow(page, path)
    await page.waitForFunction(() => !document.querySelector('.skeleton'), undefined, { timeout: 10_000 })
    const said = await page.locator(entries.includes(path) ? 'body' : 'main').textContent()
    const title = await page.locator('h1').first().textContent()
    const words = (said ?? '').replace(title ?? '', '').replaceAll(/\s/g, '').length
    const wayOn = await page.locator('main a, main button, form button').count()
    if (words < 10 || wayOn === 0) seen.push({ path, words, wayOn })
    const english = await englishOf(page)
    if (english.length > 0) seen.push({ path, english })
    await picture(page, 'empty', path)
    await expectWhole(page, `${path} empty`)
  }
  expect(seen).toEqual([])
  expect(thrown).toEqual([])
  await page.context().close()
})

for (const [state, answer, look] of [
  ['the hub fails', fails, phone],
  ['the hub refuses', refuses, desk],
] as const)
  whenBrowser(`${state}: each screen says so, and may be tried again`, { timeout: 300_000 }, async () => {
    const { page, thrown } = await openWith(look, answer)
    const seen: unknown[] = []
    for (const path of screens) {
      await follow(page, path)
      // What is not a refusal is asked again once before it is told.
      await page.clock.runFor(3_000)
      // A form says what is the matter once it is sent.
      if (!['/orders/new', '/bulk', '/import-items', ...readsNothing].includes(path)) {
        const alert = page.locator('main [role=alert]:not(:empty)').first()
        const isTold = await isThere(alert)
        const mayTry = isTold && (await page.locator('main [role=alert] button').count()) > 0
        if (!mayTry) seen.push({ path, isTold, mayTry })
      }
      const english = look.language === 'zh' ? await englishOf(page) : []
      if (english.length > 0) seen.push({ path, english })
      await picture(page, state.replaceAll(' ', '-'), path)
      if (look === phone) await expectWhole(page, `${path}: ${state}`)
      else if (await isTooWide(page)) seen.push({ path, isTooWide: true })
    }
    expect(seen).toEqual([])
    expect(thrown).toEqual([])
    await page.context().close()
  })
