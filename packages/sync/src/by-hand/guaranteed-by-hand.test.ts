// Orders that people make of items whose channels were promised that they sell nothing that is not there.
import { manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { changeProtection } from '../load-line/protections.ts'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'
import { changeHandOrder } from './change-hand-order.ts'
import { createHandOrder } from './create-hand-order.ts'
import type { NewHandOrder } from './hand-order.ts'

// Many turns of a worker, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const order = (key: string, quantity: number, backorder: boolean): NewHandOrder => ({
  key,
  kind: 'manual',
  location: null,
  lines: [{ sku: 'bottle', quantity }],
  backorder,
  actor: 'ada',
})

async function openShop(units: number) {
  const clock = manualClock()
  const world = await createWorld(database, clock, { leaseMs: 36_000_000 })
  await world.stock('bottle', units)
  const { connectionId, platform } = await world.open(
    'shop',
    { bottle: units },
    { writeStyle: 'compare-and-set', visibilityLagMs: 0 },
  )
  await changeProtection(world.context, { item: 'bottle' }, { mode: 'guaranteed' })
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 40, 1_000)
  return { world, platform }
}

test('I5: what a guaranteed channel may sell at any moment is taken by no order made by hand, backorder or not', async () => {
  const { world, platform } = await openShop(10)
  expect(platform.quantityOf('bottle')).toBe(10)
  for (const backorder of [false, true])
    await expect(createHandOrder(world.context, order('a', 1, backorder))).rejects.toMatchObject({
      code: 'beyond-free',
      message: expect.stringContaining('The channels may still sell'),
    })
  expect(await world.available('bottle')).toBe(10)
})

test('where there is nothing a backorder takes nothing from anybody, and more of it may be said, but not slipped in', async () => {
  const { world } = await openShop(0)
  await createHandOrder(world.context, order('a', 3, true))
  const change = { actor: 'ada', version: undefined }
  expect(
    await changeHandOrder(world.context, 'H-1001', { ...change, note: 'later', backorder: false }),
  ).toMatchObject({
    kind: 'changed',
  })
  const lines = [{ sku: 'bottle', quantity: 1 }]
  await expect(
    changeHandOrder(world.context, 'H-1001', { ...change, lines, backorder: false }),
  ).rejects.toMatchObject({
    code: 'beyond-free',
  })
})
