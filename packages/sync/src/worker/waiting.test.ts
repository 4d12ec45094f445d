import { createBudgets } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConnectionRegistry } from '../connections/registry.ts'
import { announce, go, openFloor } from '../testing/floor.ts'
import { openWorkerContext } from './open-worker-context.ts'
import { doesAnythingWait } from './waiting.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
})
afterAll(() => database.drop())

test('what is to be announced to a warehouse wakes its idle worker; once announced nothing waits', async () => {
  const floor = await openFloor(database, 3)
  const { world, warehouseId, clock } = floor
  const waits = async () => {
    const open = await new ConnectionRegistry(world.context).find(warehouseId)
    if (open === undefined) throw new Error('it is there')
    // Nothing is written: whose lease it is does not matter.
    const lease = { connectionId: warehouseId, fencing: 1, callsUntil: new Date(0) }
    const { signal } = new AbortController()
    const budgets = createBudgets(open.connector.manifest.budgets, clock)
    const context = openWorkerContext(world.context, open, {
      lease,
      budgets,
      signal,
      ending: signal,
      fenceAt: () => undefined,
    })
    return await doesAnythingWait(context)
  }
  expect(await waits()).toBe(false)
  await announce(floor, 4)
  expect(await waits()).toBe(true)
  await go(floor, 12)
  expect(floor.warehouse.notices).toHaveLength(1)
  expect(await waits()).toBe(false)
}, 120_000)
