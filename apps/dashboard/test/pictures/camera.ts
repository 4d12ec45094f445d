import { writeFile } from 'node:fs/promises'
import type { BrowserContext, Page } from 'playwright-core'
import { en } from '../../src/locales/en.ts'
import { zh } from '../../src/locales/zh.ts'
import { type Look, settled } from '../screens.ts'
import { placed } from './places.ts'
import type { ShownScreen } from './shown-screen.ts'

/** How large the picture is beside the window, and how well it is kept: text can be read, and a picture is some 20 KiB. */
const SCALE = { wide: 0.6, narrow: 0.8 }
const QUALITY = 50

/**
 * Opens a shown screen, presses what it says, and waits until it stands still.
 * @throws Error that says what of it could not be found
 */
export async function openScreen(
  context: BrowserContext,
  base: string,
  screen: ShownScreen,
  language: Look['language'],
  places: Readonly<Record<string, string>>,
): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${base}${placed(screen.path ?? screen.route, places)}`)
  if (screen.as === 'stranger') await page.locator('h1').first().waitFor()
  else await settled(page)
  await pressWhatShows(page, screen, language)
  return page
}

/** Opens the dialog, the menu or the row that a shown screen is about. */
export async function pressWhatShows(
  page: Page,
  screen: ShownScreen,
  language: Look['language'],
): Promise<void> {
  for (const key of screen.press ?? []) {
    const name = wordsOf(language, key)
    await page.getByRole('button', { name }).or(page.getByRole('menuitem', { name })).first().click()
  }
  if (screen.open !== undefined) await page.locator(screen.open).first().click()
  await page.waitForFunction(() => !document.querySelector('.skeleton'))
}

/** Shows a page in another theme and at another width. */
export async function lookAt(page: Page, { theme, width }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: theme })
  await page.setViewportSize({ width, height: width < 768 ? 844 : 900 })
  // Drawings that measure their place come to rest.
  await page.waitForTimeout(350)
}

function wordsOf(language: Look['language'], key: string): string {
  const found = key
    .split('.')
    .reduce<unknown>(
      (tree, name) => (tree as Record<string, unknown> | undefined)?.[name],
      { en, zh }[language],
    )
  if (typeof found !== 'string') throw new Error(`No text is called ${key}.`)
  return found
}

/** WebP, which Chromium writes when asked directly: a fifth of a PNG. @returns how many bytes it has */
export async function photograph(
  page: Page,
  file: string,
  options: { scale?: number; quality?: number } = {},
): Promise<number> {
  const { width, height } = page.viewportSize() ?? { width: 1440, height: 900 }
  const scale = options.scale ?? (width < 768 ? SCALE.narrow : SCALE.wide)
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: options.quality ?? QUALITY,
    // From the top of the window, as far down as it is scrolled.
    clip: { x: 0, y: await page.evaluate(() => scrollY), width, height, scale },
  })
  const bytes = Buffer.from(data, 'base64')
  await writeFile(file, bytes)
  return bytes.length
}
