import type { Catalogue, ShopProduct } from './catalogue.ts'
import { MagentoError } from './rest.ts'

export type Source = { code: string; name: string; enabled: boolean }
/** What a website sells from: sources in the order in which they are taken from. */
export type Stock = { id: number; name: string; websites: string[]; sources: string[] }
export type SourceItem = { sku: string; source: string; quantity: number; status: 0 | 1 }
export type ReservationEvent =
  | 'order_placed'
  | 'order_canceled'
  | 'shipment_created'
  | 'invoice_created'
  | 'creditmemo_created'

/**
 * How Magento counts: quantities lie at sources, what is ordered is held by reservations that are only ever added, and a
 * stock may sell what its sources hold and the reservations and the threshold leave. Source: magento/inventory,
 * InventorySales (GetProductSalableQty), InventorySourceDeductionApi (SourceDeductionService).
 */
export type StockBook = {
  sources: Source[]
  stocks: Stock[]
  items(): SourceItem[]
  item(sku: string, source: string): SourceItem | undefined
  save(item: SourceItem): void
  removeSku(sku: string): void
  reserve(stockId: number, sku: string, quantity: number, event: ReservationEvent): void
  /** Σ of a stock's reservations of a SKU; negative while units are open. */
  reserved(stockId: number, sku: string): number
  reservations: readonly { stockId: number; sku: string; quantity: number; event: ReservationEvent }[]
  /** Takes from a source what has left, or puts back what is negative. Refused below zero. */
  deduct(source: string, product: ShopProduct, quantity: number): void
  /** What a stock may sell. */
  salable(stockId: number, sku: string): number
  stockOfWebsite(code: string): Stock
}

export function createStockBook({
  catalogue,
  now,
  indexLagMs,
}: {
  catalogue: Catalogue
  now: () => number
  /** How long the index behind what is salable takes to follow a source. */
  indexLagMs: () => number
}): StockBook {
  const items = new Map<string, SourceItem>()
  const bySku = new Map<string, Set<SourceItem>>()
  const reserved = new Map<string, number>()
  const reservations: { stockId: number; sku: string; quantity: number; event: ReservationEvent }[] = []
  /** Index rows by stock and SKU: what they say, until they are written anew. */
  const index = new Map<string, { quantity: number; dueMs: number | undefined }>()
  const sources: Source[] = []
  const stocks: Stock[] = []
  const nameOf = (sku: string, of: string | number) => `${sku.toLowerCase()}\n${String(of).toLowerCase()}`

  const quantityNow = ({ sources: codes }: Stock, sku: string): number => {
    let sum = 0
    for (const item of bySku.get(sku.toLowerCase()) ?? []) {
      const source = sources.find(({ code }) => code === item.source)
      if (source?.enabled === true && codes.includes(item.source) && item.status === 1) sum += item.quantity
    }
    return sum
  }
  const indexed = (stock: Stock, sku: string): number => {
    if (indexLagMs() === 0) return quantityNow(stock, sku)
    const key = nameOf(sku, stock.id)
    const row = index.get(key)
    if (row === undefined || (row.dueMs !== undefined && row.dueMs <= now())) {
      const fresh = { quantity: quantityNow(stock, sku), dueMs: undefined }
      index.set(key, fresh)
      return fresh.quantity
    }
    return row.quantity
  }
  const touchIndex = (sku: string) => {
    if (indexLagMs() === 0) return
    for (const stock of stocks) {
      const before = indexed(stock, sku)
      const row = index.get(nameOf(sku, stock.id))
      index.set(nameOf(sku, stock.id), { quantity: before, dueMs: row?.dueMs ?? now() + indexLagMs() })
    }
  }

  const book: StockBook = {
    sources,
    stocks,
    reservations,
    items: () => [...items.values()],
    item: (sku, source) => items.get(nameOf(sku, source)),
    save({ sku, source, quantity, status }) {
      touchIndex(sku)
      const known = items.get(nameOf(sku, source))
      if (known !== undefined) {
        known.quantity = quantity
        known.status = status
        return
      }
      const item = { sku, source, quantity, status }
      items.set(nameOf(sku, source), item)
      const own = bySku.get(sku.toLowerCase()) ?? new Set()
      own.add(item)
      bySku.set(sku.toLowerCase(), own)
    },
    removeSku(sku) {
      for (const item of bySku.get(sku.toLowerCase()) ?? []) items.delete(nameOf(sku, item.source))
      bySku.delete(sku.toLowerCase())
      for (const { id } of stocks) reserved.delete(nameOf(sku, id))
    },
    reserve(stockId, sku, quantity, event) {
      if (quantity === 0) return
      reservations.push({ stockId, sku, quantity, event })
      const key = nameOf(sku, stockId)
      reserved.set(key, (reserved.get(key) ?? 0) + quantity)
    },
    reserved: (stockId, sku) => reserved.get(nameOf(sku, stockId)) ?? 0,
    deduct(source, product, quantity) {
      if (!product.manageStock) return
      const item = book.item(product.sku, source)
      if (item === undefined || item.quantity - quantity < 0) {
        throw new MagentoError(400, 'Not all of your products are available in the requested quantity.')
      }
      const left = item.quantity - quantity
      const isOut = left === product.minQty && product.backorders === 0
      book.save({ ...item, quantity: left, status: isOut ? 0 : 1 })
    },
    salable(stockId, sku) {
      const stock = stocks.find(({ id }) => id === stockId)
      const product = catalogue.bySku(sku)
      if (stock === undefined || product === undefined || product.status === 2) return 0
      const quantity = indexed(stock, sku)
      // The index calls a product salable while its quantity is above the threshold.
      if (quantity <= product.minQty && product.backorders === 0) return 0
      return quantity + book.reserved(stockId, sku) - product.minQty
    },
    stockOfWebsite(code) {
      const found = stocks.find(({ websites }) => websites.includes(code))
      if (found === undefined) throw new MagentoError(404, 'No linked stock found')
      return found
    },
  }
  return book
}
