import {
  type CallOptions,
  Conflict,
  Forbidden,
  Invalid,
  NotFound,
  type Shipment,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { userErrorSchema } from './answers.ts'
import type { Api } from './api.ts'
import { SHIP, SHIPPABLE } from './documents.ts'
import { gidSchema } from './ids.ts'
import { hasLeft } from './map.ts'

/**
 * One parcel → one `fulfillmentCreate`. The mutation is not idempotent, so what is already there is read first:
 * a fulfilment of exactly these units under the same tracking number is this shipment, sent before.
 */
const more = z.object({ hasNextPage: z.boolean() })
const shippableSchema = z.object({
  order: z
    .object({
      id: gidSchema,
      fulfillmentOrders: z.object({
        nodes: z.array(
          z.object({
            id: gidSchema,
            status: z.string(),
            assignedLocation: z.object({ location: z.object({ id: gidSchema }).nullable() }),
            lineItems: z.object({
              nodes: z.array(
                z.object({
                  id: gidSchema,
                  remainingQuantity: z.number().int(),
                  lineItem: z.object({ id: gidSchema }),
                }),
              ),
              pageInfo: more,
            }),
          }),
        ),
        pageInfo: more,
      }),
      fulfillments: z.array(
        z.object({
          id: gidSchema,
          status: z.string(),
          trackingInfo: z.array(z.object({ number: z.string().nullable() })),
          fulfillmentLineItems: z.object({
            nodes: z.array(
              z.object({ quantity: z.number().int().nullable(), lineItem: z.object({ id: gidSchema }) }),
            ),
            pageInfo: more,
          }),
        }),
      ),
    })
    .nullable(),
})
type Shippable = NonNullable<z.infer<typeof shippableSchema>['order']>
type FulfillmentOrder = Shippable['fulfillmentOrders']['nodes'][number]

const shipSchema = z.object({
  fulfillmentCreate: z
    .object({
      fulfillment: z.object({ id: gidSchema, status: z.string() }).nullable(),
      userErrors: z.array(userErrorSchema),
    })
    .nullable(),
})

export async function ship(
  api: Api,
  shipment: Shipment,
  options: CallOptions = {},
): Promise<{ externalId: string }> {
  if (shipment.lines.length === 0) throw new Invalid('A shipment needs lines', 'lines')
  const { data } = await api.read(SHIPPABLE, { id: shipment.orderExternalId }, shippableSchema, options)
  if (data.order === null) throw new NotFound(`Shopify has no order ${shipment.orderExternalId}`)

  const sentBefore = findSame(data.order, shipment)
  if (sentBefore !== undefined) return { externalId: sentBefore }

  const { tracking } = shipment
  const fulfillment = {
    lineItemsByFulfillmentOrder: allocate(data.order.fulfillmentOrders.nodes, shipment),
    notifyCustomer: shipment.notifyCustomer,
    ...(tracking === undefined
      ? {}
      : { trackingInfo: { company: tracking.carrier, number: tracking.number, url: tracking.url } }),
  }
  const answer = await api.change(SHIP, { fulfillment }, shipSchema, { ...options, priority: 3 })
  const payload = answer.data.fulfillmentCreate
  if (payload?.fulfillment) {
    if (hasLeft(payload.fulfillment.status)) return { externalId: payload.fulfillment.id }
    throw new Invalid(
      `Shopify made the shipment and at once called it ${payload.fulfillment.status}`,
      'fulfillment',
      answer.detail,
    )
  }
  if (answer.partial !== undefined) throw answer.partial
  const error = payload?.userErrors[0]
  // fulfillmentCreate gives messages without codes; a right that is missing comes as ACCESS_DENIED instead.
  throw new Invalid(
    `Shopify did not take the shipment: ${error?.message ?? 'no reason given'}`,
    error?.field?.join('.') ?? 'fulfillment',
    answer.detail,
  )
}

/**
 * The fulfilment that this shipment already made, if any. Without a tracking number two equal parcels of one
 * order cannot be told apart, so only units that are no longer there to ship count as sent before.
 */
function findSame(order: Shippable, shipment: Shipment): string | undefined {
  const wanted = new Map(shipment.lines.map((line) => [line.lineExternalId, line.quantity]))
  const same = order.fulfillments.filter((each) => {
    if (!hasLeft(each.status) || each.fulfillmentLineItems.pageInfo.hasNextPage) return false
    const lines = each.fulfillmentLineItems.nodes
    const units = lines.every((line) => wanted.get(line.lineItem.id) === line.quantity)
    if (!units || lines.length !== wanted.size) return false
    const numbers = each.trackingInfo.map((info) => info.number)
    return shipment.tracking === undefined || numbers.includes(shipment.tracking.number)
  })
  const [first] = same
  if (first === undefined || shipment.tracking !== undefined) return first?.id
  const remaining = (lineId: string) =>
    order.fulfillmentOrders.nodes
      .flatMap((each) => each.lineItems.nodes)
      .reduce((sum, line) => sum + (line.lineItem.id === lineId ? line.remainingQuantity : 0), 0)
  return shipment.lines.some((line) => remaining(line.lineExternalId) < line.quantity) ? first.id : undefined
}

const SHIPPABLE_STATUS = new Set(['OPEN', 'IN_PROGRESS'])

/** Spreads the lines over the fulfilment orders of one location; one call must stay within one. */
function allocate(all: readonly FulfillmentOrder[], shipment: Shipment) {
  const open = all.filter((each) => SHIPPABLE_STATUS.has(each.status))
  if (open.length === 0) throw nothingToShip(all)
  const locations = new Set(open.map((each) => each.assignedLocation.location?.id))
  for (const location of locations) {
    const here = open.filter((each) => each.assignedLocation.location?.id === location)
    const rows = allocateAt(here, shipment)
    if (rows !== undefined) return rows
  }
  throw new Invalid(
    locations.size > 1
      ? 'No one location of the order has all units of this parcel left to ship; send one shipment for each'
      : 'The order has fewer units left to ship than this parcel holds',
    'lines',
  )
}

function nothingToShip(all: readonly FulfillmentOrder[]): Error {
  // Without the fulfilment-order scopes the list is simply empty.
  if (all.length === 0) {
    return new Forbidden('Shopify shows no fulfilment orders', 'read_merchant_managed_fulfillment_orders')
  }
  const states = [...new Set(all.map((each) => each.status))].join(', ')
  return new Conflict(`Nothing of the order can be shipped now: its fulfilment orders are ${states}`)
}

function allocateAt(here: readonly FulfillmentOrder[], shipment: Shipment) {
  const taken = new Map<string, { id: string; quantity: number }[]>()
  for (const wanted of shipment.lines) {
    let missing = wanted.quantity
    for (const order of here) {
      for (const line of order.lineItems.nodes) {
        const quantity =
          line.lineItem.id === wanted.lineExternalId ? Math.min(missing, line.remainingQuantity) : 0
        if (quantity <= 0) continue
        taken.set(order.id, [...(taken.get(order.id) ?? []), { id: line.id, quantity }])
        missing -= quantity
      }
    }
    if (missing > 0) return undefined
  }
  return [...taken].map(([fulfillmentOrderId, fulfillmentOrderLineItems]) => ({
    fulfillmentOrderId,
    fulfillmentOrderLineItems,
  }))
}
