import type { ConnectorContext } from '@plimsoll/connector-kit'
import { percentEncode } from '@plimsoll/connector-kit'
import * as answers from './answers.ts'
import { type Search, toQuery } from './search.ts'
import type { Credentials, Settings } from './settings.ts'
import { type Call, createTransport } from './transport.ts'

type Options = { signal?: AbortSignal | undefined }
type Searching = Options & Search

const writePriority = 0
const orderPriority = 1

/** The calls that the connector makes, one function each. They throw the kit's errors and neither repeat nor wait. */
export function createApi(context: ConnectorContext<Settings, Credentials>) {
  const ask = createTransport(context)
  const get = (
    operation: string,
    path: string,
    { signal }: Options,
    query?: Record<string, string>,
  ): Call => ({
    operation,
    method: 'GET',
    path,
    ...(query !== undefined && { query }),
    signal,
  })
  const search = (operation: string, path: string, { signal, ...what }: Searching): Call =>
    get(operation, path, { signal }, toQuery(what))
  const post = (operation: string, path: string, body: unknown, { signal }: Options): Call => ({
    operation,
    method: 'POST',
    path,
    body,
    signal,
  })

  return {
    storeConfigs: (options: Options) =>
      ask(get('storeConfigs', 'store/storeConfigs', options), answers.storeConfigs),
    storeViews: (options: Options) => ask(get('storeViews', 'store/storeViews', options), answers.storeViews),
    websites: (options: Options) => ask(get('websites', 'store/websites', options), answers.websites),

    /** No route at all where the modules of many sources are off. */
    sources: (what: Searching) =>
      ask(search('sources', 'inventory/sources', { ...what, fields: answers.sourceFields }), answers.sources),
    stocks: (what: Searching) => ask(search('stocks', 'inventory/stocks', what), answers.stocks),
    stockOfWebsite: ({ code, signal }: Options & { code: string }) =>
      ask(
        get('stockOfWebsite', `inventory/stock-resolver/website/${percentEncode(code)}`, { signal }),
        answers.stock,
      ),
    /** In the order in which the shop takes from them. */
    sourcesOfStock: ({ stockId, signal }: Options & { stockId: number }) =>
      ask(
        get('sourcesOfStock', `inventory/get-sources-assigned-to-stock-ordered-by-priority/${stockId}`, {
          signal,
        }),
        answers.assignedSources,
      ),
    sourceItems: (what: Searching) =>
      ask(
        search('sourceItems', 'inventory/source-items', { ...what, fields: answers.sourceItemFields }),
        answers.sourceItems,
      ),
    /** All or none. Without rows it changes nothing, and yet needs the right to change. */
    saveSourceItems: ({ rows, signal }: Options & { rows: readonly SourceItemRow[] }) =>
      ask(
        {
          ...post('saveSourceItems', 'inventory/source-items', { sourceItems: rows }, { signal }),
          priority: writePriority,
        },
        answers.saved,
      ),
    /** Each row is an operation of its own, carried out whenever the message queue comes to it. */
    queueSourceItems: ({ rows, signal }: Options & { rows: readonly SourceItemRow[] }) =>
      ask(
        {
          ...post(
            'setLevels.bulk',
            'inventory/source-items',
            rows.map((row) => ({ sourceItems: [row] })),
            { signal },
          ),
          isBulk: true,
        },
        answers.bulkTaken,
      ),
    queueStockItems: ({
      rows,
      signal,
    }: Options & { rows: readonly { productSku: string; itemId: number; stockItem: StockItemChange }[] }) =>
      ask(
        {
          operation: 'setLevels.bulk',
          method: 'PUT',
          path: 'products/byProductSku/stockItems/byItemId',
          isBulk: true,
          body: rows,
          signal,
        },
        answers.bulkTaken,
      ),
    bulkStatus: ({ bulkId, signal }: Options & { bulkId: string }) =>
      ask(get('bulkStatus', `bulk/${percentEncode(bulkId)}/detailed-status`, { signal }), answers.bulkStatus),

    stockItem: ({ sku, signal }: Options & { sku: string }) =>
      ask(get('stockItem', `stockItems/${percentEncode(sku)}`, { signal }), answers.stockItem),
    saveStockItem: ({
      sku,
      itemId,
      stockItem,
      signal,
    }: Options & { sku: string; itemId: number; stockItem: StockItemChange }) =>
      ask(
        {
          operation: 'saveStockItem',
          method: 'PUT',
          path: `products/${percentEncode(sku)}/stockItems/${itemId}`,
          body: { stockItem },
          priority: writePriority,
          signal,
        },
        answers.savedId,
      ),
    /** "Low" with a limit that no quantity reaches: the only list of how products are counted. */
    stockItems: ({ page, pageSize, signal }: Options & { page: number; pageSize: number }) =>
      ask(
        get(
          'stockItems',
          'stockItems/lowStock/',
          { signal },
          {
            scopeId: '0',
            qty: '999999999',
            currentPage: String(page),
            pageSize: String(pageSize),
            fields: answers.stockItemFields,
          },
        ),
        answers.stockItems,
      ),

    products: (what: Searching) =>
      ask(search('products', 'products', { ...what, fields: answers.productFields }), answers.products),
    /** With the SKU in the body: many web servers refuse an address with an encoded slash. */
    saveProduct: ({ product, signal }: Options & { product: { sku: string; status: 1 | 2 } }) =>
      ask(
        { ...post('saveProduct', 'products', { product }, { signal }), priority: writePriority },
        answers.savedProduct,
      ),

    orders: (what: Searching) =>
      ask(
        {
          ...search('orders', 'orders', { ...what, fields: answers.orderListFields }),
          priority: orderPriority,
        },
        answers.orderRows,
      ),
    countOrders: (what: Searching) =>
      ask(search('countOrders', 'orders', { ...what, fields: 'total_count' }), answers.counted),
    /** Who gets it: asked for by itself, so that no other answer holds it. */
    addresses: ({ id, signal }: Options & { id: number }) =>
      ask(
        get('recipient', `orders/${id}`, { signal }, { fields: answers.addressFields }),
        answers.addressedOrder,
      ),
    order: ({ id, signal }: Options & { id: number }) =>
      ask(
        {
          ...get('order', `orders/${id}`, { signal }, { fields: answers.orderFields }),
          priority: orderPriority,
        },
        answers.order,
      ),
    cancelOrder: ({ id, signal }: Options & { id: number }) =>
      ask(post('cancelOrder', `orders/${id}/cancel`, undefined, { signal }), answers.done),
    /** A credit memo; the money is returned by somebody else. */
    refundOrder: ({ orderId, body, signal }: Options & { orderId: number; body: unknown }) =>
      ask(post('refundOrder', `order/${orderId}/refund`, body, { signal }), answers.savedId),
    /** A credit memo of one invoice; `isOnline` returns the money through the payment method. */
    refundInvoice: ({ invoiceId, body, signal }: Options & { invoiceId: number; body: unknown }) =>
      ask(post('refundInvoice', `invoice/${invoiceId}/refund`, body, { signal }), answers.savedId),
    invoices: (what: Searching) =>
      ask(search('invoices', 'invoices', { ...what, fields: answers.invoiceFields }), answers.invoices),
    ship: ({ orderId, body, signal }: Options & { orderId: number; body: unknown }) =>
      ask(post('ship', `order/${orderId}/ship`, body, { signal }), answers.savedId),
    shipments: (what: Searching) =>
      ask(search('shipments', 'shipments', { ...what, fields: answers.shipmentFields }), answers.shipments),
    documents: ({ kind, ...what }: Searching & { kind: 'shipments' | 'creditmemos' }) =>
      ask(search(kind, kind, { ...what, fields: answers.documentFields }), answers.documents),
    lineDocuments: ({ kind, ...what }: Searching & { kind: 'shipments' | 'creditmemos' }) =>
      ask(search(kind, kind, { ...what, fields: answers.lineDocumentFields }), answers.lineDocuments),
  }
}
export type MagentoApi = ReturnType<typeof createApi>

export type SourceItemRow = { sku: string; source_code: string; quantity: number; status: 0 | 1 }
export type StockItemChange = { qty: number; is_in_stock: boolean }
