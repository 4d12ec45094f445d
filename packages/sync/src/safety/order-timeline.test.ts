// When an order was placed, seen and applied, and when every other channel showed it.
import { manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'
import { findChannelMoments, findOrderMoments } from './order-timeline.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

test('I10: an order tells when it was placed, seen and applied, and when each other channel showed it', async () => {
  const clock = manualClock(Date.parse('2026-03-02T10:00:00Z'))
  const world = await createWorld(database, clock)
  await world.stock('MUG', 9)
  const a = await world.open('a', { MUG: 9 })
  const b = await world.open('b', { MUG: 9 })
  const workers = [await stepConnection(world, a.connectionId), await stepConnection(world, b.connectionId)]
  for (const worker of workers) await turns(clock, worker, 3)
  const placedAt = clock.now()
  const order = a.platform.sell('MUG', 2)
  for (let nth = 0; nth < 4; nth += 1) for (const worker of workers) await turns(clock, worker, 1)

  const { organizationId } = world.context
  const found = await findOrderMoments(database.kysely, organizationId, order?.externalId ?? '')
  expect(found).toMatchObject({ connectionName: 'a', placedAt: new Date(placedAt), seenBy: 'poll' })
  const moments = await findChannelMoments(database.kysely, organizationId, found?.orderId ?? '')
  expect(moments).toMatchObject([{ connectionName: 'b', sku: 'MUG', wanted: 7, outcome: 'applied' }])
  const [moment] = moments
  const line = [
    found?.placedAt,
    found?.seenAt,
    found?.appliedAt,
    moment?.wantedAt,
    moment?.sentAt,
    moment?.shownAt,
  ]
  const times = line.map((each) => each?.getTime() ?? Number.NaN)
  expect(times).toEqual([...times].sort((one, other) => one - other))
  // What the platform's own books say of it.
  expect(b.platform.writes.find(({ to }) => to === 7)?.at).toBeGreaterThanOrEqual(times[4] ?? 0)
  expect(await findOrderMoments(database.kysely, organizationId, 'none')).toBeUndefined()
})
