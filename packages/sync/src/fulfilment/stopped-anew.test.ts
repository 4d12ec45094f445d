// A shipment is to be stopped, then not, then again, and its warehouse did not answer the first time.
import { ORDER_HOLDS } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { go, openBrand } from '../testing/sent-brand.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

test('a warehouse that was asked to stop, with no answer, and then not, is asked anew when the channel holds the order again', async () => {
  const streams = [{ name: ORDER_HOLDS, everyMs: 5_000, visibilityLagMs: 0 }]
  const brand = await openBrand(database, 60, 'by-key', 3_600_000, { holds: true, streams })
  brand.platform.holdsOrders = true
  const { platform, warehouse, clock } = brand
  const { externalId: order = '' } = platform.sell('bottle', 2) ?? {}
  await go(brand, 12)
  warehouse.fault = (operation) => (operation === 'cancelShipment' ? 'lost' : undefined)
  platform.hold(order, ['HIGH_RISK_OF_FRAUD'], true)
  await go(brand, 8)
  platform.hold(order, [], true)
  await go(brand, 8)
  warehouse.fault = () => undefined
  // What it was to be stopped for is over: nobody asks any more.
  await clock.advance(60_000)
  await go(brand, 4)
  expect(warehouse.shipments.map(({ state }) => state)).toEqual(['received'])
  platform.hold(order, ['INCORRECT_ADDRESS'], true)
  await go(brand, 12)
  expect(warehouse.shipments.map(({ state }) => state)).toEqual(['cancelled'])
}, 300_000)
