// Stopping writes: for a set of reasons, at once, in every process; and showing nothing before it.
import { manualClock, systemClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findConnections } from '../index.ts'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld, until, type World } from '../testing/world.ts'
import { findHalts, findPauseChanges } from './halts.store.ts'
import { haltWrites, liftHalt, pauseConnection, resumeConnection } from './pauses.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(() => database.drop())

const START = Date.parse('2026-03-02T10:00:00Z')
const freeze = { actor: 'Ada', how: 'freeze' as const }

async function stepped() {
  const clock = manualClock(START)
  const world = await createWorld(database, clock)
  await world.stock('MUG', 9)
  const shop = await world.open('shop', { MUG: 9 })
  const worker = await stepConnection(world, shop.connectionId)
  await turns(clock, worker, 4)
  return { clock, world, ...shop, turn: (count = 8) => turns(clock, worker, count), worker }
}

async function connectionOf(world: World) {
  const [connection] = await findConnections(database.kysely, world.context.organizationId)
  return connection
}

test('a halt keeps the very next write from being sent, while orders are still read', async () => {
  const { world, platform, turn, worker } = await stepped()
  await haltWrites(world.context, 'organization', { ...freeze, reason: 'wrong prices' })
  await world.adjust('MUG', -4)
  platform.sell('MUG', 2)
  await turn()
  expect(worker.isLost()).toBe(false)
  expect(platform.quantityOf('MUG')).toBe(7)
  expect(await world.available('MUG')).toBe(3)
  await liftHalt(world.context, 'organization', { reason: undefined, actor: 'Ben' })
  await turn()
  expect(platform.quantityOf('MUG')).toBe(3)
  const changes = await findPauseChanges(database.kysely, world.context.organizationId, 10)
  expect(changes.map(({ what, actor, reason }) => [what, actor, reason])).toEqual([
    ['resumed', 'Ben', 'wrong prices'],
    ['paused', 'Ada', 'wrong prices'],
  ])
})

test('the hub is one more reason: lifting the organization’s does not lift it', async () => {
  const { world, platform, turn } = await stepped()
  await haltWrites(world.context, 'hub', { ...freeze, reason: 'move' })
  await haltWrites(world.context, 'organization', { ...freeze, reason: 'move' })
  await world.adjust('MUG', -4)
  await liftHalt(world.context, 'organization', { reason: 'move', actor: 'Ben' })
  await turn()
  expect(platform.quantityOf('MUG')).toBe(9)
  expect(await findHalts(database.kysely, world.context.organizationId)).toMatchObject([{ scope: 'hub' }])
  await liftHalt(world.context, 'hub', { reason: 'move', actor: 'Ben' })
  await turn()
  expect(platform.quantityOf('MUG')).toBe(5)
})

test('a pause of the connection counts from its commit on, before its worker has heard of it', async () => {
  const { world, connectionId, platform, turn } = await stepped()
  await pauseConnection(world.context, connectionId, { ...freeze, reason: 'stocktaking' })
  await world.adjust('MUG', -4)
  // The stepped worker is never told.
  await turn()
  expect(platform.quantityOf('MUG')).toBe(9)
})

test('whatever is stopped and lifted in whatever order, a write goes out only when no reason is left', async () => {
  const { world, connectionId, platform, turn } = await stepped()
  const reasons = ['a', 'b'] as const
  const step = fc.record({
    what: fc.constantFrom('stop' as const, 'lift' as const),
    where: fc.constantFrom('hub' as const, 'organization' as const, 'connection' as const),
    reason: fc.constantFrom(...reasons),
  })
  let units = 9
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const standing = new Set<string>()
      for (const { what, where, reason } of steps) {
        const key = `${where} ${reason}`
        if (what === 'stop') {
          standing.add(key)
          if (where === 'connection')
            await pauseConnection(world.context, connectionId, { ...freeze, reason })
          else await haltWrites(world.context, where, { ...freeze, reason })
        } else {
          standing.delete(key)
          if (where === 'connection')
            await resumeConnection(world.context, connectionId, { reason, actor: 'Ben' })
          else await liftHalt(world.context, where, { reason, actor: 'Ben' })
        }
      }
      const before = platform.quantityOf('MUG')
      units = units === 9 ? 8 : 9
      await world.adjust('MUG', units === 9 ? 1 : -1)
      await turn()
      expect(platform.quantityOf('MUG')).toBe(standing.size === 0 ? units : before)
      for (const where of ['hub', 'organization'] as const) {
        await liftHalt(world.context, where, { reason: undefined, actor: 'Ben' })
      }
      await resumeConnection(world.context, connectionId, { reason: undefined, actor: 'Ben' })
      await turn()
      expect(platform.quantityOf('MUG')).toBe(units)
    }),
    { numRuns: 12 },
  )
})

test('zero and then pause: every listing shows 0 first, then it is paused; resuming raises them again', async () => {
  const world = await createWorld(database, systemClock)
  const listings = Object.fromEntries(Array.from({ length: 15 }, (_, nth) => [`Z${nth}`, 4]))
  for (const sku of Object.keys(listings)) await world.stock(sku, 4)
  const { platform, connectionId } = await world.open('shop', listings)
  const engine = world.engine()
  await engine.start({ worker: true })
  try {
    const total = () => Object.keys(listings).reduce((sum, sku) => sum + (platform.quantityOf(sku) ?? 0), 0)
    await pauseConnection(world.context, connectionId, { reason: 'fire', actor: 'Ada', how: 'zero' })
    await until('it is paused', async () => (await connectionOf(world))?.state === 'paused')
    expect(total()).toBe(0)
    expect(await connectionOf(world)).toMatchObject({ pauseReasons: ['fire'], zeroedFor: 'fire' })
    expect(await world.tasks('hold')).toEqual([])
    await resumeConnection(world.context, connectionId, { reason: 'fire', actor: 'Ada' })
    await until('all is shown again', () => total() === 60)
    const changes = await findPauseChanges(database.kysely, world.context.organizationId, 10)
    expect(changes.map(({ what }) => what)).toEqual(['resumed', 'zeroed', 'zeroing'])
  } finally {
    await engine.stop()
  }
})

test('a halt takes effect within a second in every process', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('MUG', 500)
  const { platform } = await world.open('shop', { MUG: 500 })
  const engines = [world.engine(), world.engine()]
  for (const engine of engines) await engine.start({ worker: true })
  try {
    await haltWrites(world.context, 'organization', { ...freeze, reason: 'stop' })
    await world.adjust('MUG', -1)
    await until('the order is read', async () => {
      platform.sell('MUG')
      return (await world.available('MUG')) < 498
    })
    expect(platform.writes.filter(({ to }) => to < 500)).toEqual([])
    await liftHalt(world.context, 'organization', { reason: 'stop', actor: 'Ada' })
    const liftedAt = Date.now()
    await until('it is written again', () => platform.writes.some(({ to }) => to < 500))
    expect(Date.now() - liftedAt).toBeLessThan(2_000)
  } finally {
    for (const engine of engines) await engine.stop()
  }
})
