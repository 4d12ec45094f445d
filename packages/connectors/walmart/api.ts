import { NotFound } from '@plimsoll/connector-kit'
import type { z } from 'zod'
import * as answers from './answers.ts'
import { DEFAULT_LOCATION } from './ids.ts'
import * as inbound from './inbound-answers.ts'
import * as mcs from './mcs-answers.ts'
import * as returned from './returns-answers.ts'
import { termsOf } from './settings.ts'
import { type Answer, type Call, type Context, createTransport, toQuery, toSeconds } from './transport.ts'

export type Options = { signal?: AbortSignal | undefined }

/** Rows of a page, at the most that Walmart gives. */
export const PAGE_ITEMS = 50
export const PAGE_ORDERS = 200
export const PAGE_LEVELS = 50
export const PAGE_WFS = 300
export const PAGE_FEED = 50
export const PAGE_INBOUND = 50
export const PAGE_RETURNS = 200

/** Older orders are not to be had; a day less, since the clocks differ. */
export const REACH_MS = 179 * 86_400_000

// A feed is a file of megabytes.
const FEED_TIMEOUT_MS = 60_000

const NO_ORDERS = { list: { meta: { totalCount: 0 } } }
const INBOUND = '/v3/fulfillment/inbound-shipments'
const NO_INBOUND = { payload: [] }
const FULFILMENTS = '/v3/fulfillment/orders-fulfillments'

/** One function for each call that is used. */
export type WalmartApi = ReturnType<typeof createApi>

