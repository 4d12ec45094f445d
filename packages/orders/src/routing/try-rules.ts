import { RoutingBoard, type RoutingWorld } from './decide-routes.ts'
import type { RoutingOrder, RoutingPlace, RoutingPlan, WaitingBecause } from './routing-plan.ts'
import type { RoutingRules } from './routing-rules.ts'

/** What rules come to over many orders. */
export type RoutingSummary = {
  parcels: number
  /** Orders in more than one parcel. */
  split: number
  /** In order of codes; units are base units. */
  byLocation: { code: string; parcels: number; units: number }[]
  waitingOrders: number
  waitingUnits: number
  /** Units that wait, by why. */
  because: Partial<Record<WaitingBecause, number>>
  /** By the cost table of these rules; null: there is none, or it has no row for some parcel. */
  cost: number | null
  /** Orders whose plan is the best there is, and not only the best that was found. */
  exact: number
}

export type RoutingTrial<Order extends RoutingOrder = RoutingOrder> = {
  orders: number
  /** Of them, those that say where they go. */
  withDestination: number
  present: RoutingSummary
  tried: RoutingSummary
  /** Orders that would leave from elsewhere, as they were placed. */
  differences: { order: Order; present: string[]; tried: string[] }[]
}

/**
 * Routes past orders by the rules in force and by others, each as if they came one after the other when they were placed,
 * on the stock of today with all of theirs put back. Nothing is touched.
 */
export function tryRules<Order extends RoutingOrder>(
  world: Omit<RoutingWorld, 'rules'>,
  orders: readonly Order[],
  rules: { present: RoutingRules; tried: RoutingRules },
): RoutingTrial<Order> {
  const places = withGivenBack(world.places, orders)
  const codeOf = new Map(places.map(({ locationId, code }) => [locationId, code]))
  const run = (each: RoutingRules) => {
    const board = new RoutingBoard({ ...world, places, rules: each })
    return orders.map((order) => board.decide({ ...order, own: [] }, order.placedAt))
  }
  const present = run(rules.present)
  const tried = run(rules.tried)
  const codesOf = (plan: RoutingPlan | undefined) =>
    (plan?.parcels ?? []).map(({ locationId }) => codeOf.get(locationId) ?? locationId)
  return {
    orders: orders.length,
    withDestination: orders.filter(({ destination }) => destination !== undefined).length,
    present: summaryOf(present, codeOf),
    tried: summaryOf(tried, codeOf),
    differences: orders.flatMap((order, nth) => {
      const [before, after] = [codesOf(present[nth]), codesOf(tried[nth])]
      return before.join() === after.join() ? [] : [{ order, present: before, tried: after }]
    }),
  }
}

function withGivenBack(places: readonly RoutingPlace[], orders: readonly RoutingOrder[]): RoutingPlace[] {
  const own = Map.groupBy(
    orders.flatMap((order) => order.own ?? []),
    ({ locationId }) => locationId,
  )
  return places.map((place) => ({
    ...place,
    // Of their own days nothing is known: today's parcels would count against the first of them.
    assignedToday: 0,
    stock: [
      ...place.stock,
      // Of which lot they were then does not matter: it may be gone by now.
      ...(own.get(place.locationId) ?? []).map(({ itemId, units }) => ({
        itemId,
        free: units,
        expiresOn: null,
      })),
    ],
  }))
}

function summaryOf(plans: readonly RoutingPlan[], codeOf: ReadonlyMap<string, string>): RoutingSummary {
  const byLocation = new Map<string, { code: string; parcels: number; units: number }>()
  const because: RoutingSummary['because'] = {}
  const summary = { parcels: 0, split: 0, waitingOrders: 0, waitingUnits: 0, exact: 0 }
  let cost: number | null = 0
  for (const plan of plans) {
    summary.parcels += plan.parcels.length
    if (plan.parcels.length > 1) summary.split += 1
    if (plan.waiting.length > 0) summary.waitingOrders += 1
    if (plan.why.exact) summary.exact += 1
    if (plan.parcels.length > 0) cost = cost === null || plan.cost === null ? null : cost + plan.cost
    for (const waiting of plan.waiting) {
      summary.waitingUnits += waiting.units
      because[waiting.because] = (because[waiting.because] ?? 0) + waiting.units
    }
    for (const { locationId, lines } of plan.parcels) {
      const code = codeOf.get(locationId) ?? locationId
      const sums = byLocation.get(code) ?? { code, parcels: 0, units: 0 }
      byLocation.set(code, sums)
      sums.parcels += 1
      for (const { units } of lines) sums.units += units
    }
  }
  const sorted = [...byLocation.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
  return { ...summary, byLocation: sorted, because, cost }
}
