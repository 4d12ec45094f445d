import { claimOf } from '../claims.ts'
import { availableOfKit, type PartStock } from '../kits/kit-availability.ts'
import { NO_RESERVATION, openOf, type Reservation } from '../reservations.ts'
import type { CommandResult, ReservationFigures } from './kind.ts'
import type { Ledger } from './ledger.ts'

type PlacedItem = { itemId: string; locationId: string }

/**
 * What a command on a reservation answers: the figures of its item at a place, and those of the reservation itself. Of a
 * kit all of it is in kits, with the figures of the parts beside them.
 * @param ownerId whose reservation it is
 * @param at where; the item is that of the reservation, or of its first part
 * @param kitItemId the virtual kit that is reserved; undefined: the item itself
 */
export function figuresOfClaim(
  ledger: Ledger,
  ownerId: string,
  at: PlacedItem,
  kitItemId: string | undefined,
): CommandResult {
  const rows = ledger.reservationsOf(ownerId)
  const reservation = withOpen(claimOf(rows))
  if (kitItemId === undefined) return { ...ledger.figuresAt(at, ownerId), reservation }
  const parts = [...Map.groupBy(rows, (row) => row.itemId)].map(([itemId, own]) => ({
    itemId,
    quantity: own[0]?.unitsEach ?? 1,
    reservation: withOpen(own.reduce(add, NO_RESERVATION)),
  }))
  return {
    ...figuresOfKit(ledger, { itemId: kitItemId, locationId: at.locationId }, parts),
    reservationId: ownerId,
    reservation,
    parts: parts.map((part) => ({ sku: ledger.item(part.itemId).sku, ...part.reservation })),
  }
}

/** A kit has no stock of its own: whole kits that its parts allow, and of those on hand the ones that are promised. */
function figuresOfKit(
  ledger: Ledger,
  { itemId, locationId }: PlacedItem,
  parts: readonly { itemId: string; quantity: number }[],
): Omit<CommandResult, 'reservationId'> {
  const kitsOf = (unitsOf: (place: PlacedItem) => number) =>
    availableOfKit(
      parts.map(
        (part): PartStock => ({
          available: unitsOf({ itemId: part.itemId, locationId }),
          quantity: part.quantity,
        }),
      ),
    )
  const onHand = kitsOf((place) => ledger.totalAt(place).onHand)
  const available = kitsOf((place) => ledger.usableAt(place))
  return {
    sku: ledger.item(itemId).sku,
    locationCode: ledger.location(locationId).code,
    onHand,
    reserved: onHand - available,
    held: 0,
    available,
  }
}

function withOpen(figures: Reservation): ReservationFigures {
  return { ...figures, open: openOf(figures) }
}

function add(sum: Reservation, row: Reservation): Reservation {
  return {
    reserved: sum.reserved + row.reserved,
    released: sum.released + row.released,
    shipped: sum.shipped + row.shipped,
    returned: sum.returned + row.returned,
  }
}
