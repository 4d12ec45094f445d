import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Clock, ExternalOrder, OrderHold, OrderState, TicketOutcome } from '@plimsoll/connector-kit'

/**
 * A shop in memory with the semantics that matter to the hub: it lowers its own number at each sale and
 * refuses to sell what it does not show, changes an order's version at each change, and can be told to
 * fail. A platform simulator, not a mock: it knows nothing of the hub.
 */
export class MemoryPlatform {
  readonly clock: Clock
  readonly listings = new Map<string, MemoryListing>()
  readonly orders = new Map<string, MemoryOrder>()
  /** Every quantity that a write set, in order. */
  readonly writes: { externalId: string; from: number | undefined; to: number; at: number }[] = []
  readonly calls: string[] = []
  /** Listings that the next answer about levels leaves out, once. */
  readonly leftOut = new Set<string>()
  /** Whose shop it is; each is another's. */
  accountId: string = randomUUID()
  /** Why it cannot be told whose the credentials are, where it does not say. */
  unproven: string | undefined
  /** The key that the shop accepts. */
  key = 'key-1'
  /** It makes this its key when webhooks are registered next, and tells it this once. */
  nextKey: string | undefined
  /** Rewrites a quantity before it is stored: a plugin that knows better. */
  meddle: (externalId: string, quantity: number) => number = (_, quantity) => quantity
  /** Called first thing in each operation, and waited for: a place for what happens in the middle of things. */
  onCall: (operation: Operation) => void | Promise<void> = () => undefined
  /** What goes wrong with this call; asked once a call. */
  fault: (operation: Operation) => Fault | undefined = () => undefined
  /** Listings that the shop refuses to write: alone (`row`), or with the whole batch (`batch`). */
  readonly refused = new Map<string, 'row' | 'batch'>()
  /** Why it puts no listing back on sale; undefined: it does. */
  unplaceable: Error | undefined
  /** Until when it prepares the file that its listings are read from; they come at once unless set. */
  listingsFrom = 0
  listingsPerPage = Number.POSITIVE_INFINITY
  /** Orders changed so recently are not listed yet. */
  listLagMs = 0
  /** Orders that the list leaves out for good, as a search index may. */
  readonly unlisted = new Set<string>()
  /** Where webhooks go; undefined: nowhere, as after too many failures. */
  webhookUrl: string | undefined
  /** So long it makes the stream `listings` ready before it tells. */
  preparesMs = 0
  /** What the stream `listings` tells, in order. */
  readonly told: { at: number; externalId: string }[] = []
  /** Messages that wait in the queue, by receipt; pulling hides none, so that whatever is not acknowledged comes again. */
  readonly queue = new Map<string, { body: string; account: string | undefined }>()
  /** How urgent each write call was said to be. */
  readonly urgencies: (string | undefined)[] = []
  /** From so many rows on a write is only accepted (a feed), and carried out by `landLate`. */
  feedFrom = Number.POSITIVE_INFINITY
  /** Places beside the default one, whose numbers it adds up for its shoppers. */
  otherLocations: readonly string[] = []
  /** Its number is what was last written; shown is that less open orders (Walmart). */
  countsOpenOrders = false
  /** What became of accepted rows, by ticket; an absent one still waits. */
  readonly outcomes = new Map<string, TicketOutcome>()
  #landing: (() => void)[] = []
  #sequence = 0
  #version = 0

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** Its listings after a place in their list, as many as a page holds. */
  pageOfListings(cursor: string | undefined): {
    rows: [string, MemoryListing][]
    next: string | undefined
    total: number
  } {
    const from = Number(cursor ?? 0) || 0
    const to = Math.min(this.listings.size, from + this.listingsPerPage)
    const next = to < this.listings.size ? String(to) : undefined
    return { rows: [...this.listings].slice(from, to), next, total: this.listings.size }
  }

  /** @param quantity undefined: the shop sells it without counting */
  list(externalId: string, listing: { sku?: string; quantity: number | undefined }): void {
    this.listings.set(externalId, {
      sku: listing.sku ?? externalId,
      quantity: listing.quantity,
      isGone: false,
    })
  }

  /** @param place one of its places */
  quantityOf(externalId: string, place = DEFAULT_PLACE): number | undefined {
    const { quantity, elsewhere } = this.#listing(externalId)
    return place === DEFAULT_PLACE || quantity === undefined ? quantity : (elsewhere?.get(place) ?? 0)
  }

  /** What shoppers see where it has several places: they are added up. */
  totalOf(externalId: string): number {
    return [DEFAULT_PLACE, ...this.otherLocations].reduce(
      (sum, place) => sum + (this.quantityOf(externalId, place) ?? 0),
      0,
    )
  }

  /** What shoppers may buy. */
  shownOf(externalId: string): number | undefined {
    const { quantity } = this.#listing(externalId)
    if (quantity === undefined || !this.countsOpenOrders) return quantity
    const open = [...this.orders.values()].filter(
      (order) => order.listing === externalId && order.state === 'open',
    )
    return quantity - open.reduce((sum, order) => sum + wantedOf(order) - order.shipped, 0)
  }

