import { DAY_MINUTES, type History } from '../oversell/history.ts'
import { createRandom } from '../world/random.ts'

/** What comes about whatever the hub does. Moments are milliseconds from the beginning. */
export type Scenario = {
  seed: string
  source: History['source']
  days: number
  durationMs: number
  /** SKUs and how many units lie at each of the two warehouses at first. */
  items: readonly { sku: string; units: readonly [number, number] }[]
  shoppers: readonly Shopper[]
  deliveries: readonly { atMs: number; warehouse: 0 | 1; sku: string; units: number }[]
  /** When a process of the hub is killed: at once, or in the middle of a transaction so many statements later. */
  crashes: readonly { atMs: number; process: number; downMs: number; statements: number | undefined }[]
}

type Shopper = {
  atMs: number
  shop: 0 | 1
  lines: readonly { sku: string; units: number }[]
  /** They change their mind so long after; undefined: they do not. */
  cancelMs: number | undefined
}

type WeekOptions = {
  seed: string
  /** Trading days; a week has seven. */
  days: number
  /** A trading day of ten hours is squeezed into so many minutes. */
  minutesPerDay: number
  /** Only the most sold ones; undefined: all. */
  itemsMax: number | undefined
  /** Of each day no more orders than this; undefined: all. */
  ordersPerDayMax?: number | undefined
}

const CANCELLED_SHARE = 0.06
/** Enough of most, too little of some: some orders must wait. */
const OPENING_SHARE = { least: 0.5, most: 1.3 }
const DELIVERED_SHARE = 0.15
const CRASHES_PER_DAY = 3

/** Some days of the history, dealt to two shops; stock, deliveries, cancellations and crashes are invented. */
export function makeScenario(history: History, options: WeekOptions): Scenario {
  const { seed, days, minutesPerDay, itemsMax } = options
  const dayMs = minutesPerDay * 60_000
  const durationMs = days * dayMs
  const all = history.orders.filter(({ minute }) => minute < days * DAY_MINUTES)
  const kept = mostSold(all, itemsMax)
  const random = createRandom(`${seed}/shoppers`)
  const ofDay = new Map<number, number>()
  const shoppers = all.flatMap(({ minute, lines }): Shopper[] => {
    // Drawn for each order, whether it counts or not.
    const atMs = Math.floor(((minute + random.next()) / DAY_MINUTES) * dayMs)
    const shop = random.chance(0.5) ? 0 : 1
    const isCancelled = random.chance(CANCELLED_SHARE)
    // Mostly while it is on its way to the warehouse, some when it has long left.
    const cancelMs = Math.floor(dayMs * 0.3 * random.next() ** 2)
    const wanted = sumBySku(lines.filter(({ sku }) => kept.has(sku)))
    const day = Math.floor(minute / DAY_MINUTES)
    const before = ofDay.get(day) ?? 0
    if (wanted.length === 0 || before >= (options.ordersPerDayMax ?? Number.POSITIVE_INFINITY)) return []
    ofDay.set(day, before + 1)
    return [{ atMs, shop, lines: wanted, cancelMs: isCancelled ? cancelMs : undefined }]
  })
  const demand = sumBySku(shoppers.flatMap(({ lines }) => lines))
  const stock = createRandom(`${seed}/stock`)
  const items = demand.map(({ sku, units }) => {
    const share = OPENING_SHARE.least + (OPENING_SHARE.most - OPENING_SHARE.least) * stock.next()
    const opening = Math.max(1, Math.round(units * share))
    // A third of the items lies at one of the two alone.
    const first = stock.pick([0, 1, 0.5, 0.3, 0.7, 0.5])
    const atFirst = Math.round(opening * first)
    return { sku, units: [atFirst, opening - atFirst] as const }
  })
  const arrivals = createRandom(`${seed}/deliveries`)
  const deliveries = demand.flatMap(({ sku, units }): Scenario['deliveries'][number][] => {
    const isDue = arrivals.chance(DELIVERED_SHARE)
    const atMs = Math.floor(arrivals.next() * durationMs)
    const warehouse = arrivals.chance(0.5) ? 0 : 1
    return isDue ? [{ atMs, warehouse, sku, units: Math.max(1, Math.round(units * 0.3)) }] : []
  })
  const luck = createRandom(`${seed}/crashes`)
  const crashes = Array.from({ length: Math.ceil(CRASHES_PER_DAY * days) }, () => ({
    atMs: Math.floor(luck.next() * durationMs),
    process: luck.whole(0, 1),
    downMs: luck.whole(1_000, 60_000),
    statements: luck.chance(0.6) ? luck.whole(0, 60) : undefined,
  }))
  return {
    seed,
    source: history.source,
    days,
    durationMs,
    items,
    shoppers: shoppers.sort((a, b) => a.atMs - b.atMs),
    deliveries: deliveries.sort((a, b) => a.atMs - b.atMs),
    crashes: crashes.sort((a, b) => a.atMs - b.atMs),
  }
}

function mostSold(orders: History['orders'], count: number | undefined): Set<string> {
  const lines = new Map<string, number>()
  for (const order of orders) for (const { sku } of order.lines) lines.set(sku, (lines.get(sku) ?? 0) + 1)
  const ranked = [...lines].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  return new Set(ranked.slice(0, count).map(([sku]) => sku))
}

/** An order may have more than one line of an item: they become one. */
function sumBySku(lines: readonly { sku: string; units: number }[]): { sku: string; units: number }[] {
  const sums = new Map<string, number>()
  for (const { sku, units } of lines) sums.set(sku, (sums.get(sku) ?? 0) + units)
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([sku, units]) => ({ sku, units }))
}
