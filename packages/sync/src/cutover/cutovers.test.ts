// Opening stock beside selling that goes on: whatever comes in between, what is available is the truth.

import { randomUUID } from 'node:crypto'
import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { saveLocation } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeStock } from '../availability/stock-changes.ts'
import { ConnectionRegistry } from '../connections/registry.ts'
import { type SyncContext, toStockContext } from '../context.ts'
import { changePools } from '../pools/change-pools.ts'
import { makePreview } from '../safety/going-live.ts'
import type { MemoryPlatform } from '../testing/memory-platform.ts'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld, type World } from '../testing/world.ts'
import { cancelSyncJob, listSyncJobs } from '../worker/sync-jobs.ts'
import { applyCutover } from './apply-cutover.ts'
import { skipCodeOf } from './cutover.ts'
import {
  approveCutover,
  beginCutover,
  finishCutover,
  importOpenOrders,
  proposeOpening,
  readCutover,
  readCutoverLines,
} from './cutovers.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const START = Date.parse('2026-03-02T10:00:00Z')
const OPENING = 40

/** Two shops with one item of which the ledger knows nothing yet; each has an order from before. */
async function brand() {
  const clock = manualClock(START)
  const world = await createWorld(database, clock)
  await world.stock('MUG', 0)
  const a = await world.open('a', { MUG: OPENING }, { state: 'shadow' })
  const b = await world.open('b', { MUG: OPENING }, { state: 'shadow' })
  a.platform.sell('MUG', 2)
  b.platform.sell('MUG', 3)
  await clock.advance(60_000)
  const workers = [await stepConnection(world, a.connectionId), await stepConnection(world, b.connectionId)]
  const turn = async (count = 1) => {
    for (const worker of workers) await turns(clock, worker, count)
  }
  await turn(3)
  const registry = new ConnectionRegistry(world.context)
  const begin = (from: 'a' | undefined, asOf?: Date) =>
    beginCutover(world.context, {
      name: 'opening',
      connection: 'b',
      source: from === undefined ? 'count' : 'connection',
      from,
      asOf,
      ordersSince: new Date(START - 86_400_000),
      actor: 'Ada',
    })
  const importOrders = async () => {
    while ((await importOpenOrders(world.context, registry, 'opening')).cutover.state === 'begun')
      await turn()
  }
  return { clock, world, a, b, turn, begin, importOrders, registry }
}

function unitsOf(platform: MemoryPlatform, which: 'sold'): number {
  expect(which).toBe('sold')
  return [...platform.orders.values()].reduce(
    (sum, { state, units }) => sum + (state === 'cancelled' ? 0 : units),
    0,
  )
}

test('the steps, each shown and approved; done twice, nothing changes', async () => {
  const { world, a, b, turn, begin, importOrders } = await brand()
  const { context } = world
  expect(await begin('a')).toMatchObject({ state: 'begun' })
  expect((await begin('a')).cutoverId).toBe((await readCutover(context, 'opening')).cutoverId)
  await expect(proposeOpening(context, 'opening', [])).rejects.toMatchObject({ code: 'wrong-state' })
  await importOrders()
  expect(await world.available('MUG')).toBe(-5)
  const proposed = await proposeOpening(context, 'opening', [])
  expect(await readCutoverLines(context, proposed.cutoverId)).toEqual([
    expect.objectContaining({
      sku: 'MUG',
      locationCode: 'MAIN',
      proposed: OPENING,
      ledger: 0,
      skipped: null,
    }),
  ])
  await expect(approveCutover(context, 'opening', { digest: 'another', actor: 'Ben' })).rejects.toMatchObject(
    {
      code: 'preview-outdated',
    },
  )
  await approveCutover(context, 'opening', { digest: proposed.digest ?? '', actor: 'Ben' })
  await Promise.all([applyCutover(context, 'opening'), applyCutover(context, 'opening')])
  for (let twice = 0; twice < 2; twice += 1) await applyCutover(context, 'opening')
  expect(await world.available('MUG')).toBe(OPENING - 5)
  await turn(4)
  const { preview } = await makePreview(context, b.connectionId)
  const wish = { previewId: preview.previewId, actor: 'Ben' }
  for (let twice = 0; twice < 2; twice += 1) {
    expect(await finishCutover(context, 'opening', wish)).toMatchObject({ state: 'live', approvedBy: 'Ben' })
  }
  expect(await world.connection(b.connectionId)).toMatchObject({ state: 'live' })
  expect(await world.connection(a.connectionId)).toMatchObject({ state: 'shadow' })
})

