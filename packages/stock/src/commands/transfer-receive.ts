import { balanceKeyText } from '../balances.store.ts'
import { refuse } from '../errors.ts'
import { type BetweenCommand, betweenPlacesKind } from './between-places.ts'
import { findBadQuantity } from './quantities.ts'

/**
 * Units of a transfer's line that have arrived (`quantity`, of which `damaged` are held) or never will (`lost`,
 * written off where they were in transit). At least one of both. With `atCode` they have arrived elsewhere than they
 * were expected, such as back where they came from. Answers the figures of where they arrived.
 */
export type TransferReceiveCommand = BetweenCommand & {
  kind: 'transfer-receive'
  viaCode: string
  toCode: string
  atCode?: string | undefined
  damaged: number
  lost: number
}

export const transferReceive = betweenPlacesKind<TransferReceiveCommand, 'via' | 'to' | 'at'>({
  codes: ({ viaCode, toCode, atCode }) => ({ via: viaCode, to: toCode, at: atCode ?? toCode }),
  options: ({ damaged, lost }) => ({ damaged, lost }),
  findBad: ({ quantity, damaged, lost }) =>
    findBadQuantity('transfer', 'not-negative', quantity) ??
    findBadQuantity('transfer', 'not-negative', damaged) ??
    findBadQuantity('transfer', 'not-negative', lost) ??
    findBadQuantity('transfer', 'positive', quantity + lost) ??
    (damaged > quantity
      ? refuse('damaged-beyond-received', 'damaged', `${damaged} damaged of ${quantity} received.`)
      : undefined),
  decide: ({ quantity, damaged, lost }, at) => {
    const tooFew = at.findTooFewIncoming('to', quantity + lost)
    if (tooFew !== undefined) return tooFew
    const [here, waiting] = [at.key('at'), at.incomingKey('to')]
    const isOneBalance = balanceKeyText(here) === balanceKeyText(waiting)
    const arrived = { onHandDelta: quantity, heldDelta: damaged }
    const received = isOneBalance
      ? [at.move('transfer-in', here, { ...arrived, incomingDelta: -quantity })]
      : [at.move('transfer-in', here, arrived), at.move('expect', waiting, { incomingDelta: -quantity })]
    return at.decided('at', [
      ...(quantity > 0
        ? [at.move('transfer-out', at.key('via'), { onHandDelta: -quantity }), ...received]
        : []),
      ...(lost > 0
        ? [
            at.move('adjust', at.key('via'), { onHandDelta: -lost }),
            at.move('expect', waiting, { incomingDelta: -lost }),
          ]
        : []),
    ])
  },
})
