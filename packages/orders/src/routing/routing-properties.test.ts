// Random places, orders and rules, small enough to be tried out whole by a solver that shares no code with the decision.
import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exactScore, faultOf, scoreOfPlan } from '../testing/exact-routes.ts'
import { belowOf, orderOf, ROUTING_TIME, smallCase } from '../testing/routing-cases.ts'
import { decideRoutes, RoutingBoard } from './decide-routes.ts'
import { WORK_MAX } from './search-routes.ts'

const seeds = fc.integer({ min: 0, max: 0x7fff_ffff })

test('no plan is better than the one that is decided', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { world, order } = smallCase(belowOf(seed))
      const [plan] = decideRoutes(world, [order], ROUTING_TIME)
      if (plan === undefined) throw new Error('one plan for one order')
      expect(faultOf(world, order, ROUTING_TIME, plan)).toBeUndefined()
      expect(plan.why.exact).toBe(true)
      expect(scoreOfPlan(world, order, ROUTING_TIME, plan)).toEqual(exactScore(world, order, ROUTING_TIME))
    }),
    fromEnvironment(400),
  )
})

test('units routed and units that wait are those ordered, no unit goes twice, and no place is in the order of the list', () => {
  fc.assert(
    fc.property(seeds, fc.array(seeds, { minLength: 1, maxLength: 8 }), (seed, others) => {
      const { world } = smallCase(belowOf(seed))
      const orders = others.map((other, nth) => ({
        ...smallCase(belowOf(other)).order,
        orderId: `order-${nth}`,
        own: [],
      }))
      const plans = decideRoutes(world, orders, ROUTING_TIME)
      expect(decideRoutes({ ...world, places: [...world.places].reverse() }, orders, ROUTING_TIME)).toEqual(
        plans,
      )
      const taken = new Map<string, number>()
      for (const [nth, { parcels, waiting }] of plans.entries()) {
        for (const line of orders[nth]?.lines ?? []) {
          const of = (lines: { lineId: string; units: number }[]) =>
            lines.reduce((sum, each) => sum + (each.lineId === line.lineId ? each.units : 0), 0)
          const sent = parcels.map((parcel) => of(parcel.lines))
          expect(sent.reduce((sum, units) => sum + units, 0) + of(waiting)).toBe(line.units)
          for (const [at, units] of sent.entries())
            for (const part of line.parts ?? [{ itemId: line.itemId, unitsEach: 1 }]) {
              const key = `${parcels[at]?.locationId} ${part.itemId}`
              taken.set(key, (taken.get(key) ?? 0) + units * part.unitsEach)
            }
        }
      }
      for (const { locationId, stock } of world.places)
        for (const itemId of ['mug', 'milk', 'box']) {
          const free = stock.reduce((sum, each) => sum + (each.itemId === itemId ? each.free : 0), 0)
          expect(taken.get(`${locationId} ${itemId}`) ?? 0).toBeLessThanOrEqual(Math.max(0, free))
        }
    }),
    fromEnvironment(200),
  )
})

test('what is reserved for an order stays its own until its turn, and what it leaves there is free for the next', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 3 }), (seed, units) => {
      const { world } = smallCase(belowOf(seed))
      const [home] = world.places
      if (home === undefined) return
      const places = world.places.map((place) => (place === home ? { ...place, ships: true } : place))
      const greedy = orderOf([{ lineId: 'all', itemId: 'mug', units: 1_000, unitsPerListing: 1 }], {
        orderId: 'greedy',
      })
      const own = orderOf(
        [{ lineId: 'own', itemId: 'mug', units, unitsPerListing: 1, pinnedLocationId: home.locationId }],
        { orderId: 'own', own: [{ itemId: 'mug', locationId: home.locationId, units }] },
      )
      const stock = home.stock.filter(({ itemId, free }) => itemId !== 'mug' || free >= 0)
      const board = new RoutingBoard({
        ...world,
        places: places.map((place) => ({ ...place, stock })),
        rules: [],
      })
      board.decide(greedy, ROUTING_TIME)
      expect(board.decide(own, ROUTING_TIME).waiting).toEqual([])
    }),
    fromEnvironment(),
  )
})

test('fifty places and lines that share everything end within the bound of work, with a plan that holds', () => {
  const below = belowOf(7)
  const places = Array.from({ length: 50 }, (_, nth) => ({
    ...smallCase(below).world.places[0],
    locationId: `at-${nth}`,
    code: `P${nth}`,
    kind: 'warehouse' as const,
    stock: ['mug', 'milk', 'box'].map((itemId) => ({ itemId, free: 1 + below(3), expiresOn: null })),
  })) as Parameters<typeof decideRoutes>[0]['places']
  const order = orderOf([
    {
      lineId: 'a',
      itemId: 'kit',
      units: 40,
      unitsPerListing: 1,
      parts: [
        { itemId: 'mug', unitsEach: 2 },
        { itemId: 'milk', unitsEach: 1 },
      ],
    },
    { lineId: 'b', itemId: 'mug', units: 30, unitsPerListing: 3 },
    { lineId: 'c', itemId: 'box', units: 60, unitsPerListing: 1 },
  ])
  const world = { places, rules: [{ kind: 'split' as const, parcelsMax: 12 }] }
  const [plan] = decideRoutes(world, [order], ROUTING_TIME)
  if (plan === undefined) throw new Error('one plan for one order')
  expect(faultOf(world, order, ROUTING_TIME, plan)).toBeUndefined()
  expect(plan.why.exact).toBe(false)
  expect(WORK_MAX).toBeLessThan(10_000)
})
