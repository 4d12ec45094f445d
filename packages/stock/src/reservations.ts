import { assert } from './assert.ts'

/**
 * What one owner holds, in its own units, or one row of it in base units. Cumulative:
 * open = reserved − released − shipped; released + shipped ≤ reserved; returned ≤ shipped (I11).
 */
export type Reservation = { reserved: number; released: number; shipped: number; returned: number }

export const NO_RESERVATION: Reservation = { reserved: 0, released: 0, shipped: 0, returned: 0 }

/** Where a reservation should stand, as absolute figures: that is what makes repeats and reordering harmless (I3). */
export type ReservationTarget = { open: number; shipped: number; returned: number }

/** One change of what an owner holds. `unship` and `unreturn` take back what turned out not to be. */
export type ReservationStep = {
  kind: 'reserve' | 'release' | 'ship' | 'unship' | 'return' | 'unreturn'
  units: number
}

/**
 * Decides the steps that bring a reservation to its target, in their order.
 * A sale first heard of when it had already shipped is reserved and shipped in one go, so that the
 * ledger tells the same story whatever was missed.
 */
export function decideReservation(
  from: Reservation,
  target: ReservationTarget,
): { reservation: Reservation; steps: ReservationStep[] } {
  assert(target.open >= 0 && target.shipped >= 0 && target.returned >= 0, 'targets are not negative')
  assert(target.returned <= target.shipped, 'no more comes back than left')
  const next = { ...from }
  const steps: ReservationStep[] = []
  const step = (kind: ReservationStep['kind'], units: number) => {
    if (units > 0) steps.push({ kind, units })
  }

  // A return that the platform took back, and a shipment that it cancelled, are reversed before anything else.
  if (target.returned < next.returned) {
    step('unreturn', next.returned - target.returned)
    next.returned = target.returned
  }
  if (target.shipped < next.shipped) {
    step('unship', next.shipped - target.shipped)
    next.shipped = target.shipped
  }

  const toShip = target.shipped - next.shipped
  const missing = toShip + target.open - openOf(next)
  if (missing > 0) {
    step('reserve', missing)
    next.reserved += missing
  }
  step('ship', toShip)
  next.shipped += toShip
  const surplus = openOf(next) - target.open
  step('release', surplus)
  next.released += surplus
  const back = target.returned - next.returned
  step('return', back)
  next.returned += back

  assert(next.released + next.shipped <= next.reserved, 'I11: released + shipped ≤ reserved')
  assert(next.returned <= next.shipped, 'I11: returned ≤ shipped')
  assert(openOf(next) === target.open, 'the reservation ends at its target')
  return { reservation: next, steps }
}

export function openOf(reservation: Reservation): number {
  return reservation.reserved - reservation.released - reservation.shipped
}