test('I5: open units lie where they are kept for their orders, not where the connection reserves by itself', async () => {
  const { clock, world, a, turn, begin, importOrders } = await brand()
  const { context } = world
  await inTransaction(database, async (tx) => {
    await saveLocation(tx, toStockContext(context), { code: 'EAST', name: 'East', kind: 'warehouse' })
  })
  a.platform.otherLocations = ['second']
  await world.import(a.connectionId)
  await changePools(context, a.connectionId, [{ externalId: 'second', locations: ['EAST'] }])
  a.platform.write('MUG', 30, 'second')
  a.platform.sell('MUG', 5, 'second')
  await clock.advance(60_000)
  await turn(4)
  await begin('a')
  await importOrders()
  const proposed = await proposeOpening(context, 'opening', [])
  const lines = await readCutoverLines(context, proposed.cutoverId)
  expect(lines.map(({ locationCode, proposed: units }) => [locationCode, units]).sort()).toEqual([
    ['EAST', 30],
    ['MAIN', OPENING],
  ])
  await approveCutover(context, 'opening', { digest: proposed.digest ?? '', actor: 'Ben' })
  await applyCutover(context, 'opening')
  const free = await world.rows(sql<{ code: string; units: number }>`
    select code, sum(on_hand - reserved - held)::int as units from balance
    join location using (organization_id, location_id)
    where balance.organization_id = ${context.organizationId} group by code order by code`)
  // What shop a shows, less what shop b sold out of MAIN.
  expect(free).toEqual([
    { code: 'EAST', units: 25 },
    { code: 'MAIN', units: OPENING - 5 },
  ])
})

async function count({ context }: World, quantity: number): Promise<void> {
  const [outcome] = await changeStock(context, [
    {
      kind: 'count',
      key: randomUUID(),
      sku: 'MUG',
      locationCode: 'MAIN',
      quantity,
      actor: 'Cleo',
      reason: null,
      effectiveAt: undefined,
    },
  ])
  expect(outcome?.kind).toBe('applied')
}

/** Applies what was approved; where it is not how it was looked at, what it is now is approved. */
async function applyLookedAtAgain(context: SyncContext): Promise<void> {
  try {
    await applyCutover(context, 'opening')
  } catch (error) {
    expect(error).toMatchObject({ code: 'preview-outdated' })
    const { state, digest } = await readCutover(context, 'opening')
    expect(state).toBe('proposed')
    await approveCutover(context, 'opening', { digest: digest ?? '', actor: 'Ben' })
    await applyCutover(context, 'opening')
  }
}

