// Orders that nobody has paid yet: they wait, and a person may send them all the same (decision 0103).
import { ORDER_HOLDS } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { endOrderHold } from '../cancelling/end-order-hold.ts'
import { type Brand, openBrand } from '../testing/sent-brand.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

async function open(): Promise<Brand> {
  const streams = [{ name: ORDER_HOLDS, everyMs: 5_000, visibilityLagMs: 0 }]
  const brand = await openBrand(database, 60, 'by-key', 3_600_000, { holds: true, streams })
  brand.platform.holdsOrders = true
  return brand
}

async function turn({ stepped, clock }: Brand, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await stepped.shop.turn()
    await stepped.warehouse.turn()
    await clock.advance(1_000)
  }
}

/** Orders that their channel holds, by the hub. */
const heldOf = async ({ world }: Brand) =>
  (
    await world.rows(sql<{ externalId: string }>`
      select external_id from order_hold join sales_order using (organization_id, order_id)
      where organization_id = ${world.context.organizationId} and reason = 'channel'`)
  ).map(({ externalId }) => externalId)

/** Open tasks, by kind. */
const tasksOf = async ({ world }: Brand) =>
  (
    await world.rows(sql<{ kind: string }>`
      select kind from task where organization_id = ${world.context.organizationId} and closed_at is null`)
  ).map(({ kind }) => kind)

/** Units of an order that its warehouse has, or has sent. */
const atWarehouse = ({ warehouse }: Brand, id: string) =>
  warehouse.shipments
    .filter(({ request, state }) => request.number.startsWith(`#${id}`) && state !== 'cancelled')
    .reduce((sum, { request }) => sum + request.lines.reduce((all, line) => all + line.quantity, 0), 0)

test('what nobody has paid waits without a task; sent before it is paid it goes once, and a buyer who then wants to cancel holds it anew', async () => {
  const brand = await open()
  const { platform, world } = brand
  const { context } = world
  const { externalId: first = '' } = platform.sell('bottle', 2) ?? {}
  const { externalId: second = '' } = platform.sell('bottle', 3) ?? {}
  for (const order of [first, second]) platform.hold(order, ['unpaid'], true)
  await turn(brand, 12)
  expect([atWarehouse(brand, first), atWarehouse(brand, second)]).toEqual([0, 0])
  expect(await tasksOf(brand)).toEqual([])
  // The first is paid, the second a person sends before.
  platform.hold(first, [], true)
  await endOrderHold(context, second, { reason: 'channel', actor: 'ada' })
  await turn(brand, 16)
  expect([atWarehouse(brand, first), atWarehouse(brand, second)]).toEqual([2, 3])
  // Told again it stays so; what its buyer then wishes is another question.
  platform.hold(second, ['unpaid'], true)
  await turn(brand, 8)
  expect(await heldOf(brand)).toEqual([])
  platform.hold(second, ['unpaid', 'buyer'], true)
  await turn(brand, 12)
  expect(await tasksOf(brand)).toEqual(['cancel-asked'])
  expect(await heldOf(brand)).toEqual([second])
}, 300_000)
