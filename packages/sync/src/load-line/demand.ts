import { assert } from '@plimsoll/stock'

/** How an item sells: sales come by chance, each of some units. */
export type Demand = {
  unitsPerHour: number
  /** Mean of the units of a sale, and of their square: an order of twelve is not twelve orders of one. */
  unitsPerSale: number
  squaredPerSale: number
}

/**
 * The units that are sold within a time, but for a given chance of more: the smallest buffer that is used up no more
 * often than so many times in a million. Sales by chance (Poisson) of several units each are met by the negative binomial
 * distribution of the same mean and variance.
 */
export function unitsSoldWithin(demand: Demand, ms: number, oversellsPerMillion: number): number {
  assert(oversellsPerMillion > 0 && oversellsPerMillion < 1_000_000, 'the chance is between none and all')
  const mean = (demand.unitsPerHour * ms) / HOUR_MS
  if (mean === 0) return 0
  const variance = (mean * demand.squaredPerSale) / demand.unitsPerSale
  const chance = oversellsPerMillion / 1_000_000
  // Far from zero both look like the normal distribution, and the sum below would take long. It has less of a tail: a
  // little more is kept back than by it.
  if (mean > NORMAL_FROM) return Math.ceil(mean + normalQuantile(chance) * Math.sqrt(variance) * 1.1)
  return quantile(mean, variance, chance)
}
const HOUR_MS = 3_600_000
const NORMAL_FROM = 20_000

function quantile(mean: number, variance: number, chance: number): number {
  const excess = variance - mean
  // Poisson is where the negative binomial ends as its excess goes to nothing.
  const shape = excess > mean * 1e-6 ? mean ** 2 / excess : undefined
  const logRatio = Math.log(shape === undefined ? mean : mean / (shape + mean))
  // As logarithms: the chance of no sale at all may be smaller than a number can be.
  let logProbability = shape === undefined ? -mean : shape * Math.log(shape / (shape + mean))
  let below = Math.exp(logProbability)
  let units = 0
  while (1 - below > chance && units < UNITS_MAX) {
    logProbability += logRatio + (shape === undefined ? 0 : Math.log(shape + units)) - Math.log(units + 1)
    units += 1
    below += Math.exp(logProbability)
  }
  return units
}
const UNITS_MAX = 1_000_000

/** How many standard deviations above the mean lie beyond a chance. Abramowitz and Stegun, 26.2.23; off by less than 0.0005. */
function normalQuantile(chance: number): number {
  const t = Math.sqrt(-2 * Math.log(chance))
  const above = 2.515517 + 0.802853 * t + 0.010328 * t * t
  const below = 1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t
  return t - above / below
}

/** Demand of one level, measured: what is recent and what is usual, each fading from the moment of measuring. */
export type MeasuredDemand = {
  recentPerHour: number
  usualPerHour: number
  unitsPerSale: number
  squaredPerSale: number
  measuredAt: Date
}

/** How fast what was measured fades. */
export const RECENT_MS = 10 * 60_000
export const USUAL_MS = 7 * 24 * 3_600_000
/** A mean sale is one over so many. */
const SALES_MEANT = 50

/** What is known of a level's demand once these sales have come. @param sales units of each, in listing units */
export function afterSales(
  before: MeasuredDemand | undefined,
  sales: readonly number[],
  at: Date,
): MeasuredDemand {
  const faded = fadedTo(before, at)
  const units = sales.reduce((sum, each) => sum + each, 0)
  let { unitsPerSale, squaredPerSale } = before ?? { unitsPerSale: 1, squaredPerSale: 1 }
  let known = before === undefined ? 0 : salesMeasured(before, at)
  for (const each of sales) {
    known += 1
    // Before the first, a sale of one is assumed.
    const weight = 1 / Math.min(SALES_MEANT, known + 1)
    unitsPerSale += (Math.max(1, each) - unitsPerSale) * weight
    squaredPerSale += (Math.max(1, each) ** 2 - squaredPerSale) * weight
  }
  return {
    recentPerHour: faded.recentPerHour + (units * HOUR_MS) / RECENT_MS,
    usualPerHour: faded.usualPerHour + (units * HOUR_MS) / USUAL_MS,
    unitsPerSale,
    squaredPerSale,
    measuredAt: at,
  }
}

function fadedTo(
  measured: MeasuredDemand | undefined,
  at: Date,
): { recentPerHour: number; usualPerHour: number } {
  if (measured === undefined) return { recentPerHour: 0, usualPerHour: 0 }
  const passedMs = Math.max(0, at.getTime() - measured.measuredAt.getTime())
  return {
    recentPerHour: measured.recentPerHour * Math.exp(-passedMs / RECENT_MS),
    usualPerHour: measured.usualPerHour * Math.exp(-passedMs / USUAL_MS),
  }
}

/** How many sales its figures rest on; those of long ago count for less. */
export function salesMeasured(measured: MeasuredDemand, now: Date): number {
  return (fadedTo(measured, now).usualPerHour * USUAL_MS) / HOUR_MS / measured.unitsPerSale
}

/** Units per hour now: the greater of the two counts, for a rush does not wait until it is usual. */
export function demandNow(measured: MeasuredDemand | undefined, now: Date): number {
  const { recentPerHour, usualPerHour } = fadedTo(measured, now)
  return Math.max(recentPerHour, usualPerHour)
}
