import type { ControlOperations } from '@plimsoll/connector-kit/simulator'
import { defaultLocationId, fromStockUnitId, toStockUnitId } from '../ids.ts'
import type { ShopProduct } from './catalogue.ts'
import type { Shop } from './shop.ts'

/** What shoppers and the shop's staff do, past the API. */
export function createControl(shop: Shop): ControlOperations {
  const { catalogue, orders } = shop
  const levelOf = (product: ShopProduct) => ({
    sku: product.sku,
    stockUnitId: stockUnitIdOf(shop, product),
    locationId: defaultLocationId,
    quantity: catalogue.holderOf(product.id)?.stock ?? null,
  })
  const isSold = (product: ShopProduct) =>
    product.status !== 'trash' && (product.type === 'simple' || product.type === 'variation')

  return {
    addProducts: (products) =>
      products.map(({ sku, title, barcode, price, quantity, unitsTracked = true }) =>
        levelOf(
          catalogue.add({
            name: title,
            sku,
            barcode: barcode ?? '',
            price,
            manageStock: unitsTracked,
            stock: unitsTracked ? quantity : null,
          }),
        ),
      ),
    levels: () => catalogue.all().filter(isSold).map(levelOf),
    toldCustomers: () =>
      orders
        .all()
        .flatMap(({ fulfillments, trackings, notes }) => [
          ...fulfillments.flatMap(({ meta }) => meta.map(({ value }) => String(value))),
          ...trackings.map(({ tracking_number: number }) => number),
          ...notes.filter(({ toCustomer }) => toCustomer).map(({ note }) => note),
        ]),
    placeOrder(lines, to) {
      shop.cancelUnpaid()
      const placed = shop.checkout(lines, to)
      if (placed.kind === 'refused') return placed
      return {
        kind: 'placed',
        externalId: String(placed.order.id),
        lines: placed.order.lines.map((line) => {
          const product = catalogue.find(line.variationId || line.productId)
          return {
            sku: line.sku,
            stockUnitId: product === undefined ? '' : stockUnitIdOf(shop, product),
            locationId: defaultLocationId,
            quantity: line.quantity,
          }
        }),
      }
    },
    stepOrder(externalId, step) {
      const order = orders.find(Number(externalId))
      if (order === undefined) return { kind: 'not-found' }
      const { status } = order
      switch (step) {
        case 'pay':
          if (!['pending', 'checkout-draft', 'failed', 'on-hold'].includes(status)) {
            return { kind: 'refused', why: `The order is ${status}.` }
          }
          shop.setStatus(order, 'processing')
          return { kind: 'done' }
        case 'hold':
          if (status !== 'processing' && status !== 'pending')
            return { kind: 'refused', why: `The order is ${status}.` }
          shop.setStatus(order, 'on-hold')
          return { kind: 'done' }
        case 'release':
          if (status !== 'on-hold') return { kind: 'refused', why: `The order is ${status}.` }
          shop.setStatus(order, 'processing')
          return { kind: 'done' }
        case 'cancel':
          // By the API anything goes; people refund what has left the house.
          if (['cancelled', 'refunded', 'completed'].includes(status)) {
            return { kind: 'refused', why: `The order is ${status}.` }
          }
          shop.setStatus(order, 'cancelled')
          return { kind: 'done' }
        case 'fulfill':
          if (status !== 'processing' && status !== 'on-hold') {
            return { kind: 'refused', why: `The order is ${status}.` }
          }
          shop.setStatus(order, 'completed')
          return { kind: 'done' }
        case 'refund': {
          if (status === 'cancelled' || status === 'refunded') {
            return { kind: 'refused', why: `The order is ${status}.` }
          }
          const lines = order.lines
            .map((line) => ({ lineId: line.id, quantity: line.quantity - orders.refundedOf(order, line.id) }))
            .filter((line) => line.quantity > 0)
          shop.refund(order, { lines, restock: true, reason: '' })
          return { kind: 'done' }
        }
        default: {
          const never: never = step
          return never
        }
      }
    },
    setLevel({ stockUnitId, locationId, quantity }) {
      if (locationId !== defaultLocationId || !/^\d+(\/\d+)?$/.test(stockUnitId)) return undefined
      const { productId, variationId } = fromStockUnitId(stockUnitId)
      const product = catalogue.find(variationId ?? productId)
      if (product === undefined || catalogue.holderOf(product.id) !== product) return undefined
      const before = product.stock
      catalogue.save(product, { stock: quantity })
      return { before }
    },
    products({ search, limit }) {
      const wanted = search.toLowerCase()
      const found = catalogue
        .all()
        .filter(
          (product) =>
            isSold(product) &&
            (product.sku.toLowerCase().includes(wanted) || product.name.toLowerCase().includes(wanted)),
        )
      return {
        total: found.length,
        rows: found.slice(0, limit).map((product) => {
          const holder = catalogue.holderOf(product.id)
          return {
            sku: product.sku,
            title: product.option === '' ? product.name : `${product.name} – ${product.option}`,
            price: product.price,
            quantity:
              holder === undefined ? null : Math.max(0, (holder.stock ?? 0) - shop.holds.heldOf(holder.id)),
          }
        }),
      }
    },
  }
}

/** The connector's name for what counts a product. */
export function stockUnitIdOf(shop: Shop, product: ShopProduct): string {
  return toStockUnitId({
    id: product.id,
    parentId: product.parentId,
    isCountedByParent: shop.catalogue.managingOf(product) === 'parent',
  })
}
