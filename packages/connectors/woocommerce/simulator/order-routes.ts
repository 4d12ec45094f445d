import { z } from 'zod'
import { coreStatuses, type ShopOrder } from './order-book.ts'
import { noRoute } from './product-routes.ts'
import {
  idsOf,
  invalidParameter,
  momentOf,
  oneOf,
  paged,
  type RestAnswer,
  type RestCall,
  RestError,
  type RestRoute,
  readBody,
  toSecond,
  withFields,
} from './rest.ts'
import { toOrderShape, toRefundShape } from './shapes.ts'
import type { Shop, ShopEvent } from './shop.ts'

export type OrderRoutes = {
  shop: Shop
  tell: (event: ShopEvent) => void
  /** Shops of old cannot sort by change. */
  sortsByModified: () => boolean
  hasFulfillments: () => boolean
  hasShipmentTracking: () => boolean
  /** Advanced Shipment Tracking: the same routes under a name of its own. */
  hasAdvancedTracking: () => boolean
  /** Statuses that a plugin has added. */
  extraStatuses: () => readonly string[]
}

export function orderRoutes(options: OrderRoutes): RestRoute[] {
  const { shop, tell } = options
  const { orders } = shop
  const show = (order: ShopOrder) => toOrderShape(shop, order)
  const statuses = () => [...coreStatuses, ...options.extraStatuses()]

  const find = (id: number | undefined, status = 404): ShopOrder => {
    const order = orders.find(id ?? 0)
    if (order === undefined)
      throw new RestError('woocommerce_rest_shop_order_invalid_id', status, 'Invalid ID.')
    return order
  }
  const findForRefund = (id: number | undefined): ShopOrder => {
    const order = orders.find(id ?? 0)
    if (order === undefined)
      throw new RestError('woocommerce_rest_invalid_order_id', 404, 'Invalid order ID.')
    return order
  }

  const listed = (call: RestCall): RestAnswer => {
    shop.cancelUnpaid()
    const { query } = call
    const { siteOffsetHours } = shop.settings
    const wantedStatuses = (query.status ?? 'any').split(',')
    for (const status of wantedStatuses) {
      if (status !== 'any' && status !== 'trash' && !statuses().includes(status)) {
        throw invalidParameter('status', `status is not one of any, trash, ${statuses().join(', ')}.`)
      }
    }
    const sorts = ['date', 'id', 'include', 'title', 'slug'] as const
    const orderby = oneOf(
      'orderby',
      query.orderby,
      options.sortsByModified() ? [...sorts, 'modified'] : sorts,
      'date',
    )
    const direction = oneOf('order', query.order, ['asc', 'desc'], 'desc') === 'asc' ? 1 : -1
    const modifiedAfter = momentOf('modified_after', query, siteOffsetHours)
    const modifiedBefore = momentOf('modified_before', query, siteOffsetHours)
    const after = momentOf('after', query, siteOffsetHours)
    const include = idsOf('include', query.include)
    const isAny = wantedStatuses.includes('any')
    const rows = orders
      .all()
      .filter(
        (order) =>
          (isAny ? order.status !== 'trash' : wantedStatuses.includes(order.status)) &&
          (modifiedAfter === undefined || toSecond(order.modifiedMs) > modifiedAfter) &&
          (modifiedBefore === undefined || toSecond(order.modifiedMs) < modifiedBefore) &&
          (after === undefined || toSecond(order.createdMs) > after) &&
          (include === undefined || include.has(order.id)),
      )
    const by = (order: ShopOrder) =>
      orderby === 'modified'
        ? toSecond(order.modifiedMs)
        : orderby === 'id'
          ? order.id
          : toSecond(order.createdMs)
    rows.sort((a, b) => direction * (by(a) - by(b) || a.id - b.id))
    return paged(call, rows, show)
  }

  const change = (order: ShopOrder, body: unknown): RestAnswer => {
    const given = readBody(orderChange, body)
    if (given.status !== undefined && !statuses().includes(given.status)) {
      throw invalidParameter('status', `status is not one of ${statuses().join(', ')}.`)
    }
    for (const { key, value } of given.meta_data) {
      const known = order.meta.find((meta) => meta.key === key)
      if (known === undefined) order.meta.push({ id: orders.newId(), key, value })
      else known.value = value
    }
    shop.setStatus(order, given.status ?? order.status)
    return { body: show(order) }
  }

  const create = (body: unknown): RestAnswer => {
    const given = readBody(newOrder, body)
    const order = orders.create(
      given.line_items.map(({ product_id, variation_id, quantity }) => {
        const product = shop.catalogue.find(variation_id || product_id)
        if (product === undefined) {
          throw new RestError(
            'woocommerce_rest_invalid_product_id',
            400,
            'Product ID provided does not match.',
          )
        }
        const { sku, name, price } = product
        return { productId: product_id, variationId: variation_id, quantity, sku, name, price }
      }),
      { currency: shop.settings.currency, createdVia: 'rest-api' },
    )
    tell({ topic: 'order.created', id: order.id })
    const status = given.status ?? (given.set_paid ? 'processing' : 'pending')
    if (status !== 'pending') shop.setStatus(order, status)
    return { status: 201, body: show(order) }
  }

  const refund = (order: ShopOrder, body: unknown): RestAnswer => {
    const given = readBody(newRefund, body)
    const lines = given.line_items.map(({ id, quantity }) => ({ lineId: id, quantity }))
    for (const { lineId, quantity } of lines) {
      const line = order.lines.find((one) => one.id === lineId)
      if (line === undefined || orders.refundedOf(order, lineId) + quantity > line.quantity) {
        throw new RestError('woocommerce_rest_cannot_create_order_refund', 500, 'Invalid refund amount.')
      }
    }
    const { api_restock: restock, reason, amount } = given
    const id = shop.refund(order, { lines, restock, reason, amount })
    const made = order.refunds.find((one) => one.id === id)
    if (made === undefined) throw new RestError('woocommerce_rest_cannot_create_order_refund', 500, 'Lost.')
    return { status: 201, body: toRefundShape(shop, order, made) }
  }

  const trash = (order: ShopOrder, isForGood: boolean): RestAnswer => {
    const body = show(order)
    if (isForGood) orders.remove(order)
    else {
      order.statusBeforeTrash = order.status
      order.status = 'trash'
      orders.touch(order)
    }
    // Deleting for good has no hook that a webhook listens to.
    if (!isForGood) tell({ topic: 'order.deleted', id: order.id })
    return { body }
  }

  return [
    { methods: ['GET'], path: '/wc/v3/orders', handle: listed },
    { methods: ['POST'], path: '/wc/v3/orders', handle: ({ body }) => create(body) },
    {
      methods: ['GET'],
      path: '/wc/v3/orders/:id',
      handle: ({ ids, query }) => ({ body: withFields(show(find(ids[0])), query) }),
    },
    {
      methods: ['POST', 'PUT', 'PATCH'],
      path: '/wc/v3/orders/:id',
      handle: ({ ids, body, query }) => {
        const order = find(ids[0], 400)
        change(order, body)
        return { body: withFields(show(order), query) }
      },
    },
    {
      methods: ['DELETE'],
      path: '/wc/v3/orders/:id',
      handle: ({ ids, query }) => trash(find(ids[0]), query.force === 'true'),
    },
    {
      methods: ['GET'],
      path: '/wc/v3/orders/:id/refunds',
      handle: (call) => {
        const order = findForRefund(call.ids[0])
        return paged(call, order.refunds, (one) => toRefundShape(shop, order, one))
      },
    },
    {
      methods: ['POST'],
      path: '/wc/v3/orders/:id/refunds',
      handle: ({ ids, body }) => refund(findForRefund(ids[0]), body),
    },
    {
      methods: ['GET'],
      path: '/wc/v3/orders/:id/notes',
      handle: ({ ids, query }) => ({
        body: find(ids[0]).notes.map(({ id, note, toCustomer }) =>
          withFields({ id, author: 'Plimsoll', note, customer_note: toCustomer }, query),
        ),
      }),
    },
    {
      methods: ['POST'],
      path: '/wc/v3/orders/:id/notes',
      handle: ({ ids, body, query }) => {
        const given = readBody(newNote, body)
        const note = { id: orders.newId(), note: given.note, toCustomer: given.customer_note }
        find(ids[0]).notes.push(note)
        return {
          status: 201,
          body: withFields({ id: note.id, note: note.note, customer_note: note.toCustomer }, query),
        }
      },
    },
    {
      methods: ['GET'],
      path: '/wc/v3/orders/:id/fulfillments',
      handle: ({ ids }) => {
        if (!options.hasFulfillments()) throw noRoute()
        const order = find(ids[0])
        return { body: order.fulfillments.map((one) => toFulfillmentShape(order, one)) }
      },
    },
    {
      methods: ['POST'],
      path: '/wc/v3/orders/:id/fulfillments',
      handle: ({ ids, body }) => {
        if (!options.hasFulfillments()) throw noRoute()
        const order = find(ids[0])
        const given = readBody(newFulfillment, body)
        const fulfillment = {
          id: orders.newId(),
          status: given.status,
          isFulfilled: given.is_fulfilled,
          meta: given.meta_data.map(({ key, value }) => ({ id: orders.newId(), key, value })),
        }
        order.fulfillments.push(fulfillment)
        noteFulfillments(order, () => orders.newId())
        orders.touch(order)
        tell({ topic: 'order.updated', id: order.id })
        return { status: 201, body: toFulfillmentShape(order, fulfillment) }
      },
    },
    ...trackingRoutes('/wc-shipment-tracking/v3', options.hasShipmentTracking, { find, newId: orders.newId }),
    ...trackingRoutes('/wc-ast/v3', options.hasAdvancedTracking, { find, newId: orders.newId }),
  ]
}

