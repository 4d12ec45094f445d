import type { Recipient } from '@plimsoll/connector-kit'
import type { OrderRow, ShopDocument, ShopOrder, ShopShipment } from './order-book.ts'
import { gmt } from './rest.ts'

/** How orders and what is made of them look to callers. Personal data is made up. */
export function showOrder(order: ShopOrder, { currency }: { currency: string }) {
  const sum = order.rows.reduce((total, row) => total + row.price * row.ordered, 0)
  return {
    entity_id: order.id,
    increment_id: order.incrementId,
    state: order.state,
    // A label; shops make up their own.
    status: order.state === 'new' ? 'pending' : order.state,
    created_at: gmt(order.createdMs),
    updated_at: gmt(order.updatedMs),
    store_id: order.storeId,
    base_currency_code: currency,
    order_currency_code: order.currency,
    customer_email: order.to?.email ?? 'jane@example.com',
    customer_firstname: order.to?.name ?? 'Jane',
    customer_lastname: 'Example',
    ...(order.to !== undefined && { shipping_description: 'Flat Rate - Fixed' }),
    remote_ip: '203.0.113.7',
    base_grand_total: sum,
    grand_total: sum,
    total_qty_ordered: order.rows.reduce((total, row) => total + row.ordered, 0),
    items: order.rows.map((row) => showRow(row, order)),
    billing_address: {
      address_type: 'billing',
      city: 'Hamburg',
      country_id: 'DE',
      firstname: 'Jane',
      lastname: 'Example',
      postcode: '20457',
      telephone: '0401234567',
    },
    ...(order.to !== undefined && {
      extension_attributes: {
        shipping_assignments: [
          {
            shipping: { address: showAddress(order.to, order.id), method: 'flatrate_flatrate' },
            items: order.rows.map((row) => showRow(row, order)),
          },
        ],
      },
    }),
  }
}

function showAddress(to: Recipient, orderId: number) {
  const at = to.name.lastIndexOf(' ')
  return {
    address_type: 'shipping',
    parent_id: orderId,
    // A shop wants both: of one word it is the first name.
    firstname: at === -1 ? to.name : to.name.slice(0, at),
    lastname: at === -1 ? '' : to.name.slice(at + 1),
    ...(to.company !== undefined && { company: to.company }),
    street: to.addressLines,
    city: to.city,
    ...(to.region !== undefined && { region: to.region }),
    ...(to.region !== undefined && /^[A-Z]{2,3}$/.test(to.region) && { region_code: to.region }),
    postcode: to.postalCode ?? '',
    country_id: to.country,
    telephone: to.phone ?? '',
    ...(to.email !== undefined && { email: to.email }),
  }
}

function showRow(row: OrderRow, order: ShopOrder): object {
  const parent = order.rows.find(({ itemId }) => itemId === row.parentItemId)
  return {
    item_id: row.itemId,
    ...(parent !== undefined && { parent_item_id: parent.itemId, parent_item: showRow(parent, order) }),
    order_id: order.id,
    product_id: row.productId,
    product_type: row.type,
    sku: row.sku,
    name: row.name,
    is_virtual: row.isVirtual ? 1 : 0,
    price: row.price,
    qty_ordered: row.ordered,
    qty_canceled: row.canceled,
    qty_invoiced: row.invoiced,
    qty_refunded: row.refunded,
    qty_shipped: row.shipped,
    store_id: order.storeId,
  }
}

export function showShipment(shipment: ShopShipment) {
  const { id, orderId, createdMs, items, tracks, comments, source } = shipment
  return {
    entity_id: id,
    order_id: orderId,
    increment_id: String(id).padStart(9, '0'),
    created_at: gmt(createdMs),
    updated_at: gmt(createdMs),
    total_qty: items.reduce((sum, { quantity }) => sum + quantity, 0),
    items: items.map(({ orderItemId, quantity }) => ({ order_item_id: orderItemId, qty: quantity })),
    tracks: tracks.map(({ id: trackId, ...track }) => ({
      entity_id: trackId,
      order_id: orderId,
      parent_id: id,
      weight: 0,
      qty: 0,
      description: '',
      ...track,
    })),
    comments: comments.map(({ comment, isVisible }, at) => ({
      entity_id: at + 1,
      parent_id: id,
      comment,
      created_at: gmt(createdMs),
      is_customer_notified: 0,
      is_visible_on_front: isVisible ? 1 : 0,
    })),
    ...(source !== undefined && { extension_attributes: { source_code: source } }),
  }
}

export function showInvoice({ id, orderId, createdMs, items }: ShopDocument) {
  return {
    entity_id: id,
    order_id: orderId,
    created_at: gmt(createdMs),
    total_qty: items.reduce((sum, { quantity }) => sum + quantity, 0),
    items: items.map(({ orderItemId, quantity }, at) => ({
      entity_id: at + 1,
      order_item_id: orderItemId,
      qty: quantity,
      sku: '',
    })),
  }
}

export function showCreditmemo({ id, orderId, createdMs, items, comment }: ShopDocument) {
  return {
    entity_id: id,
    order_id: orderId,
    created_at: gmt(createdMs),
    items: items.map(({ orderItemId, quantity }, at) => ({
      entity_id: at + 1,
      order_item_id: orderItemId,
      qty: quantity,
      base_cost: 0,
      base_price: 0,
    })),
    comments: comment === undefined ? [] : [{ comment, is_visible_on_front: 0 }],
  }
}
