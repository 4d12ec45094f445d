import type { Recipient } from '@plimsoll/connector-kit'
import { type Catalogue, createCatalogue, type ShopProduct } from './catalogue.ts'
import {
  canCancel,
  canShip,
  createOrderBook,
  type OrderBook,
  type OrderRow,
  type ShopOrder,
  stateAfter,
  toInvoice,
  toRefund,
} from './order-book.ts'
import { rowsOf } from './order-rows.ts'
import { MagentoError, noSuchEntity } from './rest.ts'
import { type ShipRequest, shipOrder } from './shipments.ts'
import { createStockBook, type StockBook } from './stock-book.ts'

/** What a merchant may set. May change while the shop runs. */
export type ShopSettings = {
  name: string
  /** ISO 4217. */
  currency: string
  /** The modules of many sources are there; off, each product has one number that falls as it is ordered. */
  multiSource: boolean
  /** What paying does: `capture` makes the invoice at once, `authorize` leaves that to the shipment. */
  payment: 'capture' | 'authorize'
  /** What an order is at first. */
  checkout: 'new' | 'pending_payment'
  /** How long what is salable takes to follow the sources. */
  indexLagMs: number
  /** True in newer versions: a SKU that there is no product of is refused. */
  checksSkus: boolean
}

export type Website = { id: number; code: string }
export type StoreView = { id: number; code: string; websiteId: number }

export type Shop = {
  settings: ShopSettings
  websites: Website[]
  storeViews: StoreView[]
  catalogue: Catalogue
  stock: StockBook
  book: OrderBook
  /** A shopper's checkout on a website: all lines or none. Bundles and options of configurables by their SKUs. */
  checkout(
    lines: readonly { sku: string; quantity: number }[],
    website?: string,
    to?: Recipient,
  ): { kind: 'placed'; order: ShopOrder } | { kind: 'refused'; skus: string[] }
  find(id: number): ShopOrder
  /** It was saved: the time of its change moves on. */
  touch(order: ShopOrder): void
  invoice(order: ShopOrder): void
  /** False where Magento refuses. */
  cancel(order: ShopOrder): boolean
  ship(order: ShopOrder, request: ShipRequest): number
  /** @param lines rows and units; undefined: all that can be refunded */
  refund(
    order: ShopOrder,
    request: {
      lines: Map<number, number> | undefined
      returned: ReadonlySet<number>
      comment?: string | undefined
    },
  ): number
  /** What a shopper may buy now; null: without counting. */
  salable(product: ShopProduct): number | null
}

/**
 * The rules by which Magento moves stock. Sources: magento/inventory (SalesEventInterface and its observers),
 * magento/magento2 (Sales, CatalogInventory), read 2026-11. Time comes from `now`.
 */
