import { spreadSteps } from '../claims.ts'
import { type Refusal, refuse } from '../errors.ts'
import type { KitPart } from '../kits/flatten.ts'
import { availableOfKit } from '../kits/kit-availability.ts'
import type { AtPlace } from './at-place.ts'
import { figuresOfClaim } from './claim-figures.ts'
import type { Decision } from './kind.ts'
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
    changes: { movements, reservations: changed, kitClaims: [{ ownerId, kitItemId: key.itemId }] },
    answer: (after) => ({
      ...figuresOfClaim(after, ownerId, key, key.itemId),
      ...(command.grant === 'partial' && { granted }),
    }),
  }
}
