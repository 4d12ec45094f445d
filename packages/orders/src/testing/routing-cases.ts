/** Orders and places to route between: made by hand for stories, and at random for properties and the benchmark. */
import type { RoutingWorld } from '../routing/decide-routes.ts'
import type {
  RoutingItem,
  RoutingLine,
  RoutingOrder,
  RoutingPlace,
  RoutingStock,
} from '../routing/routing-plan.ts'
import type { RoutingRules } from '../routing/routing-rules.ts'

/** A Thursday. */
export const ROUTING_TIME = new Date('2026-11-26T12:00:00Z')

/** A warehouse in Germany with nothing special about it. */
export function placeOf(code: string, more: Partial<RoutingPlace> = {}): RoutingPlace {
  return {
    locationId: `at-${code}`,
    code,
    kind: 'warehouse',
    ships: null,
    country: 'DE',
    region: null,
    postalCode: null,
    latitude: null,
    longitude: null,
    priority: 100,
    timeZone: 'UTC',
    openingDays: [1, 2, 3, 4, 5],
    holidays: [],
    cutOff: null,
    capacityPerDay: null,
    assignedToday: 0,
    stock: [],
    ...more,
  }
}

/** Plain units: `{ mug: 5 }`. */
export function stockOf(units: Record<string, number>): RoutingStock[] {
  return Object.entries(units).map(([itemId, free]) => ({ itemId, free, expiresOn: null }))
}

export function lineOf(itemId: string, units: number, more: Partial<RoutingLine> = {}): RoutingLine {
  return { lineId: `line-${itemId}`, itemId, units, unitsPerListing: 1, ...more }
}

export function orderOf(lines: RoutingLine[], more: Partial<RoutingOrder> = {}): RoutingOrder {
  return {
    orderId: 'order',
    connectionId: 'shop',
    placedAt: ROUTING_TIME,
    promisedAt: null,
    destination: { country: 'DE', region: null, postalCode: '10115' },
    lines,
    ...more,
  }
}

/** @param below a whole number from 0 up to, but not with, the one given */
export type Below = (bound: number) => number

export function belowOf(seed: number): Below {
  let state = seed
  return (bound) => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound)
  }
}

const CODES = ['A', 'B', 'C', 'D', 'E']
const ITEMS: RoutingItem[] = [
  { itemId: 'mug', sku: 'MUG', tags: [] },
  { itemId: 'milk', sku: 'MILK', tags: ['storage=cold'] },
  { itemId: 'box', sku: 'BOX', tags: [] },
]
const EXPIRIES = [null, null, '2026-11-20', '2026-12-01', '2027-01-01']

/** A few places, an order of up to three lines and rules in any order, small enough to try everything. */
export function smallCase(below: Below): { world: RoutingWorld; order: RoutingOrder } {
  const places = CODES.slice(0, 1 + below(4)).map((code) =>
    placeOf(code, {
      kind: below(12) === 0 ? 'transit' : 'warehouse',
      priority: 1 + below(3),
      cutOff: [null, '10:00', '15:00'][below(3)] ?? null,
      openingDays: below(3) === 0 ? [1, 5] : [1, 2, 3, 4, 5],
      capacityPerDay: below(4) === 0 ? 2 : null,
      assignedToday: below(3),
      stock: ITEMS.flatMap(({ itemId }) =>
        Array.from({ length: below(3) }, () => ({
          itemId,
          free: below(6) - (below(8) === 0 ? 2 : 0),
          expiresOn: itemId === 'milk' ? (EXPIRIES[below(EXPIRIES.length)] ?? null) : null,
        })),
      ),
    }),
  )
  return { world: { places, rules: rulesOf(below), items: ITEMS }, order: smallOrder(places, below) }
}

function smallOrder(places: readonly RoutingPlace[], below: Below): RoutingOrder {
  const lines = Array.from({ length: 1 + below(3) }, (_, nth): RoutingLine => {
    const unitsPerListing = 1 + (below(3) === 0 ? 1 : 0)
    const lineId = `line-${nth}`
    const pinned = below(8) === 0 ? places[below(places.length)]?.locationId : undefined
    const units = (1 + below(3)) * unitsPerListing + (below(10) === 0 ? 1 : 0)
    if (below(4) === 0) {
      const parts = [
        { itemId: 'mug', unitsEach: 1 + below(2) },
        { itemId: below(2) === 0 ? 'milk' : 'box', unitsEach: 1 },
      ]
      return {
        lineId,
        itemId: 'kit',
        units: 1 + below(3),
        unitsPerListing: 1,
        parts,
        pinnedLocationId: pinned,
      }
    }
    const { itemId } = ITEMS[below(ITEMS.length)] ?? { itemId: 'mug' }
    return { lineId, itemId, units, unitsPerListing, pinnedLocationId: pinned }
  })
  const at = places[below(places.length)]?.locationId
  const destination = { country: ['DE', 'FR'][below(2)] ?? 'DE', region: null, postalCode: `${below(3)}0` }
  return orderOf(lines, {
    destination: below(8) === 0 ? undefined : destination,
    own: below(3) === 0 && at !== undefined ? [{ itemId: 'mug', locationId: at, units: 1 + below(2) }] : [],
  })
}

function rulesOf(below: Below): RoutingRules {
  const some = () => CODES.filter(() => below(3) > 0)
  const locations = () => (some().length === 0 ? ['A'] : ['A', ...some()])
  const all: RoutingRules = [
    { kind: 'serves', countries: ['DE'], postalPrefixes: ['1'], locations: locations() },
    { kind: 'serves', countries: ['FR'], notLocations: locations().slice(1, 2).concat('E') },
    { kind: 'channel', connections: ['shop'], locations: locations() },
    { kind: 'item', tags: ['storage=cold'], locations: locations() },
    { kind: 'minimum-shelf-life', days: 10, skus: ['MILK'] },
    { kind: 'safety-stock', units: 1, locations: ['A', 'B'] },
    { kind: 'capacity' },
    { kind: 'split', parcelsMax: 1 + below(4) },
    { kind: 'cut-off' },
    {
      kind: 'lowest-cost',
      base: { A: 5 },
      tariffs: [
        { countries: ['DE'], perParcel: 10, perUnit: 1 },
        { from: ['A', 'C'], perParcel: 12, perUnit: 4 },
        { from: ['B'], countries: ['FR'], perParcel: 2, perUnit: 9 },
      ],
    },
    { kind: 'fewest-parcels' },
    { kind: 'location-priority' },
    { kind: 'soonest-expiry' },
    { kind: 'deepest-stock' },
  ]
  const limits = 8
  const kept = all.filter((_, nth) => below(nth < limits ? 3 : 2) === 0)
  // In any order: it is the order that says what counts first.
  for (let nth = kept.length - 1; nth > 0; nth -= 1) {
    const other = below(nth + 1)
    const [a, b] = [kept[nth], kept[other]]
    if (a !== undefined && b !== undefined) [kept[nth], kept[other]] = [b, a]
  }
  return kept
}
