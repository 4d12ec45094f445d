import { randomUUID } from 'node:crypto'
import { overviewFlow, overviewSeries } from '@plimsoll/client'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepOverview } from '../overview-keeper.ts'
import { binOf } from './delay-bins.ts'
import { getOverviewFlow } from './overview-flow.store.ts'
import { decideSteps, getOverviewSeries } from './overview-series.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const nowMs = Date.parse('2026-11-26T23:07:31.000Z')
const HOUR_MS = 3_600_000
type Happened = {
  agoMs: number
  kind: 'order' | 'test-order' | 'write' | 'emptied' | 'raise'
  units: number
  shop: number
}

const shops = [randomUUID(), randomUUID()]

async function insert(organizationId: string, { agoMs, kind, units, shop }: Happened): Promise<void> {
  const at = new Date(nowMs - agoMs)
  const id = randomUUID()
  const connectionId = shops[shop] ?? ''
  if (kind === 'order' || kind === 'test-order') {
    await sql`insert into sales_order (organization_id, order_id, connection_id, external_id, number, state, placed_at,
        content_hash, test, seen_by, seen_at, applied_at, changed_at)
      values (${organizationId}, ${id}, ${connectionId}, ${id}, '1', 'open', ${at}, '', ${kind === 'test-order'}, 'poll', ${at},
        ${at}, ${new Date(nowMs)})`.execute(database.kysely)
    // In packs of two and one by one.
    await sql`insert into order_line (organization_id, line_id, order_id, connection_id, external_id, title, units_per_listing,
        ordered, current, shipped, returned, unsubtracted, reserved, released)
      select ${organizationId}, gen_random_uuid(), ${id}, ${connectionId}, each::text, '', each, ${units}::bigint, 0, 0, 0, 0, 0, 0
      from generate_series(1, 2) as each`.execute(database.kysely)
    return
  }
  const direction = { write: 'decrease', emptied: 'zero', raise: 'increase' }[kind]
  await sql`insert into write (organization_id, write_id, connection_id, level_id, quantity, direction, state, fencing,
      subtracted_at_send, desired_version, caused_at, sent_at, settled_at, unfenced)
    values (${organizationId}, ${id}, ${connectionId}, ${id}, ${kind === 'emptied' ? 0 : units}, ${direction}, 'applied', 1, 0, 1,
      ${new Date(at.getTime() - units * 100)}, ${at}, ${at}, false)`.execute(database.kysely)
}

