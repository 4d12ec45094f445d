import { type ConnectorContext, type HttpResponse, readJson } from '@plimsoll/connector-kit'
import type { z } from 'zod'
import * as answers from './answers.ts'
import { type AuthorizationMode, authorize } from './authorization.ts'
import { readEnvelope, toRefusal } from './refusals.ts'
import type { Credentials, Settings } from './settings.ts'

/** An answer with what its headers say. */
export type Answer<T> = {
  data: T
  /** `X-WP-Total`: rows in the whole list; undefined where a proxy drops the header. */
  total: number | undefined
  /** The shop's clock. */
  date: Date | undefined
}

type Call = {
  operation: string
  method: 'GET' | 'POST'
  /** Below the REST root: `wc/v3/products`. */
  path: string
  query?: Record<string, string>
  body?: unknown
  timeoutMs?: number
  /** 0 goes first. */
  priority?: number
  signal?: AbortSignal | undefined
}

type Options = { signal?: AbortSignal | undefined }

// Cheap hosts take seconds for a page and up to 300 ms for each row of a batch; PHP gives up after 30 to 60 s.
const readTimeoutMs = 30_000
const writeTimeoutMs = 60_000

/** Rows of a page, and of one batch: the most that WooCommerce allows. */
export const pageSize = 100

const writePriority = 0
const orderPriority = 1

/**
 * The calls that the connector makes, one function each. They throw the kit's errors and neither repeat nor wait;
 * only the way of authorization is found out by trying, before anything is carried out.
 */
