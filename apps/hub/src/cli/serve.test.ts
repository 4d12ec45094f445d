import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { StartedSimulator } from '@plimsoll/connectors'
import { sql } from 'kysely'
import { request } from 'undici'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Installation, makeInstallation } from '../testing/cli-database.ts'
import { lastJson, type RunningCli, runCli } from '../testing/run-cli.ts'
import { startShop } from '../testing/served-hub.ts'
import { signedDelivery, wooOrder } from '../testing/woo-webhook.ts'

// Each command is a process of its own: a second and more where the machine is busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let here: Installation
let shop: StartedSimulator
let connectionId: string
const credentials = () => shop.credentials as Record<string, string>

beforeAll(async () => {
  here = await makeInstallation()
  shop = await startShop('woocommerce', [{ sku: 'MUG', quantity: 100 }])
  const settings = Object.entries(shop.settings as Record<string, string>).flatMap(([key, value]) =>
    value === '' ? [] : ['--set', `${key}=${value}`],
  )
  const connected = await here.runAlone(
    ['connect', 'woocommerce', ...settings, '--credentials', '-', '--live', '--json', '--log', 'debug'],
    { input: JSON.stringify(credentials()) },
  )
  expect(connected.code).toBe(0)
  connectionId = String(lastJson(connected).connectionId)
  hideNothing(connected)
})
afterAll(async () => {
  await shop.close()
  await here.remove()
})

/** No secret of this installation is in what a process printed. */
function hideNothing(ended: { stdout: string; stderr: string }) {
  const password = new URL(here.database.url).password
  const secrets = [...Object.values(credentials()), ...(password === '' ? [] : [password])]
  for (const secret of secrets) {
    expect(ended.stdout).not.toContain(secret)
    expect(ended.stderr).not.toContain(secret)
  }
}

const serve = (...args: string[]) => here.start(['serve', '--port', '0', ...args])

async function deliver(hub: RunningCli, id: number): Promise<boolean> {
  const { body, headers } = signedDelivery(
    credentials().webhookSecret ?? '',
    wooOrder({ id, productId: 1, sku: 'MUG', quantity: 1 }),
  )
  try {
    const answer = await request(`${hub.ready.url}/webhooks/${connectionId}`, {
      method: 'POST',
      body,
      headers,
    })
    await answer.body.dump()
    return answer.statusCode === 200
  } catch (error) {
    // The hub was gone: not acknowledged, so the platform would send it again.
    if (error instanceof Error && 'code' in error) return false
    throw error
  }
}

/** Until the hub holds the lease of the connection. */
async function untilItWorks(hub: RunningCli): Promise<void> {
  for (;;) {
    const answer = await request(`${hub.ready.url}/ready`)
    const body = (await answer.body.json()) as { worksConnections?: number }
    if (body.worksConnections === 1) return
  }
}

async function storedOrders(): Promise<Set<number>> {
  const found = await sql<{
    subject: string
  }>`select distinct subject from inbox where topic = 'order'`.execute(here.database.kysely)
  return new Set(found.rows.map((row) => Number(row.subject)))
}

test('serve: says where it is, answers, and ends with 0 when it is asked to stop', async () => {
  const hub = await serve()
  expect(hub.ready).toEqual({
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    database: 'given',
    pid: hub.process.pid,
  })
  const answer = await request(`${hub.ready.url}/ready`)
  expect(answer.statusCode).toBe(200)
  await answer.body.dump()
  expect(await hub.stop('SIGINT')).toMatchObject({ code: 0 })
})

test('I4: stopped in the middle of work it ends with 0, and every acknowledged webhook is there', async () => {
  const hub = await serve()
  await untilItWorks(hub)
  const acknowledged = new Set<number>()
  let isStopping = false
  let next = 10_000
  const senders = Array.from({ length: 8 }, async () => {
    while (!isStopping) {
      const id = next++
      if (await deliver(hub, id)) acknowledged.add(id)
    }
  })
  while (acknowledged.size < 200) {
    expect(hub.process.exitCode, 'it runs until it is told to stop').toBeNull()
    await tick()
  }
  // Senders go on while it stops: some of these are answered, others are turned away.
  const { code } = await hub.stop()
  isStopping = true
  await Promise.all(senders)
  expect(code).toBe(0)
  const stored = await storedOrders()
  expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([])
  const leases = await sql<{ held: number }>`
    select count(*) as held from lease where expires_at > now()`.execute(here.database.kysely)
  expect(leases.rows[0]?.held, 'leases are given up, so that another process goes on at once').toBe(0)
})

