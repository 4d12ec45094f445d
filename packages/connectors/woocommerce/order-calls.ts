import * as answers from './answers.ts'
import type { Ask } from './transport.ts'

type Options = { signal?: AbortSignal | undefined }

/** Who keeps tracking numbers: the extension of WooCommerce itself, or Advanced Shipment Tracking with the same routes. */
export type TrackingPlugin = 'wc-shipment-tracking/v3' | 'wc-ast/v3'

/** After decreases: they may cause some. */
const orderPriority = 1

/** The calls about orders, one function each; see `createApi`. */
export function orderCalls(ask: Ask, page: { size: number; query(number: number): Record<string, string> }) {
  return {
    /**
     * Orders changed after `modifiedAfter` (UTC without zone; that second itself is left out).
     * @param query.skip rows to pass over
     * @param query.trashed only those in the trash; `any` does not show them
     * @param query.orderby shops older than 7 refuse `modified`
     */
    orders: ({
      modifiedAfter,
      skip,
      trashed,
      orderby,
      signal,
    }: Options & { modifiedAfter: string; skip: number; trashed: boolean; orderby: 'modified' | 'id' }) =>
      ask(
        {
          operation: 'orders',
          method: 'GET',
          path: 'wc/v3/orders',
          query: {
            per_page: String(page.size),
            offset: String(skip),
            modified_after: modifiedAfter,
            // Otherwise the shop reads the date in its own time zone, and an hour a year is lost.
            dates_are_gmt: 'true',
            orderby,
            order: 'asc',
            status: trashed ? 'trash' : 'any',
            _fields: answers.orderFields,
          },
          priority: orderPriority,
          signal,
        },
        answers.orderRows,
      ),

    /** All that wait for their payment. */
    unpaidOrders: ({ page: number, signal }: Options & { page: number }) =>
      ask(
        {
          operation: 'unpaidOrders',
          method: 'GET',
          path: 'wc/v3/orders',
          query: {
            ...page.query(number),
            orderby: 'id',
            order: 'asc',
            status: 'pending',
            _fields: answers.orderFields,
          },
          priority: orderPriority,
          signal,
        },
        answers.orderRows,
      ),

    ordersById: ({ ids, signal }: Options & { ids: readonly number[] }) =>
      ask(
        {
          operation: 'ordersById',
          method: 'GET',
          path: 'wc/v3/orders',
          query: { ...page.query(1), include: ids.join(','), status: 'any', _fields: answers.orderFields },
          priority: orderPriority,
          signal,
        },
        answers.orderRows,
      ),

    order: ({ id, signal }: Options & { id: number }) =>
      ask(
        {
          operation: 'order',
          method: 'GET',
          path: `wc/v3/orders/${id}`,
          query: { _fields: answers.orderFields },
          priority: orderPriority,
          signal,
        },
        answers.order,
      ),

    /** Who gets it: asked for by itself, so that no other answer holds it. */
    addresses: ({ id, signal }: Options & { id: number }) =>
      ask(
        {
          operation: 'recipient',
          method: 'GET',
          path: `wc/v3/orders/${id}`,
          query: { _fields: answers.addressFields },
          signal,
        },
        answers.addresses,
      ),

    refunds: ({ orderId, page: number, signal }: Options & { orderId: number; page: number }) =>
      ask(
        {
          operation: 'refunds',
          method: 'GET',
          path: `wc/v3/orders/${orderId}/refunds`,
          query: { ...page.query(number), _fields: answers.refundFields },
          priority: orderPriority,
          signal,
        },
        answers.refunds,
      ),

    /** Not repeated by itself: each is another refund. */
    createRefund: ({ orderId, body, signal }: Options & { orderId: number; body: unknown }) =>
      ask(
        {
          operation: 'createRefund',
          method: 'POST',
          path: `wc/v3/orders/${orderId}/refunds`,
          query: { _fields: 'id' },
          body,
          signal,
        },
        answers.withId,
      ),

    updateOrder: ({ id, change, signal }: Options & { id: number; change: Record<string, unknown> }) =>
      ask(
        {
          operation: 'updateOrder',
          method: 'POST',
          path: `wc/v3/orders/${id}`,
          query: { _fields: 'id' },
          body: change,
          signal,
        },
        answers.withId,
      ),

    fulfillments: ({ orderId, signal }: Options & { orderId: number }) =>
      ask(
        { operation: 'fulfillments', method: 'GET', path: `wc/v3/orders/${orderId}/fulfillments`, signal },
        answers.fulfillments,
      ),

    createFulfillment: ({
      orderId,
      notifyCustomer,
      body,
      signal,
    }: Options & { orderId: number; notifyCustomer: boolean; body: unknown }) =>
      ask(
        {
          operation: 'createFulfillment',
          method: 'POST',
          path: `wc/v3/orders/${orderId}/fulfillments`,
          query: { notify_customer: String(notifyCustomer) },
          body,
          signal,
        },
        answers.fulfillment,
      ),

    trackings: ({ orderId, plugin, signal }: Options & { orderId: number; plugin: TrackingPlugin }) =>
      ask(
        {
          operation: 'trackings',
          method: 'GET',
          path: `${plugin}/orders/${orderId}/shipment-trackings`,
          signal,
        },
        answers.trackings,
      ),

    createTracking: ({
      orderId,
      plugin,
      body,
      signal,
    }: Options & { orderId: number; plugin: TrackingPlugin; body: unknown }) =>
      ask(
        {
          operation: 'createTracking',
          method: 'POST',
          path: `${plugin}/orders/${orderId}/shipment-trackings`,
          body,
          signal,
        },
        answers.createdTracking,
      ),

    notes: ({ orderId, signal }: Options & { orderId: number }) =>
      ask(
        {
          operation: 'notes',
          method: 'GET',
          path: `wc/v3/orders/${orderId}/notes`,
          query: { _fields: 'id,note' },
          signal,
        },
        answers.notes,
      ),

    createNote: ({
      orderId,
      note,
      toCustomer,
      signal,
    }: Options & { orderId: number; note: string; toCustomer: boolean }) =>
      ask(
        {
          operation: 'createNote',
          method: 'POST',
          path: `wc/v3/orders/${orderId}/notes`,
          query: { _fields: 'id' },
          body: { note, customer_note: toCustomer },
          signal,
        },
        answers.withId,
      ),
  }
}
