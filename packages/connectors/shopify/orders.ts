import { type CallOptions, type ExternalOrder, Malformed, NotFound, type Page } from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { Api } from './api.ts'
import { nextCursor, readCursor } from './cursor.ts'
import {
  FULFILLMENT_LINES,
  ORDER,
  ORDER_PART_IDS,
  ORDER_PARTS,
  ORDER_ROW_COST,
  ORDERS,
  ORDERS_FIRST_PAGE,
  ORDERS_PAGE,
  REFUND_LINES,
} from './documents.ts'
import { heldUnits, isHeldInPart, orderIdOf, readLinedPlaces, readPlaces } from './holds.ts'
import { gidSchema } from './ids.ts'
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
import { failVanished, type PageInfo, pageInfoSchema, readAllPages } from './pages.ts'

/** Reading orders: the list for what changed, and one order with all its parts. */

/** @param sentUnpaid ways of paying whose orders are sent before they are paid, as `toGateway` has them */
export type OrderReading = { api: Api; sentUnpaid: ReadonlySet<string> }

const moreSchema = z.object({ hasNextPage: z.boolean() })
const fulfillmentLineSchema = z.object({
  quantity: z.number().int().nullable(),
  lineItem: z.object({ id: gidSchema }),
})
const refundLineSchema = z.object({
  quantity: z.number().int(),
  restockType: z.string(),
  lineItem: z.object({ id: gidSchema }),
})

