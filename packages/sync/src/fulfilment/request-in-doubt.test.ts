// A request whose answer was lost, and that cannot be made any more when it is to be looked for.
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { go, openBrand } from '../testing/sent-brand.ts'
import type { WarehouseFault } from '../testing/warehouse-call.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const worlds = (['by-key', 'by-read-back'] as const).flatMap((requests) =>
  (['lost', 'dropped', 'late'] as const).map((fault) => ({ requests, fault })),
)

test.each<{ requests: 'by-key' | 'by-read-back'; fault: WarehouseFault }>(worlds)(
  'a request in doubt ($requests, $fault) that cannot be made any more is looked for before its units are sent from elsewhere',
  async ({ requests, fault }) => {
    const brand = await openBrand(database, 5, requests)
    const { platform, warehouse, world, clock } = brand
    const { organizationId } = world.context
    await world.adjust('bottle', 4)
    warehouse.fault = (call) => (call === 'requestShipment' ? fault : undefined)
    platform.sell('bottle', 2)
    await go(brand, 12)
    warehouse.fault = () => undefined
    // To whom it goes is known no more: no request can be made of it.
    await world.rows(
      sql`delete from order_recipient where organization_id = ${organizationId} returning order_id`,
    )
    for (let round = 0; round < 6; round += 1) {
      await go(brand, 4)
      await clock.advance(20_000)
    }
    await go(brand, 8)
    const rows = await world.rows(sql<{ state: string; code: string }>`
      select shipment.state, location.code from shipment join location using (organization_id, location_id)
      where organization_id = ${organizationId} order by shipment.created_at`)
    const isThere = warehouse.shipments.length > 0
    expect(isThere).toBe(fault !== 'lost')
    expect(rows).toEqual(
      isThere
        ? [{ state: 'received', code: '3PL' }]
        : [
            { state: 'rejected', code: '3PL' },
            { state: 'received', code: 'MAIN' },
          ],
    )
  },
  120_000,
)

test('what leaves though its warehouse had refused it is told to a person', async () => {
  const brand = await openBrand(database, 5, 'by-key')
  const { platform, warehouse, world } = brand
  const { organizationId } = world.context
  await world.adjust('bottle', 4)
  platform.sell('bottle', 2)
  await go(brand, 12)
  const [shipment] = warehouse.shipments
  if (shipment === undefined) throw new Error('it was asked for')
  await world.rows(sql`update shipment set state = 'rejected', ended_at = now()
    where organization_id = ${organizationId} returning shipment_id`)
  await world.rows(sql`update shipment_line set given_up = units
    where organization_id = ${organizationId} returning line_id`)
  // What was refused is sent by another, as after an answer.
  await world.rows(sql`insert into order_to_route (organization_id, order_id, connection_id, not_before)
    select organization_id, order_id, connection_id, created_at from shipment
    where organization_id = ${organizationId}
    on conflict (organization_id, order_id) do update set not_before = excluded.not_before returning order_id`)
  await world.rows(sql`update order_line set committed = 0
    where organization_id = ${organizationId} returning line_id`)
  await go(brand, 4)
  const states = () =>
    world.rows(sql<{ state: string }>`
      select state from shipment where organization_id = ${organizationId} order by created_at`)
  expect((await states()).map(({ state }) => state)).toEqual(['rejected', 'received'])
  warehouse.send(shipment)
  await go(brand, 12)
  expect(await states()).toEqual([{ state: 'shipped' }, { state: 'cancelled' }])
  const tasks = await world.rows(sql<{ kind: string }>`
    select kind from task where organization_id = ${organizationId} and closed_at is null`)
  expect(tasks.map(({ kind }) => kind)).toContain('shipped-anyway')
}, 120_000)
