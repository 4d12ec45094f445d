import { manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'

// A platform whose number no order moves (Walmart): the production worker stepped by hand, on a real PostgreSQL.

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

async function openShop() {
  const clock = manualClock()
  const world = await createWorld(database, clock, { reconcileMs: 3_600_000, deepReadMs: 3_600_000 })
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open(
    'shop',
    { bottle: 10 },
    { writeStyle: 'counts-open-orders', ordersPollMs: 100 },
  )
  platform.countsOpenOrders = true
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 2)
  return { clock, world, platform, connectionId, stepped }
}

test('I5: what has shipped is taken off the number by a write; a sale and a cancel need none', async () => {
  const { clock, platform, stepped } = await openShop()
  const order = platform.sell('bottle', 4)
  await turns(clock, stepped, 4)
  expect(platform.writes).toEqual([])
  expect(platform.shownOf('bottle')).toBe(6)
  const other = platform.sell('bottle', 1)
  await turns(clock, stepped, 4)
  platform.cancel(other?.externalId ?? '')
  await turns(clock, stepped, 4)
  expect(platform.writes).toEqual([])

  platform.ship(order?.externalId ?? '')
  expect(platform.shownOf('bottle')).toBe(10)
  await turns(clock, stepped, 4)
  expect(platform.writes.map(({ to }) => to)).toEqual([6])
  expect(platform.shownOf('bottle')).toBe(6)
})

test('I6: whatever is sold, cancelled, shipped and received, it ends showing what is available', {
  timeout: 60_000,
}, async () => {
  type Step = { kind: 'sell' | 'cancel' | 'ship' | 'receive' | 'turn'; pick: number }
  const anyStep: fc.Arbitrary<Step> = fc.record({
    kind: fc.constantFrom<Step['kind'][]>('sell', 'sell', 'cancel', 'ship', 'receive', 'turn', 'turn'),
    pick: fc.nat(3),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 20 }), async (steps) => {
      const { clock, world, platform, connectionId, stepped } = await openShop()
      for (const { kind, pick } of steps) {
        const order = [...platform.orders.keys()][pick]
        if (kind === 'sell') platform.sell('bottle', pick + 1)
        if (kind === 'cancel' && order !== undefined) platform.cancel(order)
        if (kind === 'ship' && order !== undefined) platform.ship(order)
        if (kind === 'receive') await world.adjust('bottle', pick + 1)
        if (kind === 'turn') await turns(clock, stepped, 1, 400)
      }
      await turns(clock, stepped, 12, 1_000)
      const open = [...platform.orders.values()].filter(({ state }) => state === 'open')
      const units = open.reduce((sum, order) => sum + order.units, 0)
      const available = Math.max(0, await world.available('bottle'))
      expect(platform.quantityOf('bottle')).toBe(available + units)
      expect(platform.shownOf('bottle')).toBe(available)
      expect(await world.level(connectionId, 'bottle')).toMatchObject({ desired: available + units })
    }),
    fromEnvironment(12),
  )
})

test('I5: however sales, cancellations and deliveries fall between its reads and writes, nothing is sold that is not there', {
  timeout: 60_000,
}, async () => {
  type Step = { kind: 'sell' | 'cancel' | 'receive' | 'turn'; pick: number }
  const anyStep: fc.Arbitrary<Step> = fc.record({
    kind: fc.constantFrom<Step['kind'][]>('sell', 'sell', 'sell', 'cancel', 'receive', 'turn', 'turn'),
    pick: fc.nat(5),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 30 }), fc.nat(), async (steps, seed) => {
      const { clock, world, platform, stepped } = await openShop()
      let drawn = seed
      const happensNow = () => {
        drawn = (drawn * 1_103_515_245 + 12_345) % 2 ** 31
        return drawn % 3 === 0
      }
      // Shoppers buy in the middle of the hub's calls too.
      platform.onCall = () => {
        if (happensNow()) platform.sell('bottle', 1 + (drawn % 4))
      }
      for (const { kind, pick } of steps) {
        const order = [...platform.orders.keys()][pick]
        if (kind === 'sell') platform.sell('bottle', pick + 1)
        if (kind === 'cancel' && order !== undefined) platform.cancel(order)
        if (kind === 'receive') await world.adjust('bottle', pick + 1)
        if (kind === 'turn') await turns(clock, stepped, 1, 150)
      }
      platform.onCall = () => undefined
      await turns(clock, stepped, 6, 1_000)
      expect(await world.available('bottle')).toBeGreaterThanOrEqual(0)
    }),
    fromEnvironment(15),
  )
})
