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

const LOTS = ['K', 'L'] as const
const anyLot = fc.constantFrom(...LOTS)

test('I1: a part that comes back in a lot of its own moves no other part in it, and holds no more of a lot than lies there', () => {
  fc.assert(
    fc.property(
      fc.record({ cup: fc.tuple(fc.nat(3), fc.nat(3)), saucer: fc.nat(3) }),
      fc.nat(3),
      fc.array(
        fc.record({
          itemId: fc.constantFrom<Sku>('cup', 'cup', 'saucer'),
          units: fc.integer({ min: 1, max: 4 }),
          condition: fc.constantFrom('sellable' as const, 'damaged' as const, 'disposed' as const),
          lot: fc.option(anyLot, { nil: undefined }),
        }),
        { minLength: 1, maxLength: 8 },
      ),
      (left, refunds, arrivals) => {
        const shipped = left.cup[0] + left.cup[1]
        const refunded = Math.min(refunds, shipped)
        // Cups are in lots; saucers, of which as many left as there are sets, in none.
        // A channel's refund comes back to what left last.
        const last = Math.min(refunded, left.cup[1])
        let rows = [
          { ...row('cup', left.cup[0], refunded - last), lotId: 'K', reservationId: 'K' },
          { ...row('cup', left.cup[1], last), lotId: 'L', reservationId: 'L' },
          row('saucer', shipped, refunded),
        ]
        let line = { lineId: 'line', takenBack: 0, returned: refunded, shipped } as KnownLine
        let parts: PartBack[] = []
        const pairs = new Set(rows.map(({ itemId, lotId }) => `${itemId} ${lotId}`))
        const lying = new Map<string, { onHand: number; held: number }>()
        const at = (key: string) => lying.get(key) ?? { onHand: 0, held: 0 }
        for (const { itemId, lotId, returned } of rows)
          if (returned > 0) lying.set(`MAIN ${itemId} ${lotId}`, { onHand: returned, held: 0 })
        for (const { itemId, units, condition, lot } of arrivals) {
          const lotId = itemId === 'cup' ? lot : undefined
          const arrival = { itemId, units, condition, locationId: 'MAIN', lotId }
          const taken = takeBackPart(line, rows, parts, arrival, { base, uuid: () => 'new' })
          for (const movement of taken.movements) {
            expect(pairs, 'a lot is of its item').toContain(`${movement.itemId} ${movement.lotId}`)
            const key = `MAIN ${movement.itemId} ${movement.lotId}`
            const { onHand, held } = at(key)
            lying.set(key, { onHand: onHand + movement.onHandDelta, held: held + movement.heldDelta })
          }
          for (const [key, { onHand, held }] of lying)
            expect(held, key).toBeLessThanOrEqual(Math.max(0, onHand))
          line = taken.line
          rows = rows.map(
            (each) => taken.changed.find((one) => one.reservationId === each.reservationId) ?? each,
          )
          if (taken.units > 0) parts = taken.parts
        }
      },
    ),
    fromEnvironment(),
  )
})
