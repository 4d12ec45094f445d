/**
 * Whose fault units sold beyond what was there were. `platform`: its own race, it sold more than it showed. `person`:
 * somebody made it show more, or kept it from being told, or stock went that nobody could tell of in time. `delay`: ours,
 * the stock had been promised elsewhere, and a faster hub would have told it. `race`: so short after the other sale that
 * no hub could have known; open and buffered listings accept that. `unexplained`: nothing on record explains it.
 */
export type FaultCause = 'platform' | 'person' | 'delay' | 'race' | 'unexplained'

export const FAULT_CAUSES = [
  'platform',
  'person',
  'delay',
  'race',
  'unexplained',
] as const satisfies readonly FaultCause[]

/**
 * Units that were gone when the order was placed, while its listing did not show that yet. Moments that have not come
 * are undefined.
 */
export type UntoldUnits = {
  units: number
  /** A sale elsewhere, by its order; or stock that a person took out. */
  what: 'sale' | 'stock-change'
  /** The channel with the order's number, or the kind of the movement. */
  by: string
  /** When it happened, by the clock of where it did. */
  at: Date
  seenAt: Date | undefined
  appliedAt: Date | undefined
  sentAt: Date | undefined
  shownAt: Date | undefined
  /** How late its platform may list an order. */
  visibilityLagMs: number
}

/** What is known of an order line beyond what was there. All units are base units of the item. */
export type OversoldFacts = {
  /** Of the line, those beyond what was there. */
  units: number
  /** Of the line, all. */
  ordered: number
  placedAt: Date
  /** What the platform, told of no sale since but its own, had to sell just before. Undefined: not known. */
  shown: number | undefined
  sellsBeyondZero: boolean
  /** A person took it knowing that it must wait. */
  isByHand: boolean
  /** A person's edit on the platform that was in force: by how much it raised what is shown. */
  editedUp: number
  isFixed: boolean
  /** Since when and why a person had stopped writes to it, if they were. */
  stopped: { since: Date; reason: string } | undefined
  isGuaranteed: boolean
  untold: readonly UntoldUnits[]
  /** Units that a person took out of stock after the order: it was served from them when it was placed. */
  takenLater: readonly { units: number; by: string; at: Date }[]
}

/** How long each step from the other sale took; undefined: it had not come when the order was placed. */
export type DelayParts = {
  seenMs: number | undefined
  appliedMs: number | undefined
  writtenMs: number | undefined
  platformMs: number | undefined
}

export type FaultPart = { units: number; because: string; by?: string; afterMs?: number; delay?: DelayParts }

export type Fault = { cause: FaultCause; units: number; parts: FaultPart[] }

/** However fast a hub is, it takes a call to learn of a sale and a call to tell of it. */
export const UNAVOIDABLE_CALLS_MS = 2_000

/** Within this of a sale nobody can have told another platform of it. */
export function windowOf({ visibilityLagMs }: Pick<UntoldUnits, 'visibilityLagMs'>): number {
  return visibilityLagMs + UNAVOIDABLE_CALLS_MS
}

/**
 * Gives each unit beyond what was there exactly one cause. In doubt the hub's own fault comes before what it calls
 * unavoidable; what the platform or a person did comes first, for without it nothing would have been sold.
 */
export function findFault(facts: OversoldFacts): Fault[] {
  const found = new Map<FaultCause, Fault>()
  let left = facts.units
  const charge = (cause: FaultCause, wanted: number, part: Omit<FaultPart, 'units'>): void => {
    const units = Math.min(left, wanted)
    if (units <= 0) return
    left -= units
    const fault = found.get(cause) ?? { cause, units: 0, parts: [] }
    found.set(cause, {
      ...fault,
      units: fault.units + units,
      parts: [...fault.parts, { units, ...part }],
    })
  }
  for (const each of facts.takenLater)
    charge('person', each.units, { because: 'taken-out-later', by: each.by })
  if (facts.isByHand) charge('person', left, { because: 'by-hand' })
  const allowed = facts.shown === undefined ? undefined : Math.max(0, facts.shown) + facts.editedUp
  if (allowed !== undefined) {
    const beyond = facts.ordered - allowed
    if (facts.sellsBeyondZero) charge('person', beyond, { because: 'sells-beyond-zero' })
    else charge('platform', beyond, { because: 'beyond-shown' })
  }
  charge('person', facts.editedUp, { because: 'edited-on-platform' })
  if (facts.isFixed) charge('person', left, { because: 'fixed-policy' })
  for (const { part, cause, units } of judgeUntold(facts)) charge(cause, units, part)
  charge('unexplained', left, { because: 'nothing-on-record' })
  return FAULT_CAUSES.flatMap((cause) => found.get(cause) ?? [])
}

/** Persons first, then our delay, then what was unavoidable; of each the oldest first. */
function judgeUntold(facts: OversoldFacts) {
  const oldestFirst = [...facts.untold].sort((a, b) => a.at.getTime() - b.at.getTime())
  const judged = oldestFirst.map((untold) => ({ units: untold.units, ...judgeOne(untold, facts) }))
  return FAULT_CAUSES.flatMap((cause) => judged.filter((each) => each.cause === cause))
}

function judgeOne(
  untold: UntoldUnits,
  { placedAt, stopped, isGuaranteed }: OversoldFacts,
): { cause: FaultCause; part: Omit<FaultPart, 'units'> } {
  const { by } = untold
  const afterMs = placedAt.getTime() - untold.at.getTime()
  const part = { by, afterMs }
  const windowMs = windowOf(untold)
  // Nothing could be written for so long that it would have been shown otherwise.
  if (stopped !== undefined && stopped.since.getTime() <= untold.at.getTime() + windowMs)
    return { cause: 'person', part: { ...part, because: `stopped: ${stopped.reason}` } }
  const isWithin = afterMs <= windowMs
  if (isWithin && untold.what === 'stock-change')
    return { cause: 'person', part: { ...part, because: 'stock-change' } }
  // Under the load line a channel may only show what no other may sell: no window is accepted.
  if (isWithin && !isGuaranteed) return { cause: 'race', part: { ...part, because: 'within-window' } }
  return { cause: 'delay', part: { ...part, because: 'told-late', delay: delayOf(untold) } }
}

function delayOf({ at, seenAt, appliedAt, sentAt, shownAt }: UntoldUnits): DelayParts {
  const between = (from: Date | undefined, to: Date | undefined) =>
    from === undefined || to === undefined ? undefined : Math.max(0, to.getTime() - from.getTime())
  return {
    seenMs: between(at, seenAt),
    appliedMs: between(seenAt, appliedAt),
    writtenMs: between(appliedAt, sentAt),
    platformMs: between(sentAt, shownAt),
  }
}
