import {
  type ExternalListing,
  type ExternalOrder,
  Malformed,
  type OrderState,
  type Recipient,
  type Subtracted,
} from '@plimsoll/connector-kit'
import type { Address, Order, Product } from './api.ts'

/** What the platform's words mean. Pure: shapes in, shapes out. */

export function toListing({ id, sku, barcode, title, stock, status }: Product): ExternalListing {
  return {
    externalId: String(id),
    sku: sku ?? undefined,
    barcode: barcode ?? undefined,
    title,
    stockUnitId: String(id),
    // Absent is not zero: what is not counted is said so.
    tracked: stock !== null,
    fulfilledBy: 'merchant',
    sellsBeyondZero: false,
    state: status === 'active' ? 'active' : 'inactive',
  }
}

/**
 * Each status with its meaning, and whether the platform's own number has fallen by the units that are still open. This
 * second column is what overselling hangs on: see "When their number falls" in the guide.
 */
const statuses = new Map<string, { state: OrderState; subtracted: Subtracted }>([
  ['placed', { state: 'pending', subtracted: 'yes' }],
  ['paid', { state: 'open', subtracted: 'yes' }],
  ['shipped', { state: 'closed', subtracted: 'yes' }],
  ['cancelled', { state: 'cancelled', subtracted: 'yes' }],
])

/** @throws Malformed for a status that is not in the table: it is parked, never guessed */
export function toOrder(order: Order): ExternalOrder {
  const status = statuses.get(order.status)
  if (status === undefined)
    throw new Malformed(`Order ${order.id} has the unknown status "${order.status}".`, order.status)
  return {
    externalId: String(order.id),
    number: order.number,
    state: status.state,
    placedAt: new Date(order.placed_at),
    version: order.version,
    currency: order.currency,
    test: false,
    locationId: undefined,
    // Where to, by when and how; to whom is for `recipient` alone.
    ...(order.ship_to !== null && {
      destination: {
        country: order.ship_to.country,
        region: order.ship_to.region ?? undefined,
        postalCode: order.ship_to.zip ?? undefined,
        city: order.ship_to.city ?? undefined,
      },
    }),
    ...(order.ship_by !== null && { shipBy: new Date(order.ship_by) }),
    ...(order.shipping_method !== null && { shippingMethod: order.shipping_method }),
    lines: order.lines.map((line) => ({
      externalId: String(line.id),
      listingExternalId: String(line.product_id),
      sku: line.sku ?? undefined,
      title: line.title,
      ordered: line.quantity,
      current: line.quantity - line.cancelled,
      shipped: line.shipped,
      returned: 0,
      subtracted: status.subtracted,
    })),
  }
}

/** Undefined: nobody, or the platform does not say. Leave `recipient` out where it never does. */
export function toRecipient({ ship_to: to }: Address): Recipient | undefined {
  if (to === null) return undefined
  return {
    name: to.name,
    company: to.company ?? undefined,
    addressLines: to.street,
    city: to.city,
    region: to.region ?? undefined,
    postalCode: to.zip ?? undefined,
    country: to.country,
    phone: to.phone ?? undefined,
    email: to.email ?? undefined,
  }
}
