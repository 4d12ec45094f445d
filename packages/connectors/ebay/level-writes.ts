import {
  type ConnectorError,
  Invalid,
  isConnectorError,
  type LevelWrite,
  Malformed,
  NotFound,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import type { QuantityRow } from './answers.ts'
import { defaultLocationId, fromStockUnitId, type StockUnit } from './ids.ts'
import type { QuantityRequest } from './inventory.ts'
import { toRestError } from './refusals.ts'
import { leadingListingOf, liveOffersOf, type SkuFacts } from './sku-facts.ts'
import { type StatusRow, statusesMax } from './trading.ts'

/** The largest quantity that we send: eBay's documents say a signed 32-bit number; its sites show far less. */
export const quantityMax = 2_147_483_647

export type OfferWrite = { write: LevelWrite; unit: Extract<StockUnit, { world: 'offer' }> }
export type ItemWrite = { write: LevelWrite; unit: Extract<StockUnit, { world: 'item' }> }

/** Sorts writes into their worlds. Those that can never be right are refused here, before anything is sent. */
export function sortWrites(writes: readonly LevelWrite[]): {
  offers: OfferWrite[]
  items: ItemWrite[]
  refused: WriteOutcome[]
} {
  const offers: OfferWrite[] = []
  const items: ItemWrite[] = []
  const refused: WriteOutcome[] = []
  for (const write of writes) {
    try {
      const unit = toPossible(write)
      if (unit.world === 'offer') offers.push({ write, unit })
      else items.push({ write, unit })
    } catch (error) {
      if (!isConnectorError(error)) throw error
      refused.push({ writeId: write.writeId, kind: 'refused', error })
    }
  }
  return { offers, items, refused }
}

function toPossible(write: LevelWrite): StockUnit {
  if (!Number.isSafeInteger(write.quantity) || write.quantity < 0 || write.quantity > quantityMax)
    throw new Invalid(`${write.quantity} is no quantity: 0 to ${quantityMax}`, 'quantity')
  if (write.locationId !== defaultLocationId)
    throw new Invalid(`eBay sells from one number, at "${defaultLocationId}"`, 'locationId')
  const unit = fromStockUnitId(write.stockUnitId)
  if (unit.world === 'item' && unit.digest !== undefined) {
    throw new Invalid(
      `A variation of listing ${unit.itemId} has no SKU, and eBay lets quantities of variations be set by SKU alone. Give it a custom label (SKU), then import the listings again.`,
      'sku',
    )
  }
  return unit
}

/** What is sent for one SKU: the total, its spread over locations, and every offer's share of it, which is all of it. */
export function toQuantityRequest(facts: SkuFacts, quantity: number): QuantityRequest {
  const { sku, item } = facts
  const spread = item.availability?.shipToLocationAvailability?.availabilityDistributions ?? []
  return {
    sku,
    shipToLocationAvailability: {
      quantity,
      ...(spread.length > 0 && { availabilityDistributions: spreadOver(spread, quantity) }),
    },
    // eBay shows the lesser of the total and the offer's own number: both are set.
    offers: liveOffersOf(facts).map(({ offerId }) => ({ offerId, availableQuantity: quantity })),
  }
}

/**
 * A new total over the locations that had the old one: each keeps what it had as far as it goes, the first takes what is
 * more. eBay forgets the spread where it is left out, and quotes delivery times by it.
 */
export function spreadOver(
  spread: readonly { merchantLocationKey: string; quantity?: number | undefined }[],
  total: number,
): { merchantLocationKey: string; quantity: number }[] {
  let left = total
  const kept = spread.map(({ merchantLocationKey, quantity = 0 }) => {
    const share = Math.min(left, Math.max(0, quantity))
    left -= share
    return { merchantLocationKey, quantity: share }
  })
  return kept.map((each, at) => (at === 0 ? { ...each, quantity: each.quantity + left } : each))
}

/** Why a write by the Inventory API cannot be sent, by what is known of its SKU; undefined: it can. */
export function whyUnwritable({ unit }: OfferWrite, facts: SkuFacts | undefined): ConnectorError | undefined {
  if (facts === undefined) return new NotFound(`The Inventory API has no SKU "${unit.sku}" any more.`)
  if (leadingListingOf(facts) !== unit.itemId) {
    return new NotFound(
      `SKU "${unit.sku}" is no longer sold in listing ${unit.itemId}. If it was listed again, import the listings again.`,
    )
  }
  return undefined
}

/**
 * What eBay says of one SKU's write: all entries about it must have succeeded. It does not echo the quantity, it answers
 * for each SKU and offer by a status of its own; see `toProvenOutcome`.
 */
export function toOfferOutcome(
  { write }: OfferWrite,
  facts: SkuFacts,
  rows: readonly QuantityRow[],
): WriteOutcome {
  const offerIds = new Set(liveOffersOf(facts).map(({ offerId }) => offerId))
  const own = rows.filter((row) =>
    row.offerId === undefined ? row.sku === facts.sku : offerIds.has(row.offerId),
  )
  const { writeId } = write
  const failed = own.find(({ statusCode }) => statusCode < 200 || statusCode > 299)
  if (failed !== undefined) {
    const [error = { errorId: 0 }] = failed.errors ?? []
    return {
      writeId,
      kind: 'refused',
      error: toRestError(error, {
        status: failed.statusCode,
        operation: 'setLevels',
        detail: { status: failed.statusCode },
      }),
    }
  }
  const answered = new Set(own.map(({ offerId }) => offerId))
  const isWhole = own.length > 0 && (answered.has(undefined) || [...offerIds].every((id) => answered.has(id)))
  if (!isWhole) {
    const error = new Malformed(
      `setLevels: eBay does not say what became of "${facts.sku}"`,
      JSON.stringify(rows),
    )
    return { writeId, kind: 'refused', error }
  }
  return { writeId, kind: 'applied', quantity: write.quantity }
}

/**
 * What a write that eBay took has come to, by what it shows afterwards. Another number is no outcome: a sale may lie
 * between, or somebody's edit. It is unknown then, and read again together with the orders.
 * @param shown undefined: it could not be read
 */
export function toProvenOutcome({ writeId, quantity }: LevelWrite, shown: number | undefined): WriteOutcome {
  if (shown === quantity) return { writeId, kind: 'applied', quantity }
  const found = shown === undefined ? 'it cannot be seen' : `it shows ${shown}`
  const error = new Malformed(`setLevels: eBay took ${quantity}, and ${found}`, '')
  return { writeId, kind: 'refused', error }
}

export function toStatusRow({ unit, write }: ItemWrite): StatusRow {
  return { itemId: unit.itemId, sku: unit.sku, quantity: write.quantity }
}

/**
 * Packs writes into calls of at most four. Calls of one chain go one after the other: eBay refuses two revisions of one
 * listing at once. Different chains may go side by side.
 */
export function toChains(items: readonly ItemWrite[]): ItemWrite[][][] {
  const chains: ItemWrite[][][] = []
  let open: ItemWrite[] = []
  for (const group of Map.groupBy(items, ({ unit }) => unit.itemId).values()) {
    if (group.length > statusesMax) {
      chains.push(inChunks(group, statusesMax))
      continue
    }
    if (open.length + group.length > statusesMax) {
      chains.push([open])
      open = []
    }
    open = [...open, ...group]
  }
  if (open.length > 0) chains.push([open])
  return chains
}

export function inChunks<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, at) =>
    values.slice(at * size, (at + 1) * size),
  )
}
