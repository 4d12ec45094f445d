// Hub processes whose database is away or has gone silent: they start with a plain sentence or not at all, and end when told to.
import { type SilentProxy, startSilentProxy } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Installation, makeInstallation } from '../testing/cli-database.ts'
import { lastJson, type RunningCli, runCli, startCli } from '../testing/run-cli.ts'
import { startShop } from '../testing/served-hub.ts'

// Each command is a process of its own: a second and more where the machine is busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let here: Installation
let shop: Awaited<ReturnType<typeof startShop>>
let proxy: SilentProxy
const running: RunningCli[] = []

beforeAll(async () => {
  here = await makeInstallation()
  proxy = await startSilentProxy(here.database.url)
  shop = await startShop('woocommerce', [{ sku: 'MUG', quantity: 100 }])
  const settings = Object.entries(shop.settings as Record<string, string>).flatMap(([key, value]) =>
    value === '' ? [] : ['--set', `${key}=${value}`],
  )
  const connected = await here.runAlone(
    ['connect', 'woocommerce', ...settings, '--credentials', '-', '--live', '--json'],
    { input: JSON.stringify(shop.credentials) },
  )
  expect(connected.code, connected.stderr).toBe(0)
})
afterAll(async () => {
  for (const hub of running) hub.process.kill('SIGKILL')
  await proxy.close()
  await shop.close()
  await here.remove()
})

const serve = async () => {
  const hub = await startCli([
    'serve',
    '--port',
    '0',
    '--json',
    '--log',
    'warn',
    '--data',
    here.folder,
    '--database-url',
    proxy.url,
  ])
  running.push(hub)
  return hub
}

test('told to stop while its database is silent, it ends within ten seconds, without a stack', async () => {
  const hub = await serve()
  proxy.goSilent()
  proxy.setDeaf(true)
  // By now its heartbeat and its lanes wait for answers.
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  const startedMs = performance.now()
  const ended = await hub.stop()
  proxy.setDeaf(false)
  expect(performance.now() - startedMs).toBeLessThan(10_000)
  expect(ended.code, ended.stderr).toBe(0)
  const spoken = ended.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'))
  expect(spoken).toEqual([])
})

test('its database silent for a moment, it works on by itself within seconds', async () => {
  const hub = await serve()
  proxy.goSilent()
  const startedMs = performance.now()
  for (;;) {
    const answer = await fetch(`${hub.ready.url}/api/v1/connections`).catch(() => undefined)
    if (answer?.status === 200) break
  }
  expect(performance.now() - startedMs).toBeLessThan(12_000)
  expect((await hub.stop()).code).toBe(0)
})

test.each([
  ['refuses', () => 'postgres://nobody:secret@127.0.0.1:1/x'],
  ['accepts and never answers', () => proxy.url],
])('started while the database %s: one plain sentence without a secret, and exit code 1', async (_, url) => {
  proxy.setDeaf(true)
  const place = ['--port', '0', '--data', here.folder, '--database-url', url()]
  const ended = await runCli(['serve', '--json', '--log', 'warn', ...place])
  proxy.setDeaf(false)
  expect(ended.code).toBe(1)
  const spoken = ended.stderr.split('\n').filter((line) => line !== '')
  expect(spoken).toEqual([expect.stringMatching(/^plimsoll: Cannot connect to PostgreSQL: [^\n]+$/)])
  expect(ended.stderr + ended.stdout).not.toContain(new URL(url()).password || 'no password')
  expect(lastJson(ended)).toMatchObject({ exitCode: 1 })
})
