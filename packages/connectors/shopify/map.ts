import {
  type Destination,
  type ExternalOrder,
  Malformed,
  type OrderHold,
  type OrderLine,
  type OrderState,
  type Subtracted,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { destinationSchema, toDestination } from './addresses.ts'
import { toGateway } from './gateways.ts'
import { type Place, placeSchema, toHolds } from './holds.ts'
import { gidSchema } from './ids.ts'
import { toInstant } from './instants.ts'

/**
 * Shopify's orders → canonical orders, pure. They come in two shapes (GraphQL nodes, REST-shaped webhook
 * bodies); both become `OrderFacts` first, so that what an order means is decided in one place.
 */

const FINANCIAL = [
  'pending',
  'authorized',
  'partially_paid',
  'paid',
  'partially_refunded',
  'refunded',
  'voided',
  'expired',
] as const
export type FinancialStatus = (typeof FINANCIAL)[number]

/** Either spelling (`PAID`, `paid`); throws Malformed for a status that 2026-10 does not have. */
export function toFinancialStatus(status: string | null | undefined): FinancialStatus | undefined {
  if (status === null || status === undefined) return undefined
  const known = FINANCIAL.find((each) => each === status.toLowerCase())
  if (known === undefined) throw new Malformed(`Unknown financial status of an order: ${status}`, status)
  return known
}

export type RefundKind = 'cancel' | 'return' | 'no-restock'

/** Restock type of a refund line, either spelling; throws Malformed for an unknown one. */
export function toRefundKind(restockType: string): RefundKind {
  switch (restockType.toLowerCase()) {
    case 'cancel':
      return 'cancel'
    case 'return':
    case 'legacy_restock':
      return 'return'
    case 'no_restock':
      return 'no-restock'
    default:
      throw new Malformed(`Unknown restock type of a refund: ${restockType}`, restockType)
  }
}

/** True where a fulfilment's units have left; throws Malformed for a status that 2026-10 does not have. */
export function hasLeft(status: string | null | undefined): boolean {
  switch ((status ?? 'success').toLowerCase()) {
    case 'success':
    // Legacy statuses of a fulfilment under way: its units are no longer committed.
    case 'open':
    case 'pending':
      return true
    case 'cancelled':
    case 'error':
    case 'failure':
      return false
    default:
      throw new Malformed(`Unknown fulfilment status: ${status}`, String(status))
  }
}

export type LineFacts = {
  id: string
  variantId: string | undefined
  sku: string | undefined
  title: string
  /** `quantity`: as ordered, removed and refunded units included. */
  ordered: number
  /** `currentQuantity`: without refunded (shipped or not) and removed units. */
  currentQuantity: number
  /** `unfulfilledQuantity`, in webhooks `fulfillable_quantity`. */
  unfulfilled: number
}

export type OrderFacts = {
  externalId: string
  number: string
  placedAt: string
  updatedAt: string
  cancelled: boolean
  /** False: inventory is not reserved (yet). */
  confirmed: boolean
  financialStatus: FinancialStatus | undefined
  /** Pending, and not by ways of paying that are sent unpaid; undefined: not said. */
  isUnpaid?: boolean
  currency: string | undefined
  test: boolean
  locationId: string | undefined
  destination: Destination | undefined
  /** Instants by which its parts are to leave, as far as Shopify says. */
  shipBy: readonly string[]
  shippingMethod: string | undefined
  /** Undefined: not said. */
  holds: readonly OrderHold[] | undefined
  /** Units that those hold, by line id. Undefined: all that are open. */
  held?: ReadonlyMap<string, number> | undefined
  lines: readonly LineFacts[]
  /** Units that left, by line id. */
  shipped: ReadonlyMap<string, number>
  refunds: readonly { lineId: string; quantity: number; kind: RefundKind }[]
}

/**
 * Facts → canonical order. The version is `updatedAt`, which Shopify gives in whole seconds.
 * @throws Malformed where the numbers cannot be true
 */
export function toOrder(facts: OrderFacts): ExternalOrder {
  // Shopify moves units from available to committed as the order is created, in every financial state
  // (shopify.dev, manage-quantities-states); `confirmed` false means that it has not done so.
  const subtracted: Subtracted = facts.confirmed ? 'yes' : 'unknown'
  assertPossible(facts)
  // Nobody has paid: all that is open waits, whatever else holds a part of it.
  const isUnpaid = facts.confirmed && facts.isUnpaid === true
  const held = isUnpaid ? undefined : facts.held
  const lines = facts.lines.map((line) => toLine(line, { ...facts, held }, subtracted))
  const state = toState(facts, lines)
  const holds = isUnpaid && state === 'open' ? [...(facts.holds ?? []), UNPAID] : facts.holds
  return {
    externalId: facts.externalId,
    number: facts.number || facts.externalId,
    state,
    placedAt: toInstant(facts.placedAt, 'time of order'),
    version: toInstant(facts.updatedAt, 'update time of an order').getTime(),
    currency: facts.currency,
    test: facts.test,
    locationId: facts.locationId,
    ...(facts.destination !== undefined && { destination: facts.destination }),
    ...toShipBy(facts.shipBy),
    ...(facts.shippingMethod && { shippingMethod: facts.shippingMethod }),
    ...(holds !== undefined && { holds }),
    lines,
  }
}

/**
 * Firm, its units are off the number, and it can be fulfilled: money on its way, or to be paid on delivery
 * (OrderDisplayFinancialStatus of 2026-10: "or when manual payment methods are being used").
 */
const UNPAID: OrderHold = { reason: 'unpaid', code: 'PENDING' }

/** The first of its parts that has to leave. */
function toShipBy(texts: readonly string[]): { shipBy?: Date } {
  const [first] = texts
    .map((text) => toInstant(text, 'time to ship by'))
    .sort((one, other) => one.getTime() - other.getTime())
  return first === undefined ? {} : { shipBy: first }
}

/**
 * The schema's Int may be negative, and a list may name a thing twice. Neither is ever true of units that were ordered,
 * shipped or refunded, and clamping those would make a guess look like a count. What is left over (`currentQuantity`,
 * `unfulfilled`) may fall below nothing where more was refunded than ordered.
 */
function assertPossible(facts: OrderFacts): void {
  const units = [
    ...facts.lines.map((line) => line.ordered),
    ...facts.shipped.values(),
    ...facts.refunds.map((refund) => refund.quantity),
  ]
  const impossible = units.find((count) => !Number.isSafeInteger(count) || count < 0)
  if (impossible !== undefined) {
    throw new Malformed(`Order ${facts.externalId} counts ${impossible} units`, String(impossible))
  }
  const ids = facts.lines.map((line) => line.id)
  if (new Set(ids).size !== ids.length) {
    throw new Malformed(`Order ${facts.externalId} names a line twice`, ids.join(' '))
  }
}

function toLine(line: LineFacts, facts: OrderFacts, subtracted: Subtracted): OrderLine {
  const refunded = (kind: RefundKind) =>
    facts.refunds.reduce(
      (sum, row) => sum + (row.lineId === line.id && row.kind === kind ? row.quantity : 0),
      0,
    )
  const shipped = Math.min(facts.shipped.get(line.id) ?? 0, line.ordered)
  const returned = Math.min(refunded('return'), shipped)
  const cancelled = refunded('cancel')
  // `currentQuantity` counts every refunded unit out, also those that were shipped, and those that an order
  // edit removed; only the latter and the cancelled ones will not ship. A refund without restock leaves it to
  // the platform whether the unit still ships, and `unfulfilled` says so.
  const removed = Math.max(
    0,
    line.ordered - line.currentQuantity - cancelled - refunded('return') - refunded('no-restock'),
  )
  const stillToShip = Math.max(0, line.ordered - shipped - cancelled - removed)
  const open = facts.cancelled ? 0 : Math.min(stillToShip, Math.max(0, line.unfulfilled))
  return {
    externalId: line.id,
    listingExternalId: line.variantId,
    sku: line.sku || undefined,
    title: line.title,
    ordered: line.ordered,
    current: shipped + open,
    shipped,
    returned,
    subtracted,
    ...(facts.held !== undefined && { held: Math.min(open, facts.held.get(line.id) ?? 0) }),
  }
}

function toState(facts: OrderFacts, lines: readonly OrderLine[]): OrderState {
  if (facts.cancelled) return 'cancelled'
  // Shopify's own `closed` means archived: an archived order with open units still holds stock.
  if (lines.length > 0 && lines.every((line) => line.current === line.shipped)) return 'closed'
  if (!facts.confirmed) return 'pending'
  return 'open'
}

export const lineNodeSchema = z.object({
  id: gidSchema,
  sku: z.string().nullable(),
  title: z.string(),
  quantity: z.number().int(),
  currentQuantity: z.number().int(),
  unfulfilledQuantity: z.number().int(),
  variant: z.object({ id: gidSchema }).nullable(),
})

export const orderNodeSchema = z.object({
  id: gidSchema,
  name: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  cancelledAt: z.string().nullable(),
  closed: z.boolean(),
  confirmed: z.boolean(),
  test: z.boolean(),
  currencyCode: z.string(),
  displayFinancialStatus: z.string().nullable(),
  /** "Shopify Payments", "Cash on Delivery (COD)": by the names that the shop gives them. */
  paymentGatewayNames: z.array(z.string()),
  fulfillmentOrders: z.object({
    nodes: z.array(placeSchema),
    pageInfo: z.object({ hasNextPage: z.boolean() }),
  }),
  shippingAddress: destinationSchema.nullable(),
  shippingLine: z.object({ title: z.string() }).nullable(),
})
export type OrderNode = z.infer<typeof orderNodeSchema>
export type LineNode = z.infer<typeof lineNodeSchema>

export function toLineFacts(node: LineNode): LineFacts {
  return {
    id: node.id,
    variantId: node.variant?.id,
    sku: node.sku ?? undefined,
    title: node.title,
    ordered: node.quantity,
    currentQuantity: node.currentQuantity,
    unfulfilled: node.unfulfilledQuantity,
  }
}

/**
 * True where the line numbers alone tell what shipped: never refunded, edited or cancelled.
 * Otherwise a cancelled unit and a shipped one look the same in them.
 */
export function linesTellAll(node: OrderNode, lines: readonly LineNode[], refunded: boolean): boolean {
  return (
    !refunded && node.cancelledAt === null && lines.every((line) => line.quantity === line.currentQuantity)
  )
}

/** Units that left, from line numbers alone; only where `linesTellAll`. */
export function shippedByLines(lines: readonly LineNode[]): Map<string, number> {
  return new Map(lines.map((line) => [line.id, Math.max(0, line.quantity - line.unfulfilledQuantity)]))
}

/**
 * GraphQL order with its parts → facts.
 * @param parts.sentUnpaid ways of paying whose orders are sent before they are paid, in small letters
 */
export function toOrderFacts(
  node: OrderNode,
  parts: {
    sentUnpaid: ReadonlySet<string>
    lines: readonly LineNode[]
    shipped: ReadonlyMap<string, number>
    refunds: OrderFacts['refunds']
    /** Where its list row does not show all of them. */
    places?: readonly Place[]
    held?: OrderFacts['held']
  },
): OrderFacts {
  const places = parts.places ?? node.fulfillmentOrders.nodes
  const locations = new Set(places.map((each) => each.assignedLocation.location?.id))
  // Taken from several places: no one location to name.
  const [locationId] = locations.size === 1 ? [...locations] : []
  const financialStatus = toFinancialStatus(node.displayFinancialStatus)
  const gateways = node.paymentGatewayNames
  const isSentUnpaid = gateways.length > 0 && gateways.every((name) => parts.sentUnpaid.has(toGateway(name)))
  return {
    externalId: node.id,
    number: node.name,
    placedAt: node.createdAt,
    updatedAt: node.updatedAt,
    cancelled: node.cancelledAt !== null,
    confirmed: node.confirmed,
    financialStatus,
    isUnpaid: financialStatus === 'pending' && !isSentUnpaid,
    currency: node.currencyCode,
    test: node.test,
    locationId,
    destination:
      node.shippingAddress === null
        ? undefined
        : toDestination({ ...node.shippingAddress, country: node.shippingAddress.countryCodeV2 }),
    shipBy: places.flatMap(({ fulfillBy }) => fulfillBy ?? []),
    holds: toHolds(places),
    held: parts.held,
    shippingMethod: node.shippingLine?.title,
    lines: parts.lines.map(toLineFacts),
    shipped: parts.shipped,
    refunds: parts.refunds,
  }
}
