// A warehouse whose count is nonsense for a while: production workers on a manual clock.
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findHolds } from '../safety/holds.store.ts'
import { at, go, openFloor } from '../testing/floor.ts'
import { readCountedPlaces } from './counted-places.ts'
import { acceptHeldCounts } from './held-back.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const SKUS = Array.from({ length: 14 }, (_, nth) => `S${nth + 10}`)
const FIRST = 'S10'

/** A floor where each of the items lies five times, in the warehouse and in a shop that shows it. */
async function openCounted() {
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
  const { organizationId } = world.context
  const holds = async () => await findHolds(database.kysely, organizationId, { isOpen: true, limit: 5 })
  const tasks = async () => {
    const found = await sql<{ told: unknown }>`
      select told from task
      where organization_id = ${organizationId} and kind = 'count-held' and closed_at is null`.execute(
      database.kysely,
    )
    return found.rows.map(({ told }) => told)
  }
  const place = async () => (await readCountedPlaces(world.context, floor.warehouseId)).rows[0]
  expect(await at(floor, FIRST)).toMatchObject({ onHand: 5 })
  expect(shown()).toEqual(SKUS.map(() => 5))
  return { floor, world, warehouse, count, shown, holds, tasks, place }
}

test('I8: a warehouse that counts nothing at all changes nothing until a person says so; counted right again, nothing is left of it', async () => {
  const { floor, warehouse, count, shown, holds, tasks, place } = await openCounted()
  for (const sku of [...SKUS, 'bottle']) warehouse.stock.set(sku, 0)
  await count()
  expect(await at(floor, FIRST)).toMatchObject({ onHand: 5 })
  expect(shown()).toEqual(SKUS.map(() => 5))
  expect(await holds()).toEqual([])
  const facts = { items: 15, ofItems: 15, units: 14 * 5 + 20 }
  expect(await tasks()).toMatchObject([{ code: 'count-held-zero', facts }])
  expect(await place()).toMatchObject({ heldBack: 15, problems: 15 })
  for (const sku of SKUS) warehouse.stock.set(sku, 5)
  warehouse.stock.set('bottle', 20)
  await count()
  expect(await at(floor, FIRST)).toMatchObject({ onHand: 5 })
  expect(shown()).toEqual(SKUS.map(() => 5))
  expect(await tasks()).toEqual([])
  expect(await place()).toMatchObject({ heldBack: 0, problems: 0 })
}, 120_000)

test('the rest of such a count is booked; accepted, all of it is, and the shop asks once more before it shows nothing', async () => {
  const { floor, world, warehouse, count, shown, holds, tasks, place } = await openCounted()
  const externalId = (await place())?.externalId ?? ''
  await expect(acceptHeldCounts(world.context, floor.warehouseId, externalId)).rejects.toThrow(
    'nothing to accept',
  )
  for (const sku of SKUS) warehouse.stock.set(sku, 0)
  warehouse.stock.set('bottle', 19)
  await count()
  expect(await at(floor, 'bottle')).toMatchObject({ onHand: 19 })
  expect(await at(floor, FIRST)).toMatchObject({ onHand: 5 })
  expect(await place()).toMatchObject({ heldBack: 14 })
  await acceptHeldCounts(world.context, floor.warehouseId, externalId)
  await count()
  expect(await at(floor, FIRST)).toMatchObject({ onHand: 0 })
  expect(await tasks()).toEqual([])
  expect(await place()).toMatchObject({ heldBack: 0, problems: 0 })
  expect(shown()).toEqual(SKUS.map(() => 5))
  expect(await holds()).toMatchObject([{ kind: 'zero', listings: 14 }])
  // What was accepted was that count, and none that comes later.
  for (const sku of SKUS) warehouse.stock.set(sku, 5)
  await count()
  expect(await at(floor, FIRST)).toMatchObject({ onHand: 5 })
  for (const sku of SKUS) warehouse.stock.set(sku, 0)
  await count()
  expect(await at(floor, FIRST)).toMatchObject({ onHand: 5 })
  expect(await tasks()).toHaveLength(1)
}, 120_000)