/** Both plugins have the same, under a namespace each. */
function trackingRoutes(
  namespace: string,
  isThere: () => boolean,
  { find, newId }: { find(id: number | undefined): ShopOrder; newId(): number },
): RestRoute[] {
  const path = `${namespace}/orders/:id/shipment-trackings`
  return [
    {
      methods: ['GET'],
      path,
      handle: ({ ids }) => {
        if (!isThere()) throw noRoute()
        return { body: find(ids[0]).trackings }
      },
    },
    {
      methods: ['POST'],
      path,
      handle: ({ ids, body }) => {
        if (!isThere()) throw noRoute()
        const given = readBody(newTracking, body)
        const tracking = {
          tracking_id: `t${newId()}`,
          tracking_provider: given.custom_tracking_provider,
          tracking_link: given.custom_tracking_link,
          tracking_number: given.tracking_number,
          date_shipped: given.date_shipped,
        }
        find(ids[0]).trackings.push(tracking)
        return { status: 201, body: tracking }
      },
    },
  ]
}

/** The order's meta `_fulfillment_status`, as core keeps it. */
function noteFulfillments(order: ShopOrder, newId: () => number): void {
  const sent = new Map<string, number>()
  for (const { isFulfilled, meta: own } of order.fulfillments) {
    const items = isFulfilled
      ? fulfilledItems.safeParse(own.find(({ key }) => key === '_items')?.value)
      : undefined
    for (const { item_id, qty } of items?.data ?? []) {
      sent.set(String(item_id), (sent.get(String(item_id)) ?? 0) + qty)
    }
  }
  const isWhole = order.lines.every((line) => (sent.get(String(line.id)) ?? 0) >= line.quantity)
  const value = sent.size === 0 ? 'unfulfilled' : isWhole ? 'fulfilled' : 'partially_fulfilled'
  const known = order.meta.find(({ key }) => key === '_fulfillment_status')
  if (known === undefined) order.meta.push({ id: newId(), key: '_fulfillment_status', value })
  else known.value = value
}
const fulfilledItems = z.array(z.object({ item_id: z.union([z.int(), z.string()]), qty: z.coerce.number() }))

