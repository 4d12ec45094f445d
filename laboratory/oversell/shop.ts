import type { ExternalOrder, Page } from '@plimsoll/connector-kit'
import { createRandom } from '../world/random.ts'
import { type ChannelSpec, ORDERS_PER_PAGE } from './parameters.ts'

type ShopOrder = { id: string; at: number; shownAt: number; lines: readonly { sku: string; units: number }[] }
type ShopLevel = { quantity: number; open: number }

/** A platform: it shows numbers, sells atomically and never below what it shows, and lists its orders late. */
export class Shop {
  readonly spec: ChannelSpec
  readonly levels = new Map<string, ShopLevel>()
  /** Told of each sale as it is made; no platform does that. */
  onSale: (skus: readonly string[]) => void = () => undefined
  readonly #orders: ShopOrder[] = []
  readonly #byId = new Map<string, ShopOrder>()
  readonly #lag
  readonly #delay: number

  /** @param delay multiplies what the parameters say of lags */
  constructor(spec: ChannelSpec, { seed, delay }: { seed: string; delay: number }) {
    this.spec = spec
    this.#delay = delay
    this.#lag = createRandom(`${seed}/lag/${spec.name}`)
  }

  get visibilityLagMs(): number {
    return Math.ceil(this.spec.visibilityLagMs * this.#delay)
  }

  list(sku: string, quantity: number): void {
    this.levels.set(sku, { quantity, open: 0 })
  }

  /** What a shopper may buy. A platform that counts open orders takes them off by itself. */
  sellableOf(sku: string): number {
    const level = this.levels.get(sku)
    if (level === undefined) return 0
    return Math.max(0, level.quantity - (this.#countsOpen ? level.open : 0))
  }

  /** Shows so many more or less, whatever is shown. */
  change(sku: string, units: number): void {
    const level = this.levels.get(sku)
    if (level !== undefined) level.quantity += units
  }

  /** Sells of each as many as are wanted and shown. @returns the order's id; undefined when nothing was left of any */
  sell(
    at: number,
    wanted: readonly { sku: string; units: number }[],
  ): { id: string | undefined; bought: number[] } {
    const bought = wanted.map(({ sku, units }) => Math.min(units, this.sellableOf(sku)))
    const lines = wanted.flatMap(({ sku }, nth) => {
      const units = bought[nth] ?? 0
      return units === 0 ? [] : [{ sku, units }]
    })
    if (lines.length === 0) return { id: undefined, bought }
    for (const { sku, units } of lines) {
      const level = this.levels.get(sku)
      if (level === undefined) continue
      level.open += units
      if (!this.#countsOpen) level.quantity -= units
    }
    // Mostly early, now and then as late as is declared.
    const shownAt = at + Math.floor(this.visibilityLagMs * this.#lag.next() ** 3)
    const order = { id: `${this.spec.name}-${this.#orders.length + 1}`, at, shownAt, lines }
    this.#orders.push(order)
    this.#byId.set(order.id, order)
    this.onSale(lines.map(({ sku }) => sku))
    return { id: order.id, bought }
  }

  /** Orders placed since a moment, as far as the list shows them. */
  page(since: number, cursor: string | undefined, now: number): Page<ExternalOrder> {
    const from = cursor === undefined ? firstSince(this.#orders, since) : Number(cursor)
    const rows: ExternalOrder[] = []
    let at = from
    for (; at < this.#orders.length && rows.length < ORDERS_PER_PAGE; at += 1) {
      const order = this.#orders[at]
      if (order !== undefined && order.shownAt <= now) rows.push(this.#show(order))
    }
    return { rows, next: at < this.#orders.length ? String(at) : undefined, platformTime: new Date(now) }
  }

  order(id: string): ExternalOrder | undefined {
    const order = this.#byId.get(id)
    return order === undefined ? undefined : this.#show(order)
  }

  /** By SKU. */
  get soldUnits(): Map<string, number> {
    const sums = new Map<string, number>()
    for (const { lines } of this.#orders)
      for (const { sku, units } of lines) sums.set(sku, (sums.get(sku) ?? 0) + units)
    return sums
  }

  get #countsOpen(): boolean {
    return this.spec.style === 'counts-open-orders'
  }

  #show({ id, at, lines }: ShopOrder): ExternalOrder {
    return {
      externalId: id,
      number: id,
      state: 'open',
      placedAt: new Date(at),
      version: 1,
      currency: 'EUR',
      test: false,
      locationId: 'default',
      lines: lines.map(({ sku, units }) => ({
        externalId: `${id}-${sku}`,
        listingExternalId: sku,
        sku,
        title: sku,
        ordered: units,
        current: units,
        shipped: 0,
        returned: 0,
        subtracted: this.#countsOpen ? 'no' : 'yes',
      })),
    }
  }
}

function firstSince(orders: readonly ShopOrder[], since: number): number {
  let low = 0
  let high = orders.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((orders[middle]?.at ?? 0) < since) low = middle + 1
    else high = middle
  }
  return low
}
