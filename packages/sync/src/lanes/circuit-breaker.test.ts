import { manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld, type World } from '../testing/world.ts'

// The production worker stepped by hand while its platform fails, on a real PostgreSQL.

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

async function circuitOf(world: World, connectionId: string) {
  const [row] = await world.rows(sql<{
    since: Date | null
    probeAt: Date | null
    failedProbes: number
    state: string
  }>`
    select circuit_since as since, circuit_probe_at as probe_at, circuit_failed_probes as failed_probes, state
    from connection where connection_id = ${connectionId}`)
  if (row === undefined) throw new Error('the connection is known')
  return row
}

test('a platform that is down is left alone but for one call at growing intervals, and is not paused', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 })
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 3)
  expect(await circuitOf(world, connectionId)).toMatchObject({ since: null, state: 'live' })

  platform.fault = () => 'unsent'
  await turns(clock, stepped, 12, 600)
  const opened = await circuitOf(world, connectionId)
  expect(opened).toMatchObject({ state: 'live' })
  expect(opened.since).not.toBeNull()

  platform.calls.length = 0
  const from = clock.now()
  // An hour of turns every ten seconds: a try a minute at the most, and each is one call.
  await turns(clock, stepped, 360, 10_000)
  const minutes = (clock.now() - from) / 60_000
  expect(platform.calls.length).toBeLessThanOrEqual(minutes + 10)
  expect(platform.calls.length).toBeGreaterThanOrEqual(minutes / 2)

  // Sold out meanwhile: the first try that may be made says so.
  await world.adjust('bottle', -10)
  platform.calls.length = 0
  platform.fault = () => undefined
  await turns(clock, stepped, 8, 10_000)
  expect(platform.calls[0]).toBe('setLevels')
  expect(platform.quantityOf('bottle')).toBe(0)
  expect(await circuitOf(world, connectionId)).toMatchObject({ since: null, probeAt: null, failedProbes: 0 })
})

test('who takes a connection over goes on from where its circuit stands', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 })
  const first = await stepConnection(world, connectionId)
  platform.fault = () => 'lost'
  await turns(clock, first, 30, 2_000)
  const before = await circuitOf(world, connectionId)
  expect(before.failedProbes).toBeGreaterThan(1)

  const second = await stepConnection(world, connectionId)
  platform.calls.length = 0
  await second.turn()
  expect(platform.calls).toEqual([])
  expect(await circuitOf(world, connectionId)).toEqual(before)
  await turns(clock, second, 8, 10_000)
  const after = await circuitOf(world, connectionId)
  expect(after.since).toEqual(before.since)
  expect(after.failedProbes).toBeGreaterThan(before.failedProbes)
})

test('refusals and throttling are answers: they open no circuit', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 })
  const stepped = await stepConnection(world, connectionId)
  platform.fault = () => 'throttled'
  await turns(clock, stepped, 30, 1_000)
  expect(await circuitOf(world, connectionId)).toMatchObject({ since: null })
})
