// A warehouse whose count is nonsense for a while: production workers on a manual clock.
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findHolds } from '../safety/holds.store.ts'
import { at, go, openFloor } from '../testing/floor.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const SKUS = Array.from({ length: 14 }, (_, nth) => `S${nth + 10}`)

test('I8: a warehouse that counts nothing at all takes no shop to zero; counted right again, nothing is left of it', async () => {
  const floor = await openFloor(database, 20)
  const { world, platform, warehouse, clock } = floor
  for (const sku of SKUS) {
    await world.stock(sku, 0)
    warehouse.stock.set(sku, 5)
    platform.list(sku, { quantity: 5 })
  }
  await world.import(floor.warehouseId)
  await world.import(floor.connectionId)
  const count = async () => {
    await clock.advance(20 * 60_000)
    await go(floor, 20)
  }
  await count()
  const shown = () => SKUS.map((sku) => platform.quantityOf(sku))
  const [first = ''] = SKUS
  expect(await at(floor, first)).toMatchObject({ onHand: 5 })
  expect(shown()).toEqual(SKUS.map(() => 5))
  for (const sku of [...SKUS, 'bottle']) warehouse.stock.set(sku, 0)
  await count()
  expect(shown(), 'a person is asked first').toEqual(SKUS.map(() => 5))
  const open = async () =>
    await findHolds(database.kysely, world.context.organizationId, { isOpen: true, limit: 5 })
  expect(await open()).toMatchObject([{ kind: 'zero', listings: 15 }])
  for (const sku of SKUS) warehouse.stock.set(sku, 5)
  warehouse.stock.set('bottle', 20)
  await count()
  expect(await at(floor, first)).toMatchObject({ onHand: 5 })
  expect(shown()).toEqual(SKUS.map(() => 5))
  expect(await open()).toEqual([])
}, 120_000)
