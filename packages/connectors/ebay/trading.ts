import { Malformed } from '@plimsoll/connector-kit'
import type { Transport } from './transport.ts'
import { childOf, childrenOf, textOf, type XmlContent, type XmlElement } from './xml.ts'

/** The calls of the Trading API that the connector makes: listings that the Inventory API does not know. */

/** `InventoryStatus` nodes in one `ReviseInventoryStatus`. */
export const statusesMax = 4
/** Listings on a page of the active list. */
export const activeOnPage = 200

/** One listing as the Trading API tells it. */
export type TradingItem = {
  itemId: string
  title: string
  sku: string | undefined
  listingType: string
  /** As `SellingStatus.ListingStatus` says; the active list does not say it. */
  status: string | undefined
  /** Units that can be bought now; undefined where it does not say. */
  available: number | undefined
  /** Empty where it is a single thing. */
  variations: TradingVariation[]
}

export type TradingVariation = {
  sku: string | undefined
  available: number | undefined
  aspects: { name: string; value: string }[]
}

export type StatusRow = { itemId: string; sku: string | undefined; quantity: number }

type Options = { signal?: AbortSignal | undefined }

export function createTrading(transport: Transport) {
  return {
    /** One page of what is on sale, the oldest listing first: what is listed meanwhile comes at the end. */
    async activeList(page: number, operation: string, { signal }: Options = {}) {
      const { root, date, response } = await transport.tradeWhole({
        operation: `${operation}.trading`,
        name: 'GetMyeBaySelling',
        content: {
          ActiveList: {
            Include: true,
            Sort: 'StartTime',
            Pagination: { EntriesPerPage: activeOnPage, PageNumber: page },
          },
        },
        signal,
      })
      const list = childOf(root, 'ActiveList')
      // Without a single listing the whole container is left out.
      const pages = list === undefined ? 0 : toCount(textOf(list, 'PaginationResult', 'TotalNumberOfPages'))
      if (pages === undefined) {
        throw new Malformed(`${operation}: the active list does not say how long it is`, response.text)
      }
      return { items: childrenOf(childOf(list, 'ItemArray'), 'Item').map(toItem), pages, date }
    },

    /** One listing now, ended ones too. @throws NotFound */
    async item(itemId: string, operation: string, { signal }: Options = {}) {
      const { root, date, response } = await transport.tradeWhole({
        operation: `${operation}.trading`,
        name: 'GetItem',
        content: { ItemID: itemId },
        signal,
      })
      const element = childOf(root, 'Item')
      if (element === undefined) throw new Malformed(`${operation}: there is no Item`, response.text)
      const item = toItem(element)
      if (item.itemId !== itemId)
        throw new Malformed(`${operation}: eBay answered ${itemId} with ${item.itemId}`, response.text)
      return { item, date }
    },

    /** Rows fail one by one: what is echoed was taken. */
    async reviseStatuses(rows: readonly StatusRow[], { signal }: Options = {}) {
      const answer = await transport.trade({
        operation: 'setLevels.trading',
        name: 'ReviseInventoryStatus',
        content: {
          InventoryStatus: rows.map(
            ({ itemId, sku, quantity }): XmlContent => ({ ItemID: itemId, SKU: sku, Quantity: quantity }),
          ),
        },
        signal,
      })
      return { ...answer, echoes: echoesIn(answer.root) }
    },

    /** Whether a listing at nought stays; undefined where eBay does not say. */
    async keepsListingsAtNought({ signal }: Options = {}): Promise<boolean | undefined> {
      const { root } = await transport.tradeWhole({
        operation: 'check.trading',
        name: 'GetUserPreferences',
        content: { ShowOutOfStockControlPreference: true },
        signal,
      })
      const preference = textOf(root, 'OutOfStockControlPreference')
      return preference === undefined ? undefined : preference === 'true'
    },
  }
}
export type Trading = ReturnType<typeof createTrading>

/** The quantities that an answer of `ReviseInventoryStatus` names: what was taken. */
export function echoesIn(answer: XmlElement) {
  return childrenOf(answer, 'InventoryStatus').map((element) => ({
    itemId: textOf(element, 'ItemID'),
    sku: textOf(element, 'SKU'),
    quantity: toCount(textOf(element, 'Quantity')),
  }))
}

/** @throws Malformed where it has no number or name */
export function toItem(element: XmlElement): TradingItem {
  const itemId = textOf(element, 'ItemID')
  if (itemId === undefined || !/^\d{1,19}$/.test(itemId))
    throw new Malformed('A listing without an ItemID', JSON.stringify(element))
  return {
    itemId,
    title: textOf(element, 'Title') ?? '',
    sku: textOf(element, 'SKU'),
    listingType: textOf(element, 'ListingType') ?? 'FixedPriceItem',
    status: textOf(element, 'SellingStatus', 'ListingStatus'),
    available: availableOf(element),
    variations: childrenOf(childOf(element, 'Variations'), 'Variation').map((variation) => ({
      sku: textOf(variation, 'SKU'),
      available: availableOf(variation),
      aspects: childrenOf(childOf(variation, 'VariationSpecifics'), 'NameValueList').map((pair) => ({
        name: textOf(pair, 'Name') ?? '',
        value: textOf(pair, 'Value') ?? '',
      })),
    })),
  }
}

/**
 * `Quantity` is what was ever put up and not taken back: sold units are in it. What can still be bought is the
 * difference, of listings and of variations alike; the active list says it by itself, too.
 * Source: developer.ebay.com/support/knowledge-base/1525 (read 2026-11).
 */
function availableOf(element: XmlElement): number | undefined {
  const said = toCount(textOf(element, 'QuantityAvailable'))
  if (said !== undefined) return said
  const quantity = toCount(textOf(element, 'Quantity'))
  const sold = toCount(textOf(element, 'SellingStatus', 'QuantitySold'))
  // Absent is not zero (I12): without either there is no number.
  return quantity === undefined || sold === undefined ? undefined : Math.max(0, quantity - sold)
}

function toCount(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined
  return Number(text)
}
