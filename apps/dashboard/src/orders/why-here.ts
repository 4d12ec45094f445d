import type { ShipmentDetail } from '@plimsoll/client'

type Why = NonNullable<ShipmentDetail['because']['why']>
type PlaceWhy = Why['places'][number]

/** Kinds of rules and preferences that have words of their own. */
export const ruleKinds = [
  'serves',
  'channel',
  'item',
  'minimum-shelf-life',
  'safety-stock',
  'capacity',
  'split',
  'whole-orders',
  'cut-off',
  'lowest-cost',
  'fewest-parcels',
  'location-priority',
  'nearest',
  'deepest-stock',
  'soonest-expiry',
  'does-not-ship',
  'pinned',
  'avoided',
  'units-routed',
  'code',
] as const
export type RuleKind = (typeof ruleKinds)[number]

export type Reason = {
  /** Which sentence. */
  sentence: 'chosen' | 'excluded' | 'excludedByRule' | 'empty' | 'kept' | 'worse'
  code: string
  /** Why, by its own words; undefined: one that this screen does not know, said as it is. */
  kind: RuleKind | undefined
  rawKind: string
  /** The rule's place in the list, counted from 1 as people do. */
  rule: number | null
}

/** Why a shipment leaves from where it does: first where it leaves from, then each other place and why not there. Pure. */
export function reasonsOf(why: Why): Reason[] {
  const order = (place: PlaceWhy) => (place.verdict === 'chosen' ? 0 : 1)
  return [...why.places].sort((a, b) => order(a) - order(b)).map(toReason)
}

function toReason({ code, verdict, rule, kind, kept }: PlaceWhy): Reason {
  const said = {
    code,
    kind: ruleKinds.find((each) => each === kind),
    rawKind: kind ?? '',
    rule: rule === null ? null : rule + 1,
  }
  switch (verdict) {
    case 'chosen':
      return { ...said, sentence: 'chosen' }
    case 'excluded':
      return { ...said, sentence: rule === null ? 'excluded' : 'excludedByRule' }
    case 'empty':
      return { ...said, sentence: kept === true ? 'kept' : 'empty' }
    case 'worse':
      return { ...said, sentence: 'worse' }
  }
}
