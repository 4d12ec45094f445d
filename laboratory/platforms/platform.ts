import {
  type LevelBook,
  latestOf,
  type OrderBook,
  type OrderState,
  openUnitsOf,
  type PlatformBook,
  type SaidOfWrite,
  type WriteBook,
} from '../invariants/books.ts'
import { LATEST_EFFECT_MS, type PlatformKind } from './kinds.ts'

export type Level = LevelBook & {
  listingIds: string[]
  quantity: number | undefined
  editedAt: number | undefined
  told: { at: number; quantity: number | null }[]
  reads: (number | null)[]
  readAt: number | undefined
  heard: Map<string, number | null>
}
export type Order = OrderBook & { listingId: string; ordered: number; states: OrderState[] }
export type Listing = { id: string; sku: string; stockUnitId: string; unitsPerListing: number }

type Options = {
  name: string
  kind: PlatformKind
  /** How far ahead its clock is. */
  clockMs: number
  /** The hub has its orders sent, and tells it of parcels. */
  shipsByHub?: boolean
  neverFalls?: boolean
  now(): number
  tell(text: string): void
  /** Something that a webhook would say has happened. */
  onOrder(order: Order): void
  onLevel(level: Level): void
}

/**
 * One simulated platform: listings, numbers, orders, and the rules by which shoppers, people and the hub change
 * them. It sells atomically and never below what it shows, and it knows nothing of the hub. How it is spoken to
 * (latency, loss, odd answers) is the connector's and the network's business.
 */
