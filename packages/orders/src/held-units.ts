import { type ChannelHold, type OrderFacts, openUnitsOf } from './order-facts.ts'

/**
 * Which units of an order its channel's holds keep from being sent, in listing units of each line. A platform may hold one part of an
 * order and let the rest go; one that names no units holds them all. Pure.
 */

/** A line as far as its channel's holds are concerned. */
type Line = { current: number; shipped: number; channelHeld: number; letGo: number }

/** A hold that is no more than its buyer's wish to cancel. */
const BUYERS_WISH = 'cancellation'
/** What a person may answer here, and send the order all the same: its platform takes the parcel. */
const ANSWERED_HERE = new Set<string>([BUYERS_WISH, 'unpaid'])

/**
 * By the channel's own numbers: it may not know yet of all that has left.
 * @param told what the state says of the line; undefined: all that is open
 * @param holds of the order, by the same state; undefined: nobody has said
 */
export function heldUnitsOf(
  state: OrderFacts['state'],
  line: { current: number; shipped: number },
  told: number | undefined,
  holds: readonly ChannelHold[] | undefined,
): number {
  if (holds === undefined || holds.length === 0) return 0
  const open = openUnitsOf(state, line)
  return Math.min(open, told ?? open)
}

/** Units that are held by now, less what a person lets go. */
export function stillHeld({ channelHeld, letGo }: Pick<Line, 'channelHeld' | 'letGo'>): number {
  return Math.max(0, channelHeld - letGo)
}

/** Open units of a line that its channel lets go. */
export function freeUnitsOf(state: OrderFacts['state'], line: Line): number {
  return Math.max(0, openUnitsOf(state, line) - stillHeld(line))
}

/**
 * What a person let go stays so, until another hold comes beside it: whoever sent an unpaid order has not said what becomes of one
 * that its buyer wants to cancel.
 * @param holds what holds the order now, and what held it before
 */
export function stillLetGo(
  letGo: number,
  channelHeld: number,
  holds: { now: readonly ChannelHold[] | undefined; before: readonly ChannelHold[] | undefined },
): number {
  const { now = [], before = [] } = holds
  const isKnown = now.every(({ code }) => before.some((each) => each.code === code))
  return isKnown && isAnsweredHere(now) ? Math.min(letGo, channelHeld) : 0
}

/** All that holds it is what a person may answer here. */
export function isAnsweredHere(holds: readonly ChannelHold[]): boolean {
  return holds.length > 0 && holds.every(({ reason }) => ANSWERED_HERE.has(reason))
}

/** Some of what holds it is that its buyer wants to cancel. */
export function hasBuyersWish(holds: readonly ChannelHold[]): boolean {
  return holds.some(({ reason }) => reason === BUYERS_WISH)
}

/** `partly`: some of what is open is held, and the rest may go. */
export type Standing = { units: number; partly: boolean }

/** How much of an order is held now. */
export function heldStanding(state: OrderFacts['state'], lines: readonly Line[]): Standing {
  const units = lines.reduce((sum, line) => sum + Math.min(stillHeld(line), openUnitsOf(state, line)), 0)
  return { units, partly: units > 0 && lines.some((line) => freeUnitsOf(state, line) > 0) }
}
