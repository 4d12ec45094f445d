import type { ExternalOrder, WebhookEvent } from '@plimsoll/connector-kit'
import type { Tracking } from '@plimsoll/database'
import { contentHashOf, type LineFacts, type OrderFacts } from '@plimsoll/orders'
import { digestOf } from '@plimsoll/stock'
import type { OrderPlaces } from '../pools/places-of-orders.ts'

/** One thing that happened outside, about to be stored. */
export type InboxEvent = {
  topic:
    | 'order'
    | 'order-deleted'
    | 'level'
    | 'listing'
    | 'listing-deleted'
    | 'uninstalled'
    | 'unreadable'
    | 'announced-return'
    | 'order-hold'
    | WarehouseTopic
  /** External id of what it is about. */
  subject: string
  /**
   * Same event, same key: what it is about and its version and content. Delivery ids are not used,
   * platforms reuse them. A bare hint without a version has no identity; it gets a fresh one.
   */
  eventKey: string
  payload: unknown
}

/** What a warehouse tells: a shipment, a delivery or a return as it stands, or only that it has changed. */
export type WarehouseTopic = 'shipment' | 'receipt' | 'return' | 'counted'

/** Gives an event its identity. `undefined`: nothing to store. */
export function toInboxEvent(event: WebhookEvent, uuid: () => string): InboxEvent | undefined {
  switch (event.kind) {
    case 'order': {
      const content = event.order === undefined ? 'hint' : identityOf(event.order)
      const version = event.version ?? (event.order === undefined ? uuid() : '-')
      return {
        topic: 'order',
        subject: event.externalId,
        eventKey: `order:${event.externalId}:${version}:${content}`,
        payload: event,
      }
    }
    case 'order-deleted':
      return {
        topic: 'order-deleted',
        subject: event.externalId,
        eventKey: `order-deleted:${event.externalId}`,
        payload: event,
      }
    case 'order-hold': {
      const { externalId, version, held } = event
      const eventKey = `order-hold:${externalId}:${version}:${held}`
      return { topic: 'order-hold', subject: externalId, eventKey, payload: event }
    }
    case 'level': {
      const { stockUnitId, locationId, quantity, updatedAt } = event.level
      const subject = `${stockUnitId} ${locationId}`
      const version = updatedAt?.getTime() ?? uuid()
      return { topic: 'level', subject, eventKey: `level:${subject}:${version}:${quantity}`, payload: event }
    }
    case 'listing':
      return {
        topic: event.deleted ? 'listing-deleted' : 'listing',
        subject: event.externalId,
        eventKey: `listing:${event.externalId}:${uuid()}`,
        payload: event,
      }
    case 'shipment':
      return toWarehouseEvent(event, event.shipment, uuid)
    case 'receipt':
      return toWarehouseEvent(event, event.receipt, uuid)
    case 'return':
      return toWarehouseEvent(event, event.return, uuid)
    case 'announced-return':
      return toWarehouseEvent(event, event.return, uuid)
    case 'counted':
      return { topic: 'counted', subject: 'connection', eventKey: `counted:${uuid()}`, payload: event }
    case 'uninstalled':
      return {
        topic: 'uninstalled',
        subject: 'connection',
        eventKey: `uninstalled:${uuid()}`,
        payload: event,
      }
    case 'ignored':
      return undefined
    default: {
      const never: never = event
      return never
    }
  }
}

/** The same content at the same version is the same event; a bare hint is one by itself. */
function toWarehouseEvent(
  event: WebhookEvent & { kind: 'shipment' | 'receipt' | 'return' | 'announced-return' },
  content: object | undefined,
  uuid: () => string,
): InboxEvent {
  const { kind, externalId, version } = event
  const said = content === undefined ? uuid() : digestOf(JSON.stringify(content))
  const eventKey = `${kind}:${externalId}:${version ?? '-'}:${said}`
  return { topic: kind, subject: externalId, eventKey, payload: event }
}

/** The stock-relevant content of an order, as `contentHashOf` sees it once its lines are mapped. */
export function hashOfOrder(order: ExternalOrder): string {
  return contentHashOf(toOrderFacts(order, new Map()))
}

/** One that says that nothing holds it is not the same as one that does not say, although both have the same content. */
function identityOf(order: ExternalOrder): string {
  return order.holds?.length === 0 ? `${hashOfOrder(order)}+` : hashOfOrder(order)
}

/** Versions below this are numbers of the platform's own and no instants (1 January 2000). */
const INSTANTS_FROM = 946_684_800_000

/** When an order last changed, where its version says so: both known kinds of version are numbers. */
export function changeOf({ version }: Pick<ExternalOrder, 'version'>): Date | undefined {
  return version === undefined || version < INSTANTS_FROM ? undefined : new Date(version)
}

/** Where a listing's units are counted, and how many base units one is worth. */
export type ListingMapping = {
  listingExternalId: string
  stockUnitId: string
  itemId: string | undefined
  unitsPerListing: number
  /** Of the item. */
  tracking: Tracking
  /** Of a virtual kit: what one of it comes down to. */
  parts?: NonNullable<LineFacts['parts']>
}

/**
 * Ties each line of a platform's order to the item that its listing sells.
 * @param places where they reserve; not needed for what only its content is asked of
 */
export function toOrderFacts(
  order: ExternalOrder,
  mappings: ReadonlyMap<string, ListingMapping>,
  places?: OrderPlaces,
): OrderFacts {
  return {
    ...(places !== undefined && { reservesAt: placeIn(places, order.locationId) }),
    externalId: order.externalId,
    number: order.number,
    state: order.state,
    placedAt: order.placedAt,
    version: order.version,
    currency: order.currency,
    test: order.test,
    externalLocationId: order.locationId,
    ...(order.destination !== undefined && { destination: order.destination }),
    ...(order.shipBy !== undefined && { shipBy: order.shipBy }),
    ...(order.shippingMethod !== undefined && { shippingMethod: order.shippingMethod }),
    ...(order.holds !== undefined && { holds: order.holds }),
    lines: order.lines.map((line) => {
      const mapping = line.listingExternalId === undefined ? undefined : mappings.get(line.listingExternalId)
      return {
        ...line,
        stockUnitId: mapping?.stockUnitId,
        // A kit that nobody said the parts of has nothing to reserve: as good as unmapped, until somebody does.
        itemId: mapping?.parts?.length === 0 ? undefined : mapping?.itemId,
        unitsPerListing: mapping?.unitsPerListing ?? 1,
        tracking: mapping?.tracking,
        ...(mapping?.parts !== undefined && { parts: mapping.parts }),
      }
    }),
  }
}

function placeIn({ of, otherwise }: OrderPlaces, externalId: string | undefined): string | null {
  const there = externalId === undefined ? undefined : of.get(externalId)
  return there === undefined ? otherwise : there
}

/** Dates come back from `jsonb` as text; this puts them back. The payload is ours, written by `toInboxEvent`. */
export function reviveOrder(payload: unknown): ExternalOrder | undefined {
  const event = payload as {
    order?: Omit<ExternalOrder, 'placedAt' | 'shipBy'> & { placedAt: string; shipBy?: string }
  }
  if (event.order === undefined) return undefined
  const { placedAt, shipBy, ...order } = event.order
  // `jsonb` keeps no undefined, so absent optional fields read as undefined again.
  return { ...order, placedAt: new Date(placedAt), ...(shipBy !== undefined && { shipBy: new Date(shipBy) }) }
}
