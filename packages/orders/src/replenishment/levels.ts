import { deviationsFor } from './service-level.ts'

/** Demand of one place, and how long it takes from the order until the units are there. Days, base units. */
export type DemandStream = {
  perDay: number
  variancePerDay: number
  leadDays: number
  /** Standard deviation of its own way alone; that of the way that all streams share is `sharedDeviationDays`. */
  deviationDays: number
}

export type LevelsQuestion = {
  streams: readonly DemandStream[]
  /** Standard deviation of the lead time that all of them wait for. */
  sharedDeviationDays: number
  /** From 0.5 on, below 1: the chance that a cycle passes without running out. */
  serviceLevel: number
  reviewDays: number
  packUnits: number
  minimumUnits: number
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
 * Reorder point and order-up-to level for demand and lead time that both vary, looked at every so many days:
 *
 *   safety stock  = z · √( Σ (L + R) · σ² + Σ d² · σL² )
 *   reorder point = Σ d · L + safety stock
 *   order up to   = reorder point + Σ d · R, and no less than one order more than the reorder point
 *
 * Sources: E. A. Silver, D. F. Pyke, D. J. Thomas, Inventory and Production Management in Supply Chains, 4th edition
 * (2017), chapter 6 (reorder points under demand and lead time that vary; the time until the next look is waited for
 * too); the sum of both variances is the law of total variance. Demand of different places is taken as independent.
 */
export function decideLevels(question: LevelsQuestion): Levels {
  const { streams, sharedDeviationDays, serviceLevel, reviewDays, packUnits, minimumUnits } = question
  const perDay = total(streams, (each) => each.perDay)
  const variance =
    total(
      streams,
      ({ variancePerDay, leadDays, deviationDays, perDay: own }) =>
        variancePerDay * (leadDays + reviewDays) + (own * deviationDays) ** 2,
    ) +
    (perDay * sharedDeviationDays) ** 2
  const demandOverLead = upward(total(streams, (each) => each.perDay * each.leadDays))
  const safetyStock = upward(deviationsFor(serviceLevel) * Math.sqrt(variance))
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

function total(streams: readonly DemandStream[], of: (stream: DemandStream) => number): number {
  return streams.reduce((sum, stream) => sum + of(stream), 0)
}

/** Whole units; what is a whole number but for the last binary digits stays it. */
function upward(units: number): number {
  return Math.max(0, Math.ceil(units - 1e-9 * Math.max(1, units)))
}
