import type { FulfillmentOrder, Level, Location, Order, Publication, Variant } from './records.ts'

/**
 * The simulated shop's books: catalogue, levels, orders, and the log of order changes that the list reads.
 * Everything here is synchronous, so each command of `checkout.ts`, `fulfilment.ts` and `set-quantities.ts`
 * is one moment for everybody else, as a database transaction is at Shopify.
 */
export type ShopOptions = {
  name: string
  domain: string
  currency: string
  locations: readonly string[]
  /** Wall clock, milliseconds. */
  now: () => number
  /** Shopify's update times are whole seconds. */
  timestampStepMs: number
}

export type ShopEvent =
  | { kind: 'order'; topics: readonly string[]; order: Order }
  | { kind: 'refund'; order: Order; refund: Order['refunds'][number] }
  | { kind: 'hold'; order: Order; site: FulfillmentOrder; topics: readonly string[] }
  | { kind: 'return'; order: Order; returned: Order['returns'][number]; topic: string }
  | { kind: 'level'; level: Level }
  | { kind: 'product'; topic: 'products/create' | 'products/update' | 'products/delete'; productId: number }
  | { kind: 'order-deleted'; orderId: number }

const PUBLICATIONS = [
  ['Online Store', 'APP'],
  ['Point of Sale', 'APP'],
  ['Europe', 'MARKET'],
] as const

export class Shop {
  readonly options: ShopOptions
  readonly locations = new Map<number, Location>()
  /** The first is the online store, where shoppers buy. */
  readonly publications = new Map<number, Publication>()
  readonly variants = new Map<number, Variant>()
  readonly variantsBySku = new Map<string, Variant>()
  readonly variantByItem = new Map<number, Variant>()
  /** Item id → location id → level. */
  readonly levels = new Map<number, Map<number, Level>>()
  readonly orders = new Map<number, Order>()
  /** Order changes, oldest first; an entry whose order changed again since is stale. */
  #changes: { order: Order; atMs: number; visibleFromMs: number }[] = []
  #lastId = 0
  #listeners: ((event: ShopEvent) => void)[] = []

  constructor(options: ShopOptions) {
    this.options = options
    for (const name of options.locations) {
      const id = this.nextId()
      this.locations.set(id, { id, name, active: true, fulfillmentService: false })
    }
    for (const [name, catalogType] of PUBLICATIONS) {
      const id = this.nextId()
      this.publications.set(id, { id, name, catalogType })
    }
  }

  /** A fulfilment service of this application, with the location that Shopify makes for it. */
  addService(name: string): Location {
    const location = { id: this.nextId(), name, active: true, fulfillmentService: true, isOurs: true }
    this.locations.set(location.id, location)
    return location
  }

  /** A fulfilment service of another application, which counts and ships what it has; made when it is first asked for. */
  serviceElsewhere(): Location {
    const known = [...this.locations.values()].find((each) => each.fulfillmentService && !each.isOurs)
    if (known !== undefined) return known
    const location = {
      id: this.nextId(),
      name: 'Far Shores Logistics',
      active: true,
      fulfillmentService: true,
    }
    this.locations.set(location.id, location)
    return location
  }

  isSold(variant: Variant): boolean {
    const [onlineStore] = this.publications.keys()
    return onlineStore !== undefined && !variant.unpublishedOn.has(onlineStore)
  }

  onEvent(listener: (event: ShopEvent) => void): void {
    this.#listeners.push(listener)
  }

