import { isConnectorError, Malformed } from '@plimsoll/connector-kit'
import type { InventoryItem, Offer } from './answers.ts'
import * as answers from './answers.ts'
import { type RestError, toRestError } from './refusals.ts'
import { scopes } from './scopes.ts'
import type { Transport } from './transport.ts'

/** The calls of the Sell Inventory API that the connector makes. */
const root = '/sell/inventory/v1'

/** SKUs in one read or write at the most. */
export const rowsMax = 25
const offersMax = 100
/** Inventory items on a page; each costs a call for its offers. */
export const itemsOnPage = 100

type Options = { signal?: AbortSignal | undefined }

/** @param operation as budgets name the call that it is made for, without the API */
export function createInventory(transport: Transport) {
  const scope = scopes.inventory
  return {
    /** `offset` counts pages here, from 0. */
    items: (page: number, { signal }: Options = {}) =>
      transport.ask(
        {
          operation: 'listings.inventory',
          method: 'GET',
          path: `${root}/inventory_item`,
          query: { limit: String(itemsOnPage), offset: String(page) },
          scope,
          signal,
        },
        answers.inventoryItems,
      ),

    /** Those that there are, by SKU, of at most `rowsMax`. */
    async itemsBySku(
      skus: readonly string[],
      operation: string,
      { signal }: Options = {},
    ): Promise<Map<string, InventoryItem>> {
      const { data, response } = await transport.ask(
        {
          operation: `${operation}.inventory`,
          method: 'POST',
          path: `${root}/bulk_get_inventory_item`,
          body: { requests: skus.map((sku) => ({ sku })) },
          scope,
          signal,
        },
        answers.inventoryItemRows,
        [200, 207],
      )
      const found = new Map<string, InventoryItem>()
      const unanswered = new Set(skus)
      for (const row of data.responses) {
        const sku = row.sku ?? row.inventoryItem?.sku
        if (sku === undefined) continue
        unanswered.delete(sku)
        if (row.statusCode === 200 && row.inventoryItem !== undefined) found.set(sku, row.inventoryItem)
        else assertGone(row, operation)
      }
      // What eBay does not answer is not gone: the level of a listing that sells would be given up.
      if (unanswered.size > 0) {
        const missing = [...unanswered].join(', ')
        throw new Malformed(`${operation}: eBay says nothing of ${missing}`, response.text)
      }
      return found
    },

    /** Every offer of a SKU, published or not. None is a 404 (25713), whether the SKU is there or not. */
    async offers(sku: string, operation: string, { signal }: Options = {}): Promise<Offer[]> {
      const call = {
        operation: `${operation}.inventory`,
        method: 'GET' as const,
        path: `${root}/offer`,
        query: { sku, limit: String(offersMax) },
        scope,
        signal,
      }
      try {
        const { data, response } = await transport.ask(call, answers.offers)
        if (data.offers.length < Math.min(data.total, offersMax))
          throw new Malformed(`${operation}: eBay has ${data.total} offers and shows fewer`, response.text)
        return data.offers
      } catch (error) {
        // Said by eBay itself; a proxy's page of the same status would make a listing that sells pass for gone.
        if (isConnectorError(error) && error.platform.code === '25713') return []
        throw error
      }
    },

    /** Rows answer one by one. */
    async setQuantities(requests: readonly QuantityRequest[], { signal }: Options = {}) {
      const answer = await transport.ask(
        {
          operation: 'setLevels.inventory',
          method: 'POST',
          path: `${root}/bulk_update_price_quantity`,
          body: { requests },
          scope,
          signal,
        },
        answers.quantityRows,
        [200, 207],
      )
      return answer
    },

    /** Whether quantities may be written, by a write of nothing: eBay refuses it for its content, or for want of the right. */
    probeWriting: ({ signal }: Options = {}) =>
      transport.send(
        {
          operation: 'check.inventory',
          method: 'POST',
          path: `${root}/bulk_update_price_quantity`,
          body: { requests: [] },
          scope,
          signal,
        },
        [200, 207, 400],
      ),

    locations: ({ signal }: Options = {}) =>
      transport.ask(
        {
          operation: 'check.inventory',
          method: 'GET',
          path: `${root}/location`,
          query: { limit: '100' },
          scope,
          signal,
        },
        answers.locations,
      ),
  }
}
export type Inventory = ReturnType<typeof createInventory>

/** Of a row that has no item: that there is none is one thing, that it could not be had another. */
function assertGone(
  { statusCode, errors }: { statusCode: number; errors?: RestError[] | undefined },
  operation: string,
): void {
  const [first = { errorId: 0 }] = errors ?? []
  const detail = { status: statusCode }
  const error = toRestError(first, { status: statusCode, operation, detail })
  if (statusCode === 200)
    throw new Malformed(`${operation}: a row without its item`, JSON.stringify(errors), true, detail)
  if (error.kind !== 'not-found') throw error
}

/** One SKU's numbers. Prices are left out: they stay as they are. */
export type QuantityRequest = {
  sku: string
  shipToLocationAvailability: {
    quantity: number
    availabilityDistributions?: { merchantLocationKey: string; quantity: number }[]
  }
  offers: { offerId: string; availableQuantity: number }[]
}
