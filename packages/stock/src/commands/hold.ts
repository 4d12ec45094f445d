import { refuse } from '../errors.ts'
import { type PlaceCommand, placeKind } from './at-place.ts'

/** Units set aside, at least 1: damaged, or to be inspected. They stay on hand and are not available. */
export type HoldCommand = PlaceCommand & { kind: 'hold' }
/** Held units made available again, at least 1 and at most what is held. */
export type UnholdCommand = PlaceCommand & { kind: 'unhold' }

export const hold = placeKind<HoldCommand>({
  rule: 'positive',
  decide: ({ quantity }, at) => at.decided([at.move('hold', { heldDelta: quantity })]),
})

export const unhold = placeKind<UnholdCommand>({
  rule: 'positive',
  decide: ({ quantity }, at) => {
    const { held } = at.balance
    return quantity > held
      ? refuse('insufficient-held', 'quantity', `${quantity} units asked, ${held} are held.`)
      : at.decided([at.move('unhold', { heldDelta: -quantity })])
  },
})
