import { refuse } from '../errors.ts'
import { movementOf } from '../movements.ts'
import { findLocation } from './directory.ts'
import { type ReservationCommand, reservationKind } from './of-reservation.ts'

/** Shipped units that came back, at most what was shipped and is not back yet. */
export type ReturnCommand = ReservationCommand & {
  kind: 'return'
  /** `damaged` and `inspection` are held; sellable by default. */
  condition?: 'sellable' | 'damaged' | 'inspection' | undefined
  /** Where they came in; by default where they were shipped from. */
  locationCode?: string | undefined
}

export const returnStock = reservationKind<ReturnCommand>({
  options: ({ condition, locationCode }) => ({ condition, locationCode }),
  places: ({ locationCode }, directory) => {
    const location = locationCode === undefined ? undefined : directory.locationsByCode.get(locationCode)
    return location === undefined ? [] : [{ locationId: location.locationId }]
  },
  decide: ({ quantity, condition = 'sellable', locationCode }, of) => {
    const out = of.claim.shipped - of.claim.returned
    if (quantity > out) {
      return refuse('insufficient-shipped', 'quantity', `${quantity} units asked, ${out} are still out.`)
    }
    const into = locationCode === undefined ? undefined : findLocation(of.ledger.directory, locationCode)
    if (into?.kind === 'refused') return into
    const { movements, changed } = of.spread({ kind: 'return', units: quantity })
    const arrived = movements.map((movement) => ({
      ...movementOf(movement, 'return', {
        onHandDelta: movement.onHandDelta,
        heldDelta: condition === 'sellable' ? 0 : movement.onHandDelta,
      }),
      locationId: into?.location.locationId ?? movement.locationId,
      reason: movement.reason ?? (condition === 'sellable' ? null : condition),
    }))
    return of.decided({ movements: arrived, changed })
  },
})
