import type { LotDetails } from '../lots/lots.ts'
import { decideSerialCount } from '../serials/serials.ts'
import { type PlaceCommand, placeKind } from './at-place.ts'

/**
 * What was counted, 0 or more, at `effectiveAt`. Movements that were effective after that moment stay on top of it:
 * ten counted at noon, two sold since, are eight now. A part of a kit whose rest is still to leave is on hand until then, though
 * nobody can find it there. With serials it says which units are there: the others are gone.
 */
export type CountCommand = PlaceCommand & {
  kind: 'count'
  /** The lot may be one that is not known yet, with this printed on it; it is made where anything of it is there. */
  newLot?: LotDetails | undefined
}

export const count = placeKind<CountCommand>({
  rule: 'not-negative',
  lots: 'named',
  // A sheet has a line, too, for what an item that is tracked by lot has left without one.
  mayLackLot: ({ document }) => document !== undefined,
  serials: 'read-all',
  lotDetails: ({ newLot }) => newLot,
  options: ({ newLot }) => ({ mayMakeLot: newLot === undefined ? undefined : true }),
  countedAt: ({ effectiveAt }) => effectiveAt,
  decide: ({ quantity, effectiveAt }, at) => {
    const { ledger, key, serials } = at
    if (serials === undefined) {
      const since = effectiveAt === undefined ? 0 : ledger.movedSince(key, effectiveAt)
      // Of which lot they left nobody has said.
      const halfSent = at.item.tracking === 'plain' ? ledger.halfSentAt(key) : 0
      const difference = quantity + halfSent - (at.balance.onHand - since)
      // A count that agrees is no movement: the ledger has nothing to record, and no lot to make.
      if (difference === 0) return { ...at.decided([]), changes: { movements: [] } }
      return at.decided([at.move('count', { onHandDelta: difference })])
    }
    const counted = decideSerialCount(serials, ledger.serialsAt(key), at.serialPlace, effectiveAt)
    if (counted.kind === 'refused') return counted
    // Units that left with an order that named no serials are gone from the balance already: now it is known which.
    // Those that have so left since the moment of the count stay open.
    const onHandDelta = counted.found - counted.removed + ledger.untoldSerialsAt(key, effectiveAt)
    const delta = { onHandDelta, heldDelta: 0 - counted.held }
    const isMoved = onHandDelta !== 0 || counted.held !== 0
    return at.decided(isMoved ? [at.move('count', delta)] : [], counted.moves)
  },
})
