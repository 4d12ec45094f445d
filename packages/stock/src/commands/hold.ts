import { refuse } from '../errors.ts'
import { decideHolding } from '../serials/serials.ts'
import { type PlaceCommand, placeKind } from './at-place.ts'

/** Units set aside, at least 1: damaged, or to be inspected. They stay on hand and are not available. */
export type HoldCommand = PlaceCommand & { kind: 'hold' }
/** Held units made available again, at least 1 and at most what is held. */
export type UnholdCommand = PlaceCommand & { kind: 'unhold' }

export const hold = placeKind<HoldCommand>({
  rule: 'positive',
  lots: 'named',
  serials: 'named',
  decide: ({ quantity }, at) => {
    const serials = decideHolding(at.serials ?? [], at.serialPlace, 'held')
    return 'kind' in serials ? serials : at.decided([at.move('hold', { heldDelta: quantity })], serials)
  },
})

export const unhold = placeKind<UnholdCommand>({
  rule: 'positive',
  lots: 'named',
  serials: 'named',
  decide: ({ quantity }, at) => {
    const { held } = at.balance
    if (quantity > held) {
      return refuse('insufficient-held', 'quantity', `${quantity} units asked, ${held} are held.`)
    }
    const serials = decideHolding(at.serials ?? [], at.serialPlace, 'unheld')
    return 'kind' in serials ? serials : at.decided([at.move('unhold', { heldDelta: -quantity })], serials)
  },
})