  /** A shopper buys; undefined: the shop shows less than that and refuses. */
  sell(externalId: string, units = 1, place = DEFAULT_PLACE): MemoryOrder | undefined {
    const listing = this.#listing(externalId)
    if (listing.isGone || listing.isHidden === true) return undefined
    if (place !== DEFAULT_PLACE) {
      if ((this.quantityOf(externalId, place) ?? 0) < units) return undefined
      this.#move(listing, place, -units)
    } else if (listing.quantity !== undefined) {
      if ((this.shownOf(externalId) ?? 0) < units) return undefined
      if (!this.countsOpenOrders) listing.quantity -= units
    }
    this.#sequence += 1
    const externalId_ = `o-${this.#sequence}`
    const now = this.clock.now()
    const order: MemoryOrder = {
      externalId: externalId_,
      listing: externalId,
      place,
      units,
      shipped: 0,
      state: 'open',
      placedAt: now,
      changedAt: now,
      version: this.#nextVersion(),
    }
    this.orders.set(externalId_, order)
    return order
  }

  /** The shop puts cancelled units back by itself. */
  cancel(orderId: string): void {
    const order = this.#order(orderId)
    if (order.state !== 'open') return
    const listing = this.#listing(order.listing)
    if (listing.quantity !== undefined && !this.countsOpenOrders)
      this.#move(listing, order.place, wantedOf(order) - order.shipped)
    this.#change(order, { state: 'cancelled' })
  }

  /** Money goes back for units that have left, and the shop puts them back by itself. */
  refund(orderId: string, units: number): void {
    const order = this.#order(orderId)
    const some = Math.min(units, order.shipped - (order.returned ?? 0))
    if (some <= 0) return
    const listing = this.#listing(order.listing)
    if (listing.quantity !== undefined) this.#move(listing, order.place, some)
    this.#change(order, { returned: (order.returned ?? 0) + some })
  }

  ship(orderId: string): void {
    const order = this.#order(orderId)
    if (order.state === 'open') this.#change(order, { state: 'closed', shipped: wantedOf(order) })
  }

  /** False: it is never told of shipments, and refuses to be. */
  takesShipments = false
  /** It takes no parcel without a tracking number. */
  wantsTracking = false
  /** It does not cancel what it is told to. */
  refusesCancelling = false
  /** It takes what it is told to cancel, and nothing comes of it. */
  forgetsCancelling = false
  /** Parcels that it was told of, in order, each once. */
  readonly parcels = new Map<string, { orderId: string; units: number }>()

  /** It is told of a parcel; told of the same again it changes nothing. */
  takeShipment(shipmentId: string, orderId: string, units: number): void {
    if (this.parcels.has(shipmentId)) return
    const order = this.#order(orderId)
    this.parcels.set(shipmentId, { orderId, units })
    const shipped = order.shipped + units
    this.#change(order, { shipped, state: shipped >= wantedOf(order) ? 'closed' : order.state })
  }

  /** Cancellations that it was told of and carried out, in order, each once. */
  readonly cancellations = new Map<string, { orderId: string; units: number }>()

  /** It is told to cancel; told again under the same id it changes nothing. @param units undefined: all that has not shipped */
  takeCancellation(cancellationId: string, orderId: string, units: number | undefined): void {
    if (this.cancellations.has(cancellationId)) return
    const order = this.#order(orderId)
    // Carried out later, it may find that it has shipped.
    if (order.state !== 'open') return
    const open = wantedOf(order) - order.shipped
    const some = Math.min(units ?? open, open)
    this.cancellations.set(cancellationId, { orderId, units: some })
    if (some >= open && order.shipped === 0) {
      this.cancel(orderId)
      return
    }
    const listing = this.#listing(order.listing)
    if (listing.quantity !== undefined && !this.countsOpenOrders) this.#move(listing, order.place, some)
    const cancelled = (order.cancelled ?? 0) + some
    this.#change(order, { cancelled, state: some >= open ? 'closed' : order.state })
  }

  /** Another content under the same version: update times of whole seconds do that. */
  cancelWithoutNewVersion(orderId: string): void {
    const order = this.#order(orderId)
    const { version } = order
    this.cancel(orderId)
    order.version = version
  }

  /** A person types a number into the shop's own screen; undefined: switches counting off. */
  edit(externalId: string, quantity: number | undefined): void {
    this.#listing(externalId).quantity = quantity
  }

  /** The same at another of its places. */
  editAt(externalId: string, place: string, quantity: number): void {
    this.#move(this.#listing(externalId), place, quantity - (this.quantityOf(externalId, place) ?? 0))
  }

  /** A person corrects the SKU of a listing. */
  rename(externalId: string, sku: string): void {
    this.#listing(externalId).sku = sku
  }

  write(externalId: string, quantity: number, place = DEFAULT_PLACE): number {
    const listing = this.#listing(externalId)
    const stored = this.meddle(externalId, quantity)
    const from = this.quantityOf(externalId, place)
    this.writes.push({ externalId, from, to: stored, at: this.clock.now() })
    if (place === DEFAULT_PLACE) listing.quantity = stored
    else this.#move(listing, place, stored - (from ?? 0))
    return stored
  }

