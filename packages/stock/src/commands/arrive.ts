import { balanceKeyText } from '../balances.store.ts'
import { refuse } from '../errors.ts'
import { type BetweenCommand, betweenPlacesKind } from './between-places.ts'
import { findBadQuantity } from './quantities.ts'

/**
 * Units that have arrived, at least 1, of which `damaged` are held. `expected` of them were on their way; the others
 * come on top.
 */
export type ArriveCommand = BetweenCommand & {
  kind: 'arrive'
  locationCode: string
  expected: number
  damaged: number
}

export const arrive = betweenPlacesKind<ArriveCommand, 'at'>({
  codes: ({ locationCode }) => ({ at: locationCode }),
  options: ({ expected, damaged }) => ({ expected, damaged }),
  findBad: ({ kind, quantity, expected, damaged }) =>
    findBadQuantity(kind, 'positive', quantity) ??
    findBadQuantity(kind, 'not-negative', expected) ??
    findBadQuantity(kind, 'not-negative', damaged) ??
    (damaged > quantity
      ? refuse('damaged-beyond-received', 'damaged', `${damaged} damaged of ${quantity} received.`)
      : undefined),
  decide: ({ quantity, expected, damaged }, at) => {
    const tooFew = at.findTooFewIncoming('at', expected)
    if (tooFew !== undefined) return tooFew
    const [here, waiting] = [at.key('at'), at.incomingKey('at')]
    const arrived = { onHandDelta: quantity, heldDelta: damaged }
    if (balanceKeyText(here) === balanceKeyText(waiting)) {
      return at.decided('at', [at.move('arrive', here, { ...arrived, incomingDelta: -expected })])
    }
    return at.decided('at', [
      at.move('arrive', here, arrived),
      ...(expected > 0 ? [at.move('arrive', waiting, { incomingDelta: -expected })] : []),
    ])
  },
})
