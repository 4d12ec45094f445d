import type { Tracking } from '@plimsoll/database'
import { digestOf, type Part } from '@plimsoll/stock'

/** An order as its channel shows it at one version, with each line tied to the item it sells where that is known. */
export type OrderFacts = {
  externalId: string
  number: string
  state: 'pending' | 'open' | 'closed' | 'cancelled'
  placedAt: Date
  /** Orders the states of one order; undefined where the platform gave none. */
  version: number | undefined
  currency: string | undefined
  test: boolean
  /** Where the platform took the stock from, where it says so. */
  externalLocationId: string | undefined
  /**
   * Our location whose stock it takes; null: none, for the platform sends it from a place of its own that nothing stands
   * for. Absent: the connection's own.
   */
  reservesAt?: string | null | undefined
  /** Where it goes, as far as that is told without saying to whom; by when it must leave; how. Absent: not known. */
  destination?: OrderDestination | undefined
  shipBy?: Date | undefined
  shippingMethod?: string | undefined
  /** Why its channel holds it; empty: it does not. Absent: it does not say, and what was known stays. */
  holds?: readonly ChannelHold[] | undefined
  lines: LineFacts[]
}

/** A reason for which a channel holds an order, and the channel's own word for it. */
export type ChannelHold = { reason: string; code: string }

export type OrderDestination = {
  country: string
  region?: string | undefined
  postalCode?: string | undefined
  city?: string | undefined
}

/** Quantities in listing units; `unitsPerListing` base units each. */
export type LineFacts = {
  externalId: string
  listingExternalId: string | undefined
  stockUnitId: string | undefined
  sku: string | undefined
  title: string
  /** Undefined: not mapped; the line is kept, nothing is reserved for it. */
  itemId: string | undefined
  unitsPerListing: number
  /** How the item is tracked; plain unless given. */
  tracking?: Tracking | undefined
  /** Of a virtual kit: what one of it is made of now. Undefined: the item itself. */
  parts?: readonly Part[] | undefined
  ordered: number
  current: number
  shipped: number
  returned: number
  /** As the connector contract says it. */
  subtracted: 'yes' | 'no' | 'never' | 'unheld' | 'unknown'
  /** Of the open units, those that the order's holds keep from being sent. Absent: all, where there are holds. */
  held?: number
}

/**
 * The part of an order that stock and sending depend on, as one short text: equal content at an equal version is
 * a repeat, different content at an equal version must be read again. One that is not held has the text of one that does not say.
 */
export function contentHashOf(facts: OrderFacts): string {
  const lines = facts.lines
    .map((line) => [
      line.externalId,
      line.listingExternalId ?? '',
      line.current,
      line.shipped,
      line.returned,
      line.subtracted,
    ])
    .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1))
  const held = heldNow(facts.state, facts.holds)
  if (held === undefined || held.length === 0) return digestOf([facts.state, lines])
  const codes = held.map(({ code }) => code).sort()
  const units = facts.lines.map((line) => {
    const open = openUnitsOf(facts.state, line)
    return { id: line.externalId, open, held: Math.min(open, line.held ?? open) }
  })
  // Whether all units are named or none, held is held.
  if (units.every((line) => line.held === line.open)) return digestOf([facts.state, lines, codes])
  const heldLines = units
    .map((line) => [line.id, line.held])
    .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1))
  return digestOf([facts.state, lines, codes, heldLines])
}

/** What holds an order in this state: nothing does once nothing more of it is to leave. Undefined: that is not known. */
export function heldNow(
  state: OrderFacts['state'],
  holds: readonly ChannelHold[] | undefined,
): readonly ChannelHold[] | undefined {
  return state === 'closed' || state === 'cancelled' ? [] : holds
}

/** Units still promised, not shipped. A cancelled order promises nothing, whatever its lines still say. */
export function openUnitsOf(state: OrderFacts['state'], line: { current: number; shipped: number }): number {
  if (state === 'cancelled' || state === 'closed') return 0
  return Math.max(0, line.current - line.shipped)
}

/** Units that the platform has not taken off its own number yet; an uncertain one counts as taken off. */
export function unsubtractedUnitsOf(state: OrderFacts['state'], line: LineFacts): number {
  const { subtracted } = line
  const isToCome = subtracted === 'no' || subtracted === 'never' || subtracted === 'unheld'
  return isToCome ? openUnitsOf(state, line) : 0
}

/**
 * Of those, the ones that are not shown on top of what is promised, since the platform would sell them again. Undefined: the
 * state says nothing of it. A pending order says it anew each time; of an open one some may be lowered for a parcel.
 */
export function notShownUnitsOf(state: OrderFacts['state'], line: LineFacts): number | undefined {
  if (line.subtracted === 'unheld') return openUnitsOf(state, line)
  return state === 'pending' ? 0 : undefined
}
