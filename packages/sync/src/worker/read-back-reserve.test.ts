import { CALL_CLASSES, type ChannelOperations, manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { guardOperations } from '../lanes/guarded-operations.ts'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
})
afterAll(() => database.drop())

test('reading back and the unhurried reads leave what writes need of a scarce limit of reading orders', async () => {
  const clock = manualClock(Date.UTC(2026, 0, 1))
  const world = await createWorld(database, clock, { leaseMs: 86_400_000, reconcileMs: 10_000 })
  await world.stock('mug', 10)
  const { platform, connectionId } = await world.open('shop', { mug: 10 }, { ordersPollMs: 3_600_000 })
  const plain = world.connectorOf(connectionId)
  const open = plain.open.bind(plain)
  // As Amazon's searchOrders.
  const orders = { kind: 'token-bucket', name: 'orders', capacity: 20, refillPerSecond: 0.0056 } as const
  Object.assign(plain, {
    manifest: { ...plain.manifest, budgets: [{ ...orders, operations: ['orders'] }] },
    open: (context: Parameters<typeof open>[0]): ChannelOperations =>
      guardOperations(open(context), async (operation, call) => {
        const permit = await context.http.budgets.acquire({ cost: 1, ...CALL_CLASSES.order, operation })
        return await call().finally(() => permit.settle())
      }),
  })
  const stepped = await stepConnection(world, connectionId)

  // Half an hour refills ten; read each time it is due by the clock, seven times as many would be gone.
  await turns(clock, stepped, 180, 10_000)

  expect(platform.calls.filter((operation) => operation === 'levels').length).toBeGreaterThanOrEqual(4)
  const left = stepped.worker.budget.buckets.find(({ name }) => name === 'orders')?.left ?? 0
  expect(left).toBeGreaterThanOrEqual(0.8 * orders.capacity)
})
