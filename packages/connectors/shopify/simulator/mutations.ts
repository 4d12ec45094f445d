import type { Books } from '@plimsoll/connector-kit/simulator'
import { type GraphQLResolveInfo, type GraphQLSchema, getDirectiveValues } from 'graphql'
import { requireScope } from './access.ts'
import type { BulkOperations } from './bulk-operations.ts'
import { badRequest } from './connections.ts'
import type { IdempotencyStore } from './idempotency.ts'
import { cancelOrder, fulfillOrder, refundUnits } from './order-steps.ts'
import type { Refund, RestockType } from './records.ts'
import { createServiceMutations, whyNotShipped } from './service-mutations.ts'
import { type SetError, type SetResult, setQuantities } from './set-quantities.ts'
import type { Shop } from './shop.ts'
import type { Subscriptions } from './subscriptions.ts'
import { gid, instant, type Views } from './views.ts'

type SetInput = {
  name: string
  reason: string
  referenceDocumentUri?: string | null
  quantities: readonly {
    inventoryItemId: string
    locationId: string
    quantity: number
    changeFromQuantity?: number | null
  }[]
}
type FulfillmentInput = {
  lineItemsByFulfillmentOrder: readonly {
    fulfillmentOrderId: string
    fulfillmentOrderLineItems?: readonly { id: string; quantity: number }[] | null
  }[]
  trackingInfo?: { company?: string | null; number?: string | null; url?: string | null } | null
}
type SubscriptionInput = {
  uri?: string | null
  format?: string | null
  includeFields?: string[] | null
  filter?: string | null
}

type RefundInput = {
  orderId: string
  refundLineItems?:
    | readonly {
        lineItemId: string
        quantity: number
        restockType?: RestockType | null
        locationId?: string | null
      }[]
    | null
}
/** What became of a refund: kept by idempotency key. */
export type RefundResult = { refund: Refund | undefined; errors: readonly SetError[] }

/** What one request brings along. */
export type RequestContext = { receivedAtNs: string }

export type MutationServices = {
  scopes: readonly string[]
  schema: () => GraphQLSchema
  shop: Shop
  views: Views
  subscriptions: Subscriptions
  idempotency: IdempotencyStore<SetResult>
  refunds: IdempotencyStore<RefundResult>
  bulk: BulkOperations
  books: Books
}

