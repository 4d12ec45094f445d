import { createRandom } from '../world/random.ts'
import { DAY_MINUTES, type History } from './history.ts'
import { CHANNELS, RESTOCK_BETWEEN, type Size, STOCKS, type StockName } from './parameters.ts'

/** A shopper comes to one channel and wants these. */
export type Shopper = { atMs: number; channel: string; lines: readonly { sku: string; units: number }[] }
export type Restock = { atMs: number; sku: string; units: number }

/** What comes about whatever the synchroniser does: the same for every strategy. */
export type Scenario = {
  seed: string
  durationMs: number
  items: readonly { sku: string; opening: number }[]
  shoppers: readonly Shopper[]
  restocks: readonly Restock[]
}

/** Squeezes some days of the history into a run, deals its orders to the channels, and invents the stock. */
export function makeScenario(
  history: History,
  options: { seed: string; size: Size; stock: StockName },
): Scenario {
  const { seed, size, stock } = options
  const durationMs = size.minutes * 60_000
  const days = Math.min(size.days, history.days)
  const past = history.orders.filter(({ minute }) => minute < days * DAY_MINUTES)
  const items = mostSold(past, size.items)
  const channels = createRandom(`${seed}/channels`)
  const moments = createRandom(`${seed}/moments`)
  const shoppers = past
    .flatMap(({ minute, lines }): Shopper[] => {
      // The history is to the minute; within it, chance. Drawn for each order, whether it counts or not.
      const atMs = Math.floor(((minute + moments.next()) / (days * DAY_MINUTES)) * durationMs)
      const channel = pickChannel(channels.next())
      const wanted = sumBySku(lines.filter(({ sku }) => items.has(sku)))
      return wanted.length === 0 ? [] : [{ atMs, channel, lines: wanted }]
    })
    .sort((a, b) => a.atMs - b.atMs)
  const demand = new Map(
    sumBySku(shoppers.flatMap(({ lines }) => lines)).map(({ sku, units }) => [sku, units]),
  )
  const plan = STOCKS[stock]
  const arrivals = createRandom(`${seed}/restocks`)
  const restocks = [...demand].flatMap(([sku, units]) =>
    Array.from({ length: plan.restocks }, (): Restock => {
      const { from, to } = RESTOCK_BETWEEN
      const atMs = Math.floor((from + (to - from) * arrivals.next()) * durationMs)
      return { atMs, sku, units: Math.max(1, Math.round(units * plan.restock)) }
    }),
  )
  return {
    seed,
    durationMs,
    items: [...demand].map(([sku, units]) => ({
      sku,
      opening: Math.max(1, Math.round(units * plan.opening)),
    })),
    shoppers,
    restocks: restocks.sort((a, b) => a.atMs - b.atMs),
  }
}

function mostSold(orders: History['orders'], count: number): Set<string> {
  const lines = new Map<string, number>()
  for (const order of orders) for (const { sku } of order.lines) lines.set(sku, (lines.get(sku) ?? 0) + 1)
  const ranked = [...lines].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  return new Set(ranked.slice(0, count).map(([sku]) => sku))
}

/** An order may have more than one line of an item. */
function sumBySku(lines: readonly { sku: string; units: number }[]): { sku: string; units: number }[] {
  const sums = new Map<string, number>()
  for (const { sku, units } of lines) sums.set(sku, (sums.get(sku) ?? 0) + units)
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([sku, units]) => ({ sku, units }))
}

function pickChannel(drawn: number): string {
  let left = drawn * CHANNELS.reduce((sum, { share }) => sum + share, 0)
  for (const { name, share } of CHANNELS) {
    left -= share
    if (left < 0) return name
  }
  throw new Error('The shares of the channels come to nothing.')
}
