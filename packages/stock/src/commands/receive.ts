import { type PlaceCommand, placeKind } from './at-place.ts'

/** Units that came in, at least 1. */
export type ReceiveCommand = PlaceCommand & {
  kind: 'receive'
  /** `held`: kept back (damaged, to be inspected) until they are unheld; sellable by default. */
  into?: 'sellable' | 'held' | undefined
}

export const receive = placeKind<ReceiveCommand>({
  rule: 'positive',
  options: ({ into }) => ({ into }),
  decide: ({ quantity, into }, at) =>
    at.decided([
      at.move('receive', { onHandDelta: quantity, ...(into === 'held' && { heldDelta: quantity }) }),
    ]),
})
