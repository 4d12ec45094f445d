import type { Recipient } from '@plimsoll/connector-kit'
import type { ShopProduct } from './catalogue.ts'
import type { ShopOrder } from './order-book.ts'
import type { Shop } from './shop.ts'

/** What the API shows of a shop's things: REST API v3, the fields that clients read. Money is text. */

/** UTC without zone; `offsetHours` turns it into the site's time. */
export function toDateText(ms: number, offsetHours = 0): string {
  return new Date(ms + offsetHours * 3_600_000).toISOString().slice(0, 19)
}

function dates(shop: Shop, name: string, ms: number | undefined) {
  const { siteOffsetHours } = shop.settings
  return {
    [name]: ms === undefined ? null : toDateText(ms, siteOffsetHours),
    [`${name}_gmt`]: ms === undefined ? null : toDateText(ms),
  }
}

export function toProductShape(shop: Shop, product: ShopProduct): Record<string, unknown> {
  const managing = shop.catalogue.managingOf(product)
  const holder = shop.catalogue.holderOf(product.id)
  const quantity = managing === 'parent' ? (holder?.stock ?? null) : product.stock
  const backorders = holder?.backorders ?? product.backorders
  return {
    id: product.id,
    name: product.name,
    slug: `product-${product.id}`,
    permalink: `/product/product-${product.id}/`,
    ...dates(shop, 'date_created', product.createdMs),
    ...dates(shop, 'date_modified', product.modifiedMs),
    type: product.type,
    status: product.status,
    sku: product.sku,
    global_unique_id: product.barcode,
    price: product.price.toFixed(2),
    regular_price: product.price.toFixed(2),
    manage_stock: managing,
    stock_quantity: product.manageStock || managing === 'parent' ? quantity : null,
    stock_status:
      managing === false || (quantity ?? 0) > 0
        ? 'instock'
        : backorders === 'no'
          ? 'outofstock'
          : 'onbackorder',
    backorders,
    backorders_allowed: backorders !== 'no',
    backordered: managing !== false && (quantity ?? 0) < 0 && backorders !== 'no',
    low_stock_amount: null,
    parent_id: product.parentId,
    attributes:
      product.option === '' ? [] : [{ id: 0, name: 'Option', slug: 'option', option: product.option }],
    variations:
      product.type === 'variable' ? shop.catalogue.variationsOf(product.id).map((one) => one.id) : [],
    meta_data: [],
  }
}

export function toOrderShape(shop: Shop, order: ShopOrder): Record<string, unknown> {
  const total = order.lines.reduce((sum, line) => sum + line.price * line.quantity, 0)
  return {
    id: order.id,
    parent_id: 0,
    status: order.status,
    currency: order.currency,
    version: '11.1.0',
    ...dates(shop, 'date_created', order.createdMs),
    ...dates(shop, 'date_modified', order.modifiedMs),
    ...dates(shop, 'date_completed', order.completedMs),
    ...dates(shop, 'date_paid', order.paidMs),
    discount_total: '0.00',
    shipping_total: '0.00',
    total: total.toFixed(2),
    customer_id: 0,
    order_key: `wc_order_${order.id}`,
    billing: { ...addressOf(order.to), email: order.to?.email ?? '', phone: order.to?.phone ?? '' },
    // Of who wants it where the bill goes the shop keeps the address twice.
    shipping: { ...addressOf(order.to), phone: '' },
    payment_method: 'cod',
    payment_method_title: 'Cash on delivery',
    transaction_id: '',
    customer_ip_address: '192.0.2.7',
    customer_user_agent: 'Mozilla/5.0',
    created_via: order.createdVia,
    customer_note: 'Please ring twice.',
    number: String(order.id),
    meta_data: order.meta,
    line_items: order.lines.map((line) => ({
      id: line.id,
      name: line.name,
      product_id: line.productId,
      variation_id: line.variationId,
      quantity: line.quantity,
      subtotal: (line.price * line.quantity).toFixed(2),
      total: (line.price * line.quantity).toFixed(2),
      meta_data:
        line.reduced === 0
          ? []
          : [
              {
                id: line.id,
                key: '_reduced_stock',
                value: String(line.reduced),
                display_key: '_reduced_stock',
                display_value: String(line.reduced),
              },
            ],
      sku: line.sku,
      price: line.price,
    })),
    shipping_lines:
      order.to === undefined
        ? []
        : [{ id: order.id, method_title: 'Flat rate', method_id: 'flat_rate', total: '0.00', meta_data: [] }],
    refunds: order.refunds.map((refund) => ({
      id: refund.id,
      reason: refund.reason,
      total: (-refund.amount).toFixed(2),
    })),
  }
}

export function toRefundShape(shop: Shop, order: ShopOrder, refund: ShopOrder['refunds'][number]) {
  return {
    id: refund.id,
    ...dates(shop, 'date_created', refund.createdMs),
    amount: refund.amount.toFixed(2),
    reason: refund.reason,
    refunded_by: 1,
    line_items: refund.lines.map(({ lineId, quantity }, index) => {
      const line = order.lines.find((one) => one.id === lineId)
      return {
        id: refund.id * 100 + index,
        name: line?.name ?? '',
        product_id: line?.productId ?? 0,
        variation_id: line?.variationId ?? 0,
        quantity: -quantity,
        meta_data: [{ id: refund.id * 100 + index, key: '_refunded_item_id', value: String(lineId) }],
        sku: line?.sku ?? '',
      }
    }),
  }
}

/** Every part is there; what nobody typed is empty. */
function addressOf(to: Recipient | undefined) {
  const at = to?.name.lastIndexOf(' ') ?? -1
  return {
    first_name: to?.name.slice(0, Math.max(0, at)) ?? '',
    last_name: to?.name.slice(at + 1) ?? '',
    company: to?.company ?? '',
    address_1: to?.addressLines[0] ?? '',
    address_2: to?.addressLines.slice(1).join(', ') ?? '',
    city: to?.city ?? '',
    state: to?.region ?? '',
    postcode: to?.postalCode ?? '',
    country: to?.country ?? '',
  }
}
