import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createBudgets, createHttp, type Http, type ManualClock, manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { changeStock } from '../availability/stock-changes.ts'
import { createWorld, type World } from '../testing/world.ts'
import { actOnAlert, countAlerts, listAlerts } from './alerts.ts'
import { listAlertDestinations, saveAlertDestination } from './destinations.ts'
import { keepAlerts } from './keep-alerts.ts'
import { listAlertRules, type RuleDraft, saveAlertRule } from './rules.ts'
import { sendAlerts } from './send-alerts.ts'

// Many short turns against a database: slow where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

/** What the receiver does with the next messages; then it takes all. */
type Behaviour = 'takes' | 'fails' | 'takes-and-hangs-up'
let behaviours: Behaviour[] = []
type Received = {
  id: string
  at: number
  body: { lines: { alertId: string; event: string }[]; counts: { alerts: number }[] }
}
let received: Received[] = []
let clock: ManualClock

const receiver = createServer((request, response) => {
  void readBody(request).then((text) => {
    const behaviour = behaviours.shift() ?? 'takes'
    if (behaviour === 'fails') return response.writeHead(503).end('busy')
    const body = JSON.parse(text) as Received['body'] & { id: string }
    received.push({ id: body.id, at: clock.now(), body })
    return behaviour === 'takes' ? response.writeHead(200).end('ok') : response.destroy()
  })
})

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

