import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults, ElementContext, RunOptions } from 'axe-core'
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

/** The smaller one of the two that `axe-core` ships, for every page reads it anew. */
const RULES = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * A person with this language, theme and width, who saves data: the files of the screens that nobody opens are a third of what a
 * page costs. The pages that are opened in it share what the browser has loaded.
 */
export async function newContext(browser: Browser | undefined, look: Look): Promise<BrowserContext> {
  if (browser === undefined) throw new Error('only called with a browser')
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.width < 768 ? 844 : 900 },
    colorScheme: look.theme,
    reducedMotion: 'reduce',
  })
  await context.addInitScript((language) => {
    localStorage.setItem('plimsoll.language', language)
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } })
  }, look.language)
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

/**
 * Goes to an address as a reader does who follows a link: nothing is loaded anew but what the screen asks for, in a quarter of the
 * time. What the hub said a moment ago may be shown first.
 */
export async function walk(page: Page, address: string): Promise<void> {
  if (!page.url().startsWith(new URL(address).origin)) return await visit(page, address)
  // By way of a screen that is none, so that no heading of the next is one of the last.
  for (const to of ['/nowhere-between', address]) await follow(page, to)
  await settled(page)
}

/** Follows a link to a screen whose heading is another than that of the one that is left, and waits for it. */
export async function follow(page: Page, to: string): Promise<void> {
  await page.evaluate((there) => {
    for (const heading of document.querySelectorAll('h1')) heading.dataset.left = ''
    history.pushState(null, '', there)
  }, to)
  await page.locator('h1:not([data-left])').first().waitFor()
  // The screen that was left may stay in the document for a frame beside the one that came.
  await page.waitForFunction(() => !document.querySelector('h1[data-left]'))
}

/** The screen has its heading, and nothing on it is still being loaded. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor()
  await page.waitForFunction(() => !document.querySelector('main .skeleton'))
}

/** Nothing on it hinders anybody by the rules of WCAG 2.2 AA, and it is not wider than the window. */
export async function expectWhole(page: Page, what: string): Promise<void> {
  const found = (await findViolations(page)).map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`)
  const overflow = await widerBy(page)
  expect({ what, found, overflow }).toEqual({ what, found: [], overflow: 0 })
}

/**
 * What hinders somebody by the rules of WCAG 2.2 AA. A page that stays open has the rules compiled already: judging it once more
 * costs a fifth.
 * @param part a selector; undefined: the whole page
 */
export async function findViolations(page: Page, part?: string): Promise<AxeResults['violations']> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(RULES)
  const { violations } = await page.evaluate(
    async ([within, options]) => {
      const { axe: rules } = globalThis as unknown as {
        axe: { run(what: ElementContext | Document, options: RunOptions): Promise<AxeResults> }
      }
      return await rules.run(within ?? document, options)
    },
    [
      part,
      {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'],
        // What passed is not described, element by element: a fifth of the work, and nobody reads it.
        resultTypes: ['violations'],
      },
    ] as [string | undefined, RunOptions],
  )
  return violations
}

/** How many pixels the screen is wider than its window. */
export async function widerBy(page: Page): Promise<number> {
  return await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
}