/** The roots of mutations. */
export function createMutations({
  scopes,
  schema,
  shop,
  views,
  subscriptions,
  idempotency,
  refunds,
  bulk,
  books,
}: MutationServices) {
  return {
    ...createServiceMutations({ shop, views, scopes, numberOf }),

    bulkOperationRunQuery({ query }: { query: string }) {
      requireScope(scopes, 'read_products')
      const made = bulk.run(query)
      if ('operation' in made) return { bulkOperation: bulk.view(made.operation), userErrors: [] }
      return { bulkOperation: null, userErrors: [{ ...made, field: ['query'] }] }
    },

    refundCreate({ input }: { input: RefundInput }, _context: RequestContext, info: GraphQLResolveInfo) {
      requireScope(scopes, 'write_orders')
      const key = idempotencyKey(schema(), info)
      const order = shop.orders.get(numberOf('Order', input.orderId))
      if (order === undefined) {
        return { order: null, refund: null, userErrors: [{ field: ['orderId'], message: 'Order not found' }] }
      }
      const rows = (input.refundLineItems ?? []).map((row) => ({
        lineId: numberOf('LineItem', row.lineItemId),
        quantity: row.quantity,
        restockType: row.restockType ?? ('NO_RESTOCK' as const),
        locationId: row.locationId ? numberOf('Location', row.locationId) : undefined,
      }))
      const { refund, errors } = refunds.run(key, JSON.stringify(input), (): RefundResult => {
        const made = refundUnits(shop, order, rows)
        if (typeof made !== 'string') return { refund: made, errors: [] }
        return { refund: undefined, errors: [{ code: '', field: ['refundLineItems'], message: made }] }
      })
      return {
        order: views.order(order),
        refund: refund === undefined ? null : views.refund(order)(refund),
        userErrors: errors.map(({ field, message }) => ({ field, message })),
      }
    },

    inventorySetQuantities(
      { input }: { input: SetInput },
      { receivedAtNs }: RequestContext,
      info: GraphQLResolveInfo,
    ) {
      const key = idempotencyKey(schema(), info)
      const rows = input.quantities.map((row, at) => {
        // Absent is an error since 2026-04, an explicit null is not, although the schema has it optional.
        if (row.changeFromQuantity === undefined) {
          throw badRequest(`The changeFromQuantity argument is required: input.quantities.${at}`)
        }
        return {
          itemId: numberOf('InventoryItem', row.inventoryItemId),
          locationId: numberOf('Location', row.locationId),
          quantity: row.quantity,
          changeFromQuantity: row.changeFromQuantity,
        }
      })
      const request = { name: input.name, reason: input.reason, rows }
      const result = idempotency.run(key, JSON.stringify(input), () =>
        setQuantities(shop, request, (write) => books.writes.append({ ...write, atNs: receivedAtNs })),
      )
      if (result.errors.length > 0) return { inventoryAdjustmentGroup: null, userErrors: result.errors }
      return {
        userErrors: [],
        inventoryAdjustmentGroup: {
          __typename: 'InventoryAdjustmentGroup',
          id: gid('InventoryAdjustmentGroup', result.id),
          createdAt: instant(result.createdAtMs),
          reason: input.reason,
          referenceDocumentUri: input.referenceDocumentUri ?? null,
          changes: () =>
            result.changes.map(({ name, delta, level }) => ({
              name,
              delta,
              quantityAfterChange: level.available,
              item: () => views.itemOf(level.itemId),
              location: () => views.locationOf(level.locationId),
            })),
        },
      }
    },

    fulfillmentCreate({ fulfillment }: { fulfillment: FulfillmentInput }) {
      const requests = fulfillment.lineItemsByFulfillmentOrder.map((each) => ({
        fulfillmentOrderId: numberOf('FulfillmentOrder', each.fulfillmentOrderId),
        lines: (each.fulfillmentOrderLineItems ?? []).map((line) => ({
          id: numberOf('FulfillmentOrderLineItem', line.id),
          quantity: line.quantity,
        })),
      }))
      for (const { fulfillmentOrderId } of requests) {
        const message = whyNotShipped(shop, fulfillmentOrderId)
        if (message !== undefined)
          return { fulfillment: null, userErrors: [{ field: ['fulfillment'], message }] }
      }
      const { company, number, url } = fulfillment.trackingInfo ?? {}
      const tracking = { company: company ?? undefined, number: number ?? undefined, url: url ?? undefined }
      const result = fulfillOrder(shop, requests, tracking)
      if (result.kind === 'refused') {
        return { fulfillment: null, userErrors: [{ field: result.field, message: result.why }] }
      }
      return { fulfillment: views.fulfillment(result.order)(result.fulfillment), userErrors: [] }
    },

    orderCancel({ orderId, restock, reason }: { orderId: string; restock: boolean; reason: string }) {
      requireScope(scopes, 'write_orders')
      const order = shop.orders.get(numberOf('Order', orderId))
      const why = order === undefined ? 'Order does not exist' : cancelOrder(shop, order, { restock, reason })
      if (why !== undefined) {
        const code = order === undefined ? 'NOT_FOUND' : 'INVALID'
        return { job: null, orderCancelUserErrors: [{ code, field: ['orderId'], message: why }] }
      }
      return { job: { id: gid('Job', shop.nextId()), done: false }, orderCancelUserErrors: [] }
    },

    inventoryItemUpdate({ id, input }: { id: string; input: { tracked?: boolean | null } }) {
      const variant = shop.variantByItem.get(numberOf('InventoryItem', id))
      if (variant === undefined) {
        return {
          inventoryItem: null,
          userErrors: [{ field: ['id'], message: "The product couldn't be updated" }],
        }
      }
      variant.tracked = input.tracked ?? variant.tracked
      return { inventoryItem: views.item(variant), userErrors: [] }
    },

    publishablePublish: (asked: PublicationChange) => changePublications(shop, scopes, asked, 'published'),
    publishableUnpublish: (asked: PublicationChange) =>
      changePublications(shop, scopes, asked, 'unpublished'),

    webhookSubscriptionCreate({
      topic,
      webhookSubscription: { uri, format, includeFields, filter },
    }: {
      topic: string
      webhookSubscription: SubscriptionInput
    }) {
      const made = subscriptions.add({
        topicName: topic,
        uri: uri ?? '',
        format: format ?? 'JSON',
        includeFields: includeFields ?? [],
        filter: filter ?? null,
      })
      if (typeof made === 'string') {
        const field = ['webhookSubscription', 'callbackUrl']
        return { webhookSubscription: null, userErrors: [{ field, message: made }] }
      }
      return { webhookSubscription: subscriptions.view(made), userErrors: [] }
    },

    webhookSubscriptionDelete({ id }: { id: string }) {
      if (subscriptions.remove(numberOf('WebhookSubscription', id))) {
        return { deletedWebhookSubscriptionId: id, userErrors: [] }
      }
      const message = 'Webhook subscription does not exist'
      return { deletedWebhookSubscriptionId: null, userErrors: [{ field: ['id'], message }] }
    },
  }
}

type PublicationChange = { id: string; input: readonly { publicationId?: string | null }[] }

/** All or nothing: a publication that is not known changes none. */
function changePublications(
  shop: Shop,
  scopes: readonly string[],
  { id, input }: PublicationChange,
  to: 'published' | 'unpublished',
) {
  requireScope(scopes, 'write_publications')
  const variant = shop.variants.get(numberOf('ProductVariant', id))
  if (variant === undefined) return { userErrors: [{ field: ['id'], message: 'Resource does not exist' }] }
  const ids = input.map(({ publicationId }) => numberOf('Publication', publicationId ?? ''))
  const unknown = ids.findIndex((each) => !shop.publications.has(each))
  if (unknown >= 0) {
    const field = ['input', String(unknown), 'publicationId']
    return { userErrors: [{ field, message: 'Publication does not exist' }] }
  }
  for (const each of ids) {
    if (to === 'published') variant.unpublishedOn.delete(each)
    else variant.unpublishedOn.add(each)
  }
  return { userErrors: [] }
}

/** Required at run time since 2026-04. */
function idempotencyKey(schema: GraphQLSchema, info: GraphQLResolveInfo): string {
  const directive = schema.getDirective('idempotent')
  const [field] = info.fieldNodes
  const values =
    directive && field !== undefined ? getDirectiveValues(directive, field, info.variableValues) : undefined
  const key = values?.key
  if (typeof key !== 'string' || key === '') {
    throw badRequest(`The @idempotent directive is required for this mutation but was not provided.`)
  }
  return key
}

/** The number in a gid of that kind, NaN for another kind: nothing has that number. */
export function numberOf(kind: string, id: string): number {
  const prefix = `gid://shopify/${kind}/`
  return id.startsWith(prefix) ? Number.parseInt(id.slice(prefix.length), 10) : Number.NaN
}
