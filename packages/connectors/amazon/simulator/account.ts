import type { Recipient } from '@plimsoll/connector-kit'
import type { WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { KeptStock } from './kept-stock.ts'
import type { Traits } from './traits.ts'

/** One listing of the account. */
export type Listing = {
  sku: string
  asin: string
  title: string
  barcode: string | undefined
  price: number
  createdAt: number
  updatedAt: number
  /** What Amazon sells from; null where it does not count; undefined where the seller keeps none of it. */
  quantity: number | null | undefined
  /** What was last submitted: another number until it is applied. */
  submitted: number | null | undefined
  leadTimeDays: number | undefined
  /** Where it is listed; undefined: in every marketplace of the account. */
  marketplaces?: readonly string[]
  /** Children of a variation parent; a parent is sold by nobody. */
  childSkus: readonly string[] | undefined
  /** What Amazon keeps; undefined where it keeps none. */
  fba: KeptStock | undefined
}

/** A listing is of the marketplaces that it was made in; its quantity is not. */
export function isListedIn({ marketplaces }: Listing, marketplace: string): boolean {
  return marketplaces === undefined || marketplaces.includes(marketplace)
}

export type OrderStatus = 'PENDING' | 'UNSHIPPED' | 'PARTIALLY_SHIPPED' | 'SHIPPED' | 'CANCELLED'
export type OrderItem = {
  id: string
  sku: string
  title: string
  asin: string
  ordered: number
  /** Units of it that were cancelled by themselves, while the order stood; none unless said. */
  cancelled?: number
  price: number
}
export type Parcel = {
  reference: string
  carrier: string
  tracking: string
  items: ReadonlyMap<string, number>
}
export type Order = {
  id: string
  status: OrderStatus
  createdAt: number
  updatedAt: number
  pendingUntil: number | undefined
  marketplaceId: string
  by: 'MERCHANT' | 'AMAZON'
  /** Sold elsewhere and sent by Amazon. */
  isMultiChannel?: true
  /** Undefined: Amazon tells nobody. */
  to: Recipient | undefined
  cancelledBy?: 'BUYER' | 'MERCHANT'
  /** Its buyer wants to cancel, and the seller has yet to answer. */
  isUnwanted?: boolean
  items: OrderItem[]
  parcels: Map<string, Parcel>
}

type Effect = { dueAt: number; seq: number; act: () => void }

/** The state of a selling account. What is under way acts as soon as anybody looks after its time. */
export function createAccount(
  traits: Traits,
  {
    now,
    random,
    floor,
    onOrder,
  }: {
    now: () => number
    random: () => number
    /** Where what Amazon keeps lies. */
    floor: WarehouseFloor
    onOrder: (order: Order) => void
  },
) {
  const listings = new Map<string, Listing>()
  const orders = new Map<string, Order>()
  let effects: Effect[] = []
  let made = 0

  const changed = (order: Order, at = now()): void => {
    order.updatedAt = Math.max(at, order.updatedAt)
    onOrder(order)
  }
  const shippedOf = (order: Order, itemId: string): number =>
    [...order.parcels.values()].reduce((sum, parcel) => sum + (parcel.items.get(itemId) ?? 0), 0)
  const putBack = (order: Order): void => {
    for (const item of order.items) {
      const listing = listings.get(item.sku)
      if (listing === undefined) continue
      const units = promisedOf(item) - shippedOf(order, item.id)
      if (order.by === 'AMAZON' && listing.fba !== undefined) listing.fba.fulfillable += units
      else if (typeof listing.quantity === 'number') listing.quantity += units
    }
  }

  return {
    listings,
    orders,
    floor,
    changed,
    shippedOf,
    fresh: (): number => {
      made += 1
      return made
    },
    schedule(dueAt: number, act: () => void): void {
      made += 1
      effects.push({ dueAt, seq: made, act })
    },
    /** Amazon's own doing, up to now. */
    settle(): void {
      const at = now()
      // What acts may set other things going that are due as well.
      for (;;) {
        const due = effects.filter(({ dueAt }) => dueAt <= at)
        if (due.length === 0) break
        effects = effects.filter(({ dueAt }) => dueAt > at)
        for (const { act } of due.sort((a, b) => a.dueAt - b.dueAt || a.seq - b.seq)) act()
      }
      for (const order of orders.values()) {
        if (order.status !== 'PENDING' || order.pendingUntil === undefined || order.pendingUntil > at)
          continue
        order.status = 'UNSHIPPED'
        changed(order, order.pendingUntil)
      }
    },
    /** From taking a quantity to showing it. */
    delayMs(): number {
      const [least, most] = traits.applyDelayMs
      return least + random() * (most - least)
    },
    /** Something that Amazon sells it from: the seller's own number, else what Amazon keeps. */
    channelOf(listing: Listing): 'MERCHANT' | 'AMAZON' | undefined {
      if (listing.childSkus !== undefined) return undefined
      if (listing.quantity !== undefined) return 'MERCHANT'
      return listing.fba === undefined ? undefined : 'AMAZON'
    },
    /** @param putsBack false: the seller has none, so that the number stays as it is */
    cancel(order: Order, { by, putsBack: isBack }: { by: 'BUYER' | 'MERCHANT'; putsBack: boolean }): void {
      if (isBack) putBack(order)
      order.status = 'CANCELLED'
      order.cancelledBy = by
      changed(order)
    },
    /** Units of one item, by a person in Seller Central; the rest of the order stands. */
    cancelUnits(order: Order, { itemId, units, by }: UnitsCancelled): void {
      const item = order.items.find(({ id }) => id === itemId)
      if (item === undefined || units > promisedOf(item) - shippedOf(order, itemId))
        throw new Error(`${units} units of ${itemId} are not left to cancel`)
      item.cancelled = (item.cancelled ?? 0) + units
      order.cancelledBy = by
      const listing = listings.get(item.sku)
      if (typeof listing?.quantity === 'number') listing.quantity += units
      if (order.items.every((each) => promisedOf(each) === 0)) {
        order.status = 'CANCELLED'
        changed(order)
      } else if (order.status === 'PENDING') changed(order)
      else this.judgeShipped(order)
    },
    /** After parcels were told or changed. */
    judgeShipped(order: Order): void {
      const units = order.items.map((item) => [shippedOf(order, item.id), promisedOf(item)] as const)
      const isAll = units.every(([shipped, ordered]) => shipped >= ordered)
      const isAny = units.some(([shipped]) => shipped > 0)
      order.status = isAll ? 'SHIPPED' : isAny ? 'PARTIALLY_SHIPPED' : 'UNSHIPPED'
      changed(order)
    },
  }
}
export type Account = ReturnType<typeof createAccount>

type UnitsCancelled = { itemId: string; units: number; by: 'BUYER' | 'MERCHANT' }

/** Units of an item that were ordered and not cancelled by themselves. */
export function promisedOf({ ordered, cancelled = 0 }: OrderItem): number {
  return ordered - cancelled
}

/** Units of an order that have neither shipped nor been cancelled. */
export function openUnitsOf(account: Account, order: Order, item: OrderItem): number {
  return order.status === 'CANCELLED' ? 0 : promisedOf(item) - account.shippedOf(order, item.id)
}
