import type { Recipient } from '@plimsoll/connector-kit'
import type { Order, Product } from '../api.ts'

export type ShopProduct = Product & { price: number }
export type ShopOrder = Order & { changed_at: string; shipments: Map<string, number> }

/** The platform's own rules: what it keeps, and when its numbers move. Make these the real platform's. */
export function createShop(world: {
  currency: string
  now(): number
  /** An order was placed or has changed. */
  onChange(order: Order): void
}) {
  const products = new Map<number, ShopProduct>()
  const orders = new Map<number, ShopOrder>()
  let version = 0

  const changed = (order: ShopOrder): void => {
    version += 1
    order.version = version
    order.changed_at = new Date(world.now()).toISOString()
    world.onChange(view(order))
  }
  const move = (productId: number, units: number): void => {
    const product = products.get(productId)
    if (product !== undefined && product.stock !== null) product.stock += units
  }

  return {
    products,
    orders,
    webhook: undefined as { url: string; secret: string } | undefined,
    view,
    add(product: Omit<ShopProduct, 'id' | 'status'>): ShopProduct {
      const added = { ...product, id: products.size + 1, status: 'active' as const }
      products.set(added.id, added)
      return added
    },
    bySku: (sku: string) => [...products.values()].find((product) => product.sku === sku),
    /** A checkout: the stock falls at once. */
    place(lines: readonly { product: ShopProduct; quantity: number }[], to?: Recipient): ShopOrder {
      const id = orders.size + 1
      const order: ShopOrder = {
        id,
        number: `#${1_000 + id}`,
        status: 'placed',
        placed_at: new Date(world.now()).toISOString(),
        changed_at: '',
        version: 0,
        currency: world.currency,
        ship_by: new Date(world.now() + 86_400_000).toISOString(),
        shipping_method: to === undefined ? null : 'Standard',
        ship_to: to === undefined ? null : addressOf(to),
        lines: lines.map(({ product, quantity }, at) => ({
          id: id * 100 + at,
          product_id: product.id,
          sku: product.sku,
          title: product.title,
          quantity,
          cancelled: 0,
          shipped: 0,
        })),
        shipments: new Map(),
      }
      for (const { product, quantity } of lines) move(product.id, -quantity)
      orders.set(id, order)
      changed(order)
      return order
    },
    pay(order: ShopOrder): void {
      order.status = 'paid'
      changed(order)
    },
    /** Before anything has left: the stock comes back. */
    cancel(order: ShopOrder): void {
      for (const line of order.lines) {
        move(line.product_id, line.quantity - line.cancelled)
        line.cancelled = line.quantity
      }
      order.status = 'cancelled'
      changed(order)
    },
    /** @returns the shipment's id, the same for the same reference; undefined where more would leave than is left */
    ship(
      order: ShopOrder,
      reference: string,
      lines: readonly { id: number; quantity: number }[],
    ): number | undefined {
      const known = order.shipments.get(reference)
      if (known !== undefined) return known
      if (lines.some((row) => row.quantity > leftOf(order, row.id))) return undefined
      for (const { id, quantity } of lines) {
        const line = order.lines.find((each) => each.id === id)
        if (line !== undefined) line.shipped += quantity
      }
      if (order.lines.every((line) => line.shipped === line.quantity - line.cancelled))
        order.status = 'shipped'
      const id = order.id * 10 + order.shipments.size
      order.shipments.set(reference, id)
      changed(order)
      return id
    },
  }
}
export type Shop = ReturnType<typeof createShop>

/** An order as the API and the webhooks show it. */
function view({ shipments: _shipments, changed_at: _changedAt, ...order }: ShopOrder): Order {
  return order
}

function leftOf({ lines }: ShopOrder, id: number): number {
  const line = lines.find((each) => each.id === id)
  return line === undefined ? 0 : line.quantity - line.cancelled - line.shipped
}

/** An order as the platform shows it names the shopper, whoever asks. */
function addressOf(to: Recipient) {
  return {
    name: to.name,
    company: to.company ?? null,
    street: to.addressLines,
    city: to.city,
    region: to.region ?? null,
    zip: to.postalCode ?? null,
    country: to.country,
    phone: to.phone ?? null,
    email: to.email ?? null,
  }
}
