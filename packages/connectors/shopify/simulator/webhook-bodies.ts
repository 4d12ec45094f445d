import { buyerBody } from './addresses.ts'
import {
  currentOf,
  type FulfillmentOrder,
  type Level,
  type Order,
  type Refund,
  type Return,
  unfulfilledOf,
} from './records.ts'
import type { Shop } from './shop.ts'
import { fulfillmentStatus, gid } from './views.ts'

/**
 * Webhook bodies: the shapes of the old REST API, with a buyer's data as the real ones have it, so that tests
 * can see it being dropped.
 */
export function orderBody(shop: Shop, order: Order): object {
  const fulfilled = fulfillmentStatus(order)
  return {
    id: order.id,
    admin_graphql_api_id: gid('Order', order.id),
    name: `#${order.number}`,
    order_number: order.number,
    created_at: local(order.createdAtMs),
    processed_at: local(order.createdAtMs),
    updated_at: local(order.updatedAtMs),
    cancelled_at: order.cancelledAtMs === undefined ? null : local(order.cancelledAtMs),
    cancel_reason: order.cancelReason?.toLowerCase() ?? null,
    closed_at: order.closedAtMs === undefined ? null : local(order.closedAtMs),
    confirmed: true,
    test: false,
    currency: shop.options.currency,
    financial_status: order.financialStatus.toLowerCase(),
    payment_gateway_names: order.gateways,
    fulfillment_status:
      fulfilled === 'FULFILLED' ? 'fulfilled' : fulfilled === 'UNFULFILLED' ? null : 'partial',
    // The shop where a point-of-sale order was made; none for an online order, whatever location ships it.
    location_id: null,
    ...buyerBody(order.to),
    line_items: order.lines.map((line) => {
      const variant = shop.variants.get(line.variantId)
      return {
        id: line.id,
        admin_graphql_api_id: gid('LineItem', line.id),
        variant_id: variant?.id ?? null,
        product_id: variant?.productId ?? null,
        product_exists: variant !== undefined,
        sku: line.sku,
        title: line.title,
        name: line.title,
        quantity: line.ordered,
        current_quantity: currentOf(order, line),
        fulfillable_quantity: unfulfilledOf(order, line),
        requires_shipping: true,
        price: (variant?.price ?? 0).toFixed(2),
      }
    }),
    fulfillments: order.fulfillments.map((each) => ({
      id: each.id,
      order_id: order.id,
      status: each.status.toLowerCase(),
      created_at: local(each.createdAtMs),
      location_id: each.locationId,
      tracking_company: each.tracking.company ?? null,
      tracking_number: each.tracking.number ?? null,
      line_items: each.lines.map((row) => ({ id: row.lineId, quantity: row.quantity })),
    })),
    refunds: order.refunds.map((each) => refundBody(order, each)),
  }
}

export function refundBody(order: Order, refund: Refund): object {
  return {
    id: refund.id,
    admin_graphql_api_id: gid('Refund', refund.id),
    order_id: order.id,
    created_at: local(refund.createdAtMs),
    note: null,
    refund_line_items: refund.lines.map((row) => ({
      id: row.id,
      line_item_id: row.lineId,
      quantity: row.quantity,
      restock_type: row.restockType.toLowerCase(),
      location_id: row.locationId ?? null,
    })),
  }
}

/** Its customer's words are in it, so that tests can see them being dropped. */
export function returnBody(order: Order, returned: Return): object {
  return {
    id: returned.id,
    admin_graphql_api_id: gid('Return', returned.id),
    name: returned.name,
    status: returned.status.toLowerCase(),
    order: { id: order.id, admin_graphql_api_id: gid('Order', order.id) },
    total_return_line_items: returned.lines.length,
    return_line_items: returned.lines.map((line) => ({
      id: line.id,
      admin_graphql_api_id: gid('ReturnLineItem', line.id),
      quantity: line.quantity,
      customer_note: 'Too small for Jo',
      return_reason: 'size_too_small',
      return_reason_note: '',
    })),
  }
}

/** No order is named in it, only the part of one; staff's notes are in it, so that tests can see them being dropped. */
export function holdBody(site: FulfillmentOrder): object {
  return {
    fulfillment_order: {
      id: gid('FulfillmentOrder', site.id),
      status: site.status.toLowerCase(),
      fulfillment_holds: (site.holds ?? []).map(({ reason }) => ({
        reason: reason.toLowerCase(),
        reason_notes: 'Call Jo first',
      })),
    },
  }
}

export function levelBody(shop: Shop, level: Level): object {
  return {
    inventory_item_id: level.itemId,
    location_id: level.locationId,
    available: shop.variantByItem.get(level.itemId)?.tracked ? level.available : null,
    updated_at: local(level.updatedAtMs),
    admin_graphql_api_id: `${gid('InventoryLevel', level.id)}?inventory_item_id=${level.itemId}`,
  }
}

export function productBody(shop: Shop, topic: string, productId: number): object {
  if (topic === 'products/delete') return { id: productId }
  const variants = [...shop.variants.values()].filter((each) => each.productId === productId)
  return {
    id: productId,
    admin_graphql_api_id: gid('Product', productId),
    title: variants[0]?.title ?? '',
    status: 'active',
    variants: variants.map((variant) => ({
      id: variant.id,
      admin_graphql_api_id: gid('ProductVariant', variant.id),
      product_id: productId,
      sku: variant.sku,
      barcode: variant.barcode ?? null,
      inventory_item_id: variant.itemId,
    })),
  }
}

/** shopify.dev/docs/apps/build/compliance/privacy-law-compliance. */
export function privacyBody(shop: Shop, topic: string): object {
  const common = { shop_id: 1, shop_domain: shop.options.domain }
  const customer = { id: 191167, email: 'jo@example.com', phone: '+49 40 901820' }
  switch (topic) {
    case 'customers/data_request':
      return { ...common, orders_requested: [...shop.orders.keys()], customer, data_request: { id: 9999 } }
    case 'customers/redact':
      return { ...common, customer, orders_to_redact: [...shop.orders.keys()] }
    default:
      return common
  }
}

/** With an offset, as bodies have it, where GraphQL says Z: here always New York's in winter. */
function local(atMs: number): string {
  const offsetMs = 5 * 3_600_000
  const text = new Date(atMs - offsetMs).toISOString().replace('Z', '-05:00')
  return atMs % 1_000 === 0 ? text.replace('.000', '') : text
}
