import { type CallOptions, Conflict, Forbidden, Invalid, type Shipment } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { allocateParcel, type Part, type Units } from './allocation.ts'
import { userErrorSchema } from './answers.ts'
import type { Api } from './api.ts'
import { SHIP } from './documents.ts'
import { takeOn } from './fulfillment-requests.ts'
import { gidSchema } from './ids.ts'
import { hasLeft } from './map.ts'
import { type FulfillmentOrder, readShippable, readUnits, type Shippable } from './shippable.ts'

/**
 * One parcel → one `fulfillmentCreate`, or one for each location that Shopify took its units from: a call must stay
 * within one. The mutation is not idempotent, so what is already there is read first, to its end: what left under the same
 * tracking number is this parcel, or parts of it, sent before. Only what is missing of it is sent.
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
  const { rest, externalId } = await findSent(api, { order, shipment }, options)
  if (externalId !== undefined && rest.length === 0) return { externalId }

  const parts = planParts(order, rest)
  const wanted = new Set(parts.flat().map((row) => row.fulfillmentOrderId))
  await takeOn(
    api,
    order.sites.filter(({ id }) => wanted.has(id)),
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

/** `externalId`: of what was sent of it before, the first; `rest`: what was not. */
type Sent = { rest: Units; externalId: string | undefined }
type Telling = { order: Shippable; shipment: Shipment }

/**
 * What of this parcel was sent before. Without a tracking number two equal parcels of one order cannot be told apart, so only
 * units that are no longer there to ship count as sent before, and only all of them together.
 */
async function findSent(api: Api, { order, shipment }: Telling, options: CallOptions): Promise<Sent> {
  const { tracking, lines } = shipment
  const left = order.parcels.filter(({ status }) => hasLeft(status))
  const under =
    tracking === undefined
      ? left
      : left.filter(({ trackingInfo }) => trackingInfo.some(({ number }) => number === tracking.number))
  const sent: SentParcel[] = []
  for (const parcel of under) sent.push({ id: parcel.id, units: await readUnits(api, parcel, options) })
  if (tracking !== undefined) return takeOff(lines, sent)
  const same = sent.find(({ units }) => isSame(lines, units))
  const isThere = lines.every((line) => unitsLeft(order, line.lineExternalId) >= line.quantity)
  return same === undefined || isThere
    ? { rest: lines, externalId: undefined }
    : { rest: [], externalId: same.id }
}

type SentParcel = { id: string; units: ReadonlyMap<string, number> }

/**
 * Takes off the units of a parcel what left under its number. What holds other units than are missing of it is another parcel
 * under the same number. Pure.
 */
export function takeOff(wanted: Units, sent: readonly SentParcel[]): Sent {
  const rest = new Map<string, number>()
  for (const { lineExternalId, quantity } of wanted)
    rest.set(lineExternalId, (rest.get(lineExternalId) ?? 0) + quantity)
  const found = new Set<string>()
  // The larger first: the whole parcel before another that could pass for a part of it.
  for (const { id, units } of sent.toSorted((one, other) => sizeOf(other) - sizeOf(one))) {
    if (units.size === 0 || ![...units].every(([line, quantity]) => quantity <= (rest.get(line) ?? 0)))
      continue
    found.add(id)
    for (const [line, quantity] of units) rest.set(line, (rest.get(line) ?? 0) - quantity)
  }
  const externalId = sent.find(({ id }) => found.has(id))?.id
  const lines = [...rest].map(([lineExternalId, quantity]) => ({ lineExternalId, quantity }))
  return { rest: lines.filter(({ quantity }) => quantity > 0), externalId }
}

function sizeOf({ units }: SentParcel): number {
  return [...units.values()].reduce((sum, quantity) => sum + quantity, 0)
}

function isSame(wanted: Units, units: ReadonlyMap<string, number>): boolean {
  const { rest, externalId } = takeOff(wanted, [{ id: 'sent', units }])
  return externalId !== undefined && rest.length === 0
}

function unitsLeft({ sites }: Shippable, lineId: string): number {
  return sites
    .flatMap(({ lines }) => lines)
    .reduce((sum, line) => sum + (line.lineItem.id === lineId ? line.remainingQuantity : 0), 0)
}

/** Nothing can be shipped of it now, and will be: a person releases the hold, the date comes. */
const WAITING_STATUS = new Set(['ON_HOLD', 'SCHEDULED'])
const SHIPPABLE_STATUS = new Set(['OPEN', 'IN_PROGRESS'])

function planParts({ sites }: Shippable, units: Units): Part[] {
  const open = sites.filter(({ status }) => SHIPPABLE_STATUS.has(status))
  const parts = allocateParcel(open, units)
  if (parts !== undefined) return parts
  const waiting = sites.filter(({ status }) => WAITING_STATUS.has(status))
  if (waiting.length > 0 && allocateParcel([...open, ...waiting], units) !== undefined) throw notYet(waiting)
  if (open.length === 0 && waiting.length === 0) throw nothingToShip(sites)
  throw new Invalid('The order has fewer units left to ship than this parcel holds', 'lines')
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
