import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AssertionFailed } from './assert.ts'
import {
  decideReservation,
  NO_RESERVATION,
  openOf,
  type Reservation,
  type ReservationStep,
} from './reservations.ts'

type Figures = [reserved: number, released: number, shipped: number, returned: number]
type Target = [open: number, shipped: number, returned: number]
const steps: [string, Figures, Target, string[], Figures][] = [
  ['a new order reserves', [0, 0, 0, 0], [3, 0, 0], ['reserve 3'], [3, 0, 0, 0]],
  ['nothing new changes nothing', [3, 0, 0, 0], [3, 0, 0], [], [3, 0, 0, 0]],
  ['an edit adds units', [3, 0, 0, 0], [5, 0, 0], ['reserve 2'], [5, 0, 0, 0]],
  ['a refund before shipping releases', [3, 0, 0, 0], [2, 0, 0], ['release 1'], [3, 1, 0, 0]],
  ['a cancel after a refund releases the rest only', [3, 1, 0, 0], [0, 0, 0], ['release 2'], [3, 3, 0, 0]],
  ['a shipment takes stock and promise', [3, 0, 0, 0], [1, 2, 0], ['ship 2'], [3, 0, 2, 0]],
  ['shipped before it was seen', [0, 0, 0, 0], [0, 2, 0], ['reserve 2', 'ship 2'], [2, 0, 2, 0]],
  ['a return comes back on hand', [3, 0, 3, 0], [0, 3, 1], ['return 1'], [3, 0, 3, 1]],
  ['a return that the platform took back', [3, 0, 3, 2], [0, 3, 1], ['unreturn 1'], [3, 0, 3, 1]],
  ['a shipment that the platform cancelled', [3, 0, 3, 0], [3, 0, 0], ['unship 3'], [3, 0, 0, 0]],
  [
    'a shipment and its order cancelled',
    [3, 0, 3, 1],
    [0, 0, 0],
    ['unreturn 1', 'unship 3', 'release 3'],
    [3, 3, 0, 0],
  ],
  [
    'shipped, short of what was ordered, and returned',
    [3, 0, 0, 0],
    [0, 2, 2],
    ['ship 2', 'release 1', 'return 2'],
    [3, 1, 2, 2],
  ],
]
test.each(steps)('%s', (_name, from, target, expected, to) => {
  const decided = decideReservation(reservationOf(from), targetOf(target))
  expect(decided.steps.map(({ kind, units }) => `${kind} ${units}`)).toEqual(expected)
  expect(decided.reservation).toEqual(reservationOf(to))
})

const impossible: [string, Target][] = [
  ['a negative open figure', [-1, 0, 0]],
  ['a negative shipped figure', [0, -1, -1]],
  ['more returned than shipped', [0, 1, 2]],
  ['a negative returned figure', [0, 0, -1]],
]
test.each(impossible)('%s is a defect of the caller', (_name, target) => {
  expect(() => decideReservation(NO_RESERVATION, targetOf(target))).toThrow(AssertionFailed)
})

const anyTarget = fc
  .tuple(fc.nat(20), fc.nat(20), fc.nat(20))
  .map(([open, shipped, returned]) => ({ open, shipped, returned: Math.min(shipped, returned) }))

test('I11: whatever targets a reservation goes through, its bounds hold and its steps add up to the last', () => {
  fc.assert(
    fc.property(fc.array(anyTarget, { minLength: 1, maxLength: 12 }), (targets) => {
      let reservation = NO_RESERVATION
      const stock = { onHand: 0, reserved: 0 }
      for (const target of targets) {
        const decided = decideReservation(reservation, target)
        reservation = decided.reservation
        for (const step of decided.steps) {
          move(stock, step)
          // Each is written as a row of its own: none may leave less reserved than nothing.
          expect(stock.reserved).toBeGreaterThanOrEqual(0)
        }
        expect(reservation.released + reservation.shipped).toBeLessThanOrEqual(reservation.reserved)
        expect(reservation.returned).toBeLessThanOrEqual(reservation.shipped)
        expect(Math.min(...Object.values(reservation))).toBeGreaterThanOrEqual(0)
        expect(openOf(reservation)).toBe(target.open)
        expect(stock).toEqual({ onHand: target.returned - target.shipped, reserved: target.open })
        expect(decideReservation(reservation, target).steps).toEqual([])
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

function move(stock: { onHand: number; reserved: number }, { kind, units }: ReservationStep): void {
  if (kind === 'reserve' || kind === 'unship') stock.reserved += units
  if (kind === 'release' || kind === 'ship') stock.reserved -= units
  if (kind === 'return' || kind === 'unship') stock.onHand += units
  if (kind === 'ship' || kind === 'unreturn') stock.onHand -= units
}
