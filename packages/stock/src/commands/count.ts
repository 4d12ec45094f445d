import { type PlaceCommand, placeKind } from './at-place.ts'

/**
 * What was counted, 0 or more, at `effectiveAt`. Movements that were effective after that moment stay on top of it:
 * ten counted at noon, two sold since, are eight now.
 */
export type CountCommand = PlaceCommand & { kind: 'count' }

export const count = placeKind<CountCommand>({
  rule: 'not-negative',
  countedAt: ({ effectiveAt }) => effectiveAt,
  decide: ({ quantity, effectiveAt }, at) => {
    const since = effectiveAt === undefined ? 0 : at.ledger.movedSince(at.key, effectiveAt)
    const difference = quantity - (at.balance.onHand - since)
    // A count that agrees is no movement: the ledger has nothing to record.
    return at.decided(difference === 0 ? [] : [at.move('count', { onHandDelta: difference })])
  },
})
