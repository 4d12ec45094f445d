import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  belowOf,
  lineOf,
  orderOf,
  placeOf,
  ROUTING_TIME,
  smallCase,
  stockOf,
} from '../testing/routing-cases.ts'
import { decideRoutes, RoutingBoard, type RoutingWorld } from './decide-routes.ts'
import type { RoutingOrder, RoutingPlace } from './routing-plan.ts'
import { DEFAULT_ROUTING_RULES, type RoutingRules } from './routing-rules.ts'

const always = () => true

function wouldServe(world: RoutingWorld, order: RoutingOrder, keeps: (...of: [string, string]) => boolean) {
  const [plan] = decideRoutes(world, [order], ROUTING_TIME)
  if (plan === undefined) throw new Error('one plan for one order')
  return { plan, told: new RoutingBoard(world).wouldServe(order, ROUTING_TIME, { plan, keeps }) }
}

const mugs = (units: number, more: Partial<RoutingPlace> = {}) => ({
  stock: stockOf({ mug: units }),
  ...more,
})
const first = { priority: 1 }
const toFrance = { destination: { country: 'FR', region: null, postalCode: null } }
const twoMugs = orderOf([lineOf('mug', 2)])
const french: RoutingRules = [
  { kind: 'serves', countries: ['FR'], locations: ['PARIS'] },
  ...DEFAULT_ROUTING_RULES,
]

test.each<[string, string | undefined, RoutingPlace[], RoutingRules, RoutingOrder?]>([
  [
    'it leaves from where it should',
    undefined,
    [placeOf('A', mugs(5, first)), placeOf('B', mugs(5))],
    DEFAULT_ROUTING_RULES,
  ],
  [
    'the preferred place is out',
    'A',
    [placeOf('A', mugs(0, first)), placeOf('B', mugs(5))],
    DEFAULT_ROUTING_RULES,
  ],
  ['it has too little', 'A', [placeOf('A', mugs(1, first)), placeOf('B', mugs(5))], DEFAULT_ROUTING_RULES],
  ['both are as good', undefined, [placeOf('A', mugs(0)), placeOf('B', mugs(5))], DEFAULT_ROUTING_RULES],
  [
    'it is full for today',
    undefined,
    [placeOf('A', mugs(0, { ...first, capacityPerDay: 1, assignedToday: 1 })), placeOf('B', mugs(5))],
    DEFAULT_ROUTING_RULES,
  ],
  [
    'a rule prefers lots that expire first',
    undefined,
    [
      placeOf('A', mugs(5, first)),
      placeOf('B', { stock: [{ itemId: 'mug', free: 5, expiresOn: '2026-12-24' }] }),
    ],
    [{ kind: 'soonest-expiry' }, { kind: 'location-priority' }],
  ],
  [
    'it waits for the place that serves the country',
    'PARIS',
    [placeOf('MAIN', mugs(5, first)), placeOf('PARIS', mugs(0))],
    french,
    { ...twoMugs, ...toFrance },
  ],
  [
    'what goes elsewhere is not its',
    undefined,
    [placeOf('MAIN', mugs(5)), placeOf('PARIS', mugs(0, first))],
    [{ kind: 'serves', countries: ['DE'], locations: ['MAIN'] }, ...french],
  ],
  [
    'it refused the order',
    undefined,
    [placeOf('A', mugs(0, first)), placeOf('B', mugs(5))],
    DEFAULT_ROUTING_RULES,
    { ...twoMugs, avoid: new Set(['at-A']) },
  ],
])('%s', (_, code, places, rules, order = twoMugs) => {
  const told = code === undefined ? [] : [{ itemId: 'mug', locationId: `at-${code}` }]
  expect(wouldServe({ places, rules }, order, always).told).toEqual(told)
})

test('a place that never has one of the things would have sent none of them', () => {
  const order = orderOf([lineOf('mug', 1), lineOf('box', 1)])
  const places = [placeOf('A', mugs(0, first)), placeOf('B', { stock: stockOf({ mug: 5, box: 5 }) })]
  const world = { places, rules: DEFAULT_ROUTING_RULES }
  expect(wouldServe(world, order, always).told).toHaveLength(2)
  expect(wouldServe(world, order, (item, at) => item === 'mug' || at === 'at-B').told).toEqual([])
})

/** A small case of one line, without preferences that go by what is there. */
function oneLine(seed: number) {
  const { world, order } = smallCase(belowOf(seed))
  const rules = world.rules.filter(({ kind }) => kind !== 'soonest-expiry' && kind !== 'deepest-stock')
  return { world: { ...world, rules }, order: { ...order, lines: order.lines.slice(0, 1), own: [] } }
}

test('what is told is where it leaves from once there is plenty wherever it is kept, and then nothing is told', () => {
  let times = 0
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const { world, order } = oneLine(seed)
      const keptAt = new Map(
        world.places.map((each) => [each.locationId, new Set(each.stock.map(({ itemId }) => itemId))]),
      )
      const keeps = (item: string, at: string) => keptAt.get(at)?.has(item) === true
      const { plan, told } = wouldServe(world, order, keeps)
      const places = world.places.map((place) => ({
        ...place,
        stock: [...(keptAt.get(place.locationId) ?? [])].map((itemId) => ({
          itemId,
          free: 1_000,
          expiresOn: null,
        })),
      }))
      const plenty = wouldServe({ ...world, places }, order, keeps)
      if (plenty.plan.parcels.length === 1) {
        const sentFrom = new Set(plan.parcels.map(({ locationId }) => locationId))
        for (const { locationId } of told) {
          times += 1
          // Of several that are as good it stays the one that sends some of it.
          if (!sentFrom.has(locationId)) expect(locationId).toBe(plenty.plan.parcels[0]?.locationId)
        }
      }
      expect(plenty.told).toEqual([])
    }),
    fromEnvironment(200),
  )
  if (process.env.PLIMSOLL_RUNS === undefined) expect(times).toBeGreaterThan(10)
})