const listSchema = z.object({
  orders: z.object({
    nodes: z.array(
      orderNodeSchema.extend({
        lineItems: z.object({ nodes: z.array(lineNodeSchema), pageInfo: moreSchema }),
        refunds: z.array(z.object({ id: gidSchema })),
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
  reading: OrderReading,
  query: { since: Date; cursor: string | undefined },
  options: CallOptions = {},
): Promise<Page<ExternalOrder>> {
  const { api } = reading
  const cursor = readCursor(query.cursor)
  const first = query.cursor === undefined ? ORDERS_FIRST_PAGE : ORDERS_PAGE
  // Update times are whole seconds: an order of 10:00:00.9 says 10:00:00 and is not after 10:00:00.5.
  const sinceMs = Math.floor(query.since.getTime() / 1_000) * 1_000
  const from = cursor.window ?? new Date(sinceMs).toISOString()
  const variables = { first, after: cursor.after, query: `updated_at:>='${from}'` }
  const { data, date } = await api.read(ORDERS, variables, listSchema, {
    ...options,
    priority: 2,
    cost: 2 + first * ORDER_ROW_COST,
  })
  const rows: ExternalOrder[] = []
  const unreadable: NonNullable<Page<ExternalOrder>['unreadable']> = []
  for (const node of data.orders.nodes) {
    try {
      const order = await readRow(reading, node, options)
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
  reading: OrderReading,
  node: z.infer<typeof listSchema>['orders']['nodes'][number],
  options: CallOptions,
): Promise<ExternalOrder | undefined> {
  const lines = node.lineItems.nodes
  const isMore = node.lineItems.pageInfo.hasNextPage || node.fulfillmentOrders.pageInfo.hasNextPage
  const isInPart = isHeldInPart(node.fulfillmentOrders.nodes)
  if (isMore || isInPart || !linesTellAll(node, lines, node.refunds.length > 0)) {
    return await findOrder(reading, node.id, options)
  }
  return toOrder(
    toOrderFacts(node, {
      lines,
      shipped: shippedByLines(lines),
      refunds: [],
      sentUnpaid: reading.sentUnpaid,
    }),
  )
}

const orderSchema = z.object({
  order: orderNodeSchema
    .extend({
      lineItems: z.object({ nodes: z.array(lineNodeSchema), pageInfo: pageInfoSchema }),
      fulfillments: z.array(
        z.object({
          id: gidSchema,
          status: z.string(),
          fulfillmentLineItems: z.object({ nodes: z.array(fulfillmentLineSchema), pageInfo: moreSchema }),
        }),
      ),
      refunds: z.array(
        z.object({
          id: gidSchema,
          refundLineItems: z.object({ nodes: z.array(refundLineSchema), pageInfo: moreSchema }),
        }),
      ),
    })
    .nullable(),
})
type OrderDetail = NonNullable<z.infer<typeof orderSchema>['order']>

/** One order with all its parts, straight from the database (not search), by its id or a fulfilment order's. Throws NotFound. */
export async function getOrder(
  reading: OrderReading,
  named: string,
  options: CallOptions = {},
): Promise<ExternalOrder> {
  const id = await orderIdOf(reading.api, named, options)
  const order = await findOrder(reading, id, options)
  if (order === undefined) throw new NotFound(`Shopify has no order ${id}`)
  return order
}

async function findOrder(
  { api, sentUnpaid }: OrderReading,
  id: string,
  options: CallOptions,
): Promise<ExternalOrder | undefined> {
  const read: { order: OrderDetail | null } = { order: null }
  const lines = await readAllPages<LineNode>(async (after) => {
    const { data } = await api.read(ORDER, { id, after }, orderSchema, { ...options, priority: 2 })
    read.order = data.order
    if (data.order !== null && data.order.id !== id) {
      throw new Malformed(`Shopify answered ${id} with ${data.order.id}`, id)
    }
    return data.order?.lineItems ?? nothing
  })
  // Also when it was deleted between two pages.
  const { order } = read
  if (order === null) return undefined
  const parts = isTruncated(order) ? await readLongParts(api, id, options) : readShortParts(order)
  const places = order.fulfillmentOrders.pageInfo.hasNextPage
    ? await readPlaces(api, id, options)
    : order.fulfillmentOrders.nodes
  if (!isHeldInPart(places)) return toOrder(toOrderFacts(order, { lines, ...parts, sentUnpaid, places }))
  // Their standing is taken from the same answer as their lines: it may have changed between the two.
  const lined = await readLinedPlaces(api, id, options)
  return toOrder(toOrderFacts(order, { lines, ...parts, sentUnpaid, places: lined, held: heldUnits(lined) }))
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
      fulfillments: z.array(z.object({ id: gidSchema, status: z.string() })),
      refunds: z.array(z.object({ id: gidSchema })),
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

const nothing: { nodes: never[]; pageInfo: PageInfo } = {
  nodes: [],
  pageInfo: { hasNextPage: false, endCursor: null },
}

/** Orders of many parcels or refunds: every part to its end, one request each. */
async function readLongParts(api: Api, id: string, options: CallOptions): Promise<Parts> {
  const { data } = await api.read(ORDER_PART_IDS, { id }, partIdsSchema, options)
  if (data.order === null) return failVanished(id)
  const fulfillmentLines: z.infer<typeof fulfillmentLineSchema>[] = []
  for (const fulfillment of data.order.fulfillments) {
    if (!hasLeft(fulfillment.status)) continue
    const lines = await readAllPages(async (after) => {
      const variables = { id: fulfillment.id, after }
      const { data: page } = await api.read(FULFILLMENT_LINES, variables, fulfillmentLinesSchema, options)
      return page.node?.fulfillmentLineItems ?? failVanished(fulfillment.id)
    })
    fulfillmentLines.push(...lines)
  }
  const refunds: OrderFacts['refunds'][number][] = []
  for (const refund of data.order.refunds) {
    const lines = await readAllPages(async (after) => {
      const { data: page } = await api.read(
        REFUND_LINES,
        { id: refund.id, after },
        refundLinesSchema,
        options,
      )
      return page.node?.refundLineItems ?? failVanished(refund.id)
    })
    refunds.push(...lines.map(toRefund))
  }
  return { shipped: countUnits(fulfillmentLines), refunds }
}
