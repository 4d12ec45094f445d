import { setTimeout as after } from 'node:timers/promises'
import type { StartedSimulator } from '@plimsoll/connectors'
import { sql } from 'kysely'
import { request } from 'undici'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Installation, makeInstallation } from '../testing/cli-database.ts'
import { lastJson, type RunningCli } from '../testing/run-cli.ts'
import { startShop } from '../testing/served-hub.ts'

// Hub processes of their own on one PostgreSQL, with real simulated shops over HTTP: killed, frozen, thawed, stopped.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

const SHOPS = 4
let here: Installation
const shops: { simulator: StartedSimulator; connectionId: string }[] = []
const running = new Set<RunningCli>()

beforeAll(async () => {
  here = await makeInstallation()
  // Before the shops are connected: their listings are mapped to it as they are imported.
  const made = await here.runAlone(['item', 'create', 'MUG', '--name', 'Mug', '--json'])
  expect(made.code, made.stderr).toBe(0)
  for (let n = 0; n < SHOPS; n += 1) {
    const simulator = await startShop('woocommerce', [{ sku: 'MUG', quantity: 5 }])
    const settings = Object.entries(simulator.settings as Record<string, string>).flatMap(([key, value]) =>
      value === '' ? [] : ['--set', `${key}=${value}`],
    )
    const connected = await here.runAlone(
      [
        'connect',
        'woocommerce',
        '--name',
        `Shop ${n}`,
        ...settings,
        '--credentials',
        '-',
        '--live',
        '--json',
      ],
      { input: JSON.stringify(simulator.credentials) },
    )
    shops.push({ simulator, connectionId: String(lastJson(connected).connectionId) })
  }
})
afterAll(async () => {
  for (const hub of running) hub.process.kill('SIGKILL')
  await Promise.all(shops.map(({ simulator }) => simulator.close()))
  await here.remove()
})

const worker = async () => {
  const hub = await here.start(['serve', '--role', 'worker'])
  running.add(hub)
  return hub
}
const pidOf = (hub: RunningCli) => hub.process.pid ?? 0

/** How many connections each process works, by its number. */
async function shares(): Promise<Map<number, number>> {
  const { rows } = await sql<{ name: string; held: number }>`
    select name, count(connection_id) filter (where lease.expires_at > now()) as held
    from hub_process left join lease on lease.organization_id = hub_process.organization_id and holder = process_id
    where hub_process.expires_at > now()
    group by name`.execute(here.database.kysely)
  return new Map(rows.map(({ name, held }) => [Number(name.split(':').at(-1)), Number(held)]))
}

async function until(what: string, withinMs: number, holds: () => Promise<boolean>): Promise<number> {
  const startMs = performance.now()
  while (performance.now() - startMs < withinMs) {
    if (await holds()) return performance.now() - startMs
    await after(50)
  }
  throw new Error(`not within ${withinMs} ms: ${what}; ${JSON.stringify([...(await shares())])}`)
}

async function setStock(quantity: number): Promise<void> {
  const { rows } = await sql<{ onHand: number }>`
    select coalesce(sum(on_hand), 0)::bigint as on_hand from balance join item using (organization_id, item_id)
    where sku = 'MUG'`.execute(here.database.kysely)
  const change = quantity - Number(rows[0]?.onHand ?? 0)
  if (change === 0) return
  const { rows: locations } = await sql<{ code: string }>`select code from location limit 1`.execute(
    here.database.kysely,
  )
  const args = [
    'stock',
    'adjust',
    'MUG',
    String(change),
    '--location',
    locations[0]?.code ?? '',
    '--reason',
    'test',
  ]
  const adjusted = await here.runAlone([...args, '--json'])
  expect(adjusted.code, adjusted.stderr + adjusted.stdout).toBe(0)
}

/** What the shops themselves show. */
async function shown(): Promise<(number | undefined)[]> {
  return await Promise.all(
    shops.map(async ({ simulator }) => {
      const answer = await request(`${simulator.url}/_control/state`)
      const state = (await answer.body.json()) as { levels: { sku: string; quantity: number }[] }
      return state.levels.find(({ sku }) => sku === 'MUG')?.quantity
    }),
  )
}
const allShow = (quantity: number) => async () => (await shown()).every((each) => each === quantity)

test('processes share, take over from the killed and the frozen within ten seconds, and a thawed one does no harm', async () => {
  const first = await worker()
  await until('one works all', 10_000, async () => (await shares()).get(pidOf(first)) === SHOPS)
  const second = await worker()
  await until('each works half', 10_000, async () => {
    const each = await shares()
    return each.get(pidOf(first)) === 2 && each.get(pidOf(second)) === 2
  })
  await setStock(40)
  await until('all show 40', 20_000, allShow(40))

  const status = await here.runAlone(['status', '--json'])
  expect(status.code).toBe(0)
  expect(lastJson(status)).toMatchObject({ unworked: [], processes: [{ isAlive: true }, { isAlive: true }] })

  // Killed: zeros at once.
  first.process.kill('SIGKILL')
  await setStock(0)
  await until('all show 0 after a kill', 10_000, allShow(0))
  expect((await shares()).get(pidOf(second))).toBe(SHOPS)

  // Frozen: the other takes over; thawed, what it had begun harms nobody.
  const third = await worker()
  await until('each works half again', 10_000, async () => (await shares()).get(pidOf(third)) === 2)
  await setStock(9)
  await until('all show 9', 40_000, allShow(9))
  third.process.kill('SIGSTOP')
  await setStock(3)
  await until('all show 3 beside a frozen one', 10_000, allShow(3))
  third.process.kill('SIGCONT')
  await until(
    'the thawed one has its share again',
    10_000,
    async () => (await shares()).get(pidOf(third)) === 2,
  )
  await setStock(7)
  await until('all show 7', 40_000, allShow(7))

  // Stopped politely: the other has all long before a lease would have run out.
  const stopped = third.stop('SIGTERM')
  const tookMs = await until(
    'the last works all',
    10_000,
    async () => (await shares()).get(pidOf(second)) === SHOPS,
  )
  expect((await stopped).code).toBe(0)
  expect(tookMs).toBeLessThan(5_000)
  expect((await second.stop()).code).toBe(0)
})
