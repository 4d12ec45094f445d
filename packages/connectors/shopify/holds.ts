import {
  type CallOptions,
  type HeldFor,
  Malformed,
  NotFound,
  ORDER_HOLDS,
  type OrderHold,
  type Page,
  type WebhookEvent,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { Api } from './api.ts'
import { nextCursor, readCursor } from './cursor.ts'
import { CHANGED_PLACES, LINED_PLACES, ORDER_OF_PLACE, PLACES } from './hold-documents.ts'
import { gidSchema } from './ids.ts'
import { toInstant } from './instants.ts'
import { pageInfoSchema, readAllPages } from './pages.ts'

/**
 * Holds on the fulfilment orders of an order. Placing and ending one changes the fulfilment order and, by all that is published,
 * not the order: so those that changed are listed beside the orders, and webhooks name them.
 * Source: shopify.dev/docs/api/admin-graphql/2026-10, FulfillmentOrder, FulfillmentHold, FulfillmentHoldReason.
 */
export const holdsStream = { name: ORDER_HOLDS, everyMs: 60_000, visibilityLagMs: 60_000 }

/** A fulfilment order as far as it says where from, by when, and whether it may be sent. */
export const placeSchema = z.object({
  status: z.enum(['OPEN', 'IN_PROGRESS', 'ON_HOLD', 'SCHEDULED', 'CLOSED', 'CANCELLED', 'INCOMPLETE']),
  fulfillBy: z.string().nullable(),
  fulfillmentHolds: z.array(z.object({ reason: z.string() })),
  assignedLocation: z.object({ location: z.object({ id: gidSchema }).nullable() }),
})
export type Place = z.infer<typeof placeSchema>

const REASONS: Readonly<Record<string, HeldFor>> = {
  AWAITING_PAYMENT: 'payment',
  AWAITING_RETURN_ITEMS: 'return',
  HIGH_RISK_OF_FRAUD: 'fraud',
  INCORRECT_ADDRESS: 'address',
  INVENTORY_OUT_OF_STOCK: 'stock',
  ONLINE_STORE_POST_PURCHASE_CROSS_SELL: 'addition',
  UNKNOWN_DELIVERY_DATE: 'date',
}

/**
 * Why an order, or a part of it, is not to be sent. A part that is scheduled for later is held until then. A reason that is not known
 * here holds it all the same. Pure.
 */
export function toHolds(places: readonly Pick<Place, 'status' | 'fulfillmentHolds'>[]): OrderHold[] {
  const codes = new Set(
    places
      .filter(({ status }) => status === 'ON_HOLD')
      .flatMap(({ fulfillmentHolds }) =>
        fulfillmentHolds.length === 0 ? ['ON_HOLD'] : fulfillmentHolds.map(({ reason }) => reason),
      ),
  )
  if (places.some(({ status }) => status === 'SCHEDULED')) codes.add('SCHEDULED')
  return [...codes].sort().map((code) => ({
    reason: code === 'SCHEDULED' ? 'date' : (Object.hasOwn(REASONS, code) && REASONS[code]) || 'other',
    code,
  }))
}

const isHeld = ({ status }: Pick<Place, 'status'>) => status === 'ON_HOLD' || status === 'SCHEDULED'
const mayGo = ({ status }: Pick<Place, 'status'>) => status === 'OPEN' || status === 'IN_PROGRESS'

/** One part is held and another may go: which units those are is told by the lines of the parts. Pure. */
export function isHeldInPart(places: readonly Pick<Place, 'status'>[]): boolean {
  return places.some(isHeld) && places.some(mayGo)
}

/** A fulfilment order with whose units are left in it. */
const linedPlaceSchema = placeSchema.extend({
  lineItems: z.object({
    nodes: z.array(z.object({ remainingQuantity: z.number().int(), lineItem: z.object({ id: gidSchema }) })),
    pageInfo: z.object({ hasNextPage: z.boolean() }),
  }),
})
type LinedPlace = z.infer<typeof linedPlaceSchema>

/**
 * How many units of each line its held parts keep from being sent. Undefined: all that are open, for nothing else may go, or a
 * part has more lines than were read. Pure.
 */
export function heldUnits(
  places: readonly Pick<LinedPlace, 'status' | 'lineItems'>[],
): ReadonlyMap<string, number> | undefined {
  const held = places.filter(isHeld)
  if (!isHeldInPart(places) || held.some(({ lineItems }) => lineItems.pageInfo.hasNextPage)) return undefined
  const units = new Map<string, number>()
  for (const { lineItem, remainingQuantity } of held.flatMap(({ lineItems }) => lineItems.nodes))
    units.set(lineItem.id, (units.get(lineItem.id) ?? 0) + Math.max(0, remainingQuantity))
  return units
}

const linedPlacesSchema = z.object({
  order: z
    .object({ fulfillmentOrders: z.object({ nodes: z.array(linedPlaceSchema), pageInfo: pageInfoSchema }) })
    .nullable(),
})

/** All parts of an order with their lines; read only where `isHeldInPart`. */
export async function readLinedPlaces(api: Api, id: string, options: CallOptions): Promise<LinedPlace[]> {
  return await readAllPages(async (after) => {
    const { data } = await api.read(LINED_PLACES, { id, after }, linedPlacesSchema, options)
    if (data.order === null) throw new Malformed(`Shopify no longer shows ${id}, which it just named`, id)
    return data.order.fulfillmentOrders
  })
}

const placesSchema = z.object({
  order: z
    .object({ fulfillmentOrders: z.object({ nodes: z.array(placeSchema), pageInfo: pageInfoSchema }) })
    .nullable(),
})

/** All parts of an order that has more of them than are read with it. */
export async function readPlaces(api: Api, id: string, options: CallOptions): Promise<Place[]> {
  return await readAllPages(async (after) => {
    const { data } = await api.read(PLACES, { id, after }, placesSchema, options)
    if (data.order === null) throw new Malformed(`Shopify no longer shows ${id}, which it just named`, id)
    return data.order.fulfillmentOrders
  })
}

const ownerSchema = z.object({ node: z.object({ id: gidSchema, orderId: gidSchema }).nullable() })

/** The order that an id names: its own, or that of a fulfilment order. @throws NotFound */
export async function orderIdOf(api: Api, id: string, options: CallOptions): Promise<string> {
  if (!id.startsWith('gid://shopify/FulfillmentOrder/')) return id
  const { data } = await api.read(ORDER_OF_PLACE, { id }, ownerSchema, { ...options, priority: 2 })
  if (data.node === null) throw new NotFound(`Shopify has no fulfilment order ${id}`)
  if (data.node.id !== id) throw new Malformed(`Shopify answered ${id} with ${data.node.id}`, id)
  return data.node.orderId
}

const changedSchema = z.object({
  fulfillmentOrders: z.object({
    nodes: z.array(
      z.object({
        id: gidSchema,
        status: placeSchema.shape.status,
        updatedAt: z.string(),
        orderId: gidSchema,
      }),
    ),
    pageInfo: pageInfoSchema,
  }),
})

/** Whether the orders of fulfilment orders that changed at or after `since` are held, by what each of them alone says. */
export async function readHeldOrders(
  api: Api,
  query: { since: Date; cursor: string | undefined },
  options: CallOptions = {},
): Promise<Page<WebhookEvent>> {
  const cursor = readCursor(query.cursor)
  // In whole seconds, as `listOrders` asks.
  const sinceMs = Math.floor(query.since.getTime() / 1_000) * 1_000
  const from = cursor.window ?? new Date(sinceMs).toISOString()
  const variables = { after: cursor.after, query: `updated_at:>='${from}'` }
  const { data, date } = await api.read(CHANGED_PLACES, variables, changedSchema, { ...options, priority: 2 })
  const { nodes, pageInfo } = data.fulfillmentOrders
  const rows = nodes.map(({ status, updatedAt, orderId }) => ({
    kind: 'order-hold' as const,
    externalId: orderId,
    version: toInstant(updatedAt, 'update time of a fulfilment order').getTime(),
    held: status === 'ON_HOLD' || status === 'SCHEDULED',
  }))
  const next = nextCursor(cursor, { read: nodes.length, ...pageInfo, last: nodes.at(-1)?.updatedAt })
  return { rows, next, platformTime: date }
}
