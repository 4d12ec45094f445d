import type {
  RoutingItem,
  RoutingOrder,
  RoutingPlace,
  RoutingRules,
  RoutingStock,
  RoutingWorld,
} from '../../packages/orders/src/index.ts'
import { type Below, placeOf, ROUTING_TIME } from '../../packages/orders/src/testing/routing-cases.ts'

const COUNTRIES = [
  { country: 'DE', latitude: 51, longitude: 10, timeZone: 'Europe/Berlin' },
  { country: 'FR', latitude: 47, longitude: 2, timeZone: 'Europe/Paris' },
  { country: 'GB', latitude: 53, longitude: -2, timeZone: 'Europe/London' },
  { country: 'US', latitude: 39, longitude: -95, timeZone: 'America/Chicago' },
  { country: 'CN', latitude: 31, longitude: 118, timeZone: 'Asia/Shanghai' },
] as const

/** A brand with many warehouses, and what its customers ordered; `below` makes both the same for one seed. */
export function routingBrand(
  size: { orders: number; locations: number; items: number },
  below: Below,
): { world: RoutingWorld; orders: RoutingOrder[] } {
  const items: RoutingItem[] = Array.from({ length: size.items }, (_, nth) => ({
    itemId: `item-${nth}`,
    sku: `SKU-${nth}`,
    tags: nth % 20 === 0 ? ['hazardous=yes'] : [],
  }))
  const places = Array.from({ length: size.locations }, (_, nth) => toPlace(nth, items, below))
  const orders = Array.from({ length: size.orders }, (_, nth) => toOrder(nth, size.items, below))
  return { world: { places, items, rules: rulesOf(places) }, orders }
}

function toPlace(nth: number, items: readonly RoutingItem[], below: Below): RoutingPlace {
  const at = COUNTRIES[nth % COUNTRIES.length] ?? COUNTRIES[0]
  return placeOf(`W${String(nth).padStart(2, '0')}`, {
    ...at,
    latitude: at.latitude + below(60) / 10 - 3,
    longitude: at.longitude + below(120) / 10 - 6,
    priority: 1 + below(3),
    cutOff: ['12:00', '15:00', null][nth % 3] ?? null,
    capacityPerDay: nth % 7 === 0 ? 4_000 : null,
    stock: items.flatMap(({ itemId }, item): RoutingStock[] => {
      if (below(3) > 0) return []
      if (item % 10 > 0) return [{ itemId, free: below(item < items.length / 4 ? 400 : 60), expiresOn: null }]
      return ['2026-12-10', '2027-03-01', '2027-09-01'].map((expiresOn) => ({
        itemId,
        free: below(20),
        expiresOn,
      }))
    }),
  })
}

function toOrder(nth: number, items: number, below: Below): RoutingOrder {
  const at = COUNTRIES[below(COUNTRIES.length)] ?? COUNTRIES[0]
  // Few items sell much.
  const anItem = () => `item-${Math.floor((below(1_000_000) / 1_000_000) ** 2 * items)}`
  const lines = Array.from({ length: 1 + below(below(4) + 1) }, (_, line) => {
    const isPack = below(8) === 0
    const units = (1 + below(3)) * (isPack ? 6 : 1)
    return { lineId: `${nth}-${line}`, itemId: anItem(), units, unitsPerListing: isPack ? 6 : 1 }
  })
  const kit = {
    lineId: `${nth}-kit`,
    itemId: 'kit',
    units: 1,
    unitsPerListing: 1,
    parts: [
      { itemId: anItem(), unitsEach: 1 },
      { itemId: anItem(), unitsEach: 2 },
    ],
  }
  return {
    orderId: `order-${nth}`,
    connectionId: `shop-${nth % 8}`,
    placedAt: ROUTING_TIME,
    promisedAt: null,
    destination: {
      country: at.country,
      region: null,
      postalCode: String(10_000 + below(80_000)),
      latitude: at.latitude + below(80) / 10 - 4,
      longitude: at.longitude + below(80) / 10 - 4,
    },
    lines: nth % 10 === 0 ? [...lines, kit] : lines,
  }
}

function rulesOf(places: readonly RoutingPlace[]): RoutingRules {
  const inCountry = (country: string) =>
    places.filter((place) => place.country === country).map(({ code }) => code)
  return [
    { kind: 'serves', countries: ['US'], locations: [...inCountry('US'), ...inCountry('CN')] },
    { kind: 'serves', countries: ['CN'], locations: inCountry('CN') },
    { kind: 'channel', connections: ['shop-7'], notLocations: ['W00', 'W05'] },
    { kind: 'item', tags: ['hazardous=yes'], notLocations: ['W01', 'W02', 'W03'] },
    { kind: 'minimum-shelf-life', days: 30, connections: ['shop-1', 'shop-2'] },
    { kind: 'safety-stock', units: 2 },
    { kind: 'capacity' },
    { kind: 'split', parcelsMax: 3 },
    { kind: 'fewest-parcels' },
    { kind: 'location-priority' },
    { kind: 'cut-off' },
    { kind: 'nearest' },
    { kind: 'soonest-expiry' },
    { kind: 'deepest-stock' },
  ]
}
