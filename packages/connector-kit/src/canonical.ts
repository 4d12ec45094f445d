import type { AnnouncedReturn } from './announced-return.ts'
import type { OrderHold } from './order-hold.ts'
import type { Destination, WarehouseReceipt, WarehouseReturn, WarehouseShipment } from './warehouse/shapes.ts'

/** The canonical shapes that connectors map platform shapes to and from. Quantities are whole listing units. */

/** A place that the platform keeps stock for. A platform with one stock only has one, with id `default`. */
export type ExternalLocation = {
  externalId: string
  name: string
  /** False: reads may work, writes would be refused. */
  active: boolean
  /** True where the platform keeps and counts the stock itself (FBA, WFS): it has no levels, it is read by `counts`. */
  countedByPlatform?: boolean
}

/** What the platform counts of one stock unit at a location of its own. Absent is not zero: leave the row out (I12). */
export type ExternalCount = LevelKey & {
  /** Units that can be sold there now. */
  available: number
  /** There, and not to be sold: damaged, being looked for. */
  held: number
  /** On their way there. */
  incoming: number
  /** When that was true, by the platform; undefined: when it answered. */
  countedAt: Date | undefined
  /**
   * Units that lie there, those held and those promised to shipments that have not left included. A warehouse always says
   * it (where it takes units off as soon as a shipment is asked for, with those added); a platform that does not tell its
   * own orders from the hub's leaves it out, and `available` counts: see `deducts` where it sends for others too.
   */
  onHand?: number
  /** The same by lot, where the warehouse tells; they add up to `onHand` and `held`. */
  lots?: readonly { code: string; expiresOn: string | undefined; onHand: number; held: number }[]
}

/** Names one number that the platform keeps: an external stock unit at an external location. */
export type LevelKey = { stockUnitId: string; locationId: string }

/** One sellable thing on the platform. */
export type ExternalListing = {
  externalId: string
  sku: string | undefined
  barcode: string | undefined
  title: string
  /** The platform's stock unit; listings that share one share its level. */
  stockUnitId: string
  /** False where the platform sells it without counting. Absent is not zero (I12). */
  tracked: boolean
  fulfilledBy: 'merchant' | 'platform'
  /** True where the platform goes on selling at zero (backorders): the screen warns. */
  sellsBeyondZero: boolean
  /** `gone` for deleted and trashed listings. */
  state: 'active' | 'inactive' | 'gone'
}

/** What the platform shows for one level. `quantity` undefined: the platform does not count it (I12). */
export type ExternalLevel = LevelKey & { quantity: number | undefined; updatedAt: Date | undefined }

/**
 * Whether the platform's own number has already fallen by this line's open units. `no`: it falls when they ship. `never`:
 * nothing that happens to an order moves it, shipping neither: it is what was last written (Walmart). `unheld`: not fallen,
 * as with `no`, and the platform may sell the units again: the hub never shows them on top of what it promises. `unknown`:
 * nobody can say; what the order did to the number is read there.
 */
export type Subtracted = 'yes' | 'no' | 'never' | 'unheld' | 'unknown'

export type OrderLine = {
  externalId: string
  /** Undefined: a custom line, or its listing was deleted. */
  listingExternalId: string | undefined
  sku: string | undefined
  title: string
  /** Units as first ordered. */
  ordered: number
  /** Units still promised or already shipped: ordered less cancelled, removed and refunded-before-shipping. */
  current: number
  /** Units the platform says have left. */
  shipped: number
  /** Units that came back into sellable stock after shipping. */
  returned: number
  /** For the open units (`current` − `shipped`). */
  subtracted: Subtracted
  /** Of the open units, those that the order's `holds` keep from being sent. Absent: all of them, where there are holds. */
  held?: number
}

/** `pending`: placed, not yet firm (a soft hold that may expire); `open`: firm; `closed`: nothing more will ship. */
export type OrderState = 'pending' | 'open' | 'closed' | 'cancelled'

/** One order as the platform shows it at `version`. Personal data is left out on purpose. */
export type ExternalOrder = {
  externalId: string
  /** What people call it: "#1001". */
  number: string
  state: OrderState
  placedAt: Date
  /**
   * Orders states of one order: the platform's own version or update time. Compared as a whole:
   * larger is newer, equal says nothing. Undefined: the platform gave none; fetch it again.
   */
  version: number | undefined
  currency: string | undefined
  test: boolean
  /** The external location that the platform took the stock from, where it says so. */
  locationId: string | undefined
  /** Where it goes, as far as routing needs to know; to whom is read by `recipient`, when it is sent. Absent: not known. */
  destination?: Destination
  /** By when the platform wants it to leave. Absent: it does not say. */
  shipBy?: Date
  /** What the shopper chose, as the platform calls it. Absent: nothing. */
  shippingMethod?: string
  /**
   * Why the platform itself holds it from being sent, each reason once; empty: nothing does. Absent: this answer does not say,
   * and what was known stays. Where the manifest declares `holds`, `order` and `orders` always say. Which units: each line's `held`.
   */
  holds?: readonly OrderHold[]
  lines: OrderLine[]
}