  /** Work that the shop has taken and does when it pleases; see `landLate`. */
  later(work: () => void): void {
    this.#landing.push(work)
  }

  landLate(): void {
    for (const work of this.#landing.splice(0)) work()
  }

  /** It can hold orders, and its orders say so. */
  holdsOrders = false
  /** What the stream of held orders tells, in order. */
  readonly sightings: { at: number; externalId: string; held: boolean }[] = []

  /**
   * It holds an order for these reasons and no others; whether that moves the order's version is its own affair.
   * @param units how many of them; undefined: all that are open. `buyer`: its buyer asks to cancel
   */
  hold(orderId: string, codes: readonly string[], movesVersion: boolean, units?: number): void {
    const order = this.#order(orderId)
    const reasons: Record<string, OrderHold['reason']> = { buyer: 'cancellation', unpaid: 'unpaid' }
    const holds = codes.map((code) => ({ reason: reasons[code] ?? 'other', code }))
    const held = codes.length === 0 ? undefined : units
    if (movesVersion) this.#change(order, { holds, held })
    else Object.assign(order, { holds, held })
    this.sightings.push({ at: this.clock.now(), externalId: orderId, held: codes.length > 0 })
  }

  /** The order as the shop shows it. */
  show(order: MemoryOrder): ExternalOrder {
    return {
      externalId: order.externalId,
      number: `#${order.externalId}`,
      state: order.state,
      placedAt: new Date(order.placedAt),
      version: order.version,
      currency: 'EUR',
      test: false,
      locationId: order.place,
      ...(this.holdsOrders && { holds: order.holds ?? [] }),
      lines: [
        {
          externalId: `${order.externalId}-1`,
          listingExternalId: order.listing,
          sku: this.listings.get(order.listing)?.sku,
          title: order.listing,
          ordered: order.units,
          current: order.state === 'cancelled' ? order.shipped : wantedOf(order),
          shipped: order.shipped,
          returned: order.returned ?? 0,
          subtracted: this.countsOpenOrders ? 'never' : 'yes',
          ...(this.holdsOrders && order.held !== undefined && { held: heldOf(order) }),
        },
      ],
    }
  }

  #move(listing: MemoryListing, place: string, units: number): void {
    if (place === DEFAULT_PLACE) {
      if (listing.quantity !== undefined) listing.quantity += units
      return
    }
    listing.elsewhere ??= new Map()
    listing.elsewhere.set(place, (listing.elsewhere.get(place) ?? 0) + units)
  }

  #change(order: MemoryOrder, change: Partial<MemoryOrder>): void {
    Object.assign(order, change, { changedAt: this.clock.now(), version: this.#nextVersion() })
  }

  #nextVersion(): number {
    this.#version = Math.max(this.#version + 1, this.clock.now())
    return this.#version
  }

  #listing(externalId: string): MemoryListing {
    const listing = this.listings.get(externalId)
    assert(listing !== undefined, `the shop lists ${externalId}`)
    return listing
  }

  #order(orderId: string): MemoryOrder {
    const order = this.orders.get(orderId)
    assert(order !== undefined, `the shop has the order ${orderId}`)
    return order
  }
}

const DEFAULT_PLACE = 'default'

function heldOf(order: MemoryOrder): number {
  const open = order.state === 'cancelled' ? 0 : wantedOf(order) - order.shipped
  return Math.min(Math.max(0, open), order.held ?? 0)
}

/** Units that are not cancelled. */
function wantedOf({ units, cancelled = 0 }: MemoryOrder): number {
  return units - cancelled
}

export type MemoryListing = {
  sku: string
  quantity: number | undefined
  /** At its other places; absent: nothing. */
  elsewhere?: Map<string, number>
  isGone: boolean
  isHidden?: boolean
  /** Where in the shop it is on sale; absent: in front. */
  shelves?: string[]
}

export type MemoryOrder = {
  externalId: string
  listing: string
  place: string
  units: number
  shipped: number
  /** Of its units, while it goes on; absent: none. */
  cancelled?: number
  /** Absent: nothing. */
  returned?: number
  /** Absent: nothing holds it. */
  holds?: readonly OrderHold[]
  /** Absent: all that are open, where something holds it. */
  held?: number | undefined
  state: OrderState
  placedAt: number
  changedAt: number
  version: number
}

export type Operation =
  | 'check'
  | 'listings'
  | 'listing'
  | 'levels'
  | 'setLevels'
  | 'placement'
  | 'withdraw'
  | 'reinstate'
  | 'outcomes'
  | 'orders'
  | 'order'
  | 'countOrders'
  | 'stream'
  | 'registerWebhooks'
  | 'pull'
  | 'acknowledge'
  | 'ship'
  | 'cancel'
  | 'recipient'

/**
 * `unsent`: it never left; `lost`: it left and was not carried out; `dropped`: carried out, the answer lost;
 * `late`: carried out when `landLate` is called, no answer; `silent`: dropped, and no end either.
 */
export type Fault = 'unsent' | 'lost' | 'dropped' | 'late' | 'silent' | 'throttled' | 'malformed' | 'bug'
