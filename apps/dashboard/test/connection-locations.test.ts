import { rm } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HubProcess, startHubProcess } from '../../../bench/hub/hub-process.ts'
import { loadSimulator, type StartedSimulator } from '../../../packages/connectors/index.ts'
import {
  createTestDatabase,
  makeTemporaryFolder,
  type TestDatabase,
} from '../../../packages/database/src/testing/index.ts'
import { launchBrowser } from './browser.ts'
import { expectWhole } from './screens.ts'
import { startSite } from './site.ts'

/** What lies behind the locations of a Shopify shop that has two, said on its connection's page with the keyboard alone. */

let database: TestDatabase
let hub: HubProcess
let folder: string
let site: Awaited<ReturnType<typeof startSite>> | undefined
let shop: StartedSimulator
let connectionId = ''
const browser = await launchBrowser()
const whenBrowser = test.skipIf(browser === undefined)

beforeAll(async () => {
  if (browser === undefined) return
  database = await createTestDatabase()
  folder = await makeTemporaryFolder()
  hub = await startHubProcess({ databaseUrl: database.url, dataFolder: folder, role: 'api' })
  site = await startSite(hub.url)
  const start = await loadSimulator('shopify')
  if (start === undefined) throw new Error('Shopify has a simulator')
  shop = await start({ locations: ['Harbour', 'Old Town'] })
  for (const [code, name] of [
    ['MAIN', 'Main warehouse'],
    ['TOWN', 'Town store'],
  ])
    await ask('POST', '/locations', { code, name, kind: 'warehouse' })
  const { settings, credentials } = shop
  const connection = { connector: 'shopify', name: 'Harbour shop', location: 'MAIN', settings, credentials }
  connectionId = String((await ask('POST', '/connections', connection)).connectionId)
}, 180_000)
afterAll(async () => {
  if (browser === undefined) return
  await browser.close()
  await site?.stop()
  await hub?.stop()
  await shop?.close()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
}, 60_000)

type Look = { language: 'en' | 'zh'; theme: 'light' | 'dark'; width: number }
const english: Look = { language: 'en', theme: 'light', width: 1440 }

async function open(look = english): Promise<Page> {
  if (browser === undefined) throw new Error('only called with a browser')
  const context = await browser.newContext({
    viewport: { width: look.width, height: 900 },
    colorScheme: look.theme,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  await page.addInitScript((language) => localStorage.setItem('plimsoll.language', language), look.language)
  await page.goto(`${site?.address}/connections/${connectionId}`)
  await page.locator('main h1').first().waitFor()
  return page
}

async function ask(method: string, path: string, body: unknown = {}): Promise<Record<string, unknown>> {
  const answer = await fetch(`${hub.url}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(method !== 'GET' && { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(await answer.text())
  return (await answer.json()) as Record<string, unknown>
}

const locations = () => ask('GET', `/connections/${connectionId}/locations`)

whenBrowser(
  'before an import, while it loads and when it fails, the panel says so',
  { timeout: 120_000 },
  async () => {
    const page = await open()
    await page.getByText('No locations are known yet', { exact: false }).waitFor()
    const path = '**/api/v1/connections/*/locations'
    // A live change would heal the panel before anybody tries again.
    await page.context().route('**/api/v1/stream*', (route) => route.abort())
    const { promise: held, resolve: answer } = Promise.withResolvers<void>()
    await page.context().route(path, async (route) => {
      await held
      await route.fulfill({ status: 500, body: 'no' })
    })
    await page.reload()
    const panel = page.getByRole('region', { name: 'Locations' })
    await panel.getByRole('status', { name: 'Loading' }).waitFor()
    answer()
    await panel.getByRole('alert').waitFor()
    await expectWhole(page, 'failing')
    await page.context().unroute(path)
    await ask('POST', `/connections/${connectionId}/import`)
    await panel.getByRole('button', { name: 'Try again' }).click()
    await panel.getByRole('group', { name: 'Old Town' }).waitFor()
    await page.context().close()
  },
)

whenBrowser(
  'a second location is chosen, previewed and saved by keyboard',
  { timeout: 120_000 },
  async () => {
    const page = await open()
    const panel = page.getByRole('region', { name: 'Locations' })
    const town = panel.getByRole('group', { name: 'Old Town' })
    await town.getByRole('checkbox', { name: /Main warehouse/ }).focus()
    // Chosen here it is taken from where it was.
    await page.keyboard.press('Space')
    expect(
      await panel.getByRole('group', { name: 'Harbour' }).getByRole('checkbox').first().isChecked(),
    ).toBe(false)
    await page.keyboard.press('Space')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    expect(await town.getByRole('checkbox', { name: /Town store/ }).isChecked()).toBe(true)
    await panel.getByRole('group', { name: 'Harbour' }).getByRole('checkbox').first().press('Space')
    expect(await panel.getByRole('button', { name: 'Save' }).count()).toBe(0)
    await panel.getByRole('button', { name: 'What would change?' }).press('Enter')
    await panel.getByRole('heading', { name: 'What saving changes' }).waitFor()
    await expectWhole(page, 'the preview')
    await panel.getByRole('button', { name: 'Save' }).press('Enter')
    await panel.getByText('As it was last saved.').waitFor()
    expect(await locations()).toMatchObject({
      version: 1,
      rows: [
        { name: 'Harbour', locations: ['MAIN'] },
        { name: 'Old Town', locations: ['TOWN'], state: 'kept' },
      ],
    })
    await page.context().close()
  },
)

whenBrowser('what somebody else saved meanwhile is not overwritten', { timeout: 120_000 }, async () => {
  const page = await open({ language: 'zh', theme: 'dark', width: 390 })
  const panel = page.getByRole('region', { name: '平台仓库' })
  const town = panel.getByRole('group', { name: 'Old Town' })
  await town.getByRole('checkbox', { name: /Town store/ }).uncheck()
  await town.getByRole('combobox').selectOption('leave')
  const { rows } = (await locations()) as { rows: { externalId: string; name: string }[] }
  const externalId = rows.find(({ name }) => name === 'Old Town')?.externalId
  await ask('PUT', `/connections/${connectionId}/locations`, { locations: [{ externalId, locations: [] }] })
  await panel.getByRole('button', { name: '会有什么变化？' }).click()
  // The choice stays although the page may have been told by now; else the hub refuses to save it.
  const save = panel.getByRole('button', { name: '保存', exact: true })
  await save.click()
  const anew = panel.getByRole('button', { name: '显示最新设置' })
  await anew.waitFor()
  expect(await town.getByRole('combobox').inputValue()).toBe('leave')
  await expectWhole(page, 'outdated')
  expect(await locations()).toMatchObject({ version: 2, rows: [{}, { state: 'emptied' }] })
  await anew.click()
  await panel.getByText('目前是上次保存的设置。').waitFor()
  expect(await town.getByRole('combobox').inputValue()).toBe('zero')
  expect(await panel.getByRole('alert').count()).toBe(0)
  await page.context().close()
})
