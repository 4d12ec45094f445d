import { expect, test } from 'vitest'
import { lineOf, orderOf, placeOf, ROUTING_TIME, stockOf } from '../testing/routing-cases.ts'
import { decideRoutes, RoutingBoard } from './decide-routes.ts'
import type { RoutingOrder, RoutingPlace } from './routing-plan.ts'
import { DEFAULT_ROUTING_RULES, type RoutingRules, routingRules } from './routing-rules.ts'

const five = { stock: stockOf({ mug: 5 }) }
const A = placeOf('A', five)
const B = placeOf('B', five)
const items = [{ itemId: 'mug', sku: 'MUG', tags: ['storage=cold'] }]
const aMug = orderOf([lineOf('mug', 1)])
const to = (country: string, more: object = {}) =>
  orderOf([lineOf('mug', 1)], { destination: { country, region: null, postalCode: null, ...more } })

function route(places: RoutingPlace[], rules: RoutingRules, order: RoutingOrder = aMug, at = ROUTING_TIME) {
  const [plan] = decideRoutes({ places, items, rules }, [order], at)
  if (plan === undefined) throw new Error('one plan for one order')
  return plan
}
const codesOf = (...given: Parameters<typeof route>) =>
  route(...given)
    .parcels.map(({ locationId }) => locationId.replace('at-', ''))
    .join('+')

const milk = (code: string, expiresOn: string | null) =>
  placeOf(code, { stock: [{ itemId: 'mug', free: 5, expiresOn }] })
const near = { latitude: 52.5, longitude: 13.4 }

test.each<[string, string, RoutingPlace[], RoutingRules, RoutingOrder?]>([
  ['nothing is set: the first code', 'A', [B, A], []],
  ['transit does not ship', 'B', [placeOf('A', { ...five, kind: 'transit' }), B], []],
  [
    'FBA ships where it is told to',
    'A',
    [placeOf('A', { ...five, kind: 'marketplace-fulfilled', ships: true }), B],
    [],
  ],
  ['a place that ships nothing', 'B', [placeOf('A', { ...five, ships: false }), B], []],
  ['serves: only from these', 'B', [A, B], [{ kind: 'serves', countries: ['DE'], locations: ['B'] }]],
  ['serves: from any but these', 'B', [A, B], [{ kind: 'serves', countries: ['DE'], notLocations: ['A'] }]],
  ['serves another country', 'A', [A, B], [{ kind: 'serves', countries: ['FR'], locations: ['B'] }]],
  [
    'serves a region',
    'B',
    [A, B],
    [{ kind: 'serves', countries: ['US'], regions: ['CA'], locations: ['B'] }],
    to('US', { region: 'CA' }),
  ],
  [
    'serves a postal prefix',
    'B',
    [A, B],
    [{ kind: 'serves', postalPrefixes: ['90'], locations: ['B'] }],
    to('US', { postalCode: '90210' }),
  ],
  [
    'of two rules that fit the first decides',
    'B',
    [A, B],
    [
      { kind: 'serves', countries: ['DE'], postalPrefixes: ['101'], locations: ['B'] },
      { kind: 'serves', countries: ['DE'], locations: ['A'] },
    ],
  ],
  [
    'and the other way round',
    'A',
    [A, B],
    [
      { kind: 'serves', countries: ['DE'], locations: ['A'] },
      { kind: 'serves', countries: ['DE'], postalPrefixes: ['101'], locations: ['B'] },
    ],
  ],
  [
    'an unknown destination',
    'A',
    [A, B],
    [{ kind: 'serves', countries: ['DE'], locations: ['B'] }],
    orderOf([lineOf('mug', 1)], { destination: undefined }),
  ],
  ['a channel', 'B', [A, B], [{ kind: 'channel', connections: ['shop'], locations: ['B'] }]],
  ['an item by its SKU', 'B', [A, B], [{ kind: 'item', skus: ['MUG'], locations: ['B'] }]],
  ['an item by a custom field', 'B', [A, B], [{ kind: 'item', tags: ['storage=cold'], notLocations: ['A'] }]],
  [
    'kinds of rules add up',
    '',
    [A, B],
    [
      { kind: 'channel', connections: ['shop'], locations: ['B'] },
      { kind: 'item', skus: ['MUG'], locations: ['A'] },
    ],
  ],
  ['what is kept for safety', 'B', [A, B], [{ kind: 'safety-stock', units: 5, locations: ['A'] }]],
  [
    'too short a life',
    'B',
    [milk('A', '2026-12-01'), milk('B', '2027-12-01')],
    [{ kind: 'minimum-shelf-life', days: 30 }],
  ],
  ['its last day', 'A', [milk('A', '2026-11-26'), milk('B', null)], []],
  ['expired', 'B', [milk('A', '2026-11-25'), milk('B', null)], []],
  [
    'no capacity left',
    'B',
    [placeOf('A', { ...five, capacityPerDay: 3, assignedToday: 3 }), B],
    [{ kind: 'capacity' }],
  ],
  [
    'a capacity that nobody asks for',
    'A',
    [placeOf('A', { ...five, capacityPerDay: 3, assignedToday: 3 }), B],
    [],
  ],
  [
    'the capacity of the rule',
    'B',
    [placeOf('A', { ...five, assignedToday: 3 }), B],
    [{ kind: 'capacity', perDay: 2, locations: ['A'] }],
  ],
  [
    'its cut-off is over',
    'B',
    [placeOf('A', { ...five, cutOff: '12:00' }), placeOf('B', { ...five, cutOff: '12:01' })],
    [{ kind: 'cut-off' }],
  ],
  ['closed today', 'B', [placeOf('A', { ...five, holidays: ['2026-11-26'] }), B], [{ kind: 'cut-off' }]],
  [
    'it is evening there',
    'B',
    [placeOf('A', { ...five, cutOff: '15:00', timeZone: 'Asia/Shanghai' }), B],
    [{ kind: 'cut-off' }],
  ],
  ['the better priority', 'B', [A, placeOf('B', { ...five, priority: 1 })], [{ kind: 'location-priority' }]],
  [
    'the nearer',
    'B',
    [placeOf('A', { ...five, latitude: 48, longitude: 2 }), placeOf('B', { ...five, ...near })],
    [{ kind: 'nearest' }],
    to('DE', near),
  ],
  [
    'the own country where coordinates are missing',
    'B',
    [placeOf('A', { ...five, country: 'CN' }), B],
    [{ kind: 'nearest' }],
  ],
  [
    'the cheaper',
    'B',
    [A, B],
    [{ kind: 'lowest-cost', base: { A: 3 }, tariffs: [{ perParcel: 5, perUnit: 1 }] }],
  ],
  [
    'no tariff is dearer than any',
    'B',
    [A, B],
    [{ kind: 'lowest-cost', base: {}, tariffs: [{ from: ['B'], perParcel: 900_000, perUnit: 1 }] }],
  ],
  [
    'what expires first',
    'B',
    [milk('A', '2027-12-01'), milk('B', '2027-01-01')],
    [{ kind: 'soonest-expiry' }],
  ],
  ['what has most', 'B', [A, placeOf('B', { stock: stockOf({ mug: 6 }) })], [{ kind: 'deepest-stock' }]],
  [
    'the first preference decides',
    'B',
    [A, placeOf('B', { stock: stockOf({ mug: 6 }), priority: 200 })],
    [{ kind: 'deepest-stock' }, { kind: 'location-priority' }],
  ],
  [
    'in the other order the other',
    'A',
    [A, placeOf('B', { stock: stockOf({ mug: 6 }), priority: 200 })],
    [{ kind: 'location-priority' }, { kind: 'deepest-stock' }],
  ],
])('%s', (_, codes, places, rules, order) => {
  expect(codesOf(places, routingRules.parse(rules), order)).toBe(codes)
})