test('an order from before the hub came is not taken off twice', async () => {
  const clock = manualClock(START)
  const world = await createWorld(database, clock)
  const { context } = world
  await world.stock('MUG', 0)
  const { platform, connectionId } = await world.open('b', {}, { state: 'shadow' })
  platform.list('MUG', { quantity: 13 })
  platform.sell('MUG')
  await clock.advance(60_000)
  // The number that is read first has it subtracted already.
  await world.import(connectionId)
  expect(await world.level(connectionId, 'MUG')).toMatchObject({ acknowledged: 12 })
  const worker = await stepConnection(world, connectionId)
  await beginCutover(context, {
    name: 'opening',
    connection: 'b',
    source: 'connection',
    from: 'b',
    ordersSince: new Date(START - 86_400_000),
    actor: 'Ada',
  })
  const registry = new ConnectionRegistry(context)
  const seen = []
  for (;;) {
    const { cutover, waiting, numbers } = await importOpenOrders(context, registry, 'opening')
    if (cutover.state !== 'begun') break
    seen.push(waiting > 0 ? 'orders' : numbers === null ? 'nothing' : 'numbers')
    await turns(clock, worker, 1)
  }
  expect([...new Set(seen)]).toEqual(['orders', 'numbers'])
  const { digest, cutoverId } = await proposeOpening(context, 'opening', [])
  expect(await readCutoverLines(context, cutoverId)).toMatchObject([{ proposed: 13, ledger: 0 }])
  await approveCutover(context, 'opening', { digest: digest ?? '', actor: 'Ben' })
  await applyCutover(context, 'opening')
  expect(await world.available('MUG')).toBe(12)
})

test('numbers that cannot be read are told, and read anew when asked again', async () => {
  const { world, begin, registry, turn, a } = await brand()
  const { context } = world
  await begin('a')
  const ask = async () => await importOpenOrders(context, registry, 'opening')
  while ((await ask()).numbers === null) await turn()
  const [audit] = await listSyncJobs(context, a.connectionId, { kind: 'audit', limit: 1 })
  await cancelSyncJob(context, audit?.jobId ?? '')
  await expect(ask()).rejects.toMatchObject({ code: 'numbers-unread' })
  while ((await ask()).cutover.state === 'begun') await turn()
  const audits = await listSyncJobs(context, a.connectionId, { kind: 'audit', limit: 9 })
  expect(audits.map(({ state }) => state).sort()).toEqual(['cancelled', 'done'])
})

test('a count that was booked since somebody looked is not added to: nothing is booked, and it is looked at again', async () => {
  const { world, begin, importOrders } = await brand()
  const { context } = world
  await begin('a')
  await importOrders()
  const { digest, cutoverId } = await proposeOpening(context, 'opening', [])
  await approveCutover(context, 'opening', { digest: digest ?? '', actor: 'Ben' })
  await count(world, OPENING - 2)
  await expect(applyCutover(context, 'opening')).rejects.toMatchObject({ code: 'preview-outdated' })
  expect(await world.available('MUG')).toBe(OPENING - 2 - 5)
  const again = await readCutover(context, 'opening')
  expect(again).toMatchObject({ state: 'proposed', approvedBy: null })
  expect(again.digest).not.toBe(digest)
  expect(await readCutoverLines(context, cutoverId)).toMatchObject([
    { proposed: OPENING, ledger: OPENING - 2 },
  ])
  await approveCutover(context, 'opening', { digest: again.digest ?? '', actor: 'Ben' })
  await applyCutover(context, 'opening')
  expect(await world.available('MUG')).toBe(OPENING - 5)
})

test('what was counted since the moment of a file is left to the count, before and after it was approved', async () => {
  for (const isBefore of [true, false]) {
    const { clock, world, turn, begin, importOrders } = await brand()
    const { context } = world
    const asOf = new Date(clock.now() - 1_000)
    await begin(undefined, asOf)
    await importOrders()
    const lines = [{ sku: 'MUG', locationCode: 'MAIN', quantity: OPENING }]
    if (isBefore) await count(world, 30)
    const { digest } = await proposeOpening(context, 'opening', lines)
    await approveCutover(context, 'opening', { digest: digest ?? '', actor: 'Ben' })
    if (!isBefore) await count(world, 30)
    await applyLookedAtAgain(context)
    await turn(2)
    const { cutoverId, state } = await readCutover(context, 'opening')
    expect(state).toBe('applied')
    const [line] = await readCutoverLines(context, cutoverId)
    expect(skipCodeOf(line?.skipped ?? null)).toBe('counted-since')
    expect(await world.available('MUG')).toBe(30 - 5)
  }
})

