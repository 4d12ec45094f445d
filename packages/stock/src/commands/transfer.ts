import { refuse } from '../errors.ts'
import { type BetweenCommand, betweenPlacesKind } from './between-places.ts'
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
  decide: ({ quantity }, at) =>
    at.findTooFew('from') ??
    at.decided('to', [
      at.move('transfer-out', at.key('from'), { onHandDelta: -quantity }),
      at.move('transfer-in', at.key('to'), { onHandDelta: quantity }),
    ]),
})
