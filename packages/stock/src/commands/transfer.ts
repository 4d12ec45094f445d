import { refuse } from '../errors.ts'
import { decideMove } from '../serials/serials.ts'
import { type BetweenCommand, type BetweenPlaces, betweenPlacesKind } from './between-places.ts'
import { findBadQuantity } from './quantities.ts'

/**
 * Units moved from one location to another at once, without a document: at least 1 and at most what is available.
 * Answers the figures of where they are now.
 */
export type TransferCommand = BetweenCommand & { kind: 'transfer'; fromCode: string; toCode: string }

export const transfer = betweenPlacesKind<TransferCommand, 'from' | 'to'>({
  codes: ({ fromCode, toCode }) => ({ from: fromCode, to: toCode }),
  findBad: ({ kind, quantity, fromCode, toCode }) =>
    findBadQuantity(kind, 'positive', quantity) ??
    (fromCode === toCode
      ? refuse('same-location', 'to', `The units are to go from "${fromCode}" to itself.`)
      : undefined),
  decide: ({ quantity, serials = [] }, at) => {
    const moved = decideLeaving(at, serials, 'to')
    if ('kind' in moved) return moved
    return at.decided(
      'to',
      [
        at.move('transfer-out', at.key('from'), { onHandDelta: -quantity }),
        at.move('transfer-in', at.key('to'), { onHandDelta: quantity }),
      ],
      moved,
    )
  },
})

/** The units that leave for another place, or the refusal to let go of what is not available. */
export function decideLeaving<Part extends string>(
  at: BetweenPlaces<Part | 'from'>,
  serials: readonly string[],
  to: Part,
) {
  const moved = decideMove(serials, at.serialPlace('from'), { locationId: at.key(to).locationId })
  // A serial that is not there tells more than a number that is too high.
  return 'kind' in moved ? moved : (at.findTooFew('from') ?? moved)
}
