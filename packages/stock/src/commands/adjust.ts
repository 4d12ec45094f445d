import { type PlaceCommand, placeKind } from './at-place.ts'

/** Units found or lost, signed, not 0. On hand may become negative: the world is not asked for leave. */
export type AdjustCommand = PlaceCommand & { kind: 'adjust' }

export const adjust = placeKind<AdjustCommand>({
  rule: 'not-zero',
  decide: ({ quantity }, at) => at.decided([at.move('adjust', { onHandDelta: quantity })]),
})
