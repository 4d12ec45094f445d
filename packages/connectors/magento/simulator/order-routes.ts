import { z } from 'zod'
import type { OrderBook, ShopDocument, ShopOrder } from './order-book.ts'
import { gmt, MagentoError, noSuchEntity, type RestCall, type RestRoute } from './rest.ts'
import { type InputLimits, search } from './search.ts'
import { showCreditmemo, showInvoice, showOrder, showShipment } from './shapes.ts'
import type { Shop } from './shop.ts'

const whole = z.number().positive()
const shipSent = z.object({
  items: z.array(z.object({ order_item_id: z.int(), qty: whole })).optional(),
  tracks: z
    .array(z.object({ track_number: z.string(), title: z.string(), carrier_code: z.string() }))
    .default([]),
  comment: z
    .object({ comment: z.string(), is_visible_on_front: z.union([z.literal(0), z.literal(1)]) })
    .optional(),
  arguments: z
    .object({ extension_attributes: z.object({ source_code: z.string().optional() }).optional() })
    .optional(),
})
const refundSent = z.object({
  items: z.array(z.object({ order_item_id: z.int(), qty: whole })).optional(),
  isOnline: z.boolean().optional(),
  comment: z.object({ comment: z.string() }).optional(),
  arguments: z
    .object({
      extension_attributes: z.object({ return_to_stock_items: z.array(z.int()).optional() }).optional(),
    })
    .optional(),
})

export function orderRoutes({ shop, limits }: { shop: Shop; limits: () => InputLimits }): RestRoute[] {
  const { book } = shop
  const list = <Row>(
    rows: Iterable<Row>,
    { query }: RestCall,
    { fieldOf, show }: { fieldOf: (row: Row, field: string) => unknown; show: (row: Row) => object },
  ) => {
    const found = search([...rows], query, { fieldOf, limits: limits() })
    return { items: found.rows.map(show), search_criteria: found.criteria, total_count: found.total }
  }
  const refund = (order: ShopOrder, body: unknown) => {
    const { items, comment, arguments: given } = read(refundSent, body)
    return shop.refund(order, {
      lines: items && new Map(items.map(({ order_item_id, qty }) => [order_item_id, qty])),
      comment: comment?.comment,
      returned: new Set(given?.extension_attributes?.return_to_stock_items ?? []),
    })
  }
  const show = (order: ShopOrder) => showOrder(order, shop.settings)

  return [
    {
      method: 'GET',
      path: 'orders',
      resource: 'Magento_Sales::actions_view',
      handle: (call) => list(book.orders.values(), call, { fieldOf: fieldOfOrder, show }),
    },
    {
      method: 'GET',
      path: 'orders/:id',
      resource: 'Magento_Sales::actions_view',
      handle: ({ params }) => show(shop.find(Number(params.id))),
    },
    {
      method: 'POST',
      path: 'orders/:id/cancel',
      resource: 'Magento_Sales::cancel',
      handle: ({ params }) => shop.cancel(shop.find(Number(params.id))),
    },
    {
      method: 'POST',
      path: 'order/:orderId/ship',
      resource: 'Magento_Sales::ship',
      handle({ params, body }) {
        const order = shop.find(Number(params.orderId))
        const { items, tracks, comment, arguments: given } = read(shipSent, body)
        return shop.ship(order, {
          items: items?.map(({ order_item_id, qty }) => ({ orderItemId: order_item_id, quantity: qty })),
          source: given?.extension_attributes?.source_code,
          tracks,
          comment: comment && { comment: comment.comment, isVisible: comment.is_visible_on_front === 1 },
        })
      },
    },
    {
      method: 'POST',
      path: 'order/:orderId/invoice',
      resource: 'Magento_Sales::invoice',
      handle({ params }) {
        shop.invoice(shop.find(Number(params.orderId)))
        return book.invoices.at(-1)?.id
      },
    },
    {
      method: 'POST',
      path: 'order/:orderId/refund',
      resource: 'Magento_Sales::creditmemo',
      handle: ({ params, body }) => refund(shop.find(Number(params.orderId)), body),
    },
    {
      method: 'POST',
      path: 'invoice/:invoiceId/refund',
      resource: 'Magento_Sales::creditmemo',
      handle({ params, body }) {
        const invoice = book.invoices.find(({ id }) => id === Number(params.invoiceId))
        if (invoice === undefined) throw noSuchEntity('entity_id', params.invoiceId)
        return refund(shop.find(invoice.orderId), body)
      },
    },
    {
      method: 'GET',
      path: 'shipments',
      resource: 'Magento_Sales::shipment',
      handle: (call) => list(book.shipments, call, { fieldOf: fieldOfDocument(book), show: showShipment }),
    },
    {
      method: 'GET',
      path: 'invoices',
      resource: 'Magento_Sales::sales_invoice',
      handle: (call) => list(book.invoices, call, { fieldOf: fieldOfDocument(book), show: showInvoice }),
    },
    {
      method: 'GET',
      path: 'creditmemos',
      resource: 'Magento_Sales::sales_creditmemo',
      handle: (call) =>
        list(book.creditmemos, call, { fieldOf: fieldOfDocument(book), show: showCreditmemo }),
    },
  ]
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body ?? {})
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new MagentoError(400, 'Error occurred during "%fieldName" processing. %1', {
    fieldName: issue?.path.map(String).join('.') ?? 'body',
    '1': issue?.message ?? 'wrong',
  })
}

function fieldOfOrder(order: ShopOrder, field: string): unknown {
  switch (field) {
    case 'entity_id':
      return order.id
    case 'increment_id':
      return order.incrementId
    case 'updated_at':
      return gmt(order.updatedMs)
    case 'created_at':
      return gmt(order.createdMs)
    case 'state':
      return order.state
    case 'store_id':
      return order.storeId
    default:
      throw unknownColumn(field)
  }
}

const fieldOfDocument =
  ({ orders }: OrderBook) =>
  (document: ShopDocument, field: string): unknown => {
    switch (field) {
      case 'entity_id':
        return document.id
      case 'order_id':
        return document.orderId
      case 'created_at':
        return gmt(document.createdMs)
      case 'store_id':
        return orders.get(document.orderId)?.storeId
      default:
        throw unknownColumn(field)
    }
  }

function unknownColumn(field: string): MagentoError {
  return new MagentoError(400, `Column not found: 1054 Unknown column '${field}' in 'where clause'`)
}
