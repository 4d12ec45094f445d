import { findBadReason } from '../reasons/reasons.ts'
import { decideArrival, decideRemoval } from '../serials/serials.ts'
import { type PlaceCommand, placeKind } from './at-place.ts'

/** Units found or lost, signed, not 0. On hand may become negative: the world is not asked for leave. */
export type AdjustCommand = PlaceCommand & {
  kind: 'adjust'
  /** The hub puts right what a platform told: no person's reason is asked of it. */
  isOfPlatform?: boolean | undefined
}

export const adjust = placeKind<AdjustCommand>({
  rule: 'not-zero',
  lots: 'named',
  serials: 'named',
  reasons: true,
  decide: ({ quantity, reason, isOfPlatform }, at) => {
    const badReason =
      isOfPlatform === true
        ? undefined
        : findBadReason(at.ledger.directory.reasons, reason, quantity > 0 ? 'in' : 'out')
    if (badReason !== undefined) return badReason
    if (at.serials === undefined) return at.decided([at.move('adjust', { onHandDelta: quantity })])
    if (quantity > 0) {
      const found = decideArrival(at.serials, at.serialPlace, { kind: 'found', state: 'in-stock' })
      return 'kind' in found ? found : at.decided([at.move('adjust', { onHandDelta: quantity })], found)
    }
    const removed = decideRemoval(at.serials, at.serialPlace)
    if (removed.kind === 'refused') return removed
    const delta = { onHandDelta: quantity, heldDelta: 0 - removed.held }
    return at.decided([at.move('adjust', delta)], removed.moves)
  },
})
