import type {
  ControlLevel,
  ControlOperations,
  ProductSeed,
  StepOutcome,
} from '@plimsoll/connector-kit/simulator'
import { holdsStock, type ShopProduct } from './catalogue.ts'
import { canHold, canShip, type ShopOrder, toRefund, toShip } from './order-book.ts'
import { MagentoError } from './rest.ts'
import { type Shop, sourceWith } from './shop.ts'

/** What shoppers and the shop's staff do, past the API. */
export function createControl(shop: Shop, work: () => void): ControlOperations {
  const { catalogue, stock, book, settings } = shop
  const firstSource = () => stock.stocks[0]?.sources[0] ?? 'default'
  const levelsOf = (product: ShopProduct): ControlLevel[] => {
    const { sku, manageStock } = product
    const level = { sku, stockUnitId: sku }
    if (!settings.multiSource)
      return [{ ...level, locationId: 'default', quantity: manageStock ? product.singleQty : null }]
    return stock.sources.flatMap(({ code }) => {
      const item = stock.item(sku, code)
      if (item === undefined) return []
      return [{ ...level, locationId: code, quantity: manageStock ? item.quantity : null }]
    })
  }
  const add = ({ sku, title, barcode, price, quantity, unitsTracked = true }: ProductSeed): ControlLevel => {
    // A SKU is there once; who brings it again changes the product.
    const product = catalogue.bySku(sku) ?? catalogue.add({ sku })
    Object.assign(product, { name: title, barcode: barcode ?? '', price, manageStock: unitsTracked })
    product.singleQty = quantity
    product.singleInStock = quantity > 0
    if (settings.multiSource)
      stock.save({ sku: product.sku, source: firstSource(), quantity, status: quantity > 0 ? 1 : 0 })
    const [level] = levelsOf(product)
    return level ?? { sku, stockUnitId: sku, locationId: firstSource(), quantity: null }
  }

  const fulfill = (order: ShopOrder) => {
    if (order.state === 'new' || order.state === 'processing') {
      const isInvoiced = order.rows.every(
        (row) => !row.countsForMoney || row.invoiced + row.canceled >= row.ordered,
      )
      if (!isInvoiced) shop.invoice(order)
    }
    if (!canShip(order)) {
      if (order.state === 'complete' && order.rows.every((row) => row.isVirtual)) return
      throw new MagentoError(400, `The order is ${order.state}.`)
    }
    // One shipment for each source that units leave from.
    const bySource = Map.groupBy(
      order.rows.filter((row) => toShip(row) > 0),
      (row) => sourceWith(shop, order, row, toShip(row)),
    )
    for (const [source, rows] of bySource) {
      shop.ship(order, {
        items: rows.map((row) => ({ orderItemId: row.itemId, quantity: toShip(row) })),
        source,
        tracks: [],
        comment: undefined,
      })
    }
  }
  const refund = (order: ShopOrder) =>
    shop.refund(order, { lines: undefined, returned: new Set(order.rows.map(({ itemId }) => itemId)) })

  return {
    addProducts: (products) => products.map(add),
    levels() {
      work()
      return catalogue.all().filter(holdsStock).flatMap(levelsOf)
    },
    placeOrder(lines, to) {
      work()
      const placed = shop.checkout(lines, undefined, to)
      if (placed.kind === 'refused') return placed
      const { order } = placed
      return {
        kind: 'placed',
        externalId: String(order.id),
        lines: order.rows
          .filter(({ isHeld }) => isHeld)
          .map((row) => ({
            sku: row.sku,
            stockUnitId: row.sku,
            locationId: settings.multiSource ? sourceWith(shop, order, row, row.ordered) : 'default',
            quantity: row.ordered,
          })),
      }
    },
    stepOrder(externalId, step) {
      const order = book.orders.get(Number(externalId))
      if (order === undefined) return { kind: 'not-found' }
      const isPaid = order.state !== 'new' && order.state !== 'pending_payment'
      try {
        switch (step) {
          case 'pay':
            if (isPaid) return { kind: 'refused', why: `The order is ${order.state}.` }
            pay(shop, order)
            return { kind: 'done' }
          case 'cancel':
            if (shop.cancel(order)) return { kind: 'done' }
            // What is paid is refunded, as long as nothing has left.
            if (order.rows.some(({ shipped }) => shipped > 0) || !order.rows.some((row) => toRefund(row) > 0))
              return { kind: 'refused', why: `The order is ${order.state}.` }
            refund(order)
            return { kind: 'done' }
          case 'hold':
          case 'release':
            return takeHold(shop, order, step)
          case 'fulfill':
            fulfill(order)
            return { kind: 'done' }
          case 'refund':
            refund(order)
            return { kind: 'done' }
          default: {
            const never: never = step
            return never
          }
        }
      } catch (error) {
        if (!(error instanceof MagentoError)) throw error
        return { kind: 'refused', why: error.message }
      }
    },
    setLevel({ stockUnitId, locationId, quantity }) {
      work()
      const product = catalogue.bySku(stockUnitId)
      if (product === undefined) return undefined
      if (!settings.multiSource) {
        if (locationId !== 'default') return undefined
        const before = product.singleQty
        product.singleQty = quantity
        product.singleInStock = quantity > product.minQty
        return { before }
      }
      const item = stock.item(stockUnitId, locationId)
      if (item === undefined) return undefined
      const before = item.quantity
      stock.save({ ...item, quantity, status: quantity > 0 ? 1 : 0 })
      return { before }
    },
    products({ search, limit }) {
      work()
      const wanted = search.toLowerCase()
      const found = catalogue
        .all()
        .filter(
          (product) =>
            holdsStock(product) &&
            product.status === 1 &&
            (product.sku.toLowerCase().includes(wanted) || product.name.toLowerCase().includes(wanted)),
        )
      return {
        total: found.length,
        rows: found.slice(0, limit).map((product) => ({
          sku: product.sku,
          title: product.name,
          price: product.price,
          quantity: shop.salable(product),
        })),
      }
    },
  }
}

/** A person puts it on hold, or takes it off. */
function takeHold(shop: Shop, order: ShopOrder, step: 'hold' | 'release'): StepOutcome {
  const { heldFrom } = order
  if (step === 'hold' ? !canHold(order) : order.state !== 'holded')
    return { kind: 'refused', why: `The order is ${order.state}.` }
  if (step === 'hold') order.heldFrom = order.state
  order.state = step === 'hold' ? 'holded' : (heldFrom ?? 'processing')
  shop.touch(order)
  return { kind: 'done' }
}

/** What the payment method does with the order. */
function pay(shop: Shop, order: ShopOrder): void {
  if (order.state === 'pending_payment') order.state = 'new'
  if (shop.settings.payment === 'capture') shop.invoice(order)
  else {
    order.state = 'processing'
    shop.touch(order)
  }
}
