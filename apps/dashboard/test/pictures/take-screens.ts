import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, BrowserContext } from 'playwright-core'
import { type Look, newContext, settled } from '../screens.ts'
import { lookAt, openScreen, photograph } from './camera.ts'
import { type DemoApi, owner } from './demo-api.ts'
import { dressAccounts } from './dress-accounts.ts'
import { findPlaces } from './places.ts'
import { everyLook, guideFile, keptLooks, pictureName, toScreensGuide } from './screens-guide.ts'
import { shownScreens } from './shown-screens.ts'

const DOCS = path.join(import.meta.dirname, '..', '..', '..', '..', 'docs')
const kept = new Set([...keptLooks.en, ...keptLooks.zh].map((look) => JSON.stringify(look)))

/**
 * Takes every shown screen: those of the hub's machine first, then, once the hub has accounts, those of its owner and of
 * people who are not signed in. Four looks of each are kept as documentation; with `all`, the eight go there too.
 * @param options.only parts of the names of screens; all unless given
 */
export async function takeScreens(
  browser: Browser,
  api: DemoApi,
  options: { all?: string | undefined; only?: string | undefined; language?: string | undefined },
): Promise<void> {
  const looks = everyLook.filter(
    (look) =>
      (options.all !== undefined || kept.has(JSON.stringify(look))) &&
      (options.language === undefined || look.language === options.language),
  )
  const folder = path.join(DOCS, 'images', 'screens')
  await mkdir(folder, { recursive: true })
  if (options.all !== undefined) await mkdir(options.all, { recursive: true })
  const only = options.only?.split(',')
  const wanted = shownScreens.filter(({ name }) => only === undefined || only.includes(name))
  const { isOpen } = await api.ask<{ isOpen: boolean }>('GET', '/setup')
  if (!isOpen) await api.signIn()
  const places = await findPlaces(api)
  const before = (screen: { name: string; as?: string }) => screen.as === undefined || screen.name === 'setup'
  const missed: string[] = []
  const take = (screens: typeof wanted) =>
    takeOf(browser, api, { screens, looks, places, folder, all: options.all, missed })
  let bytes = await take(wanted.filter(before))
  const after = wanted.filter((screen) => !before(screen))
  if (after.length > 0) {
    places.invitation = await dressAccounts(api, isOpen)
    bytes += await take(after)
  }
  for (const language of ['en', 'zh'] as const)
    await writeFile(path.join(DOCS, 'guides', guideFile[language]), toScreensGuide(shownScreens, language))
  if (missed.length > 0) throw new Error(`Some could not be taken:\n${missed.join('\n')}`)
  console.info(`${Math.round(bytes / 1024)} KiB in all, in docs/images/screens`)
}

type ToTake = {
  screens: typeof shownScreens
  looks: readonly Look[]
  places: Record<string, string>
  folder: string
  all: string | undefined
  /** What could not be taken is put here. */
  missed: string[]
}

/** A screen is loaded once in a language, and seen there in both themes and at both widths. */
async function takeOf(browser: Browser, api: DemoApi, to: ToTake): Promise<number> {
  let total = 0
  for (const language of ['en', 'zh'] as const) {
    const looks = to.looks.filter((look) => look.language === language)
    const [first] = looks
    if (first === undefined) continue
    const contexts = { inside: await newContext(browser, first), outside: await newContext(browser, first) }
    if (api.cookie() !== '') await signIn(contexts.inside, api.base)
    for (const screen of to.screens) {
      const context = screen.as === 'stranger' ? contexts.outside : contexts.inside
      try {
        const page = await openScreen(context, api.base, screen, language, to.places)
        for (const look of looks) {
          await lookAt(page, look)
          if (screen.opensByWidth) await page.reload().then(() => settled(page))
          const name = pictureName(screen, look)
          if (to.all !== undefined) await photograph(page, path.join(to.all, name), { scale: 1, quality: 85 })
          if (kept.has(JSON.stringify(look))) total += await photograph(page, path.join(to.folder, name))
        }
        await page.close()
      } catch (error) {
        // The others are taken first: what is missing is told all at once.
        to.missed.push(`${screen.name}, ${language}: ${String(error).split('\n')[0]}`)
      }
    }
    await Promise.all(Object.values(contexts).map((context) => context.close()))
    console.info(`${to.screens.length} screens in ${language}`)
  }
  return total
}

async function signIn(context: BrowserContext, base: string): Promise<void> {
  const { email, password } = owner
  const answer = await context.request.post(`${base}/api/auth/sign-in/email`, {
    data: { email, password },
    headers: { origin: base },
  })
  if (!answer.ok()) throw new Error(`the owner cannot sign in: ${await answer.text()}`)
}
