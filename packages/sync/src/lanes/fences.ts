import type { OrderCursor } from '../intake/cursors.store.ts'

/** Seconds-precise update times, and a list that trails a moment behind: every read reaches back at least so far. */
export const OVERLAP_MS = 2_500
/** Search indexes lag and clocks differ: now and then a second, unhurried read reaches back this far. */
const DEEP_OVERLAP_MS = 5 * 60_000

/**
 * From when on to read orders so that nothing is missed.
 * @param platform how late its list may show an order, and how far its clock is behind ours at the most
 */
export function planOrderRead(
  cursor: Pick<OrderCursor, 'since'>,
  reach: 'shallow' | 'deep',
  platform: { visibilityLagMs: number; clockBehindMs: number },
): Date {
  const overlap = reach === 'deep' ? DEEP_OVERLAP_MS : OVERLAP_MS
  return new Date(cursor.since.getTime() - overlap - platform.visibilityLagMs - platform.clockBehindMs)
}

/**
 * A complete read that started then proves: every order up to its start, less the time for which the
 * platform's list may not show an order yet, is known.
 */
export function toFence(readStartedAt: number, visibilityLagMs: number): Date {
  return new Date(readStartedAt - visibilityLagMs)
}

/**
 * The platform's clock (its Date header, whole seconds, stamped between the call and its answer) beside ours: bounds on
 * how far it is behind or ahead.
 */
export function clockOffset(
  platformTime: Date | undefined,
  call: { startedAt: number; answeredAt: number },
): { behindMs: number; aheadMs: number } {
  if (platformTime === undefined) return { behindMs: 0, aheadMs: 0 }
  const ms = platformTime.getTime()
  return {
    behindMs: Math.max(0, call.answeredAt - ms),
    // The header may be a second old when it is stamped.
    aheadMs: Math.max(0, ms + 1_000 - call.startedAt),
  }
}
