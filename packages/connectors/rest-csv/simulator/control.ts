import type { ControlOperations } from '@plimsoll/connector-kit/simulator'
import type { Item, Pantry } from './shop.ts'

export const LOCATION_ID = 'default'

/** What shoppers and Pantry's staff do, past its API and its files. */
export function createControl(shop: Pantry): ControlOperations {
  const levelOf = ({ id, code, stock }: Item) => ({
    sku: code,
    stockUnitId: String(id),
    locationId: LOCATION_ID,
    quantity: stock,
  })
  return {
    addProducts: (seeds) =>
      seeds.map(({ sku, title, barcode = null, price, quantity, unitsTracked = true }) =>
        levelOf(
          shop.add({ code: sku, name: title, ean: barcode, price, stock: unitsTracked ? quantity : null }),
        ),
      ),
    levels: () => [...shop.items.values()].map(levelOf),
    placeOrder(lines, to) {
      const wanted = lines.map(({ sku, quantity }) => ({ sku, units: quantity, item: shop.byCode(sku) }))
      const short = wanted.filter(({ item, units }) => item === undefined || (item.stock ?? units) < units)
      if (short.length > 0) return { kind: 'refused', skus: short.map(({ sku }) => sku) }
      const found = wanted.flatMap(({ item, units }) => (item === undefined ? [] : [{ item, units }]))
      return {
        kind: 'placed',
        externalId: String(shop.place(found, to).id),
        lines: found.map(({ item, units }) => ({ ...levelOf(item), quantity: units })),
      }
    },
    stepOrder(externalId, step) {
      const order = shop.orders.get(Number(externalId))
      if (order === undefined) return { kind: 'not-found' }
      if (step === 'hold' || step === 'release') return { kind: 'refused', why: 'This shop holds no orders.' }
      const isOver = order.status === 'sent' || order.status === 'void'
      if (isOver || (step === 'pay' && order.status === 'paid'))
        return { kind: 'refused', why: `The order is ${order.status}.` }
      if (step === 'pay') shop.pay(order)
      else if (step === 'fulfill') shop.send(order, 'by hand')
      else shop.cancel(order)
      return { kind: 'done' }
    },
    setLevel({ stockUnitId, quantity }) {
      const item = shop.items.get(Number(stockUnitId))
      if (item === undefined) return undefined
      const before = item.stock
      item.stock = quantity
      return { before }
    },
    products({ search, limit }) {
      const found = [...shop.items.values()].filter(({ code, name }) =>
        `${code} ${name}`.toLowerCase().includes(search.toLowerCase()),
      )
      const rows = found.map(({ code, name, price, stock }) => ({
        sku: code,
        title: name,
        price,
        quantity: stock,
      }))
      return { total: found.length, rows: rows.slice(0, limit) }
    },
  }
}
