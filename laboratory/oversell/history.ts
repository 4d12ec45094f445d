import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { createRandom } from '../world/random.ts'
import { LINE_UNITS_MAX } from './parameters.ts'

/** One order of the history: when, counted in trading minutes from its beginning, and what. */
export type PastOrder = { minute: number; lines: { sku: string; units: number }[] }

export type History = {
  source: 'uci-online-retail' | 'synthetic'
  days: number
  orders: readonly PastOrder[]
}

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const FILE = '../shared/data/uci-online-retail/lines-2010-12-to-2011-08.csv.gz'
const OPENS_AT = 8 * 60
/** Minutes of a trading day: eight to eighteen. What was ordered earlier or later counts as at its edge. */
export const DAY_MINUTES = 600

/** The real history where a checkout has it beside it, else a synthetic one of the same shape. */
export function loadHistory(): History {
  // A worktree may lie a folder deeper than the checkout.
  const file = [ROOT, path.dirname(ROOT)].map((at) => path.resolve(at, FILE)).find(existsSync)
  return file === undefined
    ? syntheticHistory()
    : parseHistory(gunzipSync(readFileSync(file)).toString('utf8'))
}

/**
 * Reads the published lines. Sales only: goods (the code begins with five digits), a price, a positive quantity, an
 * invoice that is no cancellation. Codes that differ in case alone are one item.
 */
export function parseHistory(csv: string): History {
  const days = new Map<string, number>()
  const orders = new Map<string, PastOrder>()
  for (const row of csv.split('\n').slice(1)) {
    const [invoice = '', code = '', ...others] = row.split(',')
    // A description may hold commas: the other columns are counted from the end.
    const [quantity, date, price] = others.slice(-5, -2)
    const units = Number(quantity)
    if (!/^\d{6}$/.test(invoice) || !/^\d{5}/.test(code) || date === undefined) continue
    if (!(units > 0 && units <= LINE_UNITS_MAX && Number(price) > 0)) continue
    const [day = '', time = ''] = date.split(' ')
    if (!days.has(day)) days.set(day, days.size)
    const [hour = 0, minute = 0] = time.split(':').map(Number)
    const ofDay = Math.min(DAY_MINUTES - 1, Math.max(0, hour * 60 + minute - OPENS_AT))
    const order = orders.get(invoice) ?? { minute: (days.get(day) ?? 0) * DAY_MINUTES + ofDay, lines: [] }
    order.lines.push({ sku: code.toUpperCase(), units })
    orders.set(invoice, order)
  }
  return { source: 'uci-online-retail', days: days.size, orders: [...orders.values()] }
}

/** From the shape of the real one: orders a day, lines an order, units a line, how unevenly the items sell. */
export const SHAPE = { days: 40, ordersPerDay: 56, items: 400, linesMean: 12, zipf: 0.9 }

/** Invented orders, the same each time. */
export function syntheticHistory(): History {
  const random = createRandom('synthetic history')
  const weights = Array.from({ length: SHAPE.items }, (_, rank) => 1 / (rank + 1) ** SHAPE.zipf)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const pickItem = () => {
    let left = random.next() * total
    for (const [rank, weight] of weights.entries()) {
      left -= weight
      if (left < 0) return rank
    }
    return 0
  }
  const orders: PastOrder[] = []
  for (let nth = 0; nth < SHAPE.days * SHAPE.ordersPerDay; nth += 1) {
    const lines = 1 + Math.floor(-Math.log(1 - random.next()) * (SHAPE.linesMean - 1))
    const skus = new Set(Array.from({ length: lines }, () => `ITEM-${pickItem()}`))
    orders.push({
      minute: Math.floor(random.next() * SHAPE.days * DAY_MINUTES),
      // Median 3, as there; a dozen is common, for that is how gifts are packed.
      lines: [...skus].map((sku) => ({ sku, units: random.pick([1, 1, 2, 2, 3, 4, 6, 12, 24]) })),
    })
  }
  return { source: 'synthetic', days: SHAPE.days, orders: orders.sort((a, b) => a.minute - b.minute) }
}