async function tick() {
  await new Promise((resolve) => setImmediate(resolve))
}

test('a request that is under way when the hub is stopped is still answered', async () => {
  const hub = await serve('--role', 'api')
  const blocker = await here.database.pool.connect()
  try {
    // Standing still on purpose, for as long as it takes.
    await blocker.query('begin; set local idle_in_transaction_session_timeout = 0')
    await blocker.query('lock table inbox in share row exclusive mode')
    const answer = deliver(hub, 20_001)
    for (;;) {
      const { rows } = await here.database.pool.query(
        `select from pg_locks where relation = 'inbox'::regclass and not granted`,
      )
      if (rows.length > 0) break
    }
    const ended = hub.stop()
    // It has heard the signal once it takes no new connections.
    while (await takesConnections(hub)) await tick()
    await blocker.query('commit')
    expect(await answer).toBe(true)
    expect((await ended).code).toBe(0)
    expect((await storedOrders()).has(20_001)).toBe(true)
  } finally {
    blocker.release()
  }
})

/** True while the hub takes new connections. */
async function takesConnections(hub: RunningCli): Promise<boolean> {
  try {
    const answer = await request(`${hub.ready.url}/health`, { headers: { connection: 'close' } })
    await answer.body.dump()
    return answer.statusCode === 200
  } catch {
    return false
  }
}

test('a port that is taken ends with 1 and one sentence, and leaves nothing running', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  try {
    const ended = await runCli(['serve', '--port', String(port), ...here.place])
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    const said = ended.stderr.split('\n').filter((line) => line.startsWith('plimsoll: '))
    expect(said).toEqual([
      `plimsoll: Port ${port} of 127.0.0.1 is taken by another program. Name another with --port (0 picks a free one), or stop what uses it.`,
    ])
  } finally {
    other.close()
  }
})

test('no secret is in what a hub prints while it works, not even at level debug, nor when the platform refuses it', async () => {
  const hub = await serve('--log', 'debug')
  expect(await deliver(hub, 30_001)).toBe(true)
  const forged = await request(`${hub.ready.url}/webhooks/${connectionId}`, {
    method: 'POST',
    headers: {
      'x-wc-webhook-topic': 'order.created',
      'x-wc-webhook-signature': credentials().webhookSecret ?? '',
    },
    body: '{}',
  })
  expect(forged.statusCode).toBe(401)
  await forged.body.dump()
  const wrong = await request(`${hub.ready.url}/api/v1/connections/${connectionId}/credentials`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...credentials(), consumerSecret: 'cs_wrongbutsecret' }),
  })
  expect(wrong.statusCode).toBe(422)
  await wrong.body.dump()
  const ended = await hub.stop()
  expect(ended.code).toBe(0)
  hideNothing(ended)
  expect(ended.stderr).not.toContain('cs_wrongbutsecret')
  // What it did print are structured lines, and some at this level.
  const lines = ended.stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { level: number; time: string })
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.every((line) => Number.isInteger(line.level) && !Number.isNaN(Date.parse(line.time)))).toBe(
    true,
  )
})

test('a hub stops at once, though readers of its stream left before they were answered', async () => {
  const hub = await serve('--role', 'api')
  const { hostname, port } = new URL(String(hub.ready.url))
  for (let ms = 0; ms < 30; ms += 1) {
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    socket.write(`GET /api/v1/stream HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`)
    // Before it is known who asks, and after.
    await setTimeout(ms % 10)
    socket.destroy()
  }
  await setTimeout(500)
  const startedMs = performance.now()
  const ended = await hub.stop()
  expect(ended.code).toBe(0)
  expect(ended.stderr).not.toContain('whether its reader still may listen')
  // Whoever waits for its next look at a reader waits up to a minute.
  expect(performance.now() - startedMs).toBeLessThan(20_000)
}, 120_000)