const two = orderOf([lineOf('mug', 4), lineOf('box', 2)])
const split = [
  placeOf('A', { stock: stockOf({ mug: 4 }), priority: 1 }),
  placeOf('B', { stock: stockOf({ box: 2 }), priority: 1 }),
  placeOf('C', { stock: stockOf({ mug: 4, box: 2 }), priority: 9 }),
]
test.each<[string, string, RoutingRules]>([
  ['one parcel, as far as nothing counts more', 'C', []],
  ['fewest parcels before priority', 'C', [{ kind: 'fewest-parcels' }, { kind: 'location-priority' }]],
  ['priority before fewest parcels', 'A+B', [{ kind: 'location-priority' }, { kind: 'fewest-parcels' }]],
  ['but never more than are allowed', 'C', [{ kind: 'location-priority' }, { kind: 'split', parcelsMax: 1 }]],
])('an order of two lines: %s', (_, codes, rules) => {
  expect(codesOf(split, rules, two)).toBe(codes)
})

test('what cannot be sent waits, each with its reason', () => {
  const [a, b] = [
    placeOf('A', { stock: stockOf({ mug: 3 }) }),
    placeOf('B', { stock: stockOf({ mug: 3, box: 1 }) }),
  ]
  const waiting = (rules: RoutingRules, order: RoutingOrder) => route([a, b], rules, order).waiting
  expect(waiting([], orderOf([lineOf('mug', 8)]))).toEqual([
    { lineId: 'line-mug', units: 2, because: 'no-stock' },
  ])
  expect(waiting([{ kind: 'split', parcelsMax: 1 }], orderOf([lineOf('mug', 6)]))).toMatchObject([
    { units: 3, because: 'parcels-limit' },
  ])
  expect(waiting([{ kind: 'safety-stock', units: 3 }], aMug)).toMatchObject([
    { because: 'excluded-by-rules' },
  ])
  expect(waiting([], orderOf([lineOf('mug', 7, { unitsPerListing: 6 })]))).toMatchObject([
    { units: 6, because: 'no-stock' },
    { units: 1, because: 'no-whole-unit' },
  ])
  expect(waiting([], orderOf([lineOf('mug', 4, { pinnedLocationId: 'at-A' })]))).toMatchObject([
    { units: 1, because: 'pinned-place' },
  ])
  expect(waiting([], orderOf([lineOf('mug', 1, { pinnedLocationId: 'at-Z' })]))).toMatchObject([
    { units: 1, because: 'pinned-place' },
  ])
  expect(waiting([{ kind: 'whole-orders' }], orderOf([lineOf('mug', 1), lineOf('box', 2)]))).toEqual([
    { lineId: 'line-mug', units: 1, because: 'whole-order' },
    { lineId: 'line-box', units: 2, because: 'no-stock' },
  ])
})