let database: TestDatabase
beforeAll(async () => {
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(async () => {
  receiver.closeAllConnections()
  receiver.close()
  await database.drop()
})

const MINUTE_MS = 60_000

const draft: RuleDraft = {
  name: 'Low',
  kind: 'low-stock',
  parameters: { units: 10 },
  severity: 'warning',
  sku: null,
  location: null,
  connection: null,
  opensAfterSeconds: 0,
  clearsAfterSeconds: 60,
  timing: 'at-once',
  dailyAt: '08:00',
  timeZone: 'UTC',
  quiet: null,
  tellsResolved: true,
  destinationIds: [],
  isOn: true,
}

async function begin(messagesPerHour = 12) {
  clock = manualClock(Date.UTC(2026, 4, 1, 12))
  behaviours = []
  received = []
  const world = await createWorld(database, clock)
  const { port } = receiver.address() as AddressInfo
  const { destinationId } = await saveAlertDestination(
    world.context,
    undefined,
    {
      name: 'Desk',
      kind: 'webhook',
      address: `http://127.0.0.1:${port}/hook`,
      signingSecret: 'hush',
      language: 'en',
      messagesPerHour,
      isOn: true,
    },
    { actor: 'test', allowsPrivate: true },
  )
  // Real sockets, and real time-outs: only what is decided goes by the clock that is moved.
  const http = createHttp({ budgets: createBudgets([], clock), clock })
  return { world, destinationId, http }
}

/** Items as a person counts them, all at once. */
async function setUnits(world: World, units: ReadonlyMap<string, number>): Promise<void> {
  const changes = [...units].map(([sku, quantity]) => ({
    key: randomUUID(),
    kind: 'count' as const,
    sku,
    locationCode: 'MAIN',
    quantity,
    actor: 'test',
    reason: null,
    effectiveAt: undefined,
  }))
  if (changes.length === 0) return
  const outcomes = await changeStock(world.context, changes)
  expect(outcomes.every(({ kind }) => kind === 'applied')).toBe(true)
}

async function items(world: World, count: number): Promise<string[]> {
  const skus = Array.from({ length: count }, (_, nth) => `S${nth}`)
  await sql`
    insert into item (organization_id, item_id, sku, name, created_at)
    select ${world.context.organizationId}, gen_random_uuid(), sku, sku, now() from unnest(${sql.val(skus)}::text[]) as new(sku)`.execute(
    database.kysely,
  )
  return skus
}

const openTexts = async (world: World) =>
  (await listAlerts(world.context, { state: 'open', limit: 100 })).rows.map(({ text }) => text.en)

test('an alert opens once, follows its value, stays within the margin, and resolves once its cause has been gone for as long as asked', async () => {
  const { world, destinationId, http } = await begin()
  await saveAlertRule(world.context, undefined, { ...draft, destinationIds: [destinationId] }, 'ann')
  await items(world, 2)
  const set = async (units: number) => {
    await setUnits(world, new Map([['S0', units]]))
    await keepAlerts(world.context)
    await sendAlerts(world.context, http)
    await clock.advance(MINUTE_MS / 2)
    return await openTexts(world)
  }
  expect(await set(11)).toEqual([])
  expect(await set(10)).toEqual(['S0: 10 available at MAIN'])
  expect(await set(9)).toEqual(['S0: 9 available at MAIN'])
  // Within the margin it neither opens nor ends.
  expect(await set(11)).toEqual(['S0: 11 available at MAIN'])
  expect(await set(50)).toEqual(['S0: 11 available at MAIN'])
  expect(await set(10)).toEqual(['S0: 10 available at MAIN'])
  expect(await set(50)).toHaveLength(1)
  expect(await set(50)).toHaveLength(1)
  expect(await set(50)).toEqual([])
  expect(received.map(({ body }) => body.lines.map(({ event }) => event))).toEqual([['opened'], ['resolved']])
  expect((await listAlerts(world.context, { state: 'resolved', limit: 10 })).rows).toHaveLength(1)
})

test('whatever fails or dies, each alert is told at least once, no state of it in two messages, and a storm makes no more messages than allowed', async () => {
  const change = fc.array(fc.record({ item: fc.nat(29), units: fc.constantFrom(0, 5, 40) }), {
    maxLength: 30,
  })
  const fault = fc.constantFrom('none', 'none', 'dies-before', 'dies-after')
  const step = fc.record({
    change,
    minutes: fc.integer({ min: 0, max: 20 }),
    faults: fc.array(fault, { maxLength: 2 }),
  })
  const answers = fc.array(fc.constantFrom<Behaviour>('takes', 'fails', 'takes-and-hangs-up'), {
    maxLength: 8,
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), answers, async (steps, words) => {
      const allowed = 3
      const { world, destinationId, http } = await begin(allowed)
      await saveAlertRule(world.context, undefined, { ...draft, destinationIds: [destinationId] }, 'ann')
      await items(world, 30)
      behaviours = [...words]
      for (const { change, minutes, faults } of steps) {
        await setUnits(world, new Map(change.map(({ item, units }) => [`S${item}`, units])))
        // Two processes look and send at once; some die as they send.
        await Promise.all([keepAlerts(world.context), keepAlerts(world.context)])
        const ways = faults.length === 0 ? (['none', 'none'] as const) : faults
        await Promise.all(ways.map((way) => sendAlerts(world.context, dying(http, way)).catch(onlyDeath)))
        await clock.advance(minutes * MINUTE_MS)
      }
      // The world calms down: hours go by.
      behaviours = []
      for (let hour = 0; hour < 6; hour += 1) {
        await clock.advance(61 * MINUTE_MS)
        await keepAlerts(world.context)
        await sendAlerts(world.context, http)
      }
      await assertTold(world, destinationId)
      const firstAt = new Map<string, number>()
      for (const { id, at } of received) firstAt.set(id, Math.min(at, firstAt.get(id) ?? at))
      const made = await sql<{ at: Date }>`
        select created_at as at from alert_message where organization_id = ${world.context.organizationId}`.execute(
        database.kysely,
      )
      const moments = made.rows.map(({ at }) => at.getTime())
      for (const from of moments) {
        const inHour = moments.filter((at) => at >= from && at < from + 60 * MINUTE_MS)
        expect(inHour.length).toBeLessThanOrEqual(allowed)
      }
      expect(firstAt.size).toBe(moments.length)
    }),
    fromEnvironment(5),
  )
})

/** Every alert that ever opened is counted in a message that was received, and each of its states is in exactly one. */
async function assertTold(world: World, destinationId: string): Promise<void> {
  const { organizationId } = world.context
  const untold = await sql`
    select alert.alert_id from alert
    where alert.organization_id = ${organizationId} and kind = 'low-stock' and not exists (
      select from alert_delivery
      join alert_message using (organization_id, message_id)
      where alert_delivery.organization_id = ${organizationId} and alert_delivery.alert_id = alert.alert_id
        and alert_delivery.destination_id = ${destinationId} and state = 'sent'
        and message_id = any(${sql.val(received.map(({ id }) => id))}::uuid[])
    )`.execute(database.kysely)
  expect(untold.rows).toEqual([])
  const told = await sql<{ alerts: number }>`
    select coalesce(sum(alerts), 0)::int as alerts from alert_message where organization_id = ${organizationId}`.execute(
    database.kysely,
  )
  const bodies = new Map(
    received.map(({ id, body }) => [id, body.counts.reduce((sum, each) => sum + each.alerts, 0)]),
  )
  expect([...bodies.values()].reduce((sum, each) => sum + each, 0)).toBe(told.rows[0]?.alerts)
}

class Died extends Error {}

/** A process that dies before its call leaves, or after the answer came and before it is written down. */
function dying(http: Http, way: string): Http {
  return {
    budgets: http.budgets,
    send: async (request) => {
      if (way === 'dies-before') throw new Died()
      const answer = await http.send(request)
      if (way === 'dies-after') throw new Died()
      return answer
    },
  }
}

function onlyDeath(error: unknown): void {
  if (!(error instanceof Died)) throw error
}

test('a thousand alerts at once are one message; a destination that fails is left alone with growing pauses, and shown', async () => {
  const { world, destinationId, http } = await begin()
  await saveAlertRule(world.context, undefined, { ...draft, destinationIds: [destinationId] }, 'ann')
  const skus = await items(world, 1_000)
  await setUnits(world, new Map(skus.map((sku) => [sku, 1])))
  behaviours = ['fails', 'fails']
  await keepAlerts(world.context)
  expect((await countAlerts(world.context)).warning).toBe(skus.length)
  const failing = []
  for (const wait of [0, 10_000, 20_000]) {
    await clock.advance(wait)
    await sendAlerts(world.context, http)
    failing.push((await listAlertDestinations(world.context))[0])
  }
  expect(failing).toMatchObject([
    {
      ...{ failures: 1, problem: 'It answered 503: busy', waiting: 1_000 },
      problemTold: { code: 'answered', facts: { answer: '503', message: 'busy' } },
    },
    { failures: 2, waiting: 1_000 },
    { failures: 0, problem: null, problemTold: null, waiting: 0 },
  ])
  expect(received).toHaveLength(1)
  expect(received[0]?.body).toMatchObject({ counts: [{ alerts: 1_000, event: 'opened', rule: 'Low' }] })
  expect(received[0]?.body.lines).toHaveLength(20)
})

test('put off, an alert is silent until then, and told once more if it is still open', async () => {
  const { world, destinationId, http } = await begin()
  await saveAlertRule(world.context, undefined, { ...draft, destinationIds: [destinationId] }, 'ann')
  await items(world, 1)
  await setUnits(world, new Map([['S0', 3]]))
  await keepAlerts(world.context)
  const [alert] = (await listAlerts(world.context, { state: 'open', limit: 1 })).rows
  const until = new Date(clock.now() + 30 * MINUTE_MS)
  await actOnAlert(world.context, alert?.alertId ?? '', { kind: 'snooze', until }, 'ann')
  await sendAlerts(world.context, http)
  expect(received).toEqual([])
  expect(await openTexts(world)).toEqual([])
  expect(await countAlerts(world.context)).toMatchObject({ warning: 0, snoozed: 1 })
  await expect(actOnAlert(world.context, randomUUID(), { kind: 'unsnooze' }, 'ann')).rejects.toMatchObject({
    code: 'unknown-alert',
  })
  await clock.advance(31 * MINUTE_MS)
  await keepAlerts(world.context)
  await sendAlerts(world.context, http)
  expect(received).toHaveLength(1)
  expect(await openTexts(world)).toHaveLength(1)
})

test('an organization begins with rules that all find nothing wrong in an empty hub, and gets them once', async () => {
  const { world } = await begin()
  await Promise.all([keepAlerts(world.context), keepAlerts(world.context)])
  const rules = await listAlertRules(world.context)
  expect(new Set(rules.map(({ kind }) => kind)).size).toBe(9)
  expect(rules.every(({ destinationIds }) => destinationIds.length === 0)).toBe(true)
  expect(await openTexts(world)).toEqual([])
})
