import type { PreferenceKind, RoutingPlace } from './routing-plan.ts'
import type { Destination, RoutingRules, Tariff } from './routing-rules.ts'
import { fitsDestination } from './routing-rules.ts'

/**
 * What a place costs by one preference: so much for a parcel from there, so much for each unit. Every preference is such a
 * sum, less is better, and that is what makes the search exact: within a set of places the cheapest units come first.
 */
export type PlaceCost = { parcel: number; unit: number }

/** A preference of the list, or what stands after it. */
export type Preference = { rule: number | null; kind: PreferenceKind }

const OF_THE_LIST: ReadonlySet<string> = new Set([
  'fewest-parcels',
  'location-priority',
  'nearest',
  'lowest-cost',
  'soonest-expiry',
  'deepest-stock',
  'cut-off',
])

/** The preferences in the order in which they count. */
export function preferencesOf(rules: RoutingRules): Preference[] {
  const listed = rules.flatMap(({ kind }, rule) => (OF_THE_LIST.has(kind) ? [{ rule, kind }] : []))
  const hasFewest = listed.some(({ kind }) => kind === 'fewest-parcels')
  return [
    ...listed,
    ...(hasFewest ? [] : [{ rule: null, kind: 'fewest-parcels' as const }]),
    { rule: null, kind: 'code' },
  ]
}

/** Of a parcel that no tariff is for: dearer than any that has one, and never shown as a price. */
export const NO_TARIFF = 1e12

/** What parcels from a place to where an order goes cost, by the first tariff that fits; undefined: none does. */
export function tariffCost(
  { base, tariffs }: { base: Record<string, number>; tariffs: readonly Tariff[] },
  { code }: Pick<RoutingPlace, 'code'>,
  destination: Destination | undefined,
): PlaceCost | undefined {
  const tariff = tariffs.find(
    (each) => each.from?.includes(code) !== false && fitsDestination(each, destination),
  )
  if (tariff === undefined) return undefined
  return { parcel: (base[code] ?? 0) + tariff.perParcel, unit: tariff.perUnit }
}
