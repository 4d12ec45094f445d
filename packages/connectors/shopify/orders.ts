import { type CallOptions, type ExternalOrder, Malformed, NotFound, type Page } from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { Api } from './api.ts'
import { nextCursor, readCursor } from './cursor.ts'
import {
  FULFILLMENT_LINES,
  ORDER,
  ORDER_PART_IDS,
  ORDER_PARTS,
  ORDERS,
  ORDERS_FIRST_PAGE,
  ORDERS_PAGE,
  REFUND_LINES,
} from './documents.ts'
import {
  hasLeft,
  type LineNode,
  lineNodeSchema,
  linesTellAll,
  type OrderFacts,
  orderNodeSchema,
  shippedByLines,
  toOrder,
  toOrderFacts,
  toRefundKind,
} from './map.ts'

/** Reading orders: the list for what changed, and one order with all its parts. */

const moreSchema = z.object({ hasNextPage: z.boolean() })
const pageInfoSchema = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() })
const fulfillmentLineSchema = z.object({
  quantity: z.number().int().nullable(),
  lineItem: z.object({ id: z.string() }),
})
const refundLineSchema = z.object({
  quantity: z.number().int(),
  restockType: z.string(),
  lineItem: z.object({ id: z.string() }),
})

const listSchema = z.object({
  orders: z.object({
    nodes: z.array(
      orderNodeSchema.extend({
        lineItems: z.object({ nodes: z.array(lineNodeSchema), pageInfo: moreSchema }),
        refunds: z.array(z.object({ id: z.string() })),
      }),
    ),
    pageInfo: pageInfoSchema,
  }),
})

/**
 * Orders changed at or after `since`, oldest change first. The list is a search index: it may show an order
 * late, so callers overlap. Orders whose list row does not tell everything are read by themselves.
 */
export async function listOrders(
  api: Api,
  query: { since: Date; cursor: string | undefined },
  options: CallOptions = {},
): Promise<Page<ExternalOrder>> {
  const cursor = readCursor(query.cursor)
  const first = query.cursor === undefined ? ORDERS_FIRST_PAGE : ORDERS_PAGE
  // Update times are whole seconds: an order of 10:00:00.9 says 10:00:00 and is not after 10:00:00.5.
  const sinceMs = Math.floor(query.since.getTime() / 1_000) * 1_000
  const from = cursor.window ?? new Date(sinceMs).toISOString()
  const variables = { first, after: cursor.after, query: `updated_at:>='${from}'` }
  const { data, date } = await api.read(ORDERS, variables, listSchema, {
    ...options,
    priority: 2,
    cost: 2 + first * 28,
  })
  const rows: ExternalOrder[] = []
  const unreadable: NonNullable<Page<ExternalOrder>['unreadable']> = []
  for (const node of data.orders.nodes) {
    try {
      const order = await readRow(api, node, options)
      if (order !== undefined) rows.push(order)
    } catch (error) {
      // One order that cannot be read must not hold up the others on its page.
      if (!(error instanceof Malformed)) throw error
      unreadable.push({ externalId: node.id, version: Date.parse(node.updatedAt) || undefined })
    }
  }
  const { nodes, pageInfo } = data.orders
  const next = nextCursor(cursor, { read: nodes.length, ...pageInfo, last: nodes.at(-1)?.updatedAt })
  return { rows, unreadable, next, platformTime: date }
}

/** From the list where its row tells everything, else by itself. */
async function readRow(
  api: Api,
  node: z.infer<typeof listSchema>['orders']['nodes'][number],
  options: CallOptions,
): Promise<ExternalOrder | undefined> {
  const lines = node.lineItems.nodes
  if (node.lineItems.pageInfo.hasNextPage || !linesTellAll(node, lines, node.refunds.length > 0)) {
    return await findOrder(api, node.id, options)
  }
  return toOrder(toOrderFacts(node, { lines, shipped: shippedByLines(lines), refunds: [] }))
}

const orderSchema = z.object({
  order: orderNodeSchema
    .extend({
      lineItems: z.object({ nodes: z.array(lineNodeSchema), pageInfo: pageInfoSchema }),
      fulfillments: z.array(
        z.object({
          id: z.string(),
          status: z.string(),
          fulfillmentLineItems: z.object({ nodes: z.array(fulfillmentLineSchema), pageInfo: moreSchema }),
        }),
      ),
      refunds: z.array(
        z.object({
          id: z.string(),
          refundLineItems: z.object({ nodes: z.array(refundLineSchema), pageInfo: moreSchema }),
        }),
      ),
    })
    .nullable(),
})
type OrderDetail = NonNullable<z.infer<typeof orderSchema>['order']>

