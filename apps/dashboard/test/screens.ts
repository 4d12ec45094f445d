import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'

/** What tests of screens share: how they are looked at, when they are there, and what is asked of every one. */

export type Look = { language: 'en' | 'zh'; theme: 'light' | 'dark'; width: number }
export const english: Look = { language: 'en', theme: 'light', width: 1440 }
export const looks: readonly Look[] = [
  english,
  { language: 'zh', theme: 'dark', width: 1440 },
  { language: 'zh', theme: 'light', width: 390 },
  { language: 'en', theme: 'dark', width: 390 },
]

/** For the title of a test. */
export function nameOf({ language, theme, width }: Look): string {
  return `${language}, ${theme}, ${width}`
}

/** A person with this language, theme and width; the pages that are opened in it share what the browser has loaded. */
export async function newContext(browser: Browser | undefined, look: Look): Promise<BrowserContext> {
  if (browser === undefined) throw new Error('only called with a browser')
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.width < 768 ? 844 : 900 },
    colorScheme: look.theme,
    reducedMotion: 'reduce',
  })
  await context.addInitScript(
    (language) => localStorage.setItem('plimsoll.language', language),
    look.language,
  )
  return context
}

/** A page of a context of its own, at an address, once its screen is there. */
export async function openPage(browser: Browser | undefined, address: string, look = english): Promise<Page> {
  const page = await (await newContext(browser, look)).newPage()
  await visit(page, address)
  return page
}

export async function visit(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await settled(page)
}

/** The screen has its heading, and nothing on it is still being loaded. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor()
  await page.waitForFunction(() => !document.querySelector('main .skeleton'))
}

/** Nothing on it hinders anybody by the rules of WCAG 2.2 AA, and it is not wider than the window. */
export async function expectWhole(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    // What passed is not described, element by element: a fifth of the work, and nobody reads it.
    .options({ resultTypes: ['violations'] })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    // No frames here: without this the results are put together in another page, opened for it each time.
    .setLegacyMode()
    .analyze()
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`)
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect({ what, found, overflow }).toEqual({ what, found: [], overflow: 0 })
}
