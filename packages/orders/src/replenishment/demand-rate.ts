/**
 * How fast an item sells at one place, from what was ordered day by day. What could not be bought says nothing: a day
 * counts for as much of it as there was stock, so days without stock do not lower the rate (demand is *censored* there).
 * For sales that come by chance, units divided by the time in which they could be sold is the most likely rate.
 */
export type History = {
  /** Units ordered on each day, the oldest first: cancelled ones are taken off, what came back is not. */
  units: readonly number[]
  /** How much of each day something was available, from 0 to 1. */
  stocked: readonly number[]
  /** Days that a person left out, such as a campaign. */
  leftOut: ReadonlySet<number>
}

export type RateOptions = {
  /** Days with stock below which nothing is said. */
  minimumDays: number
  /** `leave-out`: days of far more than is usual are left out. */
  outliers: 'count' | 'leave-out'
}

/** Of a rate: base units a day, and their variance from day to day. Days by their place in the history. */
export type DemandRate = {
  kind: 'measured' | 'expected' | 'not-enough'
  perDay: number
  variancePerDay: number
  /** Days with stock that were looked at, in parts of days. */
  daysCounted: number
  /** Units ordered on them. */
  unitsCounted: number
  /** Days of which at least half was without stock, and so much was not counted. */
  daysWithoutStock: number
  daysLeftOut: number
  outlierDays: readonly number[]
  /** Days without any stock that count all the same, since more was ordered than is usual. */
  daysSoldAhead: number
}

/** Parts of a day below which its spread is not looked at: it would be divided by next to nothing. */
const SPREAD_FROM = 0.25
/** Days with sales that it takes to say what is unusual. */
const OUTLIERS_FROM = 8

/** @param expectedPerDay what a person expects, for as long as there is too little history; undefined: nothing */
export function measureRate(
  history: History,
  options: RateOptions,
  expectedPerDay: number | undefined,
): DemandRate {
  const days = history.units.map((units, day) => ({ day, units, share: history.stocked[day] ?? 0 }))
  const told = days.filter(({ day }) => !history.leftOut.has(day))
  const inStock = told.filter(({ share }) => share > 0)
  const outliers = options.outliers === 'leave-out' ? findOutliers(inStock) : new Set<number>()
  const usual = inStock.filter(({ day }) => !outliers.has(day))
  const before = rateOf(usual)
  // Sold ahead of stock: at least so much was wanted. Counted only where it raises the rate, for of the other days
  // without stock nobody knows what would have been wanted.
  const ahead = told
    .filter(({ share, units }) => share === 0 && units > before)
    .map((each) => ({ ...each, share: 1 }))
  const counted = [...usual, ...ahead]
  const daysCounted = sum(counted.map(({ share }) => share))
  const said = {
    daysCounted,
    unitsCounted: sum(counted.map(({ units }) => units)),
    daysWithoutStock: told.filter(({ share, units }) => share < 0.5 && !(share === 0 && units > before))
      .length,
    daysLeftOut: days.length - told.length,
    outlierDays: [...outliers],
    daysSoldAhead: ahead.length,
  }
  if (daysCounted < options.minimumDays) {
    return expectedPerDay === undefined
      ? { kind: 'not-enough', perDay: 0, variancePerDay: 0, ...said }
      : { kind: 'expected', perDay: expectedPerDay, variancePerDay: expectedPerDay, ...said }
  }
  const perDay = rateOf(counted)
  return { kind: 'measured', perDay, variancePerDay: varianceOf(counted, perDay), ...said }
}

type Day = { day: number; units: number; share: number }

function rateOf(days: readonly Day[]): number {
  const time = sum(days.map(({ share }) => share))
  return time === 0 ? 0 : sum(days.map(({ units }) => units)) / time
}

/**
 * Per whole day. What a part of a day sells varies by as much of it, so each difference is taken by its part. Never less
 * than sales by chance alone would vary (Poisson: as much as their mean), for a few alike days prove nothing.
 */
function varianceOf(days: readonly Day[], perDay: number): number {
  const whole = days.filter(({ share }) => share >= SPREAD_FROM)
  if (whole.length < 2) return perDay
  const squares = whole.map(({ units, share }) => (units - perDay * share) ** 2 / share)
  return Math.max(perDay, sum(squares) / (whole.length - 1))
}

/**
 * Days far beyond the others with sales: above the third quartile by three times the range between the quartiles (Tukey's
 * outer fence, Exploratory Data Analysis, 1977), that range being taken as no less than chance makes it.
 */
function findOutliers(days: readonly Day[]): Set<number> {
  const sold = days.filter(({ units }) => units > 0).map(({ units }) => units)
  if (sold.length < OUTLIERS_FROM) return new Set()
  sold.sort((a, b) => a - b)
  const third = quantileOf(sold, 0.75)
  const fence = third + 3 * Math.max(third - quantileOf(sold, 0.25), Math.sqrt(third))
  return new Set(days.filter(({ units }) => units > fence).map(({ day }) => day))
}

function quantileOf(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share
  const [low = 0, high = low] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  return low + (high - low) * (place - Math.floor(place))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0)
}

const DAY_MS = 86_400_000

/**
 * How much of each day something was available.
 * @param changes moments at which there came to be stock or none, in order
 * @param opening whether there was some before the first
 * @param startMs when the first day begins
 */
export function stockedShares(
  changes: readonly { atMs: number; isStocked: boolean }[],
  { opening, startMs, days }: { opening: boolean; startMs: number; days: number },
): number[] {
  const shares = Array.from({ length: days }, () => 0)
  const endMs = startMs + days * DAY_MS
  const add = (fromMs: number, untilMs: number) => {
    let at = Math.max(fromMs, startMs)
    const until = Math.min(untilMs, endMs)
    while (at < until) {
      const day = Math.floor((at - startMs) / DAY_MS)
      const next = Math.min(until, startMs + (day + 1) * DAY_MS)
      shares[day] = (shares[day] ?? 0) + (next - at) / DAY_MS
      at = next
    }
  }
  let isStocked = opening
  let since = startMs
  for (const change of changes) {
    if (isStocked) add(since, change.atMs)
    isStocked = change.isStocked
    since = change.atMs
  }
  if (isStocked) add(since, endMs)
  return shares.map((share) => Math.min(1, share))
}
