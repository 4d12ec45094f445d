import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenIdProvider, startOpenIdProvider } from '../../../apps/hub/src/testing/openid-provider.ts'
import { type HubProcess, startHubProcess } from '../../../bench/hub/hub-process.ts'
import {
  createTestDatabase,
  makeTemporaryFolder,
  type TestDatabase,
} from '../../../packages/database/src/testing/index.ts'
import { launchBrowser } from './browser.ts'
import { buildDashboard } from './build.ts'
import { expectWhole, newContext } from './screens.ts'

/** From a hub that nobody has set up to two people who work in it: a real hub, a real Chromium, and its passkeys. */
const PASSWORD = 'a harbour at night'
let database: TestDatabase
let hub: HubProcess
let folder: string
let provider: OpenIdProvider
/** Passkeys are made for names and not for addresses. */
let base: string
const browser = await launchBrowser()
const whenBrowser = test.skipIf(browser === undefined)

beforeAll(async () => {
  await buildDashboard()
  database = await createTestDatabase()
  provider = await startOpenIdProvider()
  folder = await makeTemporaryFolder()
  hub = await startHubProcess({ databaseUrl: database.url, dataFolder: folder, role: 'api' })
  base = hub.url.replace('127.0.0.1', 'localhost')
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await hub.stop()
  await provider.close()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

whenBrowser(
  'seen through a proxy, a hub that nobody has set up asks for its code',
  { timeout: 60_000 },
  async () => {
    const context = await newContext(browser, { language: 'zh', theme: 'light', width: 390 })
    const page = await context.newPage()
    await page.setExtraHTTPHeaders({ 'x-forwarded-for': '203.0.113.7' })
    await page.goto(`${base}/`)
    await page.waitForURL(`${base}/setup`)
    await page.getByLabel('初始化码').waitFor()
    await expectWhole(page, 'set-up from elsewhere')
    await context.close()
  },
)

whenBrowser(
  'the first owner, an invited operator, single sign-on, a passkey, and signing in again',
  { timeout: 180_000 },
  async () => {
    const owner = await newContext(browser, { language: 'en', theme: 'light', width: 1440 })
    const page = await owner.newPage()
    await page.goto(`${base}/setup`)
    await page.getByLabel('Name of the brand').fill('Harbour & Co.')
    await page.getByLabel('Your name').fill('Ann Chen')
    await page.getByLabel('E-mail').fill('ann@harbour.example')
    await page.getByLabel('Password').fill('short')
    await page.getByRole('button', { name: 'Set up' }).click()
    await page.getByRole('alert').waitFor()
    await expectWhole(page, 'set-up')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Set up' }).click()
    await page.waitForURL(`${base}/`)

    await page.goto(`${base}/settings`)
    await page.getByLabel('E-mail').fill('bo@harbour.example')
    await page.getByRole('button', { name: 'Send the invitation' }).click()
    const link = await page
      .getByRole('status')
      .filter({ hasText: '/join?token=' })
      .locator('code')
      .textContent()
    await page.getByLabel('What it is for').fill('Zapier')
    await page.getByRole('button', { name: 'Make the key' }).click()
    await page.getByText('plimsoll_').nth(1).waitFor()
    await expectWhole(page, 'settings')

    // Somebody else, on a phone, in Chinese.
    const phone = await newContext(browser, { language: 'zh', theme: 'dark', width: 390 })
    const join = await phone.newPage()
    await join.goto(link ?? '')
    await join.getByLabel('您的姓名').fill('小波')
    await join.getByLabel('密码').fill(PASSWORD)
    await expectWhole(join, 'join')
    await join.getByRole('button', { name: '加入' }).click()
    await join.waitForURL(/:\d+\/$/)
    await join.goto(new URL('/settings', link ?? '').href)
    await join.getByText('所有者').waitFor()
    // An operator neither invites nor makes keys.
    expect(await join.getByText('邀请成员').count()).toBe(0)
    // What the hub would refuse is switched off and says why; what an operator may do is not.
    await join.goto(new URL('/routing', link ?? '').href)
    await join.getByText('您可以查看，只有管理员和所有者可以更改。').first().waitFor()
    expect(await join.getByRole('button', { name: '用历史订单试算' }).isDisabled()).toBe(true)
    await expectWhole(join, 'routing, for an operator')
    await join.goto(new URL('/orders/new', link ?? '').href)
    await join.getByRole('combobox').first().waitFor()
    expect(await join.getByRole('combobox').first().isEnabled()).toBe(true)
    await join.goto(new URL('/settings', link ?? '').href)
    await join.getByText('所有者').waitFor()
    expect(await join.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    await phone.close()

    // With a provider, whose button and refusals stand on the sign-in page.
    await page.reload()
    await page.getByRole('button', { name: 'Limits of 小波' }).click()
    const limits = page.getByRole('region', { name: 'Limits of 小波' })
    await limits.getByLabel('All of them').first().uncheck()
    await expectWhole(page, 'limits-of-a-member')
    await limits.getByRole('button', { name: 'Save limits' }).click()
    await page.getByText(/^May change connections: /).waitFor()
    await limits.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Set up' }).click()
    await page.getByLabel('What the button says').fill('Harbour ID')
    await page.getByLabel('Address of the provider').fill(provider.issuer)
    await page.getByLabel('Client id').fill(provider.clientId)
    await page.getByLabel('Client secret').fill(provider.clientSecret)
    await page.getByLabel('Domains of e-mail addresses').fill('harbour.example')
    await page.getByLabel('Who comes first time').selectOption('claim')
    await page.getByLabel('Claim that gives a role').fill('groups')
    await page.getByLabel('Its values and roles').fill('floor = operator')
    await expectWhole(page, 'single-sign-on')
    await page.getByRole('button', { name: 'Ask the provider, and save' }).click()
    await page.getByText('For addresses of harbour.example.').waitFor()
    const third = await newContext(browser, { language: 'zh', theme: 'dark', width: 390 })
    const entry = await third.newPage()
    // Where the provider sends people back to.
    await entry.goto(`${hub.url}/settings`)
    provider.claims = { sub: 'cy', email: 'cy@harbour.example', email_verified: false, groups: ['floor'] }
    await entry.getByRole('button', { name: '使用 Harbour ID 登录' }).click()
    await entry.getByText('身份提供方未声明您的邮箱已验证').waitFor()
    await expectWhole(entry, 'sign-in-refused')
    provider.claims = { ...provider.claims, email_verified: true }
    await entry.getByRole('button', { name: '使用 Harbour ID 登录' }).click()
    await entry.getByText('收件人信息的保留时间').waitFor()
    await third.close()

    const cdp = await owner.newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true },
        ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
      },
    })
    await page.goto(`${base}/account`)
    await page.getByLabel('Name of the device').fill('Laptop')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByText('Laptop').waitFor()
    await expectWhole(page, 'account')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await expectWhole(page, 'sign-in')
    await page.getByLabel('E-mail').fill('ann@harbour.example')
    await page.getByLabel('Password').fill('not the password')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByText('E-mail or password is wrong.').waitFor()
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    // Back where they were.
    await page.getByText('Where you are signed in').waitFor()

    // A second brand, on a phone: it is chosen in the settings, and files are of the one that is shown.
    await page.evaluate(() =>
      fetch('/api/v1/organizations', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'Second' }),
      }),
    )
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(`${base}/settings`)
    await page.getByRole('main').getByLabel('Organization', { exact: true }).selectOption({ label: 'Second' })
    await expect
      .poll(() => page.getByRole('textbox', { name: 'Name of the brand' }).inputValue())
      .toBe('Second')
    await expectWhole(page, 'settings of a second brand')
    await page.goto(`${base}/import-items`)
    const saved = page.waitForEvent('download')
    await page.getByRole('link', { name: 'All items as a CSV file' }).click()
    expect(await (await saved).failure()).toBeNull()
    expect((await saved).suggestedFilename()).toMatch(/\.csv$/)
    await owner.close()
  },
)
