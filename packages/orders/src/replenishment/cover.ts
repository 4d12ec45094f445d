/** Units that are on their way; `inDays`: from today on, null where no day is known or it has passed. */
export type Arrival = { units: number; inDays: number | null }

/** How many days the available units last, what is on its way left out; null: nothing is sold. */
export function daysOfCover(available: number, perDay: number): number | null {
  return perDay === 0 ? null : Math.max(0, available) / perDay
}

/** Later than this nobody plans. */
const DAYS_MAX = 3_650

/**
 * In how many days a place runs out, with what arrives until then; null: not within ten years. Units of which no day is
 * known do not count: they may come too late.
 */
export function runsOutInDays(
  available: number,
  perDay: number,
  arrivals: readonly Arrival[],
): number | null {
  if (perDay === 0) return null
  let left = available
  let day = 0
  const dated = arrivals.filter(isDated).sort((a, b) => a.inDays - b.inDays)
  for (const arrival of dated) {
    if (left <= 0 || day + left / perDay < arrival.inDays) break
    left += arrival.units - (arrival.inDays - day) * perDay
    day = arrival.inDays
  }
  const lasts = Math.floor(day + Math.max(0, left) / perDay)
  return lasts > DAYS_MAX ? null : lasts
}

/**
 * What a place must have now so that it does not go below its safety stock before an order made now had come: its reorder
 * point, less what arrives in time. Units of which no day is known do not count.
 */
export function unitsToKeep(
  safetyStock: number,
  perDay: number,
  leadDays: number,
  arrivals: readonly Arrival[],
): number {
  if (perDay === 0) return 0
  let arrived = 0
  let most = 0
  const dated = arrivals.filter(isDated).filter(({ inDays }) => inDays < leadDays)
  for (const { inDays, units } of dated.sort((a, b) => a.inDays - b.inDays)) {
    // Just before they arrive least is there.
    most = Math.max(most, perDay * inDays - arrived)
    arrived += units
  }
  return Math.ceil(Math.max(most, perDay * leadDays - arrived) - 1e-9) + safetyStock
}

function isDated(arrival: Arrival): arrival is Arrival & { inDays: number } {
  return arrival.inDays !== null
}
