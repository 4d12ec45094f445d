import type { InventoryItem, Offer } from './answers.ts'
import { type Inventory, rowsMax } from './inventory.ts'

/**
 * What must be known of a SKU of the Inventory API before its quantity can be written: its published offers, and how the
 * quantity is spread over inventory locations. eBay gives offers for one SKU a call only, so what was read is kept as
 * long as the connection is open; a write that eBay refuses forgets it.
 */
export type SkuFacts = {
  sku: string
  item: InventoryItem
  /** Published fixed-price offers: each is a listing, or a variation of one. */
  offers: PublishedOffer[]
}

export type PublishedOffer = Offer & { listing: NonNullable<Offer['listing']> }

const keptMax = 200_000

/** `isExpected`: the SKUs are known to be the Inventory API's. */
type ReadOptions = { signal?: AbortSignal | undefined; isExpected?: boolean }

export function createSkuFacts(inventory: Inventory) {
  const kept = new Map<string, SkuFacts>()
  const skuOfListing = new Map<string, string>()

  const keep = (facts: SkuFacts): SkuFacts => {
    kept.delete(facts.sku)
    kept.set(facts.sku, facts)
    for (const { listing } of facts.offers) skuOfListing.set(listing.listingId, facts.sku)
    for (const oldest of kept.keys()) {
      if (kept.size <= keptMax) break
      forget(oldest)
    }
    return facts
  }
  const forget = (sku: string) => {
    for (const { listing } of kept.get(sku)?.offers ?? []) skuOfListing.delete(listing.listingId)
    kept.delete(sku)
  }

  const readChunk = async (
    skus: readonly string[],
    operation: string,
    { signal, isExpected = false }: ReadOptions,
  ): Promise<SkuFacts[]> => {
    const offersOf = (sku: string) => inventory.offers(sku, operation, { signal })
    // Side by side where they are surely there: a write waits for it, and every moment may bring a sale.
    const expected = isExpected ? Promise.all(skus.map(offersOf)) : undefined
    const [items, early] = await Promise.all([
      inventory.itemsBySku(skus, operation, { signal }),
      expected ?? Promise.resolve(undefined),
    ])
    const found = await Promise.all(
      skus.map(async (sku, at): Promise<SkuFacts | undefined> => {
        const item = items.get(sku)
        if (item === undefined) return undefined
        return keep({ sku, item, offers: publishedOf(early?.[at] ?? (await offersOf(sku))) })
      }),
    )
    return found.filter((facts) => facts !== undefined)
  }
  const read = async (
    skus: readonly string[],
    operation: string,
    options: ReadOptions,
  ): Promise<Map<string, SkuFacts>> => {
    const found = new Map<string, SkuFacts>()
    for (let from = 0; from < skus.length; from += rowsMax) {
      const chunk = await readChunk(skus.slice(from, from + rowsMax), operation, options)
      for (const facts of chunk) found.set(facts.sku, facts)
    }
    for (const sku of skus) if (!found.has(sku)) forget(sku)
    return found
  }

  return {
    /** As it is now. */
    read,
    /** As it was when last read, or now. SKUs that are not there are left out. */
    async of(
      skus: readonly string[],
      operation: string,
      options: { signal?: AbortSignal | undefined },
    ): Promise<Map<string, SkuFacts>> {
      const known = skus.flatMap((sku) => kept.get(sku) ?? [])
      const unknown = skus.filter((sku) => !kept.has(sku))
      const found = await read(unknown, operation, { ...options, isExpected: true })
      for (const facts of known) found.set(facts.sku, facts)
      return found
    },
    keep,
    forget,
    /** A SKU that was last seen in this listing. */
    skuOf: (itemId: string) => skuOfListing.get(itemId),
  }
}
export type SkuFactsKeeper = ReturnType<typeof createSkuFacts>

/** Auctions are not ours: their quantity is one, and set by nobody. */
export function publishedOf(offers: readonly Offer[]): PublishedOffer[] {
  return offers
    .filter((offer): offer is PublishedOffer => offer.status === 'PUBLISHED' && offer.listing !== undefined)
    .filter(({ format }) => format === undefined || format === 'FIXED_PRICE')
    .sort((a, b) => compareIds(a.listing.listingId, b.listing.listingId))
}

/** Item numbers are longer than doubles are exact. */
function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
}

/**
 * The listing that a SKU's number is counted to. A SKU has one number, whichever listings show it; where there are
 * several, each write revises all of them alike, so that counting one counts them all. One that has ended leads nothing.
 */
export function leadingListingOf(facts: Pick<SkuFacts, 'offers'>): string | undefined {
  return liveOffersOf(facts)[0]?.listing.listingId
}

/** Those whose listing buyers can still see; eBay keeps the others for a while, and refuses to revise them. */
export function liveOffersOf({ offers }: Pick<SkuFacts, 'offers'>): PublishedOffer[] {
  return offers.filter(({ listing }) => !endedStatuses.has(listing.listingStatus ?? ''))
}

const endedStatuses: ReadonlySet<string> = new Set(['ENDED', 'EBAY_ENDED', 'NOT_LISTED'])
