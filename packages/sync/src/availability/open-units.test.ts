import { randomUUID } from 'node:crypto'
import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { saveLocation } from '@plimsoll/stock'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toStockContext } from '../context.ts'
import { createWorld, type World } from '../testing/world.ts'
import { workOutItems } from './availability.ts'
import { workOutPlainItems } from './plain-levels.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
})
afterAll(() => database.drop())

/** Ten bottles here and ten there; the shop keeps a number for each place and subtracts an order of three by itself. */
async function openTwoPlaces(): Promise<{ world: World; itemId: string }> {
  const world = await createWorld(database, manualClock(1_700_000_000_000))
  const itemId = await world.stock('bottle', 10)
  const { connectionId } = await world.open('shop', { bottle: 10 }, { writeStyle: 'counts-open-orders' })
  const { organizationId, uuid } = world.context
  const { locationId: east } = await inTransaction(database, (tx) =>
    saveLocation(tx, toStockContext(world.context), { code: 'EAST', name: 'East', kind: 'warehouse' }),
  )
  await world.adjust('bottle', 10, 'EAST')
  for (const query of [
    sql`insert into external_location (organization_id, connection_id, external_id, name, active)
      values (${organizationId}, ${connectionId}, 'second', 'Second', true)`,
    sql`insert into pool_location (organization_id, connection_id, external_id, location_id)
      values (${organizationId}, ${connectionId}, 'second', ${east})`,
    sql`insert into level (organization_id, level_id, connection_id, stock_unit_id, external_location_id, item_id,
        units_per_listing, tracked, writable, desired_version, acknowledged_subtracted, subtracted)
      select organization_id, ${uuid()}, connection_id, stock_unit_id, 'second', item_id, 1, true, true, 0, 0, 0
      from level where organization_id = ${organizationId}`,
    sql`insert into order_line (organization_id, connection_id, line_id, order_id, external_id, listing_external_id,
        stock_unit_id, item_id, sku, title, units_per_listing, ordered, current, reserved, released, shipped, returned,
        unsubtracted)
      select organization_id, connection_id, ${uuid()}, ${randomUUID()}, '1', stock_unit_id, stock_unit_id, item_id, null,
        'A bottle', 1, 3, 3, 0, 0, 0, 0, 3
      from level where organization_id = ${organizationId} and external_location_id = 'second'`,
  ])
    await query.execute(database.kysely)
  return { world, itemId }
}

const shown = ({ context, rows }: World) =>
  rows(sql<{ place: string; desired: number }>`
    select external_location_id as place, desired::int from level
    where organization_id = ${context.organizationId} order by external_location_id`)

const ways = [
  ['one by one', workOutItems],
  ['all at once', workOutPlainItems],
] as const

test.each(ways)(
  'I5: what a platform has yet to subtract is added at one of its locations: it subtracts it but once (%s)',
  async (_, workOut) => {
    const { world, itemId } = await openTwoPlaces()
    await workOut(world.context, [itemId])
    expect(await shown(world)).toEqual([
      { place: 'default', desired: 13 },
      { place: 'second', desired: 10 },
    ])
  },
)

test.each(ways)('a location that is not written to carries none of it (%s)', async (_, workOut) => {
  const { world, itemId } = await openTwoPlaces()
  await sql`update level set writable = false
    where organization_id = ${world.context.organizationId} and external_location_id = 'default'`.execute(
    database.kysely,
  )
  await workOut(world.context, [itemId])
  expect(await shown(world)).toMatchObject([{ place: 'default' }, { place: 'second', desired: 13 }])
})
