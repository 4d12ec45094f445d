import type { ConnectorContext } from '@plimsoll/connector-kit'
import * as answers from './answers.ts'
import { orderCalls } from './order-calls.ts'
import type { Credentials, Settings } from './settings.ts'
import { createTransport } from './transport.ts'

type Options = { signal?: AbortSignal | undefined }

/** Rows of a page, and of one batch: the most that WooCommerce allows. */
export const pageSize = 100

const writePriority = 0

/** The calls that the connector makes, one function each. They throw the kit's errors and neither repeat nor wait. */
export function createApi(context: ConnectorContext<Settings, Credentials>) {
  const ask = createTransport(context)
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

    /** `private` takes a product or variation off the storefront, `publish` puts it on. */
    setStatus: ({
      id,
      parentId,
      status,
      signal,
    }: Options & { id: number; parentId: number | undefined; status: 'private' | 'publish' }) =>
      ask(
        {
          operation: 'setStatus',
          method: 'POST',
          path:
            parentId === undefined ? `wc/v3/products/${id}` : `wc/v3/products/${parentId}/variations/${id}`,
          query: { _fields: 'id' },
          body: { status },
          priority: writePriority,
          signal,
        },
        answers.withId,
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

    ...orderCalls(ask, { size: pageSize, query: list }),

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
      remove,
      signal,
    }: Options & { create: readonly object[]; update: readonly object[]; remove: readonly number[] }) =>
      ask(
        {
          operation: 'changeWebhooks',
          method: 'POST',
          path: 'wc/v3/webhooks/batch',
          body: { create, update, delete: remove },
          signal,
        },
        answers.webhookBatch,
      ),
  }
}
export type WooApi = ReturnType<typeof createApi>
