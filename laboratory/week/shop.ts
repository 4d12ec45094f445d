/** How a shop's own number goes with its orders. */
type ShopStyle =
  /** It falls as an order is placed and rises as one is cancelled; a write says what it expects there. */
  | 'falls-at-order'
  /** It is what was last written; what is open is taken off it for shoppers alone, and only until it is told of as shipped. */
  | 'counts-open-orders'

type ShopLine = { id: string; sku: string; ordered: number; current: number; shipped: number }

export type ShopOrder = {
  id: string
  placedAt: number
  version: number
  changedAt: number
  state: 'open' | 'closed' | 'cancelled'
  lines: ShopLine[]
}

/** A shop of the week: it shows numbers, sells atomically and never below what it shows, and keeps its books. */
export class Shop {
  readonly name: string
  readonly style: ShopStyle
  connectionId = ''
  readonly levels = new Map<string, number>()
  readonly orders = new Map<string, ShopOrder>()
  /** Parcels that its customers can see, by the hub's id of each, and when it was first told of them. */
  readonly told = new Map<string, { orderId: string; units: number; at: number }>()
  readonly #open = new Map<string, number>()
  readonly #now: () => number
  readonly #onChange: (order: ShopOrder) => void
  #version = 0

  constructor(options: {
    name: string
    style: ShopStyle
    now(): number
    onChange(order: ShopOrder): void
  }) {
    this.name = options.name
    this.style = options.style
    this.#now = options.now
    this.#onChange = options.onChange
  }

  /** What a shopper may buy. */
  sellableOf(sku: string): number {
    const open = this.style === 'counts-open-orders' ? (this.#open.get(sku) ?? 0) : 0
    return Math.max(0, (this.levels.get(sku) ?? 0) - open)
  }

  /** Sells of each as many as are wanted and shown. @returns undefined when nothing was left of any */
  sell(wanted: readonly { sku: string; units: number }[]): ShopOrder | undefined {
    const bought = wanted
      .map(({ sku, units }) => ({ sku, units: Math.min(units, this.sellableOf(sku)) }))
      .filter(({ units }) => units > 0)
    if (bought.length === 0) return undefined
    const id = `${this.name}-${this.orders.size + 1}`
    const order: ShopOrder = {
      id,
      placedAt: this.#now(),
      version: 0,
      changedAt: 0,
      state: 'open',
      lines: bought.map(({ sku, units }, nth) => ({
        id: `${id}/${nth + 1}`,
        sku,
        ordered: units,
        current: units,
        shipped: 0,
      })),
    }
    this.orders.set(id, order)
    for (const { sku, units } of bought) this.#take(sku, units)
    this.#change(order)
    return order
  }

  /** What the shop does not know to have left is cancelled. */
  cancel(order: ShopOrder): void {
    if (order.state !== 'open') return
    for (const line of order.lines) {
      this.#take(line.sku, -(line.current - line.shipped))
      line.current = line.shipped
    }
    order.state = 'cancelled'
    this.#change(order)
  }

  /**
   * It is told of a parcel; told again it is the same one.
   * @returns false where it takes no such parcel
   */
  ship(parcelId: string, orderId: string, lines: readonly { lineId: string; units: number }[]): boolean {
    if (this.told.has(parcelId)) return true
    const order = this.orders.get(orderId)
    if (order?.state !== 'open') return false
    const found = lines.map(({ lineId, units }) => ({ line: lineOf(order, lineId), units }))
    if (found.some(({ line, units }) => line === undefined || units > line.current - line.shipped))
      return false
    for (const { line, units } of found) {
      if (line === undefined) continue
      line.shipped += units
      // It is open no more, and the number does not fall by it: whoever writes that must have.
      if (this.style === 'counts-open-orders') this.#take(line.sku, -units)
    }
    const units = found.reduce((sum, each) => sum + each.units, 0)
    this.told.set(parcelId, { orderId, units, at: this.#now() })
    if (order.lines.every(({ current, shipped }) => shipped >= current)) order.state = 'closed'
    this.#change(order)
    return true
  }

  #take(sku: string, units: number): void {
    if (this.style === 'counts-open-orders') this.#open.set(sku, (this.#open.get(sku) ?? 0) + units)
    else this.levels.set(sku, (this.levels.get(sku) ?? 0) - units)
  }

  #change(order: ShopOrder): void {
    this.#version += 1
    order.version = this.#version
    order.changedAt = this.#now()
    this.#onChange(order)
  }
}

function lineOf({ lines }: ShopOrder, id: string): ShopLine | undefined {
  return lines.find((line) => line.id === id)
}