test('however often and late sums are kept, the series is what the rows themselves add up to', {
  timeout: 60_000,
}, async () => {
  const happened = fc.record({
    agoMs: fc.integer({ min: 0, max: 40 * HOUR_MS }),
    kind: fc.constantFrom<Happened['kind']>('order', 'test-order', 'write', 'emptied', 'raise'),
    units: fc.integer({ min: 1, max: 900 }),
    shop: fc.integer({ min: 0, max: 1 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(happened, { maxLength: 12 }),
      fc.array(fc.integer({ min: 0, max: 50 * HOUR_MS }), { maxLength: 4 }),
      fc.constantFrom('day' as const, 'week' as const, 'month' as const),
      fc.constantFrom(0, 480, -210),
      async (events, turns, span, offsetMinutes) => {
        const [mine, other] = [randomUUID(), randomUUID()]
        for (const event of events) {
          await insert(mine, event)
          await insert(other, event)
        }
        // Hubs look at some moments before, the latest last, each until nothing is left to do.
        for (const agoMs of turns.toSorted((a, b) => b - a)) {
          const context = { organizationId: mine, clock: { now: () => nowMs - agoMs } }
          while (await keepOverview({ database, context } as unknown as Parameters<typeof keepOverview>[0]));
        }
        const series = overviewSeries.parse(
          await getOverviewSeries(database.kysely, mine, { span, offsetMinutes, now: new Date(nowMs) }),
        )
        const { from, until, stepMs } = decideSteps(span, offsetMinutes, new Date(nowMs))
        expect(until.getTime()).toBeGreaterThan(nowMs)
        for (const [number, step] of series.steps.entries()) {
          const begin = from.getTime() + number * stepMs
          const here = events.filter(({ agoMs }) => nowMs - agoMs >= begin && nowMs - agoMs < begin + stepMs)
          const writes = here.filter(({ kind }) => kind === 'write' || kind === 'emptied' || kind === 'raise')
          const told = step.sales.toSorted((a, b) => (a.connectionId < b.connectionId ? -1 : 1))
          const expected = shops
            .map((connectionId, shop) => {
              const orders = here.filter((each) => each.kind === 'order' && each.shop === shop)
              return {
                connectionId,
                orders: orders.length,
                units: orders.reduce((sum, { units }) => sum + 3 * units, 0),
              }
            })
            .filter(({ orders }) => orders > 0)
            .toSorted((a, b) => (a.connectionId < b.connectionId ? -1 : 1))
          expect({ at: step.at, told, writes: step.writes, emptied: step.emptied }).toEqual({
            at: new Date(begin).toISOString(),
            told: expected,
            writes: writes.length,
            emptied: here.filter(({ kind }) => kind === 'emptied').length,
          })
          const delays = writes.filter(({ kind }) => kind !== 'raise').map(({ units }) => binOf(units * 100))
          expect(step.delayMs === null).toBe(delays.length === 0)
          if (step.delayMs) {
            expect(delays).toContain(binOf(step.delayMs.p50))
            expect(binOf(step.delayMs.p99)).toBe(Math.max(...delays))
          }
        }
      },
    ),
    fromEnvironment(12),
  )
})

test('the flow counts what happened in the last five minutes, what waits and what is parked, by connection', async () => {
  const organizationId = randomUUID()
  await sql`insert into organization (organization_id, name, created_at) values (${organizationId}, 'Flow', now())`.execute(
    database.kysely,
  )
  const [locationId, connectionId] = [randomUUID(), shops[0] ?? '']
  await sql`insert into location (organization_id, location_id, code, name, kind, created_at)
    values (${organizationId}, ${locationId}, 'MAIN', 'Main', 'warehouse', now())`.execute(database.kysely)
  await sql`insert into secret (organization_id, secret_id, key_name, sealed, created_at)
    values (${organizationId}, ${locationId}, 'key', 'sealed', now())`.execute(database.kysely)
  await sql`insert into connection (organization_id, connection_id, connector, name, state, pause_reasons, resume_state, settings,
      secret_id, default_location_id, orders_poll_ms, created_at)
    values (${organizationId}, ${connectionId}, 'shop', 'Shop', 'paused', '{unauthorized}', 'live', '{}', ${locationId},
      ${locationId}, 1000, now())`.execute(database.kysely)
  const minute = { units: 1, shop: 0 }
  for (const agoMs of [0, 60_000, 290_000, 310_000]) {
    await insert(organizationId, { ...minute, agoMs, kind: 'order' })
    await insert(organizationId, { ...minute, agoMs, kind: 'write' })
  }
  for (const state of ['pending', 'parked', 'parked', 'applied']) {
    await sql`insert into inbox (organization_id, inbox_id, connection_id, topic, subject, source, payload, state, attempts,
        received_at)
      values (${organizationId}, gen_random_uuid(), ${connectionId}, 'order', '1', 'poll', '{}', ${state}, 0, now())`.execute(
      database.kysely,
    )
  }
  const flow = overviewFlow.parse(
    await getOverviewFlow(database.kysely, organizationId, { now: new Date(nowMs), connectors: new Map() }),
  )
  expect(flow.connections).toMatchObject([
    {
      name: 'Shop',
      isRefused: true,
      ordersPerMinute: 0.6,
      writesPerMinute: 0.6,
      waiting: 1,
      parked: 2,
      delayMs: 100,
    },
  ])
  expect(flow.locations).toMatchObject([{ code: 'MAIN', countedBy: null, onHand: null }])
})