export function createApi(context: ConnectorContext<Settings, Credentials>) {
  const { settings, credentials, http } = context
  let mode: AuthorizationMode = settings.url.startsWith('https:') ? 'basic' : 'oauth1'
  // Shops with plain permalinks have no /wp-json; the route then travels in the query.
  let isPlain = false

  const sendOnce = (call: Call): Promise<HttpResponse> => {
    const isOpen = call.path === ''
    const root = isPlain ? `${settings.url}/` : `${settings.url}/wp-json/${call.path}`
    const query = isPlain ? { rest_route: `/${call.path}`, ...call.query } : (call.query ?? {})
    const signed = authorize({
      mode,
      method: call.method,
      url: root,
      query,
      credentials,
      now: context.now(),
      nonce: context.uuid(),
    })
    return http.send({
      operation: call.operation,
      method: call.method,
      // The site index is public; keys that nobody asks for stay at home.
      url: isOpen ? `${root}?${new URLSearchParams(query)}` : signed.url,
      headers: {
        accept: 'application/json',
        ...(call.body !== undefined && { 'content-type': 'application/json' }),
        ...(!isOpen && signed.headers),
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      timeoutMs: call.timeoutMs ?? (call.method === 'GET' ? readTimeoutMs : writeTimeoutMs),
      ...(call.priority !== undefined && { priority: call.priority }),
      ...(call.signal !== undefined && { signal: call.signal }),
    })
  }

  const send = async (call: Call): Promise<HttpResponse> => {
    const response = await sendOnce(call)
    if (response.status === 404 && !isPlain && isWebPage(response)) {
      // The web server itself did not know /wp-json, so nothing was carried out.
      isPlain = true
      const again = await sendOnce(call)
      if (again.status < 400 || !isWebPage(again)) return again
      isPlain = false
      return response
    }
    if (response.status === 401 && mode === 'basic' && isHeaderLost(response)) {
      // Many hosts strip the header before PHP sees it: WordPress then takes us for a stranger.
      mode = 'query'
      const again = await sendOnce(call)
      if (again.status !== 401) return again
      mode = 'basic'
      return response
    }
    return response
  }

  const ask = async <T>(call: Call, schema: z.ZodType<T>): Promise<Answer<T>> => {
    const response = await send(call)
    if (response.status < 200 || response.status > 299) throw toRefusal(response, call.operation)
    const total = Number(response.headers['x-wp-total'] ?? Number.NaN)
    return {
      data: readJson(response, schema, call.operation),
      total: Number.isSafeInteger(total) ? total : undefined,
      date: response.date,
    }
  }

  const list = (page: number): Record<string, string> => ({ per_page: String(pageSize), page: String(page) })

  return {
    /** Asked without credentials: what is there at all. */
    siteIndex: ({ signal }: Options = {}) =>
      ask(
        {
          operation: 'siteIndex',
          method: 'GET',
          path: '',
          query: { _fields: 'name,namespaces,timezone_string,gmt_offset' },
          signal,
        },
        answers.siteIndex,
      ),

    systemStatus: ({ signal }: Options = {}) =>
      ask(
        {
          operation: 'systemStatus',
          method: 'GET',
          path: 'wc/v3/system_status',
          query: { _fields: 'environment,settings' },
          signal,
        },
        answers.systemStatus,
      ),

    productSettings: ({ signal }: Options = {}) =>
      ask(
        {
          operation: 'productSettings',
          method: 'GET',
          path: 'wc/v3/settings/products',
          query: { _fields: 'id,value' },
          signal,
        },
        answers.settingOptions,
      ),

    /** Changes nothing, and yet needs the right to change products. */
    probeWriting: ({ signal }: Options = {}) =>
      ask(
        {
          operation: 'probeWriting',
          method: 'POST',
          path: 'wc/v3/products/batch',
          body: { update: [] },
          signal,
        },
        answers.emptyBatch,
      ),

    products: ({ page, signal }: Options & { page: number }) =>
      ask(
        {
          operation: 'products',
          method: 'GET',
          path: 'wc/v3/products',
          query: {
            ...list(page),
            orderby: 'id',
            order: 'asc',
            status: 'any',
            _fields: answers.productFields,
          },
          signal,
        },
        answers.products,
      ),

    productsById: ({ ids, signal }: Options & { ids: readonly number[] }) =>
      ask(
        {
          operation: 'productsById',
          method: 'GET',
          path: 'wc/v3/products',
          query: { ...list(1), include: ids.join(','), status: 'any', _fields: answers.productFields },
          signal,
        },
        answers.products,
      ),

    parentsById: ({ ids, signal }: Options & { ids: readonly number[] }) =>
      ask(
        {
          operation: 'parentsById',
          method: 'GET',
          path: 'wc/v3/products',
          query: { ...list(1), include: ids.join(','), status: 'any', _fields: answers.parentFields },
          signal,
        },
        answers.parents,
      ),

    /** Answers for variations too, and for what is in the trash. */
    product: ({ id, signal }: Options & { id: number }) =>
      ask(
        {
          operation: 'product',
          method: 'GET',
          path: `wc/v3/products/${id}`,
          query: { _fields: answers.variationFields },
          signal,
        },
        answers.variation,
      ),

    /** All variations of all parents. Only since WooCommerce 10.3; `rest_no_route` before. */
    variations: ({ page, ids, signal }: Options & { page: number; ids?: readonly number[] }) =>
      ask(
        {
          operation: 'variations',
          method: 'GET',
          path: 'wc/v3/variations',
          query: {
            ...list(page),
            orderby: 'id',
            order: 'asc',
            status: 'any',
            ...(ids !== undefined && { include: ids.join(',') }),
            _fields: answers.variationFields,
          },
          signal,
        },
        answers.variations,
      ),

    variationsOf: ({
      productId,
      page,
      ids,
      signal,
    }: Options & { productId: number; page: number; ids?: readonly number[] }) =>
      ask(
        {
          operation: 'variationsOf',
          method: 'GET',
          path: `wc/v3/products/${productId}/variations`,
          query: {
            ...list(page),
            orderby: 'id',
            order: 'asc',
            status: 'any',
            ...(ids !== undefined && { include: ids.join(',') }),
            _fields: answers.variationFields,
          },
          signal,
        },
        answers.variations,
      ),

    /** At most 100 rows, all of them products (`productId` undefined) or all variations of one. */
    setQuantities: ({
      productId,
      rows,
      signal,
    }: Options & {
      productId: number | undefined
      rows: readonly { id: number; stock_quantity: number }[]
    }) =>
      ask(
        {
          operation: 'setQuantities',
          method: 'POST',
          path:
            productId === undefined ? 'wc/v3/products/batch' : `wc/v3/products/${productId}/variations/batch`,
          body: { update: rows },
          priority: writePriority,
          signal,
        },
        answers.batchAnswer,
      ),

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
            per_page: String(pageSize),
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
        answers.orders,
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

    refunds: ({ orderId, page, signal }: Options & { orderId: number; page: number }) =>
      ask(
        {
          operation: 'refunds',
          method: 'GET',
          path: `wc/v3/orders/${orderId}/refunds`,
          query: { ...list(page), _fields: answers.refundFields },
          priority: orderPriority,
          signal,
        },
        answers.refunds,
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

    trackings: ({ orderId, signal }: Options & { orderId: number }) =>
      ask(
        {
          operation: 'trackings',
          method: 'GET',
          path: `wc-shipment-tracking/v3/orders/${orderId}/shipment-trackings`,
          signal,
        },
        answers.trackings,
      ),

    createTracking: ({ orderId, body, signal }: Options & { orderId: number; body: unknown }) =>
      ask(
        {
          operation: 'createTracking',
          method: 'POST',
          path: `wc-shipment-tracking/v3/orders/${orderId}/shipment-trackings`,
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

    webhooks: ({ page, signal }: Options & { page: number }) =>
      ask(
        {
          operation: 'webhooks',
          method: 'GET',
          path: 'wc/v3/webhooks',
          query: { ...list(page), orderby: 'id', order: 'asc', _fields: 'id,name,status,topic,delivery_url' },
          signal,
        },
        answers.webhooks,
      ),

    changeWebhooks: ({
      create,
      update,
      signal,
    }: Options & { create: readonly object[]; update: readonly object[] }) =>
      ask(
        {
          operation: 'changeWebhooks',
          method: 'POST',
          path: 'wc/v3/webhooks/batch',
          body: { create, update },
          signal,
        },
        answers.webhookBatch,
      ),
  }
}
export type WooApi = ReturnType<typeof createApi>

function isWebPage(response: HttpResponse): boolean {
  return readEnvelope(response.text) === undefined
}

/** "You may not view this": what a stranger is told, where wrong keys would be `authentication_error`. */
function isHeaderLost(response: HttpResponse): boolean {
  return /^woocommerce_rest_cannot_/.test(readEnvelope(response.text)?.code ?? '')
}