export function createShop(settings: ShopSettings, now: () => number): Shop {
  const catalogue = createCatalogue(now)
  const stock = createStockBook({ catalogue, now, indexLagMs: () => settings.indexLagMs })
  const book = createOrderBook()
  const websites: Website[] = [{ id: 1, code: 'base' }]
  const storeViews: StoreView[] = [{ id: 1, code: 'default', websiteId: 1 }]
  stock.sources.push({ code: 'default', name: 'Default Source', enabled: true })
  stock.stocks.push({ id: 1, name: 'Default Stock', websites: ['base'], sources: ['default'] })

  const second = () => Math.floor(now() / 1_000) * 1_000
  const settle = (order: ShopOrder, isInProcess: boolean, isChanged = false) => {
    const before = order.state
    order.state = stateAfter(order, isInProcess)
    if (isChanged || order.state !== before) order.updatedMs = second()
  }
  const free = (product: ShopProduct, stockId: number): number => {
    if (!product.manageStock || product.backorders > 0) return Number.POSITIVE_INFINITY
    if (settings.multiSource) return stock.salable(stockId, product.sku)
    return product.singleInStock ? product.singleQty - product.minQty : 0
  }
  const single = (productId: number, quantity: number) => {
    const product = catalogue.find(productId)
    if (product?.manageStock !== true) return
    product.singleQty += quantity
    product.singleInStock = product.singleQty > product.minQty
  }
  const held = (order: ShopOrder) => order.rows.filter((row) => row.isHeld)

  const shop: Shop = {
    settings,
    websites,
    storeViews,
    catalogue,
    stock,
    book,
    checkout(lines, website = websites[0]?.code ?? 'base', to = undefined) {
      const { id: stockId } = stock.stockOfWebsite(website)
      const wanted = new Map<ShopProduct, number>()
      const refused = new Set<string>()
      const want = (sku: string, quantity: number, asked: string) => {
        const product = catalogue.bySku(sku)
        if (product === undefined || product.status === 2) {
          refused.add(asked)
          return
        }
        const sum = (wanted.get(product) ?? 0) + quantity
        wanted.set(product, sum)
        if (sum > free(product, stockId)) refused.add(asked)
      }
      for (const { sku, quantity } of lines) {
        const product = catalogue.bySku(sku)
        if (product?.type === 'bundle' && product.status === 1)
          for (const part of product.parts) want(part.sku, part.quantity * quantity, sku)
        else if (product?.type === 'configurable' || product?.type === 'grouped') refused.add(sku)
        else want(sku, quantity, sku)
      }
      if (refused.size > 0) return { kind: 'refused', skus: [...refused] }

      const id = book.newId()
      const order: ShopOrder = {
        id,
        incrementId: String(id).padStart(9, '0'),
        storeId: storeViews.find(({ websiteId }) => websiteId === websiteIdOf(websites, website))?.id ?? 1,
        stockId,
        state: settings.checkout,
        currency: settings.currency,
        createdMs: second(),
        updatedMs: second(),
        to,
        rows: lines.flatMap((line) => rowsOf(line, catalogue, book)),
      }
      book.orders.set(id, order)
      for (const row of held(order)) {
        if (settings.multiSource) stock.reserve(stockId, row.sku, -row.ordered, 'order_placed')
        else single(row.productId, -row.ordered)
      }
      return { kind: 'placed', order }
    },
    find(id) {
      const order = book.orders.get(id)
      if (order === undefined)
        throw new MagentoError(
          404,
          "The entity that was requested doesn't exist. Verify the entity and try again.",
        )
      return order
    },
    touch(order) {
      order.updatedMs = second()
    },
    invoice(order) {
      const items: { orderItemId: number; quantity: number }[] = []
      for (const row of order.rows) {
        const units = toInvoice(row)
        if (units === 0) continue
        items.push({ orderItemId: row.itemId, quantity: units })
        row.invoiced += units
        for (const child of childrenOf(order, row)) child.invoiced = child.ordered - child.canceled
        if (!row.isHeld || !row.isVirtual || !settings.multiSource) continue
        // What nobody sends leaves its source with the invoice.
        const source = sourceWith(shop, order, row, units)
        const product = catalogue.find(row.productId)
        if (product !== undefined) stock.deduct(source, product, units)
        stock.reserve(order.stockId, row.sku, units, 'invoice_created')
      }
      if (items.length === 0)
        throw new MagentoError(400, 'The order does not allow an invoice to be created.')
      book.invoices.push({ id: book.newId(), orderId: order.id, createdMs: second(), items })
      settle(order, true, true)
    },
    cancel(order) {
      if (!canCancel(order)) return false
      for (const row of order.rows) {
        const open = row.ordered - row.canceled - Math.max(row.invoiced, row.shipped, row.refunded)
        const units = Math.max(0, open)
        if (units === 0) continue
        row.canceled += units
        if (!row.isHeld) continue
        if (settings.multiSource) stock.reserve(order.stockId, row.sku, units, 'order_canceled')
        else single(row.productId, units)
      }
      const isPartlyDone = order.rows.some((row) => toRefund(row) > 0)
      order.state = isPartlyDone ? (canShip(order) ? 'processing' : 'complete') : 'canceled'
      order.updatedMs = second()
      return true
    },
    ship: (order, request) => shipOrder(shop, order, request, { second, settle }),
    refund(order, { lines, returned, comment }) {
      const items: { orderItemId: number; quantity: number }[] = []
      for (const row of order.rows) {
        const units = Math.min(
          toRefund(row),
          lines === undefined ? toRefund(row) : (lines.get(row.itemId) ?? 0),
        )
        if (units === 0) continue
        items.push({ orderItemId: row.itemId, quantity: units })
        const isBack =
          returned.has(row.itemId) || childrenOf(order, row).some(({ itemId }) => returned.has(itemId))
        const share = units / row.ordered
        row.refunded += units
        for (const each of [row, ...childrenOf(order, row)]) {
          if (each !== row) each.refunded += Math.round(each.ordered * share)
          if (each.isHeld && isBack) giveBack(shop, order, each, Math.round(each.ordered * share), single)
        }
      }
      if (items.length === 0)
        throw new MagentoError(
          400,
          "Creditmemo Document Validation Error(s):\nYou can't create a creditmemo without products.",
        )
      const id = book.newId()
      book.creditmemos.push({ id, orderId: order.id, createdMs: second(), items, comment })
      settle(order, false, true)
      return id
    },
    salable(product) {
      const stockId = stock.stocks[0]?.id ?? 1
      const units = free(product, stockId)
      return Number.isFinite(units) ? Math.max(0, units) : null
    },
  }
  return shop
}

function websiteIdOf(websites: readonly Website[], code: string): number {
  const found = websites.find((website) => website.code === code)
  if (found === undefined) throw noSuchEntity('code', code)
  return found.id
}

function childrenOf(order: ShopOrder, row: OrderRow): OrderRow[] {
  return order.rows.filter((child) => child.parentItemId === row.itemId)
}

/** Units that had not left free their reservation, those that had go back to a source. */
function giveBack(
  { stock, settings, catalogue, book }: Shop,
  order: ShopOrder,
  row: OrderRow,
  units: number,
  single: (productId: number, quantity: number) => void,
): void {
  if (!settings.multiSource) {
    single(row.productId, units)
    return
  }
  const left = row.isVirtual ? row.invoiced : row.shipped
  const open = Math.max(0, row.ordered - row.canceled - left - (row.refunded - units))
  const freed = Math.min(units, open)
  stock.reserve(order.stockId, row.sku, freed, 'creditmemo_created')
  const product = catalogue.find(row.productId)
  const from = book.shipments.findLast(({ orderId }) => orderId === order.id)?.source
  if (units > freed && product !== undefined)
    stock.deduct(from ?? stock.sources[0]?.code ?? 'default', product, freed - units)
}

/** The first source of the order's stock that holds as much. */
export function sourceWith({ stock }: Shop, order: ShopOrder, row: OrderRow, units: number): string {
  const codes = stock.stocks.find(({ id }) => id === order.stockId)?.sources ?? []
  return codes.find((code) => (stock.item(row.sku, code)?.quantity ?? 0) >= units) ?? codes[0] ?? 'default'
}
