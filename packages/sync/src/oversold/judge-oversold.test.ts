// Whose fault units sold beyond what was there were, found from what is on record.
import assert from 'node:assert/strict'
import { type ManualClock, manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changePolicy } from '../policies/policies.ts'
import { haltWrites } from '../safety/pauses.ts'
import { type Stepped, stepConnection, turns } from '../testing/steps.ts'
import { createWorld, type World } from '../testing/world.ts'
import { UNAVOIDABLE_CALLS_MS } from './fault.ts'
import { FINAL_AFTER_MS, judgeOversold } from './judge-oversold.ts'
import { findOversells, sumOversells } from './oversells.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

async function openWorld(units: number) {
  const clock = manualClock(Date.parse('2026-03-02T10:00:00Z'))
  const world = await createWorld(database, clock, { leaseMs: 86_400_000 })
  await world.stock('MUG', units)
  const a = await world.open('a', { MUG: units })
  const b = await world.open('b', { MUG: units })
  const workers = [await stepConnection(world, a.connectionId), await stepConnection(world, b.connectionId)]
  await settle(clock, workers)
  return { clock, world, a, b, workers }
}

async function settle(clock: ManualClock, workers: readonly Stepped[]): Promise<void> {
  for (let nth = 0; nth < 5; nth += 1) for (const worker of workers) await turns(clock, worker, 1)
}

async function judged({ context }: World) {
  await judgeOversold(context)
  const since = new Date(0)
  return await findOversells(context.database.kysely, context.organizationId, { since, limit: 100 })
}

test('I10: two channels that sell the last one within the same moment race; no hub could have known', async () => {
  const { clock, world, a, b, workers } = await openWorld(1)
  a.platform.sell('MUG')
  await clock.advance(500)
  b.platform.sell('MUG')
  await settle(clock, workers)
  const cases = await judged(world)
  expect(cases).toMatchObject([
    {
      sku: 'MUG',
      connectionName: 'b',
      cause: 'race',
      units: 1,
      final: false,
      parts: [{ units: 1, because: 'within-window', afterMs: 500 }],
    },
  ])
  const { organizationId } = world.context
  expect(await sumOversells(database.kysely, organizationId, new Date(0))).toMatchObject([
    { connectionName: 'b', cause: 'race', units: 1, orders: 1 },
  ])
  // Judged again it is the same case, and after a while the verdict stands.
  const [first] = cases
  await clock.advance(FINAL_AFTER_MS + 1)
  const [again] = await judged(world)
  expect(again).toMatchObject({ final: true, foundAt: first?.foundAt })
  expect(await judged(world)).toHaveLength(1)
})

test('I10: who bought first is served, whoever is seen first, and a late hub is said to have been late', async () => {
  const { clock, world, a, b, workers } = await openWorld(1)
  const [, onB] = workers
  assert(onB !== undefined)
  a.platform.sell('MUG')
  // Nobody looks at the orders of A for a minute; meanwhile B sells what it shows, and is seen first.
  await clock.advance(60_000)
  b.platform.sell('MUG')
  await turns(clock, onB, 3)
  await settle(clock, workers)
  const cases = await judged(world)
  expect(cases).toMatchObject([{ connectionName: 'b', cause: 'delay', units: 1 }])
  const [part] = cases[0]?.parts ?? []
  expect(part).toMatchObject({ because: 'told-late', afterMs: 60_000 })
  expect(part?.delay?.seenMs).toBeGreaterThan(60_000)
  expect(part?.by).toMatch(/^a /)
})

test('I10: what a platform sells beyond the number that it has is its own doing', async () => {
  const { clock, world, a, b, workers } = await openWorld(2)
  const listing = a.platform.listings.get('MUG')
  assert(listing !== undefined)
  b.platform.sell('MUG')
  await settle(clock, workers)
  a.platform.sell('MUG')
  await settle(clock, workers)
  await clock.advance(60_000)
  // Two shoppers, one unit: it lets one more go.
  listing.quantity = 1
  a.platform.sell('MUG')
  await settle(clock, workers)
  expect(await judged(world)).toMatchObject([
    { connectionName: 'a', cause: 'platform', units: 1, parts: [{ because: 'beyond-shown' }] },
  ])
})

test('I10: a person who fixes a number is named', async () => {
  const fixed = await openWorld(1)
  await changePolicy(fixed.world.context, { connection: fixed.b.connectionId }, { fixed: 5 })
  await settle(fixed.clock, fixed.workers)
  fixed.b.platform.sell('MUG', 3)
  await settle(fixed.clock, fixed.workers)
  expect(await judged(fixed.world)).toMatchObject([
    { cause: 'person', units: 2, parts: [{ units: 2, because: 'fixed-policy' }] },
  ])
})

test('I10: a person who had stopped writes is named', async () => {
  const stopped = await openWorld(1)
  await haltWrites(stopped.world.context, 'organization', { reason: 'audit', how: 'freeze', actor: 'test' })
  await stopped.clock.advance(10)
  stopped.a.platform.sell('MUG')
  await settle(stopped.clock, stopped.workers)
  await stopped.clock.advance(60_000)
  stopped.b.platform.sell('MUG')
  await settle(stopped.clock, stopped.workers)
  expect(await judged(stopped.world)).toMatchObject([
    { connectionName: 'b', cause: 'person', units: 1, parts: [{ because: 'stopped: audit' }] },
  ])
})

test('I10: a person who takes out what was sold is named', async () => {
  const counted = await openWorld(1)
  counted.a.platform.sell('MUG')
  await settle(counted.clock, counted.workers)
  await counted.world.adjust('MUG', -1)
  expect(await judged(counted.world)).toMatchObject([
    { connectionName: 'a', cause: 'person', units: 1, parts: [{ because: 'taken-out-later', by: 'adjust' }] },
  ])
})

test('I10: a person who takes stock out just before is named', async () => {
  const shortly = await openWorld(1)
  await shortly.world.adjust('MUG', -1)
  await shortly.clock.advance(UNAVOIDABLE_CALLS_MS / 2)
  shortly.b.platform.sell('MUG')
  await settle(shortly.clock, shortly.workers)
  expect(await judged(shortly.world)).toMatchObject([
    { connectionName: 'b', cause: 'person', units: 1, parts: [{ because: 'stock-change', by: 'adjust' }] },
  ])
})

test('a case keeps its verdict though it is cured meanwhile', async () => {
  const { clock, world, a, b, workers } = await openWorld(1)
  a.platform.sell('MUG')
  b.platform.sell('MUG')
  await settle(clock, workers)
  await world.adjust('MUG', 5)
  await settle(clock, workers)
  expect(await judged(world)).toMatchObject([{ cause: 'race', units: 1 }])
})
