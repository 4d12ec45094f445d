import { CALL_CLASSES, manualClock, systemClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld, until } from '../testing/world.ts'
import { guardOperations } from './guarded-operations.ts'

// What a lane does around its calls: the production worker stepped by hand, on a real PostgreSQL.

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

test('I6: a level that goes back, while its write is in flight, to what the platform showed before is written again', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 })
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 2)
  await world.adjust('bottle', 5)
  platform.onCall = async (operation) => {
    if (operation !== 'setLevels') return
    platform.onCall = () => undefined
    // Wanted again is the 10 that the hub still believes to be shown: nothing seems to need a write.
    await world.adjust('bottle', -5)
  }
  await stepped.turn()
  expect(platform.writes.map((write) => write.to)).toEqual([15, 10])
  expect(await world.level(connectionId, 'bottle')).toMatchObject({ desired: 10, acknowledged: 10 })
})

test('I5: while an order waits to be read directly nothing is raised on its platform', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 10)
  await world.stock('jar', 10)
  const options = { writeStyle: 'absolute' as const, ordersPollMs: 100 }
  const { platform, connectionId } = await world.open('shop', { bottle: 10, jar: 10 }, options)
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 2)
  // Sold, and then, within the same version, cancelled: its list alone does not settle which came last.
  const order = platform.sell('bottle', 2)
  await turns(clock, stepped, 2)
  platform.cancelWithoutNewVersion(order?.externalId ?? '')
  platform.fault = (operation) => (operation === 'order' ? 'lost' : undefined)
  await turns(clock, stepped, 3, 600)
  expect((await world.inbox(connectionId)).map((row) => row.state)).toContain('fetch')

  await world.adjust('jar', 5)
  await turns(clock, stepped, 5)
  expect(platform.writes).toEqual([])
  await world.adjust('jar', -9)
  await turns(clock, stepped, 1)
  // Lowered it is all the same: selling what is not there would be the greater risk.
  expect(platform.quantityOf('jar')).toBe(6)
  platform.fault = () => undefined
  await turns(clock, stepped, 10, 1_000)
  expect(platform.quantityOf('jar')).toBe(6)
  expect(platform.quantityOf('bottle')).toBe(10)
})

test('I7: however much is sold while the orders are read, a decrease waits for no more than its part of a second', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock, { reconcileMs: 60_000, deepReadMs: 60_000 })
  await world.stock('bottle', 500)
  await world.stock('jar', 500)
  const options = { writeStyle: 'absolute' as const, ordersPollMs: 60_000 }
  const { platform, connectionId } = await world.open('shop', { bottle: 500, jar: 500 }, options)
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 3)
  platform.calls.length = 0
  let left = 40
  platform.onCall = async (operation) => {
    if (operation !== 'orders' || left === 0) return
    left -= 1
    await clock.advance(60)
    // Sold here, and elsewhere: each asks for a read of its own.
    platform.sell('jar')
    await world.adjust('bottle', -1)
  }
  await world.adjust('bottle', -1)
  await turns(clock, stepped, 2, 10)
  const before = platform.calls.slice(0, platform.calls.indexOf('setLevels'))
  expect(platform.calls).toContain('setLevels')
  expect(before.filter((call) => call === 'orders').length).toBeLessThan(10)
})

test('I5: where orders show late, a raise waits until they must show, and reads them once', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock, { reconcileMs: 60_000, deepReadMs: 60_000 })
  await world.stock('bottle', 10)
  const lagMs = 2_000
  const { platform, connectionId } = await world.open(
    'shop',
    { bottle: 10 },
    { writeStyle: 'absolute', visibilityLagMs: lagMs, ordersPollMs: 60_000 },
  )
  platform.listLagMs = lagMs
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 2)
  platform.sell('bottle')
  await clock.advance(100)
  await world.adjust('bottle', 5)
  const raisedAt = clock.now()
  platform.calls.length = 0
  while (clock.now() < raisedAt + lagMs - 200) await turns(clock, stepped, 1, 100)
  expect(platform.writes).toEqual([])
  await turns(clock, stepped, 8, 100)
  expect(platform.quantityOf('bottle')).toBe(14)
  expect(Math.max(...platform.writes.map((write) => write.to))).toBe(14)
  expect(platform.calls).toEqual(['orders', 'setLevels'])
})

test('I7: a level whose write was lost holds up no other while the orders cannot be read, and has their next read', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock, { reconcileMs: 10_000, deepReadMs: 3_600_000 })
  await world.stock('bottle', 10)
  await world.stock('jar', 10)
  // As on Amazon: one read of the orders in three minutes, and no write takes effect later than after half an hour.
  const options = { writeStyle: 'absolute' as const, latestEffectMs: 1_800_000, ordersPollMs: 1_000 }
  const { platform, connectionId } = await world.open('shop', { bottle: 10, jar: 10 }, options)
  const connector = world.connectorOf(connectionId)
  const { open } = connector
  const limit = { kind: 'token-bucket' as const, name: 'orders', capacity: 1, refillPerSecond: 1 / 180 }
  Object.assign(connector, {
    manifest: { ...connector.manifest, budgets: [{ ...limit, operations: ['orders'] }] },
    open: (context: Parameters<typeof open>[0]) =>
      guardOperations(open(context), async (operation, call) => {
        const request = { cost: 1, ...CALL_CLASSES.order, operation }
        if (operation === 'orders') (await context.http.budgets.acquire(request)).settle()
        return await call()
      }),
  })
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 1, 5_000)

  platform.fault = (operation) => (operation === 'setLevels' ? 'dropped' : undefined)
  await world.adjust('bottle', -5)
  await turns(clock, stepped, 1, 10_000)
  platform.fault = () => undefined
  platform.calls.length = 0
  await world.adjust('jar', -4)
  await turns(clock, stepped, 2, 10_000)
  expect(platform.quantityOf('jar')).toBe(6)
  expect(platform.calls).toEqual(['setLevels'])

  await turns(clock, stepped, 16, 10_000)
  expect(platform.calls).toEqual(['setLevels', 'levels', 'orders'])
  expect(await world.level(connectionId, 'bottle')).toMatchObject({ desired: 5, acknowledged: 5 })
})

test('a change costs an absolute platform one read of its orders and one write', async () => {
  const world = await createWorld(database, systemClock, { reconcileMs: 60_000, deepReadMs: 60_000 })
  await world.stock('bottle', 10)
  const options = { writeStyle: 'absolute' as const, ordersPollMs: 60_000 }
  const { platform } = await world.open('shop', { bottle: 10 }, options)
  platform.calls.length = 0
  const engine = world.engine()
  await engine.start({ worker: true })
  try {
    // Until the first look at everything is over; it ends with a read of the orders.
    await until('the first look', () => /levels,orders$/.test(platform.calls.join()))
    const lookedAt = systemClock.now()
    await until('that look is in the past', () => systemClock.now() > lookedAt + 5)
    platform.calls.length = 0
    await world.adjust('bottle', -1)
    await until('the write', () => platform.quantityOf('bottle') === 9)
    expect(platform.calls).toEqual(['orders', 'setLevels'])
  } finally {
    await engine.stop()
  }
})
