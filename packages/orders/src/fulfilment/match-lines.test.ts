import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchLines } from './hear-shipment.ts'

const ofShipment = (nth: number, units: number) => ({
  shipmentId: 'shipment',
  shipmentLineId: `line-${nth}`,
  lineId: `order-line-${nth}`,
  itemId: 'camera',
  units,
  shipped: 0,
  givenUp: 0,
  writtenOff: 0,
})

test('serial numbers of a parcel go with as many units of each line, and what is too much has its own', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
      (asked, boxes) => {
        const filled = new Map<string, number>()
        for (const [box, units] of boxes.entries()) {
          const serials = Array.from({ length: units }, (_, nth) => `S-${box}-${nth}`)
          const told = { shipmentLineId: null, itemId: 'camera', sku: 'camera', units, lot: null, serials }
          const lines = matchLines(
            { lines: [told] },
            asked.map((each, nth) => ofShipment(nth, each)),
            filled,
          )
          for (const line of lines) expect(line.serials).toHaveLength(line.units)
          expect(lines.flatMap((line) => line.serials)).toEqual(serials)
        }
      },
    ),
    fromEnvironment(),
  )
})