export class Platform implements PlatformBook {
  readonly kind: PlatformKind
  readonly name: string
  readonly clockMs: number
  connectionId = ''
  readonly latestEffectMs = LATEST_EFFECT_MS
  /** The key that it accepts. */
  key = 'key-1'
  readonly levels = new Map<string, Level>()
  readonly listings = new Map<string, Listing>()
  readonly orders = new Map<string, Order>()
  accepted: readonly WriteBook[] = []
  readonly carriedOut = new Set<string>()
  readonly saidOfWrites = new Map<string, SaidOfWrite[]>()
  /** Parcels that the hub has told it of, by the hub's id of each. */
  readonly told = new Map<string, { orderId: string; units: number }>()
  readonly shipsByHub: boolean
  readonly neverFalls: boolean
  stoppedSince: number | undefined
  importedAt: number | undefined
  mistake: PlatformBook['mistake']
  /** False while it is in shadow. */
  isLive = true
  readonly leaveAloneUntil = new Map<string, number>()
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
    this.name = options.name
    this.kind = options.kind
    this.clockMs = options.clockMs
    this.shipsByHub = options.shipsByHub ?? false
    this.neverFalls = options.neverFalls ?? false
  }

  get style() {
    return this.kind.style
  }
  get visibilityLagMs() {
    return this.kind.visibilityLagMs
  }
  get quantityMax() {
    return this.kind.quantityMax
  }

  list(listing: Listing, quantity: number | undefined): void {
    this.listings.set(listing.id, listing)
    const known = this.levels.get(listing.stockUnitId)
    if (known !== undefined) {
      known.listingIds.push(listing.id)
      return
    }
    this.levels.set(listing.stockUnitId, {
      stockUnitId: listing.stockUnitId,
      sku: listing.sku,
      listingIds: [listing.id],
      unitsPerListing: listing.unitsPerListing,
      quantity,
      editedAt: undefined,
      told: [],
      reads: [],
      readAt: undefined,
      heard: new Map(),
    })
  }

  levelOf(listingId: string): Level {
    const level = this.levels.get(this.listings.get(listingId)?.stockUnitId ?? '')
    if (level === undefined) throw new Error(`${this.name} lists no ${listingId}`)
    return level
  }

  /** What a shopper may still buy: the number, less open units that it has not fallen by yet. */
  sellableOf(level: Level): number {
    if (level.quantity === undefined) return Number.POSITIVE_INFINITY
    const untaken = [...this.orders.values()]
      .filter((order) => order.stockUnitId === level.stockUnitId)
      .reduce((sum, order) => sum + openUnitsOf(latestOf(order)) - this.#openTaken(latestOf(order)), 0)
    return level.quantity - untaken
  }

  /** A shopper buys. @param evenIfNone the platform's own race: two shoppers, one unit */
  sell(listingId: string, units: number, options: { evenIfNone: boolean }): Order | undefined {
    const level = this.levelOf(listingId)
    if (!options.evenIfNone && this.sellableOf(level) < units) return undefined
    const order: Order = {
      id: `${this.name}-${this.orders.size + 1}`,
      listingId,
      stockUnitId: level.stockUnitId,
      ordered: units,
      placedAt: this.#options.now(),
      states: [],
    }
    this.orders.set(order.id, order)
    this.#change(order, {
      state: this.kind.subtractsAt === 'payment' ? 'pending' : 'open',
      current: units,
      shipped: 0,
      returned: 0,
    })
    this.#options.tell(`sells ${units} of ${listingId} (${order.id}) and shows ${level.quantity}`)
    return order
  }

  pay(order: Order): void {
    if (latestOf(order).state === 'pending') this.#move(order, 'is paid', { state: 'open' })
  }

  ship(order: Order): void {
    const { state, current } = latestOf(order)
    if (state === 'open') this.#move(order, 'is shipped', { state: 'closed', shipped: current })
  }

  /**
   * The hub tells it of a parcel; told again it is the same one.
   * @returns false where it takes no such parcel
   */
  confirm(parcelId: string, orderId: string, units: number): boolean {
    if (this.told.has(parcelId)) return true
    const order = this.orders.get(orderId)
    if (order === undefined) return false
    const { state, current, shipped } = latestOf(order)
    if (state !== 'open' || units > current - shipped) return false
    this.told.set(parcelId, { orderId, units })
    const isAll = shipped + units === current
    this.#move(order, `has a parcel of ${units} told`, {
      shipped: shipped + units,
      state: isAll ? 'closed' : 'open',
    })
    return true
  }

  /** One unit leaves before the others. */
  shipOne(order: Order): void {
    const { state, current, shipped } = latestOf(order)
    if (state !== 'open' || shipped >= current) return
    const isAll = shipped + 1 === current
    this.#move(order, 'has one unit shipped', {
      shipped: shipped + 1,
      state: isAll ? 'closed' : 'open',
    })
  }

  /** One unit is refunded before it ships, and put back. */
  refundOne(order: Order): void {
    const { state, current, shipped } = latestOf(order)
    if (state === 'open' && current - shipped > 0) {
      this.#move(order, 'has one unit refunded', { current: current - 1 })
    }
  }

  /** What has not left is put back by the platform itself. */
  cancel(order: Order): void {
    const { state, shipped } = latestOf(order)
    if (state === 'open' || state === 'pending') {
      this.#move(order, 'is cancelled', { state: 'cancelled', current: shipped })
    }
  }

  /** One unit comes back into stock. */
  giveBackOne(order: Order): void {
    const { shipped, returned } = latestOf(order)
    if (returned < shipped) this.#move(order, 'has one unit returned', { returned: returned + 1 })
  }

  /** A person types a number on the platform's own screen; undefined: switches counting off. */
  edit(listingId: string, quantity: number | undefined): void {
    const level = this.levelOf(listingId)
    this.#options.tell(
      quantity === undefined
        ? `: a person stops the counting of ${listingId}`
        : `: a person types ${quantity} for ${listingId} in place of ${level.quantity}`,
    )
    level.editedAt = this.#options.now()
    level.quantity = quantity
    this.#options.onLevel(level)
  }

  /** The hub's write, carried out. */
  write(level: Level, { writeId, quantity }: { writeId: string; quantity: number }): void {
    this.carriedOut.add(writeId)
    this.#options.tell(
      `now shows ${quantity} of ${level.stockUnitId} in place of ${level.quantity}, as written`,
    )
    level.quantity = quantity
    this.#options.onLevel(level)
  }

  #move(order: Order, text: string, change: Partial<Omit<OrderState, 'at' | 'version' | 'taken'>>): void {
    this.#change(order, { ...latestOf(order), ...change })
    this.#options.tell(
      `: ${order.id} ${text}; ${order.stockUnitId} shows ${this.levels.get(order.stockUnitId)?.quantity}`,
    )
  }

  #change(order: Order, next: Omit<OrderState, 'at' | 'version' | 'taken'>): void {
    const at = this.#options.now()
    const before = order.states.at(-1)
    const { versionMs } = this.kind
    const rounded = Math.floor((at + this.clockMs) / versionMs) * versionMs
    const version = versionMs > 1 ? rounded : Math.max(rounded, (before?.version ?? 0) + 1)
    const taken = this.#takenBy(next)
    order.states.push({ ...next, at, version, taken })
    const level = this.levels.get(order.stockUnitId)
    const fallen = taken - (before?.taken ?? 0)
    if (level?.quantity !== undefined && fallen !== 0 && !this.neverFalls) {
      level.quantity -= fallen
      this.#options.onLevel(level)
    }
    this.#options.onOrder(order)
  }

  #takenBy(state: Omit<OrderState, 'at' | 'version' | 'taken'>): number {
    if (this.kind.subtractsAt === 'shipment') return state.shipped - state.returned
    if (this.kind.subtractsAt === 'payment' && state.state === 'pending') return 0
    return state.current - state.returned
  }

  /** Open units that the number has fallen by. */
  #openTaken(state: OrderState): number {
    if (this.kind.subtractsAt === 'shipment') return 0
    if (this.kind.subtractsAt === 'payment' && state.state === 'pending') return 0
    return openUnitsOf(state)
  }
}
