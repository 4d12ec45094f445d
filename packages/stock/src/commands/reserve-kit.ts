import { spreadSteps } from '../claims.ts'
import { type Refusal, refuse } from '../errors.ts'
import type { KitPart } from '../kits/flatten.ts'
import { availableOfKit } from '../kits/kit-availability.ts'
import type { AtPlace } from './at-place.ts'
import type { CommandResult, Decision } from './kind.ts'
import type { Ledger } from './ledger.ts'
import type { ReserveCommand } from './reserve.ts'

/**
 * Promises virtual kits out of their parts at one place: a row for each part, all in one hand, none beyond what is
 * available of it. What a kit is made of is settled here: a kit that is changed later changes later promises.
 */
export function reserveKit(
  command: ReserveCommand,
  { ledger, key }: AtPlace,
  parts: readonly KitPart[],
): Decision | Refusal {
  const { locationId } = key
  const available = availableOfKit(
    parts.map(({ itemId, quantity }) => {
      const place = { itemId, locationId }
      const coming = command.promise === 'incoming' ? ledger.totalAt(place).incoming : 0
      return { available: ledger.usableAt(place) + coming, quantity }
    }),
  )
  const granted = command.grant === 'partial' ? Math.min(command.quantity, available) : command.quantity
  if (granted > available || granted < 1) {
    return refuse(
      'insufficient-stock',
      'quantity',
      `${command.quantity} kits asked, there are parts for ${available}.`,
    )
  }
  const ownerId = ledger.context.uuid()
  const { movements, changed } = spreadSteps(
    [],
    parts.map(({ itemId, quantity }) => ({ itemId, unitsEach: quantity })),
    [{ kind: 'reserve', units: granted }],
    {
      kind: command.expiresAt === undefined ? 'strict' : 'soft',
      ownerKind: 'api',
      ownerId,
      orderId: null,
      expiresAt: command.expiresAt ?? null,
      locationId,
      uuid: () => ledger.context.uuid(),
    },
    { ...ledger.movementHead(command), referenceKind: 'reservation', referenceId: ownerId },
  )
  return {
    kind: 'decided',
    changes: { movements, reservations: changed },
    answer: (after) => ({
      ...figuresOfKit(after, key, parts),
      reservationId: ownerId,
      ...(command.grant === 'partial' && { granted }),
    }),
  }
}

/** A kit has no stock of its own: whole kits that its parts allow, and of those on hand the ones that are promised. */
function figuresOfKit(
  ledger: Ledger,
  { itemId, locationId }: { itemId: string; locationId: string },
  parts: readonly KitPart[],
): Omit<CommandResult, 'reservationId'> {
  const kitsOf = (unitsOf: (place: { itemId: string; locationId: string }) => number) =>
    availableOfKit(
      parts.map((part) => ({
        available: unitsOf({ itemId: part.itemId, locationId }),
        quantity: part.quantity,
      })),
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
