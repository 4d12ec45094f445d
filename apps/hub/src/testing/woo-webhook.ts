import { createHmac } from 'node:crypto'

/** An order as WooCommerce sends it; `productId` is the external id of the listing sold. */
export function wooOrder(order: {
  id: number
  productId: number
  sku: string
  quantity: number
  status?: string
}) {
  return {
    id: order.id,
    number: String(order.id),
    status: order.status ?? 'processing',
    currency: 'EUR',
    date_created_gmt: '2026-08-01T09:00:00',
    date_modified_gmt: '2026-08-01T10:00:00',
    date_completed_gmt: null,
    billing: { first_name: 'Ada', email: 'ada@example.org' },
    line_items: [
      {
        id: order.id * 10,
        product_id: order.productId,
        variation_id: 0,
        name: order.sku,
        sku: order.sku,
        quantity: order.quantity,
        meta_data: [],
      },
    ],
    refunds: [],
    meta_data: [],
  }
}

/** A webhook's bytes and headers, signed as the shop signs them. */
export function signedDelivery(
  secret: string,
  content: unknown,
  topic = 'order.created',
): { body: Buffer; headers: Record<string, string> } {
  const body = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'x-wc-webhook-topic': topic,
      'x-wc-webhook-signature': createHmac('sha256', secret).update(body).digest('base64'),
    },
  }
}
