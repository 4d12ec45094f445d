import { z } from 'zod'

/**
 * The rules by which orders are routed: a list that a person reads from top to bottom and puts in another order, one line of
 * JSON each. There are limits (which places may ship at all) and preferences (which of the ways that are left is the best).
 *
 * - Of `serves`, `channel`, `item`, `minimum-shelf-life`, `safety-stock` and `capacity` rules, the first of its kind that fits
 *   decides and those below it are not asked, so what is special stands above what is general. Kinds add up: a place must pass
 *   each of them.
 * - Preferences are compared in the order of the list: a lower one counts only where all above it are equal. After the
 *   last come fewer parcels, then the places whose codes come first.
 * - Before all preferences: as many units leave as can.
 */
const names = z.array(z.string().min(1).max(200)).min(1).max(1_000)
const days = z.int().min(0).max(36_500)
/** In the smallest unit of the organization's currency. */
const money = z.int().min(0).max(1_000_000_000)
/** Exactly one of the two. */
const places = {
  locations: names.optional().describe('Only from these, by their codes.'),
  notLocations: names.optional().describe('From any but these.'),
}
const namesPlaces = (rule: { locations?: unknown; notLocations?: unknown }) =>
  (rule.locations === undefined) !== (rule.notLocations === undefined)
const ONE_OF_BOTH = 'give either locations or notLocations'
const countries = z.array(z.string().regex(/^[A-Z]{2}$/)).min(1)
/** Where something goes to; what is left out fits any. A destination that is not known fits only what names nothing. */
const destinations = {
  countries: countries.optional().describe('ISO 3166-1, two capitals.'),
  regions: names.optional().describe('As addresses write them, such as CA.'),
  postalPrefixes: names.optional().describe('What the postal code begins with.'),
}
const items = {
  skus: names.optional(),
  tags: names.optional().describe('Custom fields of items, as name=value.'),
}
const connections = names.optional().describe('Names or ids of connections, or connectors such as shopify.')

const serves = z
  .strictObject({ kind: z.literal('serves'), ...destinations, ...places })
  .refine(namesPlaces, ONE_OF_BOTH)
const channel = z
  .strictObject({ kind: z.literal('channel'), connections: names, ...places })
  .refine(namesPlaces, ONE_OF_BOTH)
const item = z
  .strictObject({ kind: z.literal('item'), ...items, ...places })
  .refine(namesPlaces, ONE_OF_BOTH)
  .refine((rule) => rule.skus !== undefined || rule.tags !== undefined, 'give skus or tags')
const minimumShelfLife = z.strictObject({
  kind: z.literal('minimum-shelf-life'),
  days: days.describe('A lot must last so many more days at the place that ships.'),
  connections,
  ...items,
})
const safetyStock = z.strictObject({
  kind: z.literal('safety-stock'),
  units: z.int().min(0).max(1_000_000_000).describe('Base units that are never routed from there.'),
  locations: names.optional(),
  ...items,
})
const capacity = z.strictObject({
  kind: z.literal('capacity'),
  perDay: z.int().min(0).max(1_000_000).optional().describe('Left out: what each location says of itself.'),
  locations: names.optional(),
})
const split = z.strictObject({
  kind: z.literal('split'),
  parcelsMax: z.int().min(1).max(20).describe('1: an order is never split.'),
})
const wholeOrders = z.strictObject({ kind: z.literal('whole-orders') })
const cutOff = z.strictObject({
  kind: z.literal('cut-off'),
  onTimeOnly: z.boolean().optional().describe('Never from where it would leave after its promised day.'),
})
const tariff = z.strictObject({
  from: names.optional().describe('Codes of locations; left out: any.'),
  ...destinations,
  perParcel: money,
  perUnit: money.default(0),
})
const lowestCost = z.strictObject({
  kind: z.literal('lowest-cost'),
  base: z.record(z.string(), money).default({}).describe('What a place takes for each parcel, by its code.'),
  tariffs: z.array(tariff).min(1).max(5_000).describe('The first that fits counts.'),
})
const plain = <Kind extends string>(kind: Kind) => z.strictObject({ kind: z.literal(kind) })

export const routingRule = z.discriminatedUnion('kind', [
  serves,
  channel,
  item,
  minimumShelfLife,
  safetyStock,
  capacity,
  split,
  wholeOrders,
  cutOff,
  lowestCost,
  plain('fewest-parcels'),
  plain('location-priority'),
  plain('nearest'),
  plain('soonest-expiry'),
  plain('deepest-stock'),
])
export type RoutingRule = z.output<typeof routingRule>
export type RoutingRuleKind = RoutingRule['kind']
export type Tariff = z.output<typeof tariff>

/** Said once each: said twice, the second would silently mean nothing. */
const ONCE: ReadonlySet<RoutingRuleKind> = new Set<RoutingRuleKind>([
  'split',
  'whole-orders',
  'cut-off',
  'lowest-cost',
  'fewest-parcels',
  'location-priority',
  'nearest',
  'soonest-expiry',
  'deepest-stock',
])

/** The whole list; the place of a rule in it is how explanations name it. */
export const routingRules = z
  .array(routingRule)
  .max(500)
  .superRefine((rules, check) => {
    for (const [index, { kind }] of rules.entries()) {
      if (ONCE.has(kind) && rules.findIndex((rule) => rule.kind === kind) < index) {
        check.addIssue({ code: 'custom', path: [index, 'kind'], message: `there is a rule ${kind} above` })
      }
    }
  })
export type RoutingRules = z.output<typeof routingRules>

/** What holds until an organization writes its own. */
export const DEFAULT_ROUTING_RULES: RoutingRules = [
  { kind: 'capacity' },
  { kind: 'split', parcelsMax: 3 },
  { kind: 'fewest-parcels' },
  { kind: 'location-priority' },
  { kind: 'nearest' },
  { kind: 'deepest-stock' },
]

export type Destination = {
  /** ISO 3166-1, two capitals. */
  country: string
  region: string | null
  postalCode: string | null
  latitude?: number | undefined
  longitude?: number | undefined
}

/** Whether something goes to where a rule or a tariff is about. */
export function fitsDestination(
  rule: Pick<Tariff, 'countries' | 'regions' | 'postalPrefixes'>,
  destination: Destination | undefined,
): boolean {
  if (rule.countries !== undefined && !rule.countries.includes(destination?.country ?? '')) return false
  if (rule.regions !== undefined && !rule.regions.includes(destination?.region ?? '')) return false
  const postalCode = destination?.postalCode ?? ''
  return (
    rule.postalPrefixes === undefined || rule.postalPrefixes.some((prefix) => postalCode.startsWith(prefix))
  )
}

/** Whether a rule is about an item; one that names none is about all. */
export function fitsItem(
  rule: { skus?: string[] | undefined; tags?: string[] | undefined },
  { sku, tags }: { sku: string; tags: readonly string[] },
): boolean {
  if (rule.skus === undefined && rule.tags === undefined) return true
  return rule.skus?.includes(sku) === true || rule.tags?.some((tag) => tags.includes(tag)) === true
}
