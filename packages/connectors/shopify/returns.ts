import {
  ANNOUNCED_RETURNS,
  type AnnouncedReturn,
  type CallOptions,
  Invalid,
  Malformed,
  type Page,
  type WebhookEvent,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { Api } from './api.ts'
import { nextCursor, readCursor } from './cursor.ts'
import { ORDERS_PAGE } from './documents.ts'
import { gidSchema } from './ids.ts'
import { toInstant } from './instants.ts'
import { pageInfoSchema, readAllPages } from './pages.ts'
import { GRANTED, ORDER_RETURNS, RETURN_LINES, RETURNED_ORDERS } from './return-documents.ts'
import { grantedSchema, includes, RETURNS_SCOPE, toScopes } from './scopes.ts'

/**
 * Returns that customers were granted. The API has no list of them, so the orders that changed are gone through, and of those
 * with any all are read (shopify.dev/docs/api/admin-graphql/2026-10/objects/Return, …/objects/Order).
 */
export const returnsStream = { name: ANNOUNCED_RETURNS, everyMs: 5 * 60_000, visibilityLagMs: 5 * 60_000 }

const listSchema = z.object({
  orders: z.object({
    nodes: z.array(
      z.object({
        id: gidSchema,
        updatedAt: z.string(),
        returns: z.object({ nodes: z.array(z.object({ id: gidSchema })) }),
      }),
    ),
    pageInfo: pageInfoSchema,
  }),
})
/** Of another kind are units that no order's line is known of: they name none. */
const lineSchema = z.union([
  z.object({
    __typename: z.literal('ReturnLineItem'),
    quantity: z.int().min(0),
    fulfillmentLineItem: z.object({ lineItem: z.object({ id: gidSchema }) }),
  }),
  z.object({ __typename: z.string().refine((name) => name !== 'ReturnLineItem') }),
])
type ReturnLine = z.infer<typeof lineSchema>

const returnSchema = z.object({
  id: gidSchema,
  name: z.string().min(1),
  status: z.enum(['REQUESTED', 'OPEN', 'CLOSED', 'CANCELED', 'DECLINED']),
  returnLineItems: z.object({
    nodes: z.array(lineSchema),
    pageInfo: z.object({ hasNextPage: z.boolean() }),
  }),
})
type Return = z.infer<typeof returnSchema>

const orderReturnsSchema = z.object({
  order: z
    .object({
      id: gidSchema,
      updatedAt: z.string(),
      returns: z.object({ nodes: z.array(returnSchema), pageInfo: pageInfoSchema }),
    })
    .nullable(),
})
const returnLinesSchema = z.object({
  node: z
    .object({ returnLineItems: z.object({ nodes: z.array(lineSchema), pageInfo: pageInfoSchema }) })
    .nullable(),
})

/**
 * Returns of orders that changed at or after `since`, oldest change first. A shop that has not granted the right tells none, and
 * `check()` says so; its orders are read as before.
 */
export async function readAnnouncedReturns(
  api: Api,
  name: string,
  query: { since: Date; cursor: string | undefined },
  options: CallOptions = {},
): Promise<Page<WebhookEvent>> {
  if (name !== ANNOUNCED_RETURNS) throw new Invalid(`There is no stream "${name}".`, 'stream')
  const cursor = readCursor(query.cursor)
  if (query.cursor === undefined) {
    const { data, date } = await api.read(GRANTED, {}, grantedSchema, options)
    const granted = toScopes(data.currentAppInstallation.accessScopes)
    if (!includes(granted, RETURNS_SCOPE)) return { rows: [], next: undefined, platformTime: date }
  }
  // In whole seconds, as `listOrders` asks.
  const sinceMs = Math.floor(query.since.getTime() / 1_000) * 1_000
  const from = cursor.window ?? new Date(sinceMs).toISOString()
  const variables = { first: ORDERS_PAGE, after: cursor.after, query: `updated_at:>='${from}'` }
  const { data, date } = await api.read(RETURNED_ORDERS, variables, listSchema, { ...options, priority: 2 })
  const { nodes, pageInfo } = data.orders
  const rows: WebhookEvent[] = []
  for (const { id, returns } of nodes) {
    if (returns.nodes.length === 0) continue
    for (const told of await readOrderReturns(api, id, options))
      rows.push({
        kind: 'announced-return',
        externalId: told.externalId,
        version: told.version,
        return: told,
      })
  }
  const next = nextCursor(cursor, { read: nodes.length, ...pageInfo, last: nodes.at(-1)?.updatedAt })
  return { rows, next, platformTime: date }
}

async function readOrderReturns(api: Api, id: string, options: CallOptions): Promise<AnnouncedReturn[]> {
  let updatedAt = ''
  const returns = await readAllPages<Return>(async (after) => {
    const variables = { id, after }
    const { data } = await api.read(ORDER_RETURNS, variables, orderReturnsSchema, { ...options, priority: 2 })
    // An order that was deleted meanwhile expects nothing back.
    if (data.order === null) return { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } }
    if (data.order.id !== id) throw new Malformed(`Shopify answered ${id} with ${data.order.id}`, id)
    // The first page's: a change between two pages is read again, and is then the newer one.
    updatedAt ||= data.order.updatedAt
    return data.order.returns
  })
  const told: AnnouncedReturn[] = []
  for (const each of returns) {
    const { nodes, pageInfo } = each.returnLineItems
    const lines = pageInfo.hasNextPage ? await readLongReturn(api, each.id, options) : nodes
    const announced = toAnnounced({ ...each, orderId: id, updatedAt, lines })
    if (announced !== undefined) told.push(announced)
  }
  return told
}

async function readLongReturn(api: Api, id: string, options: CallOptions): Promise<ReturnLine[]> {
  return await readAllPages(async (after) => {
    const { data } = await api.read(RETURN_LINES, { id, after }, returnLinesSchema, options)
    if (data.node === null) throw new Malformed(`Shopify no longer shows ${id}, which it just named`, id)
    return data.node.returnLineItems
  })
}

/** Within one second a return goes only this way; another one is told by the units that it has then. */
const NTH = { announced: 0, closed: 1, cancelled: 2 }

/**
 * A return as the hub knows it, undefined while a customer only asks for one. Pure.
 * Processed units stay in it: that staff booked them at Shopify says nothing of who looked at them here.
 */
export function toAnnounced(
  found: Omit<Return, 'returnLineItems'> & {
    orderId: string
    /** When the order changed last: a return has no such moment of its own. */
    updatedAt: string
    lines: readonly ReturnLine[]
  },
): AnnouncedReturn | undefined {
  const state = stateOf(found.status)
  if (state === undefined) return undefined
  const units = new Map<string, number>()
  for (const line of found.lines) {
    if (!('quantity' in line) || line.quantity === 0) continue
    const { id } = line.fulfillmentLineItem.lineItem
    units.set(id, (units.get(id) ?? 0) + line.quantity)
  }
  return {
    externalId: found.id,
    number: found.name,
    orderExternalId: found.orderId,
    state,
    version: toInstant(found.updatedAt, 'update time of an order').getTime() + NTH[state],
    lines: [...units].map(([lineExternalId, count]) => ({ lineExternalId, units: count })),
  }
}

function stateOf(status: Return['status']): AnnouncedReturn['state'] | undefined {
  switch (status) {
    case 'REQUESTED':
      return undefined
    case 'OPEN':
      return 'announced'
    case 'CLOSED':
      return 'closed'
    case 'CANCELED':
    case 'DECLINED':
      return 'cancelled'
  }
}
