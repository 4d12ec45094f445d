import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { guideFile, keptLooks, pictureName, toScreensGuide } from './screens-guide.ts'
import { shownScreens } from './shown-screens.ts'

/** The guide to the screens leaves none out, and is as its list says. */

const docs = path.join(import.meta.dirname, '..', '..', '..', '..', 'docs')
const pictures = path.join(docs, 'images', 'screens')
const router = readFileSync(path.join(import.meta.dirname, '..', '..', 'src', 'routes.tsx'), 'utf8')

test('every screen of the router is pictured, and no other', () => {
  const routes = [...router.matchAll(/^ {2}path: '([^']+)',$/gm)].map(([, address]) => address)
  expect(routes.length).toBe([...router.matchAll(/= createRoute\(/g)].length)
  expect([...new Set(shownScreens.map(({ route }) => route))].sort()).toEqual(routes.sort())
  expect(new Set(shownScreens.map(({ name }) => name)).size).toBe(shownScreens.length)
})

test('both guides are as the list says', () => {
  for (const language of ['en', 'zh'] as const) {
    const kept = readFileSync(path.join(docs, 'guides', guideFile[language]), 'utf8')
    expect(withoutPadding(kept)).toBe(withoutPadding(toScreensGuide(shownScreens, language)))
  }
})

/** The formatter fills the cells of tables up. */
function withoutPadding(text: string): string {
  return text.replaceAll(/ +\|/g, ' |').replaceAll(/-{3,}/g, '---')
}

test('each picture is there and small, and there is no other', () => {
  const wanted = shownScreens.flatMap((screen) =>
    [...keptLooks.en, ...keptLooks.zh].map((look) => pictureName(screen, look)),
  )
  expect(existsSync(pictures) ? readdirSync(pictures).sort() : []).toEqual(wanted.sort())
  const sizes = wanted.map((name) => statSync(path.join(pictures, name)).size)
  expect(Math.max(...sizes)).toBeLessThan(50 * 1024)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(6 * 1024 * 1024)
})
