import type { InventoryItem, Offer } from './answers.ts'
import * as answers from './answers.ts'
import { scopes } from './scopes.ts'
import type { Transport } from './transport.ts'

/** The calls of the Sell Inventory API that the connector makes. */
const root = '/sell/inventory/v1'

/** SKUs in one read or write at the most. */
export const rowsMax = 25
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
      const { data } = await transport.ask(
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
      return new Map(
        data.responses.flatMap(({ sku, statusCode, inventoryItem }) => {
          const named = sku ?? inventoryItem?.sku
          return statusCode === 200 && inventoryItem !== undefined && named !== undefined
            ? [[named, inventoryItem]]
            : []
        }),
      )
    },

    /** Every offer of a SKU, published or not; none where the SKU is not there. */
    async offers(sku: string, operation: string, { signal }: Options = {}): Promise<Offer[]> {
      const { data } = await transport.ask(
        {
          operation: `${operation}.inventory`,
          method: 'GET',
          path: `${root}/offer`,
          query: { sku, limit: '100' },
          scope,
          signal,
        },
        answers.offers,
      )
      return data.offers
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

/** One SKU's numbers. Prices are left out: they stay as they are. */
export type QuantityRequest = {
  sku: string
  shipToLocationAvailability: {
    quantity: number
    availabilityDistributions?: { merchantLocationKey: string; quantity: number }[]
  }
  offers: { offerId: string; availableQuantity: number }[]
}
