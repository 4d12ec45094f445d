import { expect, test } from 'vitest'
import { manualClock } from '../clock.ts'
import { seededRandom } from './seeded-random.ts'
import { createWarehouseFloor } from './warehouse-floor.ts'

test('a warehouse whose own id of a thing is the SKU finds it by that, and keeps it', () => {
  const floor = createWarehouseFloor({
    clock: manualClock(),
    random: seededRandom(1),
    facilities: [{ id: 'east', name: 'East' }],
    stockUnitIds: 'skus',
  })
  floor.addItem({ sku: 'SOCK', title: 'Sock' })
  floor.addItem({ sku: 'SOCK', title: 'Sock, renamed' })
  floor.adjust({ facilityId: 'east', sku: 'SOCK', sellable: 2, reason: 'seeded' })
  expect(floor.itemOf('SOCK')).toMatchObject({ sku: 'SOCK', title: 'Sock, renamed' })
  expect(floor.counts()).toMatchObject([{ stockUnitId: 'SOCK', onHand: 2 }])
})
