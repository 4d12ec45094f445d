import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PAGE_HEADERS } from '../../hub/src/http/dashboard-files.ts'
import { writeBarcodeFilm } from './barcode-film.ts'
import { launchBrowser } from './browser.ts'
import { findViolations } from './screens.ts'
import { type ServedSite, serveSite } from './served-site.ts'

/** The camera of a phone as the scanner: a real Chromium whose camera shows a film of a printed code. */
const CODE = '4006381333931'
const film = path.join(tmpdir(), `plimsoll-barcode-${process.pid}.y4m`)
writeBarcodeFilm(film, CODE)
const browser = await launchBrowser([
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  `--use-file-for-fake-video-capture=${film}`,
  '--autoplay-policy=no-user-gesture-required',
])
const whenBrowser = test.skipIf(browser === undefined)
let site: ServedSite

beforeAll(async () => {
  if (browser !== undefined) site = await serveSite()
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await site?.stop()
  rmSync(film, { force: true })
}, 60_000)

/** The packing screen on a phone, under the rules that the hub gives browsers. */
async function openPhone(
  camera: 'allowed' | 'refused',
): Promise<{ page: Page; close(): Promise<void>; loaded: string[] }> {
  if (browser === undefined) throw new Error('no browser')
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    locale: 'en',
  })
  // The fake camera asks nobody: whoever refuses it answers as a browser's question does.
  if (camera === 'refused')
    await context.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = () =>
        Promise.reject(new DOMException('Permission denied', 'NotAllowedError'))
    })
  const page = await context.newPage()
  const loaded: string[] = []
  page.on('response', (response) => loaded.push(response.url()))
  await page.route(
    ({ pathname }) => pathname === '/packing',
    async (route) => {
      const answer = await route.fetch()
      await route.fulfill({ response: answer, headers: { ...answer.headers(), ...PAGE_HEADERS } })
    },
  )
  await page.goto(`${site.address}/packing`)
  return { page, close: () => context.close(), loaded }
}

whenBrowser(
  'the camera reads a printed code once for as long as it is held there, by what the hub itself serves',
  async () => {
    const { page, close, loaded } = await openPhone('allowed')
    await page.getByRole('button', { name: 'Camera' }).click()
    const dialog = page.getByRole('dialog', { name: 'Scan with the camera' })
    await dialog.getByText(CODE).waitFor({ timeout: 120_000 })
    // No order has that number: what was read went where a scanner's code goes, once.
    const asked = loaded.filter((url) => url.includes(CODE))
    await page.waitForTimeout(1_000)
    expect(loaded.filter((url) => url.includes(CODE)).length).toBe(asked.length)
    expect(loaded.filter((url) => !url.startsWith(site.address) && !url.startsWith('blob:'))).toEqual([])
    const violations = await findViolations(page, '[role=dialog]')
    expect(violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await close()
  },
  90_000,
)

whenBrowser(
  'a camera that was refused is explained, and typing still works',
  async () => {
    const { page, close } = await openPhone('refused')
    await page.getByRole('button', { name: 'Camera' }).click()
    await page.getByText('The camera was refused').waitFor({ timeout: 15_000 })
    await page.keyboard.press('Escape')
    await page.getByRole('textbox').first().fill('1001')
    await close()
  },
  60_000,
)
