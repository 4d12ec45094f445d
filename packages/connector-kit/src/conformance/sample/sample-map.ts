import { z } from 'zod'
import type { ExternalListing, ExternalOrder, OrderState, TicketOutcome } from '../../canonical.ts'
import { Conflict, type ConnectorError, Invalid, Malformed, NotFound } from '../../errors.ts'
import type { Destination, Recipient } from '../../warehouse/shapes.ts'

/** The corner shop's shapes and what they mean. Pure. */
export const product = z.object({
  id: z.int(),
  sku: z.string(),
  title: z.string(),
  barcode: z.string().nullable(),
  stock: z.int().nullable(),
  hidden: z.boolean(),
  /** The shop keeps and sends it itself. */
  kept: z.boolean(),
})
export const order = z.object({
  id: z.string(),
  status: z.string(),
  /** Its people keep it back for now. */
  held: z.boolean(),
  version: z.int(),
  placedAt: z.iso.datetime(),
  shipBy: z.iso.datetime(),
  method: z.string(),
  /** Null: the shopper fetches it. */
  to: z
    .object({
      country: z.string(),
      region: z.string().optional(),
      postalCode: z.string().optional(),
      city: z.string(),
    })
    .nullable(),
  lines: z.array(
    z.object({
      id: z.string(),
      productId: z.int(),
      sku: z.string(),
      ordered: z.int(),
      current: z.int(),
      shipped: z.int(),
    }),
  ),
})
export const feed = z.object({
  done: z.boolean(),
  /** In the order of the rows that were sent. */
  rows: z.array(
    z.object({ stock: z.int().nullable(), error: z.enum(['gone', 'stock', 'stale']).nullable() }),
  ),
})
export const page = <Row>(row: z.ZodType<Row>) => z.object({ rows: z.array(row), next: z.int().nullable() })

/** The one answer that names the shopper, read when the order is sent. */
export const addressedOrder = z.object({
  to: z
    .object({
      name: z.string(),
      company: z.string().optional(),
      addressLines: z.array(z.string()),
      city: z.string(),
      region: z.string().optional(),
      postalCode: z.string().optional(),
      country: z.string(),
      phone: z.string().optional(),
      email: z.string().optional(),
    })
    .nullable(),
})

export function toRecipient({ to }: z.infer<typeof addressedOrder>): Recipient | undefined {
  if (to === null) return undefined
  const { company, region, postalCode, phone, email } = to
  return { ...to, company, region, postalCode, phone, email }
}

function toDestination({
  country,
  region,
  postalCode,
  city,
}: NonNullable<z.infer<typeof order>['to']>): Destination {
  return { country, region, postalCode, city }
}

/** The feed and the row in it: all that another process needs to ask. */
export function toTicket(feedId: string, at: number): string {
  return `${feedId}#${at}`
}

export function fromTicket(ticket: string): { feedId: string; at: number } {
  const [feedId = '', at] = ticket.split('#')
  return { feedId, at: Number(at) }
}

/** @param read undefined: the shop has no such feed any more */
export function toTicketOutcome(ticket: string, read: z.infer<typeof feed> | undefined): TicketOutcome {
  if (read === undefined) return { ticket, kind: 'unknown' }
  if (!read.done) return { ticket, kind: 'accepted' }
  const row = read.rows[fromTicket(ticket).at]
  if (row === undefined) return { ticket, kind: 'unknown' }
  if (row.error === null && row.stock !== null) return { ticket, kind: 'applied', quantity: row.stock }
  return { ticket, kind: 'refused', error: toRowError(row) }
}

function toRowError({ error, stock }: z.infer<typeof feed>['rows'][number]): ConnectorError {
  switch (error) {
    case 'gone':
      return new NotFound('The shop has no such product.')
    case 'stale':
      return new Conflict('The shop shows another number.', stock ?? undefined)
    case 'stock':
    case null:
      return new Invalid('The shop did not take the quantity.', 'quantity')
    default: {
      const never: never = error
      return never
    }
  }
}

export function isAboutOneRow({ kind }: ConnectorError): boolean {
  return kind === 'invalid' || kind === 'not-found' || kind === 'conflict'
}

export function toListing({
  id,
  sku,
  title,
  barcode,
  stock,
  hidden,
  kept,
}: z.infer<typeof product>): ExternalListing {
  return {
    externalId: String(id),
    sku,
    barcode: barcode ?? undefined,
    title,
    stockUnitId: String(id),
    tracked: stock !== null,
    fulfilledBy: kept ? 'platform' : 'merchant',
    sellsBeyondZero: false,
    state: hidden ? 'inactive' : 'active',
  }
}

const states = new Map<string, OrderState>([
  ['new', 'pending'],
  ['paid', 'open'],
  ['done', 'closed'],
  ['void', 'cancelled'],
])

export function toOrder(told: z.infer<typeof order>): ExternalOrder {
  const { id, status, version, placedAt, lines, to } = told
  const state = states.get(status)
  if (state === undefined) throw new Malformed(`order ${id} has the unknown status "${status}"`, status)
  return {
    externalId: id,
    number: `#${id}`,
    state,
    placedAt: new Date(placedAt),
    version,
    currency: 'EUR',
    test: false,
    locationId: 'default',
    ...(to !== null && { destination: toDestination(to) }),
    shipBy: new Date(told.shipBy),
    shippingMethod: told.method,
    holds: told.held ? [{ reason: 'other', code: 'held' }] : [],
    lines: lines.map((line) => ({
      externalId: line.id,
      listingExternalId: String(line.productId),
      sku: line.sku,
      title: line.sku,
      ordered: line.ordered,
      current: line.current,
      shipped: line.shipped,
      returned: 0,
      subtracted: 'yes',
    })),
  }
}