export type Page<T> = {
  rows: T[]
  /** Rows of the page that could not be read, by external id: each is parked by itself, the others go on. */
  unreadable?: { externalId: string; version: number | undefined }[]
  /** Hand it back for the next page; undefined after the last. */
  next: string | undefined
  /**
   * The platform is still preparing what comes (an export into a file): asking for `next` sooner than so many
   * milliseconds from now finds nothing more. Absent: at once.
   */
  againInMs?: number
  /** How many rows the whole list has, where the platform says it of just this list. Only shown. */
  total?: number
  /** How many rows of what the platform is still preparing are there by now. Only shown. */
  prepared?: number
  /** The platform's clock when it answered (its Date header), for fences. */
  platformTime: Date | undefined
}

/** One quantity to send. */
export type LevelWrite = LevelKey & {
  writeId: string
  quantity: number
  /** What the hub believes the platform shows now; sent where it can compare-and-set, else ignored. */
  expected: number | undefined
}

/**
 * What became of one write.
 * `applied`: the platform echoes `quantity` (the echo decides, never the status).
 * `accepted`: it will try; ask `outcomes([ticket])`. Every write has a ticket of its own.
 * `refused`: this row, for this reason.
 * `untouched`: not carried out because of another row in the batch; it simply waits again.
 */
export type WriteOutcome =
  | { writeId: string; kind: 'applied'; quantity: number }
  | { writeId: string; kind: 'accepted'; ticket: string }
  | { writeId: string; kind: 'refused'; error: import('./errors.ts').ConnectorError }
  | { writeId: string; kind: 'untouched' }

/**
 * What became of one accepted write by now, named by its ticket.
 * `accepted`: still being tried; ask again. The other kinds are final.
 * `applied`: as in `WriteOutcome`; where the platform's report names no quantity, the one that was sent.
 * `refused`: this row, for this reason.
 * `untouched`: the platform gave up the whole (a cancelled feed) and never came to this row; it simply waits again.
 * `unknown`: the platform no longer says, or never knew the ticket; the level must be read back.
 */
export type TicketOutcome =
  | { ticket: string; kind: 'accepted' }
  | { ticket: string; kind: 'applied'; quantity: number }
  | { ticket: string; kind: 'refused'; error: import('./errors.ts').ConnectorError }
  | { ticket: string; kind: 'untouched' }
  | { ticket: string; kind: 'unknown' }

export type Shipment = {
  shipmentId: string
  orderExternalId: string
  lines: { lineExternalId: string; quantity: number }[]
  /** The external location that it leaves from, where the hub knows; a platform with one stock needs none. */
  locationId?: string | undefined
  tracking: { carrier: string; number: string; url: string | undefined } | undefined
  notifyCustomer: boolean
}

/** Cancels an order, or some of it. */
export type Cancellation = {
  /**
   * Tells it from another of the same units: told again under one id, it changes nothing. Absent: the order and the
   * units are all there is to tell it by, so that an equal one may pass for the same.
   */
  cancellationId?: string
  orderExternalId: string
  /** Which units; undefined: all that have not shipped. Always undefined where only whole orders can be cancelled. */
  lines: { lineExternalId: string; quantity: number }[] | undefined
  reason: 'out-of-stock' | 'customer-asked' | 'address' | 'fraud' | 'price' | 'other'
  notifyCustomer: boolean
}

/** What a platform tells, as it came: `body` is the raw bytes, signatures are over those. */
export type WebhookMessage = {
  headers: Readonly<Record<string, string | undefined>>
  body: Uint8Array
}

/** A webhook as it came over the wire. */
export type WebhookRequest = WebhookMessage & {
  method: string
  /** The whole address that was called, as the platform knows it, query included. */
  url: string
}

/** A message from a queue; read by `webhooks.parse`. The receipt is all that is needed to acknowledge it. */
export type QueuedMessage = WebhookMessage & { receipt: string }

/**
 * What a webhook is about. `order` and `level` and `listing` carry what the body says, or only the id as a hint:
 * then the hub reads that one thing; so do `shipment`, `receipt` and `return` of a warehouse, whose list is then read.
 * `order-hold`: whether an order is held, as a list shows it; where that is not what is known, the order is read.
 * `announced-return`: a customer was granted to send something back, as it stands. `counted`: what it counts has changed. `ignored` is answered and dropped (pings, topics we did not ask for).
 */
export type WebhookEvent =
  | { kind: 'order'; externalId: string; version: number | undefined; order: ExternalOrder | undefined }
  | { kind: 'order-deleted'; externalId: string }
  | { kind: 'order-hold'; externalId: string; version: number; held: boolean }
  | { kind: 'level'; level: ExternalLevel }
  | { kind: 'listing'; externalId: string; deleted: boolean }
  | {
      kind: 'shipment'
      externalId: string
      version: number | undefined
      shipment: WarehouseShipment | undefined
    }
  | {
      kind: 'receipt'
      externalId: string
      version: number | undefined
      receipt: WarehouseReceipt | undefined
    }
  | { kind: 'return'; externalId: string; version: number | undefined; return: WarehouseReturn | undefined }
  | {
      kind: 'announced-return'
      externalId: string
      version: number | undefined
      /** Undefined: something of it has changed, and the stream says what. */
      return: AnnouncedReturn | undefined
    }
  | { kind: 'counted' }
  | { kind: 'uninstalled' }
  | { kind: 'ignored'; why: string }
