import { assert } from './assert.ts'
import { movementOf, type NewMovement } from './movements.ts'

/**
 * What one owner holds of one item at one location. Cumulative base units:
 * open = reserved − released − shipped; released + shipped ≤ reserved; returned ≤ shipped (I11).
 */
export type Reservation = { reserved: number; released: number; shipped: number; returned: number }

export const NO_RESERVATION: Reservation = { reserved: 0, released: 0, shipped: 0, returned: 0 }

/** Where a reservation should stand, as absolute figures: that is what makes repeats and reordering harmless (I3). */
export type ReservationTarget = { open: number; shipped: number; returned: number }

export type ReservationStep = { reservation: Reservation; movements: NewMovement[] }

/**
 * Decides the movements that bring a reservation to its target.
 * A sale first heard of when it had already shipped is reserved and shipped in one step, so that the
 * ledger tells the same story whatever was missed.
 */
export function decideReservation(
  from: Reservation,
  target: ReservationTarget,
  base: Parameters<typeof movementOf>[0],
): ReservationStep {
  assert(target.open >= 0 && target.shipped >= 0 && target.returned >= 0, 'targets are not negative')
  assert(target.returned <= target.shipped, 'no more comes back than left')
  const movements: NewMovement[] = []
  const next = { ...from }

  // A return that the platform took back, and a shipment that it cancelled, are reversed before anything else.
  if (target.returned < next.returned) {
    const units = next.returned - target.returned
    movements.push(movementOf(base, 'return', { onHandDelta: -units }))
    next.returned = target.returned
  }
  if (target.shipped < next.shipped) {
    const units = next.shipped - target.shipped
    movements.push(movementOf(base, 'ship', { onHandDelta: units, reservedDelta: units }))
    next.shipped = target.shipped
  }

  const toShip = target.shipped - next.shipped
  const missing = toShip + target.open - openOf(next)
  if (missing > 0) {
    movements.push(movementOf(base, 'reserve', { reservedDelta: missing }))
    next.reserved += missing
  }
  if (toShip > 0) {
    movements.push(movementOf(base, 'ship', { onHandDelta: -toShip, reservedDelta: -toShip }))
    next.shipped += toShip
  }
  const surplus = openOf(next) - target.open
  if (surplus > 0) {
    movements.push(movementOf(base, 'release', { reservedDelta: -surplus }))
    next.released += surplus
  }
  const back = target.returned - next.returned
  if (back > 0) {
    movements.push(movementOf(base, 'return', { onHandDelta: back }))
    next.returned += back
  }

  assert(next.released + next.shipped <= next.reserved, 'I11: released + shipped ≤ reserved')
  assert(next.returned <= next.shipped, 'I11: returned ≤ shipped')
  assert(openOf(next) === target.open, 'the reservation ends at its target')
  return { reservation: next, movements }
}

export function openOf(reservation: Reservation): number {
  return reservation.reserved - reservation.released - reservation.shipped
}
