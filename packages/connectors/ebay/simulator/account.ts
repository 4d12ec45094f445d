import { lastResetBefore } from '@plimsoll/connector-kit'
import { ebayDay } from '../budgets.ts'
import { toStockUnitId } from '../ids.ts'

/** One number that eBay keeps: a single listing's, or that of a variation. */
export type Unit = {
  sku: string | undefined
  barcode: string | undefined
  aspects: { name: string; value: string }[]
  /** What can be bought; in the Inventory API's world the item's total. */
  total: number
  /** In the Inventory API's world what the offer has of it. */
  offered: number
  sold: number
  offerId: string
  variationId: string
  /** Spread of the total over inventory locations. */
  spread: { merchantLocationKey: string; quantity: number }[]
  /** Sales that the Inventory API's record does not show yet. */
  recent: { atMs: number; quantity: number }[]
}

export type SellerListing = {
  itemId: string
  world: 'offer' | 'item'
  type: 'FixedPriceItem' | 'AdType' | 'Chinese'
  title: string
  /** In the marketplace's currency. */
  price: number
  /** Set where it has variations. */
  groupKey: string | undefined
  units: Unit[]
  status: 'Active' | 'Ended'
  startedMs: number
  revisions: { dayMs: number; count: number }
}

export type AccountTraits = {
  /** Off: a listing that falls to nought ends (in the Trading API's world). */
  outOfStockControl: boolean
  revisionsMax: number
  /** How late the Inventory API's record shows a sale. */
  recordLagMs: number
}

/** A seller's listings, of both worlds. The quantity that buyers see falls as they buy. */
export function createAccount(traits: AccountTraits, now: () => number) {
  const listings = new Map<string, SellerListing>()
  const bySku = new Map<string, { listing: SellerListing; unit: Unit }[]>()
  const inventory = new Map<string, { listing: SellerListing; unit: Unit }>()
  let made = 0

  const account = {
    traits,
    add(given: {
      world: SellerListing['world']
      type?: SellerListing['type']
      title: string
      price: number
      units: (Pick<Unit, 'sku' | 'barcode' | 'total'> & Partial<Pick<Unit, 'aspects' | 'spread'>>)[]
      isGroup: boolean
    }): SellerListing {
      made += 1
      const itemId = String(110_000_000_000 + made)
      const listing: SellerListing = {
        itemId,
        world: given.world,
        type: given.type ?? 'FixedPriceItem',
        title: given.title,
        price: given.price,
        groupKey: given.isGroup ? `GROUP-${made}` : undefined,
        units: given.units.map((unit, at) => ({
          aspects: [],
          spread: [],
          ...unit,
          offered: unit.total,
          sold: 0,
          offerId: String(8_000_000_000 + made * 100 + at),
          variationId: given.isGroup ? String(410_000_000_000 + made * 100 + at) : '',
          recent: [],
        })),
        status: 'Active',
        startedMs: now(),
        revisions: { dayMs: 0, count: 0 },
      }
      listings.set(itemId, listing)
      for (const unit of listing.units) {
        const { sku } = unit
        if (sku === undefined) continue
        bySku.set(sku, [...(bySku.get(sku) ?? []), { listing, unit }])
        if (listing.world === 'offer') inventory.set(sku, { listing, unit })
      }
      return listing
    },
    find: (itemId: string) => listings.get(itemId),
    all: () => [...listings.values()],
    active: () => [...listings.values()].filter(({ status }) => status === 'Active'),
    /** Records of the Inventory API in the order in which they were made. */
    records: () => [...inventory.values()],
    record: (sku: string) => inventory.get(sku),
    hasRecord: (sku: string) => inventory.has(sku),
    /** The first thing of this SKU that a buyer can buy. */
    findSellable: (sku: string) =>
      bySku.get(sku)?.find(({ listing }) => listing.status === 'Active' && listing.type === 'FixedPriceItem'),
    findUnit(stockUnitId: string) {
      const itemId = /^(?:offer|item):(\d+)/.exec(stockUnitId)?.[1] ?? ''
      const listing = listings.get(itemId)
      const unit = listing?.units.find((each) => stockUnitIdOf(listing, each) === stockUnitId)
      return listing === undefined || unit === undefined ? undefined : { listing, unit }
    },
    /** Counts a revision; false where the day has had too many. */
    mayRevise(listing: SellerListing): boolean {
      const dayMs = lastResetBefore(now(), ebayDay)
      if (listing.revisions.dayMs !== dayMs) listing.revisions = { dayMs, count: 0 }
      if (listing.revisions.count >= traits.revisionsMax) return false
      listing.revisions.count += 1
      return true
    },
    sell(listing: SellerListing, unit: Unit, quantity: number): void {
      unit.total -= quantity
      unit.offered -= quantity
      unit.sold += quantity
      if (traits.recordLagMs > 0) unit.recent.push({ atMs: now(), quantity })
      account.endIfEmpty(listing)
    },
    /** A cancelled order's units, where they are put back on sale. */
    putBack(unit: Unit, quantity: number): void {
      unit.total += quantity
      unit.offered += quantity
      unit.sold -= quantity
    },
    set(listing: SellerListing, unit: Unit, quantity: number): void {
      unit.total = quantity
      unit.offered = quantity
      unit.recent = []
      account.endIfEmpty(listing)
    },
    endIfEmpty(listing: SellerListing): void {
      // Listings of the Inventory API are kept at nought in any case.
      if (traits.outOfStockControl || listing.world === 'offer') return
      if (listing.units.every((unit) => unit.total <= 0)) listing.status = 'Ended'
    },
    /** The record's total as the Inventory API shows it, which may trail the truth. */
    recordedOf(unit: Unit, quantity: number): number {
      unit.recent = unit.recent.filter(({ atMs }) => atMs > now() - traits.recordLagMs)
      return unit.recent.reduce((sum, sale) => sum + sale.quantity, quantity)
    },
  }
  return account
}
export type Account = ReturnType<typeof createAccount>

/** What buyers see. */
export function shownOf({ world }: SellerListing, unit: Unit): number {
  return world === 'offer' ? Math.min(unit.total, unit.offered) : unit.total
}

export function isCounted({ type }: SellerListing): boolean {
  return type === 'FixedPriceItem'
}

/** The connector's name for a number. */
export function stockUnitIdOf({ world, itemId, groupKey }: SellerListing, { sku }: Unit): string {
  if (world === 'offer') return toStockUnitId({ world, itemId, sku: sku ?? '' })
  return toStockUnitId({ world, itemId, sku: groupKey === undefined ? undefined : sku })
}
