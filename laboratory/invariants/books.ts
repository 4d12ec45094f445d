import type { WarehouseBook } from './warehouse-books.ts'

/**
 * What the world knows of itself, as the invariants read it: the simulators keep these books, and the hub has no
 * part in them. Nothing in this folder imports anything of the hub's.
 */
export type Books = {
  organizationId: string
  /** Base units that people have put into the warehouse (less what they took out), by SKU. */
  stocked: ReadonlyMap<string, number>
  platforms: readonly PlatformBook[]
  /** Who counts and sends for the brand; none: the platforms alone say what has shipped. */
  warehouses: readonly WarehouseBook[]
  /** What a unit of each kit is made of, by SKU; every other SKU is an item by itself. */
  kits: ReadonlyMap<string, readonly Part[]>
  /** What people have set on how much is shown, and were told that it is so. */
  policies: readonly PolicyBook[]
  /** From how many listings on people must say that zeros, or raises, are meant; undefined: nothing that happens here is as much. */
  suddenMin: number | undefined
  /** True time, milliseconds since the epoch. */
  now(): number
  /** How far the clocks of two processes may differ from each other and from the truth, together. */
  clockErrorMs: number
  /** Requests that write numbers, have left a process, and have not arrived yet. */
  underWay: readonly { holder: string; platform: string; writes: readonly WriteBook[] }[]
  /** The brand asks for a guarantee against overselling, of all items or of those that run low. */
  isProtected: boolean
}

export type Part = { sku: string; units: number }

/** Set on a listing, on an item, on a platform, or on everything; what is left out is not set there. */
export type PolicyBook = {
  platform: string | undefined
  sku: string | undefined
  listing: string | undefined
  bufferUnits?: number | undefined
  bufferPercent?: number | undefined
  sharePercent?: number | undefined
  cap?: number | undefined
  floor?: number | undefined
  fixed?: number | undefined
  paused?: boolean | undefined
}

export type WriteBook = {
  writeId: string
  stockUnitId: string
  quantity: number
  expected: number | undefined
}

/** What a platform said of one write, whether the answer arrived or not. */
export type SaidOfWrite =
  | { kind: 'applied'; quantity: number }
  | { kind: 'accepted' | 'refused' | 'untouched' }

export type WriteStyle = 'compare-and-set' | 'absolute' | 'counts-open-orders'

export type PlatformBook = {
  name: string
  connectionId: string
  style: WriteStyle
  visibilityLagMs: number
  quantityMax: number
  /** How long after it was sent a request may still act. */
  latestEffectMs: number
  /** Its number falls by nothing that it is told of. */
  neverFalls: boolean
  levels: ReadonlyMap<string, LevelBook>
  /** Writes that it has taken and will carry out later. */
  accepted: readonly WriteBook[]
  /** Writes that it has carried out: what it shows came from them. */
  carriedOut: ReadonlySet<string>
  /** All that it has said of each write, by the write's id. */
  saidOfWrites: ReadonlyMap<string, readonly SaidOfWrite[]>
  orders: ReadonlyMap<string, OrderBook>
  /** Since when people know that nothing is written to it any more: paused, or in shadow. Undefined: it may be. */
  stoppedSince: number | undefined
  /** By mistake all of it is to go to zero, or to rise many times over, since then; and nobody has said that it is meant (I8). */
  mistake: { how: 'zeros' | 'raises'; at: number } | undefined
  /** When people last asked for an import of its listings; undefined: never since the brand signed up. */
  importedAt: number | undefined
  /** Until when it has told a process (by the name under which that holds leases) to leave it alone. */
  leaveAloneUntil: ReadonlyMap<string, number>
}

export type LevelBook = {
  stockUnitId: string
  sku: string
  /** Its listings; several may share it. */
  listingIds: readonly string[]
  /** How many base units (of a kit: kits) one of it is worth. */
  unitsPerListing: number
  /** Undefined: the platform does not count it. */
  quantity: number | undefined
  /** When a person last typed a number (or switched counting) there; undefined: nobody did. */
  editedAt: number | undefined
  /** The last quantities (null: not counted) that answers have told the hub, echoes among them, the newest last. */
  told: readonly { at: number; quantity: number | null }[]
  /** The last few that a reading (and no echo) has told, null where it was absent. */
  reads: readonly (number | null)[]
  /** When a reading last told; undefined: never. */
  readAt: number | undefined
  /** By who heard it (the name under which that holds leases), what the last answer that reached it said; null: not counted. */
  heard: ReadonlyMap<string, number | null>
}

export type OrderBook = {
  id: string
  stockUnitId: string
  placedAt: number
  /** Every state it was ever in, oldest first. */
  states: readonly OrderState[]
}

export type OrderState = {
  at: number
  version: number
  state: 'pending' | 'open' | 'closed' | 'cancelled'
  /** Units still promised or shipped. */
  current: number
  shipped: number
  returned: number
  /** Units by which the platform's number is lower because of this order. */
  taken: number
}

/** One call that has just left a process. */
export type StartedCall = {
  process: string
  holder: string
  platform: string
  operation: string
  writes: readonly WriteBook[]
  /** A parcel that it tells the platform of, in units of the order's listing. */
  told: { orderId: string; units: number } | undefined
}

/** A webhook that the hub has said it has stored. */
export type AcknowledgedWebhook = { platform: string; orderId: string; version: number }

export type Violation = { invariant: string; text: string }

/** What one unit of something that is sold takes out of the warehouse. */
export function partsOf(books: Pick<Books, 'kits'>, sku: string): readonly Part[] {
  return books.kits.get(sku) ?? [{ sku, units: 1 }]
}

/** Units of an order that are still to leave. */
export function openUnitsOf({ state, current, shipped }: OrderState): number {
  return state === 'open' || state === 'pending' ? Math.max(0, current - shipped) : 0
}

export function latestOf(order: OrderBook): OrderState {
  const latest = order.states.at(-1)
  if (latest === undefined) throw new Error(`order ${order.id} has no state`)
  return latest
}