test('all parts of a kit unit go in one parcel', () => {
  const kit = lineOf('kit', 3, {
    parts: [
      { itemId: 'mug', unitsEach: 2 },
      { itemId: 'box', unitsEach: 1 },
    ],
  })
  const places = [
    placeOf('A', { stock: stockOf({ mug: 9, box: 1 }) }),
    placeOf('B', { stock: stockOf({ mug: 3, box: 9 }) }),
  ]
  expect(route(places, [], orderOf([kit]))).toMatchObject({
    parcels: [
      { locationId: 'at-A', lines: [{ units: 1 }] },
      { locationId: 'at-B', lines: [{ units: 1 }] },
    ],
    waiting: [{ units: 1, because: 'no-stock' }],
  })
})

test('orders of one batch do not share units, and parcels count against the capacity of their day', () => {
  const board = new RoutingBoard({
    places: [
      placeOf('A', { stock: stockOf({ mug: 9 }), capacityPerDay: 1 }),
      placeOf('B', { stock: stockOf({ mug: 1 }) }),
    ],
    rules: [{ kind: 'capacity' }, { kind: 'location-priority' }],
  })
  const next = (at: Date) => board.decide(aMug, at).parcels.map(({ locationId }) => locationId)
  expect(next(ROUTING_TIME)).toEqual(['at-A'])
  expect(next(ROUTING_TIME)).toEqual(['at-B'])
  expect(next(ROUTING_TIME)).toEqual([])
  expect(next(new Date('2026-11-27T12:00:00Z'))).toEqual(['at-A'])
})

test('a promised day is kept where a rule says so', () => {
  const promised = { ...aMug, promisedAt: new Date('2026-11-26T22:00:00Z') }
  const places = [placeOf('A', { ...five, cutOff: '10:00', priority: 1 }), B]
  expect(codesOf(places, [{ kind: 'location-priority' }, { kind: 'cut-off' }], promised)).toBe('A')
  expect(
    codesOf(places, [{ kind: 'location-priority' }, { kind: 'cut-off', onTimeOnly: true }], promised),
  ).toBe('B')
})

test('a plan says why: what excluded each place, and by what it alone is worse', () => {
  const places = [
    placeOf('A', { ...five, priority: 2 }),
    placeOf('B', { ...five, priority: 1 }),
    placeOf('C', five),
    placeOf('D'),
    placeOf('E', { ...five, kind: 'transit' }),
    placeOf('F', { stock: stockOf({ mug: 2 }) }),
  ]
  const rules: RoutingRules = [
    { kind: 'channel', connections: ['shop'], notLocations: ['C'] },
    { kind: 'safety-stock', units: 2, locations: ['F'] },
    { kind: 'location-priority' },
  ]
  expect(route(places, rules).why).toEqual({
    exact: true,
    destinationKnown: true,
    preferences: [
      { rule: null, kind: 'units-routed', value: 1 },
      { rule: 2, kind: 'location-priority', value: 1 },
      { rule: null, kind: 'fewest-parcels', value: 1 },
      { rule: null, kind: 'code', value: 1 },
    ],
    places: [
      {
        locationId: 'at-A',
        code: 'A',
        verdict: 'worse',
        rule: 2,
        kind: 'location-priority',
        chosen: 1,
        alone: 2,
      },
      { locationId: 'at-B', code: 'B', verdict: 'chosen' },
      { locationId: 'at-C', code: 'C', verdict: 'excluded', rule: 0, kind: 'channel' },
      { locationId: 'at-D', code: 'D', verdict: 'empty', kept: false },
      { locationId: 'at-E', code: 'E', verdict: 'excluded', rule: null, kind: 'does-not-ship' },
      { locationId: 'at-F', code: 'F', verdict: 'empty', kept: true },
    ],
  })
})

test('the defaults are rules like any other', () => {
  expect(routingRules.parse(DEFAULT_ROUTING_RULES)).toEqual(DEFAULT_ROUTING_RULES)
})
