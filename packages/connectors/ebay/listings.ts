import {
  type ExternalListing,
  isConnectorError,
  Malformed,
  NotFound,
  type Page,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { ActiveList } from './active-list.ts'
import { fromExternalId, toExternalId } from './ids.ts'
import { type Inventory, itemsOnPage } from './inventory.ts'
import { offerExternalId, toItemListings, toOfferListing } from './listing-map.ts'
import { publishedOf, type SkuFacts, type SkuFactsKeeper } from './sku-facts.ts'
import type { Trading, TradingItem } from './trading.ts'

export type Reading = {
  inventory: Inventory
  trading: Trading
  facts: SkuFactsKeeper
  active: ActiveList
  signal?: AbortSignal | undefined
}

const cursorSchema = z.object({ world: z.enum(['offer', 'item']), page: z.int().nonnegative() })
type Cursor = z.infer<typeof cursorSchema>

/**
 * One page of listings: first those that the Inventory API manages, then all others that are on sale. The two worlds do
 * not see each other, and a listing that both would show is told once, by the world that can write it.
 */
export async function readListings(
  text: string | undefined,
  reading: Reading,
): Promise<Page<ExternalListing>> {
  const cursor: Cursor = text === undefined ? { world: 'offer', page: 0 } : readCursor(text)
  return cursor.world === 'offer' ? readOffers(cursor.page, reading) : readItems(cursor.page, reading)
}

function readCursor(text: string): Cursor {
  return cursorSchema.parse(JSON.parse(text))
}

async function readOffers(
  page: number,
  { inventory, facts, signal }: Reading,
): Promise<Page<ExternalListing>> {
  const { data, date, response } = await inventory.items(page, { signal })
  const items = data.inventoryItems ?? []
  if (items.length === 0 && page * itemsOnPage < data.total)
    throw new Malformed(
      `listings: eBay has ${data.total} items and shows none of page ${page}`,
      response.text,
    )
  const read = await Promise.all(
    items.map(async (item): Promise<SkuFacts> => {
      const offers = await inventory.offers(item.sku, 'listings', { signal })
      return facts.keep({ sku: item.sku, item, offers: publishedOf(offers) })
    }),
  )
  const rows: ExternalListing[] = []
  const unreadable: { externalId: string; version: undefined }[] = []
  for (const each of read) {
    for (const offer of each.offers) {
      try {
        rows.push(toOfferListing(each, offer))
      } catch (error) {
        if (!(error instanceof Malformed)) throw error
        unreadable.push({ externalId: offerExternalId(each, offer), version: undefined })
      }
    }
  }
  const isLast = items.length === 0 || (page + 1) * itemsOnPage >= data.total
  const next: Cursor = isLast ? { world: 'item', page: 1 } : { world: 'offer', page: page + 1 }
  return { rows, unreadable, next: JSON.stringify(next), platformTime: date }
}

async function readItems(page: number, reading: Reading): Promise<Page<ExternalListing>> {
  const { items, pages, date } = await reading.trading.activeList(page, 'listings', reading)
  // Their numbers are read next: of an account's first import they are known by now.
  reading.active.note({ items, pages })
  if (items.length === 0 && page <= pages)
    throw new Malformed(`listings: the active list has ${pages} pages, and nothing on page ${page}`, '')
  const managed = await managedByInventory(items, reading)
  return {
    rows: items.filter(({ itemId }) => !managed.has(itemId)).flatMap(toItemListings),
    next: page < pages ? JSON.stringify({ world: 'item', page: page + 1 } satisfies Cursor) : undefined,
    platformTime: date,
  }
}

/**
 * Which of these the Inventory API manages. The active list does not say; a listing is one of them if the Inventory API
 * knows its SKU and has an offer for it that is this very listing.
 */
async function managedByInventory(
  items: readonly TradingItem[],
  { facts, signal }: Reading,
): Promise<ReadonlySet<string>> {
  const managed = new Set<string>()
  const suspects: { itemId: string; sku: string }[] = []
  for (const { itemId, sku, variations } of items) {
    if (facts.skuOf(itemId) !== undefined) managed.add(itemId)
    else {
      // One of its variations tells for all: a listing is in one world.
      const named = sku ?? variations.find((variation) => variation.sku !== undefined)?.sku
      if (named !== undefined) suspects.push({ itemId, sku: named })
    }
  }
  const read = await facts.read([...new Set(suspects.map(({ sku }) => sku))], 'listings', { signal })
  for (const { itemId, sku } of suspects) {
    if (read.get(sku)?.offers.some(({ listing }) => listing.listingId === itemId) === true)
      managed.add(itemId)
  }
  return managed
}

/**
 * One listing as it is now.
 * @throws NotFound where it has ended long ago, or has no such variation
 */
export async function readListing(externalId: string, reading: Reading): Promise<ExternalListing> {
  const name = fromExternalId(externalId)
  const known = name.sku ?? reading.facts.skuOf(name.itemId)
  if (known !== undefined) {
    const found = await findOffer(externalId, known, reading)
    if (found !== undefined) return found
  }
  const { item } = await reading.trading.item(name.itemId, 'listing', reading)
  const sku = name.sku ?? item.sku
  if (sku !== undefined && sku !== known) {
    const found = await findOffer(externalId, sku, reading)
    if (found !== undefined) return found
  }
  const found = toItemListings(item).find((listing) => listing.externalId === externalId)
  if (found === undefined) throw new NotFound(`Listing ${name.itemId} has no variation ${toExternalId(name)}`)
  return found
}

async function findOffer(
  externalId: string,
  sku: string,
  { facts, signal }: Reading,
): Promise<ExternalListing | undefined> {
  const read = await readOne(sku, { facts, signal })
  const offer = read?.offers.find((each) => offerExternalId(read, each) === externalId)
  return read === undefined || offer === undefined ? undefined : toOfferListing(read, offer)
}

async function readOne(sku: string, { facts, signal }: Pick<Reading, 'facts' | 'signal'>) {
  try {
    return (await facts.read([sku], 'listing', { signal })).get(sku)
  } catch (error) {
    // A SKU that the Inventory API would not even take is none of its own.
    if (isConnectorError(error) && error.kind === 'invalid') return undefined
    throw error
  }
}
