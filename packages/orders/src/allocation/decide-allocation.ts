import { RoutingBoard, type RoutingWorld } from '../routing/decide-routes.ts'
import type { RoutingOrder, RoutingPlan } from '../routing/routing-plan.ts'
import { type AllocationRule, compareRanked, type Ranked } from './allocation-rule.ts'

/** Base units that waiting orders hold at a location and that are in no shipment: whose they are the rule says. */
export type PooledUnits = { itemId: string; locationId: string; units: number }

/** An order that waits. What it holds is in the pool, so that it has no own units. */
export type WaitingOrder = Omit<RoutingOrder, 'own'> & Ranked

/**
 * Gives waiting orders what is there, in the order of the rule: each takes what it can, by the rules of routing, of what those
 * before it have left. What they hold already counts as there for whoever comes first: what is reserved beyond what is there
 * belongs to nobody in particular, and each would keep it from the others. Pure.
 *
 * @param world its places with what is free of all promises, those of the waiting orders among them
 * @param pooled what these promises come to; of orders too that are not among `orders` because they come after all of them
 * @returns a plan for each order, in the order of the rule
 */
export function decideAllocation(
  world: RoutingWorld,
  pooled: readonly PooledUnits[],
  { rule, orders, at }: { rule: AllocationRule; orders: readonly WaitingOrder[]; at: Date },
): RoutingPlan[] {
  const board = new RoutingBoard({ ...world, places: withPool(world.places, pooled) })
  const inRank = [...orders].sort((a, b) => compareRanked(rule, a, b))
  return inRank.map((order) => board.decide(order, at))
}

/** The places with what waiting orders hold there, as if it were nobody's. */
export function withPool(
  places: RoutingWorld['places'],
  pooled: readonly PooledUnits[],
): RoutingWorld['places'] {
  const byPlace = Map.groupBy(pooled, ({ locationId }) => locationId)
  return places.map((place) => {
    const given = byPlace.get(place.locationId)
    if (given === undefined) return place
    const stock = given.map(({ itemId, units }) => ({ itemId, expiresOn: null, free: units }))
    return { ...place, stock: [...place.stock, ...stock] }
  })
}