const STEPS = ['import', 'propose', 'apply'] as const

test('whatever is sold, cancelled and shipped during a cut-over from a connection, available is what the books say', async () => {
  const happening = fc.record({
    before: fc.constantFrom(...STEPS),
    what: fc.constantFrom(
      'sell a' as const,
      'sell b' as const,
      'cancel' as const,
      'ship a' as const,
      'count' as const,
      'find' as const,
      'turn' as const,
    ),
    units: fc.integer({ min: 1, max: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 14 }), async (happenings) => {
      const { clock, world, a, b, turn, begin, importOrders } = await brand()
      const { context } = world
      await begin('a')
      const happen = async (step: (typeof STEPS)[number]) => {
        for (const { what, units } of happenings.filter(({ before }) => before === step)) {
          await clock.advance(50)
          if (what === 'sell a') a.platform.sell('MUG', units)
          else if (what === 'sell b') b.platform.sell('MUG', units)
          else if (what === 'turn') await turn()
          // What is booked here before the shop's numbers are taken over gives way to them.
          else if (what === 'count') await count(world, units)
          else if (what === 'find') await world.adjust('MUG', units)
          else {
            const open = [...a.platform.orders.values()].find(({ state }) => state === 'open')
            if (open === undefined) continue
            if (what === 'cancel') a.platform.cancel(open.externalId)
            else a.platform.ship(open.externalId)
          }
        }
      }
      await happen('import')
      await importOrders()
      await happen('propose')
      const { digest } = await proposeOpening(context, 'opening', [])
      await approveCutover(context, 'opening', { digest: digest ?? '', actor: 'Ben' })
      await happen('apply')
      await applyLookedAtAgain(context)
      await turn(12)
      expect(await world.available('MUG')).toBe(
        OPENING - unitsOf(a.platform, 'sold') - unitsOf(b.platform, 'sold'),
      )
    }),
    { numRuns: 8 },
  )
})

test('a count is true for its moment: what was sold and shipped since stays on top of it', async () => {
  const steps = fc.array(
    fc.record({
      what: fc.constantFrom('sell' as const, 'ship' as const, 'turn' as const),
      isAfter: fc.boolean(),
    }),
    { maxLength: 12 },
  )
  await fc.assert(
    fc.asyncProperty(steps, async (happenings) => {
      const { clock, world, a, b, turn, begin, importOrders } = await brand()
      // What really lies there, and what leaves.
      let there = OPENING
      const happen = async (isAfter: boolean) => {
        for (const { what } of happenings.filter((each) => each.isAfter === isAfter)) {
          await clock.advance(2_000)
          if (what === 'sell') a.platform.sell('MUG')
          else if (what === 'ship') {
            const open = [...a.platform.orders.values()].find(({ state }) => state === 'open')
            if (open === undefined) continue
            // The hub has heard of the order before it leaves.
            await turn(2)
            a.platform.ship(open.externalId)
            there -= open.units
            await turn(2)
          } else await turn()
        }
      }
      await turn(2)
      await happen(false)
      await turn(3)
      await clock.advance(1_000)
      const counted = there
      const asOf = new Date(clock.now())
      await clock.advance(1_000)
      await begin(undefined, asOf)
      await importOrders()
      await happen(true)
      const lines = [{ sku: 'MUG', locationCode: 'MAIN', quantity: counted }]
      const { digest } = await proposeOpening(world.context, 'opening', lines)
      await approveCutover(world.context, 'opening', { digest: digest ?? '', actor: 'Ben' })
      await applyCutover(world.context, 'opening')
      await turn(8)
      const open = [...a.platform.orders.values(), ...b.platform.orders.values()].reduce(
        (sum, { state, units }) => sum + (state === 'open' ? units : 0),
        0,
      )
      expect(await world.available('MUG')).toBe(there - open)
    }),
    { numRuns: 6 },
  )
})
