import { fromEnvironment } from '@plimsoll/database/testing'
import type { ReservationRow } from '@plimsoll/stock'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KnownLine } from '../order-change.ts'
import { type PartBack, takeBackPart } from './take-back-part.ts'

const EACH = { cup: 1, saucer: 2 } as const
type Sku = keyof typeof EACH

const row = (itemId: Sku, shipped: number, returned: number): ReservationRow => ({
  reservationId: `row-${itemId}`,
  itemId,
  locationId: 'MAIN',
  lotId: 'no-lot',
  kind: 'recorded',
  ownerKind: 'order-line',
  ownerId: 'line',
  orderId: 'order',
  unitsEach: EACH[itemId],
  expiresAt: null,
  reserved: shipped * EACH[itemId],
  released: 0,
  shipped: shipped * EACH[itemId],
  returned: returned * EACH[itemId],
})

const base = {
  commandKey: 'k',
  actor: 'test',
  reason: null,
  effectiveAt: new Date(0),
  unitCost: undefined,
  referenceKind: 'order' as const,
  referenceId: 'order',
}

test('I11: parts of kits come back in any order: each is in stock as it comes, once, and what its channel had put back never twice', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.nat(4),
      fc.array(
        fc.record({
          itemId: fc.constantFrom<Sku>('cup', 'saucer'),
          units: fc.integer({ min: 1, max: 5 }),
          condition: fc.constantFrom('sellable' as const, 'damaged' as const, 'disposed' as const),
        }),
        { minLength: 1, maxLength: 12 },
      ),
      (shipped, refunds, arrivals) => {
        const refunded = Math.min(refunds, shipped)
        let rows = [row('cup', shipped, refunded), row('saucer', shipped, refunded)]
        let line = { lineId: 'line', takenBack: 0, returned: refunded, shipped } as KnownLine
        let parts: PartBack[] = []
        const onHand = { cup: refunded, saucer: refunded * 2 }
        const held = { cup: 0, saucer: 0 }
        const came = { cup: 0, saucer: 0 }
        const gone = { cup: 0, saucer: 0 }
        const back = { cup: 0, saucer: 0 }
        for (const { itemId, units, condition } of arrivals) {
          const arrival = { itemId, units, condition, locationId: 'BACK', lotId: undefined }
          const taken = takeBackPart(line, rows, parts, arrival, { base, uuid: () => 'new' })
          const out = Math.min(units, shipped * EACH[itemId] - came[itemId])
          expect(taken.units, 'no more than left').toBe(out)
          came[itemId] += out
          if (condition === 'disposed') gone[itemId] += out
          for (const movement of taken.movements) {
            onHand[movement.itemId as Sku] += movement.onHandDelta
            held[movement.itemId as Sku] += movement.heldDelta
            if (movement.locationId === 'BACK') back[movement.itemId as Sku] += movement.onHandDelta
          }
          if (condition === 'damaged') held[itemId] -= out
          expect(held, 'what is damaged is held, and nothing else').toEqual({ cup: 0, saucer: 0 })
          line = taken.line
          rows = rows.map((each) => taken.changed.find((one) => one.itemId === each.itemId) ?? each)
          if (taken.units > 0) parts = taken.parts
          for (const sku of ['cup', 'saucer'] as const) {
            expect(onHand[sku]).toBe(Math.max(refunded * EACH[sku], came[sku]) - gone[sku])
            expect(back[sku], 'what came lies where it came in').toBe(came[sku] - gone[sku])
            const own = rows.find((each) => each.itemId === sku)
            expect(own?.returned, 'rows stand alike').toBe(line.returned * EACH[sku])
          }
          expect(line.takenBack).toBe(Math.max(came.cup, Math.ceil(came.saucer / 2)))
          expect(line.returned).toBeLessThanOrEqual(shipped)
        }
      },
    ),
    fromEnvironment(),
  )
})
