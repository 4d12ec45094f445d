import { type CallOptions, Conflict, Forbidden, Invalid, type Shipment } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { allocateParcel, type FulfillmentOrder, type Part, type Units } from './allocation.ts'
import { userErrorSchema } from './answers.ts'
import type { Api } from './api.ts'
import { SHIP } from './documents.ts'
import { takeOn } from './fulfillment-requests.ts'
import { gidSchema } from './ids.ts'
import { hasLeft } from './map.ts'
import { readShippable, type Shippable } from './shippable.ts'

/**
 * One parcel → one `fulfillmentCreate`, or one for each location that Shopify took its units from: a call must stay
 * within one. The mutation is not idempotent, so what is already there is read first: a fulfilment of exactly these units
 * under the same tracking number is this shipment, sent before.
 */

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
  const order = await readShippable(api, shipment.orderExternalId, options)
  const sentBefore = findSame(order, shipment)
  if (sentBefore !== undefined) return { externalId: sentBefore }

  const { parts, externalId } = planParts(order, shipment)
  const wanted = new Set(parts.flat().map((row) => row.fulfillmentOrderId))
  await takeOn(
    api,
    order.fulfillmentOrders.nodes.filter(({ id }) => wanted.has(id)),
    options,
  )
  let first = externalId
  for (const [at, part] of parts.entries()) {
    // One parcel is one message to the customer.
    const notifyCustomer = shipment.notifyCustomer && at === parts.length - 1
    const made = await shipPart(api, { part, shipment: { ...shipment, notifyCustomer } }, options)
    first ??= made
  }
  if (first === undefined) throw new Invalid('Nothing of this parcel is left to ship', 'lines')
  return { externalId: first }
}

async function shipPart(
  api: Api,
  { part, shipment }: { part: Part; shipment: Shipment },
  options: CallOptions,
): Promise<string> {
  const { tracking } = shipment
  const fulfillment = {
    lineItemsByFulfillmentOrder: part,
    notifyCustomer: shipment.notifyCustomer,
    ...(tracking === undefined
      ? {}
      : { trackingInfo: { company: tracking.carrier, number: tracking.number, url: tracking.url } }),
  }
  const answer = await api.change(SHIP, { fulfillment }, shipSchema, { ...options, priority: 3 })
  const payload = answer.data.fulfillmentCreate
  if (payload?.fulfillment) {
    if (hasLeft(payload.fulfillment.status)) return payload.fulfillment.id
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
    return shipment.tracking === undefined || isUnder(each, shipment.tracking.number)
  })
  const [first] = same
  if (first === undefined || shipment.tracking !== undefined) return first?.id
  const remaining = (lineId: string) =>
    order.fulfillmentOrders.nodes
      .flatMap((each) => each.lineItems.nodes)
      .reduce((sum, line) => sum + (line.lineItem.id === lineId ? line.remainingQuantity : 0), 0)
  return shipment.lines.some((line) => remaining(line.lineExternalId) < line.quantity) ? first.id : undefined
}

function isUnder(fulfillment: Shippable['fulfillments'][number], number: string): boolean {
  return fulfillment.trackingInfo.some((info) => info.number === number)
}

/** Nothing can be shipped of it now, and will be: a person releases the hold, the date comes. */
const WAITING_STATUS = new Set(['ON_HOLD', 'SCHEDULED'])
const SHIPPABLE_STATUS = new Set(['OPEN', 'IN_PROGRESS'])

/**
 * What is to be sent. Where the units are no longer all there, what already left under this tracking number is a part of
 * this parcel whose other parts were cut off: only those are sent.
 * @returns externalId: of the parts that were sent before, the first
 */
function planParts(order: Shippable, shipment: Shipment): { parts: Part[]; externalId: string | undefined } {
  const all = order.fulfillmentOrders.nodes
  const open = all.filter((each) => SHIPPABLE_STATUS.has(each.status))
  const whole = allocateParcel(open, shipment.lines)
  if (whole !== undefined) return { parts: whole, externalId: undefined }

  const begun = shipment.tracking === undefined ? [] : sentUnder(order, shipment.tracking.number)
  const rest = begun.length === 0 ? undefined : restOf(shipment.lines, begun)
  const parts = rest === undefined ? undefined : allocateParcel(open, rest)
  if (parts !== undefined) return { parts, externalId: begun[0]?.id }
  const waiting = all.filter((each) => WAITING_STATUS.has(each.status))
  if (waiting.length > 0 && allocateParcel([...open, ...waiting], rest ?? shipment.lines) !== undefined)
    throw notYet(waiting)
  if (open.length === 0 && waiting.length === 0) throw nothingToShip(all)
  throw new Invalid('The order has fewer units left to ship than this parcel holds', 'lines')
}

function sentUnder(order: Shippable, number: string) {
  return order.fulfillments.filter((each) => hasLeft(each.status) && isUnder(each, number))
}

/** Undefined: what was sent is no part of this parcel. */
function restOf(wanted: Units, sent: Shippable['fulfillments']): Units | undefined {
  const rest = new Map(wanted.map((line) => [line.lineExternalId, line.quantity]))
  for (const { lineItem, quantity } of sent.flatMap((each) => each.fulfillmentLineItems.nodes)) {
    rest.set(lineItem.id, (rest.get(lineItem.id) ?? 0) - (quantity ?? 0))
  }
  const lines = [...rest].map(([lineExternalId, quantity]) => ({ lineExternalId, quantity }))
  if (lines.some(({ quantity }) => quantity < 0)) return undefined
  return lines.filter(({ quantity }) => quantity > 0)
}

/** Tried again until it can be told: a parcel that has left is not to be forgotten for a hold. */
function notYet(waiting: readonly FulfillmentOrder[]): Conflict {
  const states = [...new Set(waiting.map((each) => each.status))].join(', ')
  return new Conflict(
    `Shopify does not let this parcel be shipped yet: what it holds is ${states}. Release the hold in Shopify; it is told again by itself.`,
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
