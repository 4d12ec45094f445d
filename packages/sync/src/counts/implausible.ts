import { type GuardSettings, isStampede, raiseFrom, type SuddenKind } from '../safety/stampede.ts'

/** What booking a count would do to one item at the place, in base units that nothing reserves or holds. */
export type CountedChange = {
  itemId: string
  before: number
  after: number
  /** A person has said that such a count of it is right. */
  accepted: SuddenKind | undefined
}

/**
 * Which items' counts wait for a person, since so many of those that lay there would be gone at once, or be many times as many
 * (I8); the others are booked. Pure. What comes where nothing lay is no raise: goods arrive.
 */
export function findImplausible(
  changes: readonly CountedChange[],
  settings: GuardSettings,
): Map<string, SuddenKind> {
  const lay = changes.filter(({ before }) => before > 0)
  const held = new Map<string, SuddenKind>()
  for (const kind of ['zero', 'raise'] as const) {
    const sudden = lay.filter((change) => kindOf(change, settings) === kind && change.accepted !== kind)
    if (isStampede(kind, { sudden: sudden.length, listings: lay.length }, settings))
      for (const { itemId } of sudden) held.set(itemId, kind)
  }
  return held
}

function kindOf({ before, after }: CountedChange, settings: GuardSettings): SuddenKind | undefined {
  if (after <= 0) return 'zero'
  return after >= raiseFrom(before, settings) ? 'raise' : undefined
}
