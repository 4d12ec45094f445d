import { type BetweenCommand, betweenPlacesKind } from './between-places.ts'
import { findBadQuantity } from './quantities.ts'

/** Units that are on their way to a location, signed: those that will not come after all are taken off. Not 0. */
export type ExpectCommand = BetweenCommand & { kind: 'expect'; locationCode: string }

export const expect = betweenPlacesKind<ExpectCommand, 'at'>({
  codes: ({ locationCode }) => ({ at: locationCode }),
  isExpected: true,
  findBad: ({ kind, quantity }) => findBadQuantity(kind, 'not-zero', quantity),
  decide: ({ quantity }, at) =>
    at.findTooFewIncoming('at', -quantity) ??
    at.decided('at', [at.move('expect', at.incomingKey('at'), { incomingDelta: quantity })]),
})
