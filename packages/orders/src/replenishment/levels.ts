import { deviationsFor } from './service-level.ts'

/** Days, base units. */
export type LevelsQuestion = {
  perDay: number
  variancePerDay: number
  /** From the order until the units are there, and the standard deviation of that. */
  leadDays: number
  deviationDays: number
  /** From 0.5 on, below 1: the chance that a cycle passes without running out. */
  serviceLevel: number
  reviewDays: number
  packUnits: number
  minimumUnits: number
  /** Of a place that supplies others: what is wanted of them on their ways from here, and their own safety stock. */
  onward?: { demand: number; safetyStock: number } | undefined
}

/** Base units. */
export type Levels = {
  demandOverLead: number
  safetyStock: number
  /** To be ordered once what is there and coming falls to this. */
  reorderPoint: number
  orderUpTo: number
  /** The least that is ordered: the minimum, in whole packs. */
  leastOrder: number
}

/**
 * Reorder point and order-up-to level for demand d and lead time L that both vary, looked at every R days:
 *
 *   safety stock  = z · √( (L + R) · σ² + (d · σL)² ), and that of those supplied from here
 *   reorder point = d · L, and what those supplied from here want while it is on its way to them, + safety stock
 *   order up to   = reorder point + d · R, and no less than one order more than the reorder point
 *
 * Sources: E. A. Silver, D. F. Pyke, D. J. Thomas, Inventory and Production Management in Supply Chains, 4th edition
 * (2017), chapter 6 (reorder points under demand and lead time that vary; the time until the next look is waited for
 * too); the sum of both variances is the law of total variance. Demand of different places is taken as independent while it
 * waits for one order; on its ways onward each place has a safety stock of its own, which helps no other.
 */
export function decideLevels(question: LevelsQuestion): Levels {
  const { perDay, variancePerDay, leadDays, deviationDays, serviceLevel, reviewDays } = question
  const { packUnits, minimumUnits, onward = { demand: 0, safetyStock: 0 } } = question
  const variance = variancePerDay * (leadDays + reviewDays) + (perDay * deviationDays) ** 2
  const demandOverLead = upward(perDay * leadDays + onward.demand)
  const safetyStock = upward(deviationsFor(serviceLevel) * Math.sqrt(variance)) + onward.safetyStock
  const reorderPoint = demandOverLead + safetyStock
  const leastOrder = Math.max(1, Math.ceil(minimumUnits / packUnits)) * packUnits
  return {
    demandOverLead,
    safetyStock,
    reorderPoint,
    // A whole carton must fit between the two, or a place that needs less than one would never get any.
    orderUpTo: reorderPoint + Math.max(upward(perDay * reviewDays), leastOrder),
    leastOrder,
  }
}

/** Whole units; what is a whole number but for the last binary digits stays it. */
function upward(units: number): number {
  return Math.max(0, Math.ceil(units - 1e-9 * Math.max(1, units)))
}
