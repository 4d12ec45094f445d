import { type BetweenCommand, betweenPlacesKind } from './between-places.ts'
import { findBadQuantity } from './quantities.ts'
import { decideLeaving } from './transfer.ts'

/**
 * A line of a transfer leaves: at least 1 and at most what is available. The units are in transit then, and on their
 * way to where they are to go. Answers the figures of where they came from.
 */
export type TransferDispatchCommand = BetweenCommand & {
  kind: 'transfer-dispatch'
  fromCode: string
  viaCode: string
  toCode: string
}

export const transferDispatch = betweenPlacesKind<TransferDispatchCommand, 'from' | 'via' | 'to'>({
  codes: ({ fromCode, viaCode, toCode }) => ({ from: fromCode, via: viaCode, to: toCode }),
  findBad: ({ quantity }) => findBadQuantity('transfer', 'positive', quantity),
  decide: ({ quantity, serials = [] }, at) => {
    const moved = decideLeaving(at, serials, 'via')
    if ('kind' in moved) return moved
    return at.decided(
      'from',
      [
        at.move('transfer-out', at.key('from'), { onHandDelta: -quantity }),
        at.move('transfer-in', at.key('via'), { onHandDelta: quantity }),
        at.move('expect', at.incomingKey('to'), { incomingDelta: quantity }),
      ],
      moved,
    )
  },
})