/** One order with all its parts, straight from the database (not search). Throws NotFound. */
export async function getOrder(api: Api, id: string, options: CallOptions = {}): Promise<ExternalOrder> {
  const order = await findOrder(api, id, options)
  if (order === undefined) throw new NotFound(`Shopify has no order ${id}`)
  return order
}

async function findOrder(api: Api, id: string, options: CallOptions): Promise<ExternalOrder | undefined> {
  const lines: LineNode[] = []
  let order: OrderDetail | undefined
  for (let after: string | null | undefined; ; ) {
    const { data } = await api.read(ORDER, { id, after }, orderSchema, { ...options, priority: 2 })
    // Also when it was deleted between two pages.
    if (data.order === null) return undefined
    order = data.order
    lines.push(...order.lineItems.nodes)
    if (!order.lineItems.pageInfo.hasNextPage) break
    after = order.lineItems.pageInfo.endCursor
  }
  const parts = isTruncated(order) ? await readLongParts(api, order.id, options) : readShortParts(order)
  return toOrder(toOrderFacts(order, { lines, ...parts }))
}

type Parts = Pick<OrderFacts, 'shipped' | 'refunds'>

function isTruncated(order: OrderDetail): boolean {
  return (
    order.fulfillments.length >= ORDER_PARTS.fulfillments ||
    order.refunds.length >= ORDER_PARTS.refunds ||
    order.fulfillments.some((each) => each.fulfillmentLineItems.pageInfo.hasNextPage) ||
    order.refunds.some((each) => each.refundLineItems.pageInfo.hasNextPage)
  )
}

function readShortParts(order: OrderDetail): Parts {
  const left = order.fulfillments.filter((each) => hasLeft(each.status))
  return {
    shipped: countUnits(left.flatMap((each) => each.fulfillmentLineItems.nodes)),
    refunds: order.refunds.flatMap((each) => each.refundLineItems.nodes.map(toRefund)),
  }
}

function countUnits(lines: readonly z.infer<typeof fulfillmentLineSchema>[]): Map<string, number> {
  const units = new Map<string, number>()
  for (const { lineItem, quantity } of lines) {
    units.set(lineItem.id, (units.get(lineItem.id) ?? 0) + (quantity ?? 0))
  }
  return units
}

function toRefund(line: z.infer<typeof refundLineSchema>): OrderFacts['refunds'][number] {
  return { lineId: line.lineItem.id, quantity: line.quantity, kind: toRefundKind(line.restockType) }
}

const partIdsSchema = z.object({
  order: z
    .object({
      fulfillments: z.array(z.object({ id: z.string(), status: z.string() })),
      refunds: z.array(z.object({ id: z.string() })),
    })
    .nullable(),
})
const fulfillmentLinesSchema = z.object({
  node: z
    .object({
      fulfillmentLineItems: z.object({ nodes: z.array(fulfillmentLineSchema), pageInfo: pageInfoSchema }),
    })
    .nullable(),
})
const refundLinesSchema = z.object({
  node: z
    .object({ refundLineItems: z.object({ nodes: z.array(refundLineSchema), pageInfo: pageInfoSchema }) })
    .nullable(),
})

/** Orders of many parcels or refunds: every part to its end, one request each. */
async function readLongParts(api: Api, id: string, options: CallOptions): Promise<Parts> {
  const { data } = await api.read(ORDER_PART_IDS, { id }, partIdsSchema, options)
  const fulfillmentLines: z.infer<typeof fulfillmentLineSchema>[] = []
  for (const fulfillment of data.order?.fulfillments ?? []) {
    if (!hasLeft(fulfillment.status)) continue
    for (let after: string | null | undefined; ; ) {
      const page = await api.read(
        FULFILLMENT_LINES,
        { id: fulfillment.id, after },
        fulfillmentLinesSchema,
        options,
      )
      const lines = page.data.node?.fulfillmentLineItems
      fulfillmentLines.push(...(lines?.nodes ?? []))
      if (!lines?.pageInfo.hasNextPage) break
      after = lines.pageInfo.endCursor
    }
  }
  const refunds: OrderFacts['refunds'][number][] = []
  for (const refund of data.order?.refunds ?? []) {
    for (let after: string | null | undefined; ; ) {
      const page = await api.read(REFUND_LINES, { id: refund.id, after }, refundLinesSchema, options)
      const lines = page.data.node?.refundLineItems
      refunds.push(...(lines?.nodes ?? []).map(toRefund))
      if (!lines?.pageInfo.hasNextPage) break
      after = lines.pageInfo.endCursor
    }
  }
  return { shipped: countUnits(fulfillmentLines), refunds }
}
