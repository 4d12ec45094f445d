/**
 * Makes `apps/hub/src/demo/history.json`, the orders that the demo replays, from the public data set
 * "Online Retail" (see NOTICE). Only needed when the file is to be made anew:
 *
 *   node scripts/make-demo-history.ts PATH/TO/lines-2010-12-to-2011-08.csv.gz
 *
 * Deterministic: the same input gives the same file, byte for byte.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { productNames } from './demo-product-names.ts'
import { readSales, type Sale } from './online-retail-sales.ts'

const ITEMS = 300
const ORDERS = 1_500
const LINES_PER_ORDER_MAX = 8
const UNITS_PER_LINE_MAX = 12
/** The pause that stands for a closed shop: nights and Saturdays are cut out, so that a replay has no dead hours. */
const PAUSE_SECONDS = 60
const OUTPUT = new URL('../apps/hub/src/demo/history.json', import.meta.url)

const ATTRIBUTION =
  'Order times, quantities, prices and SKUs: "Online Retail", Daqing Chen (2015), UCI Machine Learning Repository, ' +
  'https://doi.org/10.24432/C5BW33, licensed under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/). ' +
  `Changed: the first ${ORDERS} orders from 1 December 2010 over the ${ITEMS} most ordered SKUs only; lines of one SKU added up, ` +
  `at most ${LINES_PER_ORDER_MAX} lines an order and ${UNITS_PER_LINE_MAX} units a line, so that orders resemble those of consumers; ` +
  'closing hours cut out; orders of one minute spread over it; SKUs in upper case; ' +
  'customers, countries, invoice numbers and descriptions left out.'

const NOTE =
  'Product names are our own and describe nothing in the data set. Opening stock is invented, for the data set has none: ' +
  'units = ceil(demand in this file × f), where f by rank of demand, counted in tens from 0, is 1.3 for ranks 0 to 5, ' +
  '0.6 for 6 and 7 and 0.2 for 8 and 9; so six items in ten never run out, and the others sell out on the way. ' +
  'priceMinor is pence. An order is {at: seconds since the start, lines: [[index into items, units], …]}.'

type Order = { at: number; lines: [item: number, units: number][] }

const path = process.argv[2]
if (path === undefined)
  throw new Error('Say where the data set is: node scripts/make-demo-history.ts FILE.csv.gz')
const sales = readSales(gunzipSync(readFileSync(path)).toString('utf8'))
const skus = mostOrderedSkus(sales)
const orders = toOrders(sales, skus)
const items = toItems(sales, skus, orders)
writeFileSync(OUTPUT, format(items, orders))
console.log(`${items.length} items and ${orders.length} orders written`)

/** The SKUs that occur in the most orders of the period; ties in order of SKU. */
function mostOrderedSkus(sales: readonly Sale[]): string[] {
  const period = new Set<string>()
  const invoicesBySku = new Map<string, Set<string>>()
  for (const sale of sales) {
    period.add(sale.invoice)
    if (period.size > ORDERS) break
    const invoices = invoicesBySku.get(sale.sku) ?? new Set()
    invoicesBySku.set(sale.sku, invoices.add(sale.invoice))
  }
  return [...invoicesBySku]
    .sort(([skuA, a], [skuB, b]) => b.size - a.size || (skuA < skuB ? -1 : 1))
    .slice(0, ITEMS)
    .map(([sku]) => sku)
}

function toOrders(sales: readonly Sale[], skus: readonly string[]): Order[] {
  const itemBySku = new Map(skus.map((sku, item) => [sku, item]))
  const byInvoice = new Map<string, { at: Date; units: Map<number, number> }>()
  for (const { invoice, sku, quantity, at } of sales) {
    const item = itemBySku.get(sku)
    if (item === undefined) continue
    const order = byInvoice.get(invoice) ?? { at, units: new Map<number, number>() }
    order.units.set(item, (order.units.get(item) ?? 0) + quantity)
    byInvoice.set(invoice, order)
  }
  // Invoices are numbered in order of time; the file is sorted by time within a day, but one invoice can span minutes.
  const chosen = [...byInvoice.values()].sort((a, b) => a.at.getTime() - b.at.getTime()).slice(0, ORDERS)
  const seconds = tradingSeconds(chosen.map((order) => order.at))
  return chosen.map((order, position) => ({
    at: seconds[position] ?? 0,
    lines: [...order.units]
      .slice(0, LINES_PER_ORDER_MAX)
      .map(([item, units]) => [item, Math.min(units, UNITS_PER_LINE_MAX)]),
  }))
}

/** Seconds since the first order, closing hours cut out. The source tells minutes: orders of one minute are spread evenly. */
function tradingSeconds(times: readonly Date[]): number[] {
  const perMinute = Map.groupBy(times, (time) => time.getTime())
  const seconds: number[] = []
  let minuteStart = 0
  let previous: Date | undefined
  for (const [minute, sharing] of perMinute) {
    const time = new Date(minute)
    if (previous !== undefined) {
      const sameDay = dayOf(previous) === dayOf(time)
      minuteStart += sameDay ? (minute - previous.getTime()) / 1_000 : PAUSE_SECONDS
    }
    sharing.forEach((_, nth) => {
      seconds.push(minuteStart + Math.floor((60 * nth) / sharing.length))
    })
    previous = time
  }
  return seconds
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10)
}

function toItems(sales: readonly Sale[], skus: readonly string[], orders: readonly Order[]) {
  const demand = skus.map(() => 0)
  for (const { lines } of orders) {
    for (const [item, units] of lines) demand[item] = (demand[item] ?? 0) + units
  }
  const rankByItem = new Map(
    demand
      .map((units, item) => ({ units, item }))
      .sort((a, b) => b.units - a.units || a.item - b.item)
      .map(({ item }, rank) => [item, rank]),
  )
  const prices = skus.map((sku) =>
    mostFrequent(sales.filter((sale) => sale.sku === sku).map((sale) => sale.priceMinor)),
  )
  const names = productNames(prices)
  return skus.map((sku, item) => ({
    sku,
    name: names[item],
    priceMinor: prices[item],
    opening: Math.ceil((demand[item] ?? 0) * stockFactor(rankByItem.get(item) ?? 0)),
  }))
}

/** Invented; described in `NOTE`. */
function stockFactor(rank: number): number {
  const inTen = rank % 10
  if (inTen < 6) return 1.3
  return inTen < 8 ? 0.6 : 0.2
}

function mostFrequent(values: readonly number[]): number {
  const groups = [...Map.groupBy(values, (value) => value)]
  const [first] = groups.sort(([a, inA], [b, inB]) => inB.length - inA.length || a - b)
  if (first === undefined) throw new Error('An item without a sale')
  return first[0]
}

/** One item or order a line, so that a change is readable in a diff. */
function format(items: readonly object[], orders: readonly object[]): string {
  const rows = (values: readonly object[]) => values.map((value) => JSON.stringify(value)).join(',\n')
  return (
    `{"attribution":${JSON.stringify(ATTRIBUTION)},\n"note":${JSON.stringify(NOTE)},\n` +
    `"items":[\n${rows(items)}\n],\n"orders":[\n${rows(orders)}\n]}\n`
  )
}
