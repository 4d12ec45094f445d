import { seededRandom } from '../packages/connector-kit/src/simulator/index.ts'
import { decideRoutes, RoutingBoard } from '../packages/orders/src/index.ts'
import { exactScore, faultOf, scoreOfPlan } from '../packages/orders/src/testing/exact-routes.ts'
import { type Below, ROUTING_TIME, smallCase } from '../packages/orders/src/testing/routing-cases.ts'
import type { Bench } from './main.ts'
import { routingBrand } from './routing/brand.ts'

/**
 * How many orders a second are routed, with the whole explanation of each: 100,000 orders of 1 to 4 lines (one in ten with a
 * kit, one in eight with six-packs) over 50 locations on three continents, 5,000 items of which each location holds a third in
 * different depth, a tenth of them in lots with an expiry, with all kinds of rules. Orders take what they are given, so that
 * stock runs out on the way. Then small cases, each against a solver that tries everything.
 */
export const bench: Bench = async ({ quick, say }) => {
  const size = { orders: quick ? 5_000 : 100_000, locations: 50, items: quick ? 1_000 : 5_000 }
  const { world, orders } = routingBrand(size, belowOf(1))
  // The machine's code is made by then; these orders take nothing from those that count.
  decideRoutes(world, orders.slice(0, 2_000), ROUTING_TIME)
  const board = new RoutingBoard(world)
  const totals = { parcels: 0, split: 0, waitingUnits: 0, exact: 0 }
  const started = performance.now()
  const cpuBefore = process.cpuUsage()
  for (const order of orders) {
    const { parcels, waiting, why } = board.decide(order, ROUTING_TIME)
    totals.parcels += parcels.length
    if (parcels.length > 1) totals.split += 1
    if (why.exact) totals.exact += 1
    for (const { units } of waiting) totals.waitingUnits += units
  }
  const seconds = (performance.now() - started) / 1_000
  const cpu = process.cpuUsage(cpuBefore)
  say(`${orders.length} orders in ${seconds.toFixed(2)} s: ${JSON.stringify(totals)}`)
  return {
    ...size,
    ordersPerSecond: Math.round(orders.length / seconds),
    // What the machine would do if it had nothing else to do.
    ordersPerCpuSecond: Math.round(orders.length / ((cpu.user + cpu.system) / 1_000_000)),
    ...totals,
    optimality: againstExact(quick ? 500 : 2_000),
  }
}

/** How many small cases come to exactly what the best plan there is comes to. */
function againstExact(cases: number): { cases: number; equal: number } {
  const below = belowOf(2)
  let equal = 0
  for (let nth = 0; nth < cases; nth += 1) {
    const { world, order } = smallCase(below)
    const [plan] = decideRoutes(world, [order], ROUTING_TIME)
    if (plan === undefined || faultOf(world, order, ROUTING_TIME, plan) !== undefined) continue
    const ours = scoreOfPlan(world, order, ROUTING_TIME, plan)
    if (JSON.stringify(ours) === JSON.stringify(exactScore(world, order, ROUTING_TIME))) equal += 1
  }
  return { cases, equal }
}

function belowOf(seed: number): Below {
  const random = seededRandom(seed)
  return (bound) => Math.floor(random() * bound)
}
