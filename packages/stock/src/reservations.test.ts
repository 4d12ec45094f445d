import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AssertionFailed } from './assert.ts'
import { afterMovement, ZERO_BALANCE } from './movements.ts'
import { decideReservation, NO_RESERVATION, openOf, type Reservation } from './reservations.ts'

const BASE = {
  itemId: 'item',
  locationId: 'location',
  lotId: 'lot',
  commandKey: 'key',
  referenceKind: 'order' as const,
  referenceId: 'order-1',
  reason: null,
  actor: 'test',
  effectiveAt: new Date('2026-05-01T12:00:00Z'),
}

type Figures = [reserved: number, released: number, shipped: number, returned: number]
type Target = [open: number, shipped: number, returned: number]
const steps: [string, Figures, Target, string[], Figures][] = [
  ['a new order reserves', [0, 0, 0, 0], [3, 0, 0], ['reserve r+3'], [3, 0, 0, 0]],
  ['nothing new changes nothing', [3, 0, 0, 0], [3, 0, 0], [], [3, 0, 0, 0]],
  ['an edit adds units', [3, 0, 0, 0], [5, 0, 0], ['reserve r+2'], [5, 0, 0, 0]],
  ['a refund before shipping releases', [3, 0, 0, 0], [2, 0, 0], ['release r-1'], [3, 1, 0, 0]],
  ['a cancel after a refund releases the rest only', [3, 1, 0, 0], [0, 0, 0], ['release r-2'], [3, 3, 0, 0]],
  ['a shipment takes stock and promise', [3, 0, 0, 0], [1, 2, 0], ['ship h-2 r-2'], [3, 0, 2, 0]],
  ['shipped before it was seen', [0, 0, 0, 0], [0, 2, 0], ['reserve r+2', 'ship h-2 r-2'], [2, 0, 2, 0]],
  ['a return comes back on hand', [3, 0, 3, 0], [0, 3, 1], ['return h+1'], [3, 0, 3, 1]],
  ['a return that the platform took back', [3, 0, 3, 2], [0, 3, 1], ['return h-1'], [3, 0, 3, 1]],
  ['a shipment that the platform cancelled', [3, 0, 3, 0], [3, 0, 0], ['ship h+3 r+3'], [3, 0, 0, 0]],
  [
    'a shipment and its order cancelled',
    [3, 0, 3, 1],
    [0, 0, 0],
    ['return h-1', 'ship h+3 r+3', 'release r-3'],
    [3, 3, 0, 0],
  ],
  [
    'shipped, short of what was ordered, and returned',
    [3, 0, 0, 0],
    [0, 2, 2],
    ['ship h-2 r-2', 'release r-1', 'return h+2'],
    [3, 1, 2, 2],
  ],
]
test.each(steps)('%s', (_name, from, target, movements, to) => {
  const step = decideReservation(reservationOf(from), targetOf(target), BASE)
  expect(step.movements.map(toText)).toEqual(movements)
  expect(step.reservation).toEqual(reservationOf(to))
})

const impossible: [string, Target][] = [
  ['a negative open figure', [-1, 0, 0]],
  ['a negative shipped figure', [0, -1, -1]],
  ['more returned than shipped', [0, 1, 2]],
  ['a negative returned figure', [0, 0, -1]],
]
test.each(impossible)('%s is a defect of the caller', (_name, target) => {
  expect(() => decideReservation(NO_RESERVATION, targetOf(target), BASE)).toThrow(AssertionFailed)
})

const anyTarget = fc
  .tuple(fc.nat(20), fc.nat(20), fc.nat(20))
  .map(([open, shipped, returned]) => ({ open, shipped, returned: Math.min(shipped, returned) }))

test('I11: whatever targets a reservation goes through, its bounds hold and its movements add up to the last', () => {
  fc.assert(
    fc.property(fc.array(anyTarget, { minLength: 1, maxLength: 12 }), (targets) => {
      let reservation = NO_RESERVATION
      let balance = ZERO_BALANCE
      for (const target of targets) {
        const step = decideReservation(reservation, target, BASE)
        reservation = step.reservation
        for (const movement of step.movements) {
          balance = afterMovement(balance, movement)
          // Each is written as one row: none may leave less reserved than nothing.
          expect(balance.reserved).toBeGreaterThanOrEqual(0)
        }
        expect(reservation.released + reservation.shipped).toBeLessThanOrEqual(reservation.reserved)
        expect(reservation.returned).toBeLessThanOrEqual(reservation.shipped)
        expect(Math.min(...Object.values(reservation))).toBeGreaterThanOrEqual(0)
        expect(openOf(reservation)).toBe(target.open)
        expect(balance).toEqual({
          onHand: target.returned - target.shipped,
          reserved: target.open,
          held: 0,
          incoming: 0,
        })
        expect(decideReservation(reservation, target, BASE).movements).toEqual([])
      }
    }),
    fromEnvironment(500),
  )
})

function reservationOf([reserved, released, shipped, returned]: Figures): Reservation {
  return { reserved, released, shipped, returned }
}

function targetOf([open, shipped, returned]: Target) {
  return { open, shipped, returned }
}

function toText(movement: { kind: string; onHandDelta: number; reservedDelta: number }): string {
  const signed = (letter: string, units: number) =>
    units === 0 ? '' : ` ${letter}${units > 0 ? '+' : ''}${units}`
  return `${movement.kind}${signed('h', movement.onHandDelta)}${signed('r', movement.reservedDelta)}`
}