  emit(event: ShopEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  /** As if so many ids had been given before: of a shop that is opened again, whose orders must not be taken for its old ones. */
  skipIds(count: number): void {
    this.#lastId += count
  }

  /** Past 2^31, like Shopify's. */
  nextId(): number {
    this.#lastId += 1
    return 5_000_000_000_000 + this.#lastId
  }

  /** Now, as the shop stamps it. */
  stampMs(): number {
    const { now, timestampStepMs } = this.options
    return Math.floor(now() / timestampStepMs) * timestampStepMs
  }

  addVariant(
    seed: Omit<Variant, 'id' | 'productId' | 'itemId' | 'updatedAtMs' | 'unpublishedOn'>,
    available: number,
    { at }: { at?: Location } = {},
  ): Variant {
    const variant: Variant = {
      ...seed,
      id: this.nextId(),
      productId: this.nextId(),
      itemId: this.nextId(),
      updatedAtMs: this.stampMs(),
      unpublishedOn: new Set(),
    }
    this.variants.set(variant.id, variant)
    // SKUs are not unique; a shopper who names one gets the first product that has it.
    if (!this.variantsBySku.has(variant.sku)) this.variantsBySku.set(variant.sku, variant)
    this.variantByItem.set(variant.itemId, variant)
    // A new product is stocked at the first location only; a set quantity stocks it elsewhere.
    const [first] = this.locations.keys()
    const stockedAt = at?.id ?? first
    if (stockedAt !== undefined) this.putLevel(variant.itemId, stockedAt, available)
    this.emit({ kind: 'product', topic: 'products/create', productId: variant.productId })
    return variant
  }

  removeVariant(variant: Variant): void {
    this.variants.delete(variant.id)
    this.variantByItem.delete(variant.itemId)
    this.levels.delete(variant.itemId)
    if (this.variantsBySku.get(variant.sku) === variant) this.variantsBySku.delete(variant.sku)
    this.emit({ kind: 'product', topic: 'products/delete', productId: variant.productId })
  }

  /** The level, made with `available` units where the item was not stocked there. */
  putLevel(itemId: number, locationId: number, available = 0): Level {
    const byLocation = this.levels.get(itemId) ?? new Map<number, Level>()
    this.levels.set(itemId, byLocation)
    const existing = byLocation.get(locationId)
    if (existing !== undefined) return existing
    const level = {
      id: this.nextId(),
      itemId,
      locationId,
      available,
      committed: 0,
      others: {},
      updatedAtMs: this.stampMs(),
    }
    byLocation.set(locationId, level)
    return level
  }

  findLevel(itemId: number, locationId: number): Level | undefined {
    return this.levels.get(itemId)?.get(locationId)
  }

  /** Moves units and tells the subscribers; nothing moves for an item that is not tracked. */
  moveUnits(itemId: number, locationId: number, change: { available?: number; committed?: number }): void {
    if (this.variantByItem.get(itemId)?.tracked !== true) return
    const level = this.putLevel(itemId, locationId)
    level.available += change.available ?? 0
    level.committed += change.committed ?? 0
    level.updatedAtMs = this.stampMs()
    if (change.available) this.emit({ kind: 'level', level })
  }

  /** Stamps a change of an order, moves it to the end of the list and tells the subscribers. */
  touchOrder(order: Order, topics: readonly string[], searchLagMs = this.searchLagMs): void {
    order.updatedAtMs = this.stampMs()
    this.orders.set(order.id, order)
    this.#latest.set(order.id, this.#changes.length)
    const visibleFromMs = this.options.now() + searchLagMs
    this.#changes.push({ order, atMs: order.updatedAtMs, visibleFromMs })
    if (this.#changes.length > 2 * this.orders.size + 1_000) this.#compact()
    this.emit({ kind: 'order', topics, order })
  }

  /** How late the order list, a search index, shows a change. */
  searchLagMs = 0
  readonly #latest = new Map<number, number>()

  #compact(): void {
    this.#changes = this.#changes.filter((change, at) => this.#latest.get(change.order.id) === at)
    for (const [at, change] of this.#changes.entries()) this.#latest.set(change.order.id, at)
  }

  /** Orders whose last change is at or after `sinceMs` and visible by now, oldest change first. */
  ordersChangedSince(sinceMs: number): Order[] {
    let low = 0
    let high = this.#changes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#changes[middle]?.atMs ?? 0) < sinceMs) low = middle + 1
      else high = middle
    }
    const now = this.options.now()
    const found: Order[] = []
    for (let at = low; at < this.#changes.length; at += 1) {
      const change = this.#changes[at]
      if (change === undefined || this.#latest.get(change.order.id) !== at) continue
      if (change.visibleFromMs <= now && this.orders.has(change.order.id)) found.push(change.order)
    }
    return found
  }
}