export function createApi(context: Context) {
  const ask = createTransport(context)
  const get = <T>(
    operation: string,
    path: string,
    schema: z.ZodType<T>,
    options: Partial<Call> = {},
  ): Promise<Answer<T>> => ask({ operation, method: 'GET', path, ...options }, schema)
  const orderPath = (id: string) => `/v3/orders/${encodeURIComponent(id)}`
  const terms = termsOf(context.settings)

  /** One order; by the list of those with its number, where no address of its own is offered. @throws NotFound */
  const getOrder = async <T>(
    operation: 'order' | 'recipient',
    { id, options }: { id: string; options: Options },
    schema: z.ZodType<{ order: T }>,
  ): Promise<Answer<{ order: T }>> => {
    if (terms.readsOneOrder) return await get(operation, orderPath(id), schema, options)
    const createdStartDate = toSeconds(context.now() - REACH_MS)
    const { data, ...answer } = await get(
      `${operation}.listed`,
      `/v3/orders?${toQuery({ purchaseOrderId: id, createdStartDate, limit: '1' })}`,
      answers.firstListed(schema),
      { ...options, emptyAs: NO_ORDERS },
    )
    if (data === undefined) throw new NotFound(`Walmart has no order ${id}`, answer.detail)
    return { ...answer, data }
  }

  return {
    tokenDetail: (options: Options) => get('check', '/v3/token/detail', answers.tokenDetail, options),
    partnerProfile: (options: Options) =>
      get('check', '/v3/settings/partnerprofile', answers.partnerProfile, options),
    shipNodes: (options: Options) =>
      get('locations', '/v3/settings/shipping/shipnodes', answers.shipNodes, { ...options, emptyAs: [] }),

    /** @param from `*` for the first page, or how many to leave out, where Walmart gives no cursor */
    items: (from: string | number, options: Options) =>
      get(
        'listings',
        `/v3/items?${toQuery({ ...(typeof from === 'string' ? { nextCursor: from } : { offset: String(from) }), limit: String(PAGE_ITEMS) })}`,
        answers.items,
        { ...options, priority: 8, emptyAs: { ItemResponse: [] } },
      ),
    /** By the filter, not by the path: a SKU may have any character. */
    itemsOf: (sku: string, options: Options) =>
      get('listing', `/v3/items?${toQuery({ sku })}`, answers.items, {
        ...options,
        emptyAs: { ItemResponse: [] },
      }),

    inventory: (operation: string, level: { sku: string; locationId: string }, options: Options) =>
      get(operation, inventoryPath(level), answers.inventory, options),
    setInventory: (
      operation: string,
      level: { sku: string; locationId: string; amount: number },
      options: Options,
    ) =>
      ask(
        {
          operation,
          method: 'PUT',
          path: inventoryPath(level),
          body: { sku: level.sku, quantity: { unit: 'EACH', amount: level.amount } },
          ...options,
        },
        answers.inventory,
      ),
    inventoryOfNodes: (sku: string, options: Options) =>
      get('levels.nodes', `/v3/inventories/${encodeURIComponent(sku)}`, answers.inventoryNodes, options),

    /** @param cursor undefined for the first page; it changes with every page */
    inventories: (cursor: string | undefined, options: Options) =>
      get(
        'levels.nodes',
        `/v3/inventories?${toQuery({ limit: String(PAGE_LEVELS), ...(cursor !== undefined && { nextCursor: cursor }) })}`,
        answers.inventoryPage,
        { ...options, emptyAs: { meta: { totalCount: 0 } } },
      ),

    wfsInventory: (operation: string, query: { offset: number } | { sku: string }, options: Options) =>
      get(
        operation,
        `/v3/fulfillment/inventory?${toQuery(
          'sku' in query ? { sku: query.sku } : { limit: String(PAGE_WFS), offset: String(query.offset) },
        )}`,
        answers.wfsInventory,
        { ...options, emptyAs: { headers: { totalCount: 0 }, payload: { inventory: [] } } },
      ),

    sendFeed: (feedType: 'inventory' | 'MP_INVENTORY', file: unknown, options: Options) =>
      ask(
        {
          operation: 'setLevels.feed',
          method: 'POST',
          path: `/v3/feeds?feedType=${feedType}`,
          file,
          timeoutMs: FEED_TIMEOUT_MS,
          ...options,
        },
        answers.feedTaken,
      ),
    feed: (feedId: string, offset: number, options: Options) =>
      get(
        'outcomes',
        `/v3/feeds/${encodeURIComponent(feedId)}?includeDetails=true&offset=${offset}&limit=${PAGE_FEED}`,
        answers.feedReport,
        options,
      ),

    /** @param query from `?` on; the next one comes ready from Walmart and is handed back as it is */
    orders: (query: string, options: Options) =>
      get('orders', `/v3/orders${query}`, answers.orderList, {
        ...options,
        emptyAs: NO_ORDERS,
      }),
    returns: (query: string, options: Options) =>
      get('returns', `/v3/returns${query}`, returned.returnList, {
        ...options,
        isPersonal: true,
        emptyAs: {},
      }),
    order: (id: string, options: Options) => getOrder('order', { id, options }, answers.oneOrder),
    recipient: (id: string, options: Options) =>
      getOrder('recipient', { id, options }, answers.addressedOrder),
    acknowledge: (id: string, options: Options) =>
      ask(
        { operation: 'acknowledge', method: 'POST', path: `${orderPath(id)}/acknowledge`, ...options },
        answers.anything,
      ),
    ship: (id: string, body: unknown, options: Options) =>
      ask(
        { operation: 'ship', method: 'POST', path: `${orderPath(id)}/shipping`, body, ...options },
        answers.oneOrder,
      ),
    cancel: (id: string, body: unknown, options: Options) =>
      ask(
        { operation: 'cancel', method: 'POST', path: `${orderPath(id)}/cancel`, body, ...options },
        answers.oneOrder,
      ),

    createFulfilment: (body: unknown, options: Options) =>
      ask(
        {
          operation: 'requestShipment',
          method: 'POST',
          path: FULFILMENTS,
          body,
          isPersonal: true,
          ...options,
        },
        mcs.taken,
      ),
    cancelFulfilment: (body: unknown, options: Options) =>
      ask(
        {
          operation: 'cancelShipment',
          method: 'POST',
          path: `${FULFILMENTS}/cancel`,
          body,
          isPersonal: true,
          ...options,
        },
        mcs.taken,
      ),
    fulfilment: (
      operation: string,
      query: { orderNumber: string; orderChannelId: string },
      options: Options,
    ) =>
      get(operation, `${FULFILMENTS}/status?${toQuery({ ...query, limit: '1', offset: '0' })}`, mcs.status, {
        isPersonal: true,
        ...options,
      }),

    createInbound: (body: unknown, options: Options) =>
      ask(
        { operation: 'announceInbound', method: 'POST', path: INBOUND, body, ...options },
        inbound.inboundTaken,
      ),
    inboundOf: (operation: string, inboundOrderId: string, options: Options) =>
      get(
        operation,
        `${INBOUND}?${toQuery({ inboundOrderId, offset: '0', limit: String(PAGE_INBOUND) })}`,
        inbound.inboundShipments,
        { ...options, emptyAs: NO_INBOUND },
      ),
    /** @param page.from those announced since then, ISO */
    inboundPage: ({ offset, from }: { offset: number; from: string }, options: Options) =>
      get(
        'receipts',
        `${INBOUND}?${toQuery({ fromCreateDate: from, offset: String(offset), limit: String(PAGE_INBOUND) })}`,
        inbound.inboundPage,
        { ...options, emptyAs: NO_INBOUND },
      ),
    inboundItems: ({ shipmentId, offset }: { shipmentId: string; offset: number }, options: Options) =>
      get(
        'receipts.items',
        `/v3/fulfillment/inbound-shipment-items?${toQuery({ shipmentId, offset: String(offset), limit: String(PAGE_INBOUND) })}`,
        inbound.inboundItems,
        { ...options, emptyAs: NO_INBOUND },
      ),

    eventTypes: (options: Options) =>
      get('registerWebhooks', '/v3/webhooks/eventTypes', answers.eventTypes, options),
    subscriptions: (options: Options) =>
      get('registerWebhooks', '/v3/webhooks/subscriptions', answers.subscriptions, {
        ...options,
        emptyAs: { events: [] },
      }),
    subscribe: (body: unknown, options: Options) =>
      ask(
        {
          operation: 'registerWebhooks',
          method: 'POST',
          path: '/v3/webhooks/subscriptions',
          body,
          ...options,
        },
        answers.anything,
      ),
    changeSubscription: (id: string, body: unknown, options: Options) =>
      ask(
        {
          operation: 'registerWebhooks',
          method: 'PATCH',
          path: `/v3/webhooks/subscriptions/${encodeURIComponent(id)}`,
          body,
          ...options,
        },
        answers.anything,
      ),
  }
}

function inventoryPath({ sku, locationId }: { sku: string; locationId: string }): string {
  return `/v3/inventory?${toQuery({ sku, ...(locationId !== DEFAULT_LOCATION && { shipNode: locationId }) })}`
}
