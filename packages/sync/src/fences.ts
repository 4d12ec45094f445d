import type { OrderCursor } from './cursors.store.ts'

/** Seconds-precise update times, and a list that trails a moment behind: every read reaches back at least so far. */
const OVERLAP_MS = 2_500
/** Search indexes lag and clocks differ: now and then a read reaches back this far. */
const DEEP_OVERLAP_MS = 5 * 60_000

/** From when on to read orders, and what a complete read then proves. */
export type OrderReadPlan = { since: Date; isDeep: boolean }

/**
 * @param startedAt when the connection began to be followed: nothing earlier is asked for
 * @param clockBehindMs how far the platform's clock is behind the hub's, at the most
 */
export function planOrderRead(
  cursor: OrderCursor,
  now: number,
  pace: { deepReadMs: number },
  platform: { visibilityLagMs: number; clockBehindMs: number },
): OrderReadPlan {
  const isDeep = cursor.deepReadAt === null || now - cursor.deepReadAt.getTime() >= pace.deepReadMs
  const overlap = (isDeep ? DEEP_OVERLAP_MS : OVERLAP_MS) + platform.visibilityLagMs + platform.clockBehindMs
  return { since: new Date(cursor.since.getTime() - overlap), isDeep }
}

/**
 * A complete read that started then proves: every order up to its start, less the time for which the
 * platform's list may not show an order yet, is known.
 */
export function toFence(readStartedAt: number, visibilityLagMs: number): Date {
  return new Date(readStartedAt - visibilityLagMs)
}

/** Difference of the platform's clock (its Date header, whole seconds) and ours, as a bound on how far it is behind. */
export function clockBehindMs(platformTime: Date | undefined, ourTime: number): number {
  if (platformTime === undefined) return 0
  return Math.max(0, ourTime - platformTime.getTime())
}
