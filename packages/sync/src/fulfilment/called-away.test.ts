import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openFloor } from '../testing/floor.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const ORDERS = 2

test('I7: what comes to be written waits for one of the calls that send orders, and not for all of them', async () => {
  const floor = await openFloor(database, 2 * ORDERS)
  const { platform, stepped, clock, warehouse } = floor
  const { calls } = platform
  const of = (operation: string) => calls.filter((each) => each === operation).length
  // Something comes to be written while each of them is made.
  platform.onCall = (operation) => {
    if (operation === 'recipient' || operation === 'ship') stepped.shop.worker.wakeLane()
  }
  for (let nth = 0; nth < ORDERS; nth += 1) platform.sell('bottle', 1)
  for (let turn = 0; turn < 60 && of('ship') < ORDERS; turn += 1) {
    const before = { recipient: of('recipient'), ship: of('ship') }
    await stepped.shop.turn()
    expect(of('recipient') - before.recipient).toBeLessThanOrEqual(1)
    expect(of('ship') - before.ship).toBeLessThanOrEqual(1)
    warehouse.land()
    await stepped.warehouse.turn()
    for (const shipment of warehouse.shipments) if (shipment.state === 'received') warehouse.send(shipment)
    await clock.advance(1_000)
  }
  expect(of('recipient')).toBe(ORDERS)
  expect(of('ship')).toBe(ORDERS)
}, 400_000)
