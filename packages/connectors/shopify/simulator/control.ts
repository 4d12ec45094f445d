import type {
  ControlLevel,
  ControlOperations,
  OrderStep,
  StepOutcome,
} from '@plimsoll/connector-kit/simulator'
import { placeOrder, sellableUnits } from './checkout.ts'
import { numberOf } from './mutations.ts'
import { cancelOrder, fulfillOrder, payOrder, refundOrder } from './order-steps.ts'
import type { Order, Variant } from './records.ts'
import { findReturn, grantReturn, stepReturn } from './returns.ts'
import type { Shop } from './shop.ts'
import { holdOrder, releaseOrder } from './staff-steps.ts'
import { gid } from './views.ts'

/** Shoppers and the shop's staff, for the kit's control API and storefront. */
export function createControl(
  shop: Shop,
  { paidAtCheckout }: { paidAtCheckout: boolean },
): ControlOperations {
  const levelsOf = (variant: Variant): ControlLevel[] =>
    [...(shop.levels.get(variant.itemId)?.values() ?? [])].map((level) => ({
      sku: variant.sku,
      stockUnitId: gid('InventoryItem', variant.itemId),
      locationId: gid('Location', level.locationId),
      quantity: variant.tracked ? level.available : null,
    }))

  return {
    addProducts: (products) =>
      products.flatMap((product) => {
        const { sku, title, barcode, price, quantity, unitsTracked = true, keptByPlatform = false } = product
        const seed = { sku, title, barcode, price, tracked: unitsTracked, sellsBeyondZero: false }
        return levelsOf(
          shop.addVariant(seed, quantity, keptByPlatform ? { at: shop.serviceElsewhere() } : {}),
        )
      }),
    levels: () => [...shop.variants.values()].flatMap(levelsOf),
    placeOrder(lines, to) {
      const result = placeOrder(shop, lines, { paid: paidAtCheckout, to })
      if (result.kind === 'refused') return result
      const { order } = result
      return {
        kind: 'placed',
        externalId: gid('Order', order.id),
        lines: order.fulfillmentOrders.flatMap((site) =>
          site.lines.map((row) => ({
            sku: order.lines.find((line) => line.id === row.lineId)?.sku ?? '',
            stockUnitId: gid('InventoryItem', row.itemId),
            locationId: gid('Location', site.locationId),
            quantity: row.total,
          })),
        ),
      }
    },
    stepOrder(externalId, step) {
      const order = shop.orders.get(numberOf('Order', externalId))
      return order === undefined ? { kind: 'not-found' } : stepOrder(shop, order, step)
    },
    grantReturn(externalId, units) {
      const order = shop.orders.get(numberOf('Order', externalId))
      const granted = order === undefined ? `No order ${externalId}.` : grantReturn(shop, order, units)
      return typeof granted === 'string'
        ? { kind: 'refused', why: granted }
        : { kind: 'granted', number: granted.name }
    },
    callOffReturn(number) {
      const found = findReturn(shop, ({ name }) => name === number)
      if (found !== undefined) stepReturn(shop, found, 'cancel')
      return found !== undefined
    },
    setLevel({ stockUnitId, locationId, quantity }) {
      const itemId = numberOf('InventoryItem', stockUnitId)
      const location = shop.locations.get(numberOf('Location', locationId))
      if (!shop.variantByItem.has(itemId) || location === undefined) return undefined
      const level = shop.putLevel(itemId, location.id)
      const before = level.available
      shop.moveUnits(level.itemId, level.locationId, { available: quantity - before })
      return { before }
    },
    toldCustomers: () =>
      [...shop.orders.values()].flatMap((order) =>
        order.fulfillments
          .filter(({ status }) => status === 'SUCCESS')
          .flatMap(({ tracking }) => tracking.number ?? []),
      ),
    products({ search, limit }) {
      const wanted = search.toLowerCase()
      const found = [...shop.variants.values()].filter(
        (variant) =>
          variant.sku.toLowerCase().includes(wanted) || variant.title.toLowerCase().includes(wanted),
      )
      const rows = found.slice(0, limit).map((variant) => ({
        sku: variant.sku,
        title: variant.title,
        price: variant.price,
        quantity: sellableUnits(shop, variant) ?? null,
      }))
      return { total: found.length, rows }
    },
  }
}

function stepOrder(shop: Shop, order: Order, step: OrderStep): StepOutcome {
  const why = takeStep(shop, order, step)
  return why === undefined ? { kind: 'done' } : { kind: 'refused', why }
}

/** Why not, or undefined. */
function takeStep(shop: Shop, order: Order, step: OrderStep): string | undefined {
  switch (step) {
    case 'pay':
      return payOrder(shop, order)
    case 'cancel':
      return cancelOrder(shop, order, { restock: true, reason: 'CUSTOMER' })
    case 'refund':
      return refundOrder(shop, order)
    case 'fulfill':
      return fulfillAll(shop, order)
    case 'hold':
      return holdOrder(shop, order)
    case 'release':
      return releaseOrder(shop, order)
  }
}

/** Staff mark the whole order as shipped: one parcel for each location. */
function fulfillAll(shop: Shop, order: Order): string | undefined {
  const open = order.fulfillmentOrders.filter(
    (site) => site.status === 'OPEN' || site.status === 'IN_PROGRESS',
  )
  if (open.length === 0) return 'Nothing is left to ship.'
  for (const site of open) {
    const tracking = { company: undefined, number: undefined, url: undefined }
    const result = fulfillOrder(shop, [{ fulfillmentOrderId: site.id, lines: [] }], tracking)
    if (result.kind === 'refused') return result.why
  }
  return undefined
}
