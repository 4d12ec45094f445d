import { mkdirSync } from 'node:fs'
import { startFixture } from '../dev/server.ts'
import { launchBrowser } from './browser.ts'
import { startSite } from './site.ts'

mkdirSync('/tmp/pools-shots', { recursive: true })
const fixture = await startFixture(0, { still: true })
const site = await startSite(fixture.url)
const browser = await launchBrowser()
if (!browser) throw new Error('no browser')
for (const [language, theme, width] of [
  ['en', 'light', 1440],
  ['zh', 'dark', 390],
  ['en', 'dark', 1440],
  ['zh', 'light', 390],
  ['en', 'light', 390],
] as const) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: theme,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  await page.addInitScript((l) => localStorage.setItem('plimsoll.language', l), language)
  await page.goto(`${site.address}/connections/con-shopify`)
  await page.locator('main h1').first().waitFor()
  await page.waitForFunction(() => !document.querySelector('main .skeleton'))
  const panel = page.getByRole('region', { name: language === 'en' ? 'Locations' : '平台仓库' })
  await panel.waitFor()
  await panel.getByRole('group').nth(1).getByRole('checkbox').nth(0).focus()
  await page.keyboard.press('Space')
  await panel
    .getByRole('button', { name: language === 'en' ? 'What would change?' : '会有什么变化？' })
    .click()
  await panel.getByRole('region').locator('details summary').click()
  await panel.screenshot({ path: `/tmp/pools-shots/${language}-${theme}-${width}.png` })
  if (language === 'en' && theme === 'light' && width === 1440)
    await page.screenshot({ path: '/tmp/pools-shots/page.png', fullPage: true })
  console.log(
    language,
    theme,
    width,
    await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
  )
  await context.close()
}
await browser.close()
await site.stop()
await fixture.stop()