function toFulfillmentShape(
  order: ShopOrder,
  one: ShopOrder['fulfillments'][number],
): Record<string, unknown> {
  return {
    id: one.id,
    entity_type: 'WC_Order',
    entity_id: String(order.id),
    status: one.status,
    is_fulfilled: one.isFulfilled,
    date_deleted: null,
    meta_data: one.meta,
  }
}

const meta = z.array(z.object({ key: z.string(), value: z.unknown() }))
const orderChange = z.object({ status: z.string().optional(), meta_data: meta.default([]) })
const newOrder = z.object({
  status: z.string().optional(),
  set_paid: z.boolean().default(false),
  line_items: z
    .array(z.object({ product_id: z.int(), variation_id: z.int().default(0), quantity: z.int().min(1) }))
    .default([]),
})
const newRefund = z.object({
  amount: z.coerce.number().min(0).optional(),
  reason: z.string().default(''),
  api_restock: z.boolean().default(true),
  line_items: z
    .array(z.object({ id: z.int(), quantity: z.int().min(0), refund_total: z.number().optional() }))
    .default([]),
})
const newNote = z.object({ note: z.string(), customer_note: z.boolean().default(false) })
const newFulfillment = z.object({
  status: z.string().default('unfulfilled'),
  is_fulfilled: z.boolean().default(false),
  meta_data: meta.default([]),
})
const newTracking = z.object({
  custom_tracking_provider: z.string().default(''),
  custom_tracking_link: z.string().default(''),
  tracking_number: z.string(),
  date_shipped: z.string().default(''),
})
