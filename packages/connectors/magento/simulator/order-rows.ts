import { type Catalogue, isVirtual, type ShopProduct } from './catalogue.ts'
import type { OrderBook, OrderRow } from './order-book.ts'

/** The rows that one line of a basket becomes: one for itself, or one for a parent and each of its parts. */
export function rowsOf(
  { sku, quantity }: { sku: string; quantity: number },
  catalogue: Catalogue,
  book: OrderBook,
): OrderRow[] {
  const product = catalogue.bySku(sku)
  if (product === undefined) return []
  const blank = { canceled: 0, invoiced: 0, refunded: 0, shipped: 0 }
  const row = (of: ShopProduct, units: number): OrderRow => ({
    itemId: book.newId(),
    parentItemId: undefined,
    productId: of.id,
    type: of.type,
    sku: of.sku,
    name: of.name,
    isVirtual: isVirtual(of),
    price: of.price,
    ordered: units,
    ...blank,
    countsForMoney: true,
    countsForShipping: true,
    isHeld: true,
  })
  const parent = catalogue.find(product.configurableId ?? 0)
  if (parent !== undefined) {
    // The parent's row bears the option's SKU and all numbers, the option's row repeats what was ordered.
    const first = { ...row(parent, quantity), sku: product.sku, isHeld: false }
    const option = { ...row(product, quantity), parentItemId: first.itemId, price: 0 }
    return [first, { ...option, countsForMoney: false, countsForShipping: false }]
  }
  if (product.type !== 'bundle') return [row(product, quantity)]
  const isSeparate = product.shipmentType === 1
  const bundle = {
    ...row(product, quantity),
    isHeld: false,
    countsForMoney: false,
    countsForShipping: !isSeparate,
  }
  const parts = product.parts.flatMap((part) => {
    const of = catalogue.bySku(part.sku)
    if (of === undefined) return []
    const own = row(of, part.quantity * quantity)
    return [{ ...own, parentItemId: bundle.itemId, countsForShipping: isSeparate }]
  })
  return [bundle, ...parts]
}
