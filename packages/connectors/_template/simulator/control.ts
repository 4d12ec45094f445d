import type { ControlOperations } from '@plimsoll/connector-kit/simulator'
import { locationId } from '../levels.ts'
import type { Shop, ShopProduct } from './shop.ts'

/** What shoppers and the platform's staff do, past its API: for tests, the demo and the storefront. */
export function createControl(shop: Shop): ControlOperations {
  const levelOf = ({ id, sku, stock }: ShopProduct) => ({
    sku: sku ?? '',
    stockUnitId: String(id),
    locationId,
    quantity: stock,
  })
  return {
    addProducts: (seeds) =>
      seeds.map(({ sku, title, barcode = null, price, quantity, unitsTracked = true }) =>
        levelOf(shop.add({ sku, title, barcode, price, stock: unitsTracked ? quantity : null })),
      ),
    levels: () => [...shop.products.values()].map(levelOf),
    placeOrder(lines, to) {
      const short = lines.filter(({ sku, quantity }) => {
        const product = shop.bySku(sku)
        return product === undefined || (product.stock !== null && product.stock < quantity)
      })
      if (short.length > 0) return { kind: 'refused', skus: short.map(({ sku }) => sku) }
      const wanted = lines.flatMap(({ sku, quantity }) => {
        const product = shop.bySku(sku)
        return product === undefined ? [] : [{ product, quantity }]
      })
      const order = shop.place(wanted, to)
      return {
        kind: 'placed',
        externalId: String(order.id),
        lines: wanted.map(({ product, quantity }) => ({
          sku: product.sku ?? '',
          stockUnitId: String(product.id),
          locationId,
          quantity,
        })),
      }
    },
    stepOrder(externalId, step) {
      const order = shop.orders.get(Number(externalId))
      if (order === undefined) return { kind: 'not-found' }
      const { status } = order
      const refused = { kind: 'refused', why: `The order is ${status}.` } as const
      if (status === 'shipped' || status === 'cancelled') return refused
      switch (step) {
        case 'pay':
          if (status === 'paid') return refused
          shop.pay(order)
          return { kind: 'done' }
        case 'cancel':
        case 'refund':
          shop.cancel(order)
          return { kind: 'done' }
        case 'fulfill': {
          const lines = order.lines.map(({ id, quantity, cancelled, shipped }) => ({
            id,
            quantity: quantity - cancelled - shipped,
          }))
          shop.ship(order, 'by hand', lines)
          return { kind: 'done' }
        }
        case 'hold':
        case 'release':
          return { kind: 'refused', why: 'This shop holds no orders.' }
        default: {
          const never: never = step
          return never
        }
      }
    },
    setLevel({ stockUnitId, quantity }) {
      const product = shop.products.get(Number(stockUnitId))
      if (product === undefined) return undefined
      const before = product.stock
      product.stock = quantity
      return { before }
    },
    products({ search, limit }) {
      const wanted = search.toLowerCase()
      const found = [...shop.products.values()].filter(({ sku, title }) =>
        `${sku} ${title}`.toLowerCase().includes(wanted),
      )
      const rows = found.map(({ sku, title, price, stock }) => ({
        sku: sku ?? '',
        title,
        price,
        quantity: stock,
      }))
      return { total: found.length, rows: rows.slice(0, limit) }
    },
  }
}
