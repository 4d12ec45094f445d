// What a warehouse cannot settle by itself: production workers on a manual clock.
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Floor, go, openFloor, tasksOf } from '../testing/floor.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

async function sell(floor: Floor, units: number) {
  if (floor.platform.sell('bottle', units) === undefined) throw new Error('the shop sells it')
  await go(floor, 12)
  const shipment = floor.warehouse.shipments.at(-1)
  if (shipment === undefined) throw new Error('it was asked for')
  return shipment
}

test('an address that is wrong, a unit that is missing and a request that nobody works on are each a task with its age, closed by what settles it', async () => {
  const floor = await openFloor(database, 20)
  const { warehouse, world, clock } = floor
  const held = await sell(floor, 1)
  warehouse.hold(held, { code: 'address', message: 'There is no such street' })
  await go(floor, 30)
  expect(await tasksOf(floor)).toMatchObject([
    { kind: 'shipment-held', detail: expect.stringContaining('There is no such street') },
  ])
  const [task] = await world.rows(sql<{ openedAt: Date }>`
    select opened_at from task where organization_id = ${world.context.organizationId} and closed_at is null`)
  expect(clock.now() - (task?.openedAt.getTime() ?? 0), 'its age is known').toBeLessThan(31_000)
  warehouse.release(held)
  await go(floor, 30)
  expect(await tasksOf(floor)).toEqual([])
  warehouse.send(held)

  const short = await sell(floor, 3)
  warehouse.stock.set('bottle', 2)
  warehouse.send(short)
  warehouse.send(short)
  await go(floor, 30)
  expect(await tasksOf(floor)).toMatchObject([{ kind: 'shipment-short', units: 1 }])
  await sql`update task set closed_at = opened_at where organization_id = ${world.context.organizationId}`.execute(
    database.kysely,
  )

  warehouse.stock.set('bottle', 20)
  await clock.advance(20 * 60_000)
  await go(floor, 12)
  await sell(floor, 1)
  await clock.advance(25 * 3_600_000)
  await go(floor, 60)
  const stuck = async () => (await tasksOf(floor)).filter(({ kind }) => kind === 'shipment-stuck')
  const expected = { detail: expect.stringMatching(/2[45] hours ago, and it has done nothing/) }
  // The missing unit was asked for anew, and is as idle.
  expect(await stuck()).toMatchObject([expected, expected])
  for (const each of warehouse.shipments) warehouse.work(each)
  await go(floor, 30)
  expect(await stuck()).toEqual([])
}, 240_000)
