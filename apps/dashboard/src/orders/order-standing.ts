import type { OrderRow, ShipmentStateName } from '@plimsoll/client'
import type { OrderStandingFilter } from '@plimsoll/client/client'
import { ROUTING_TAKES_MS } from '@plimsoll/client/routing-time'
import type { Shape } from '../parts/standing.tsx'

export const orderStandings: readonly OrderStandingFilter[] = [
  'waiting',
  'late',
  'held',
  'not-routed',
  'shipped',
]

export const shapeOfShipment: Readonly<Record<ShipmentStateName, Shape>> = {
  planned: 'waiting',
  ready: 'waiting',
  asked: 'waiting',
  received: 'waiting',
  working: 'waiting',
  held: 'bad',
  shipped: 'gone',
  cancelled: 'none',
  rejected: 'bad',
}

export type OrderWord =
  | 'cancelled'
  | 'held'
  | 'late'
  | 'routing'
  | 'unrouted'
  | 'shipped'
  | 'waiting'
  | 'pending'

/** The one word that says most about where an order is: what needs a person first. */
export function wordOf(
  order: Pick<
    OrderRow,
    'state' | 'holds' | 'isByHand' | 'isLate' | 'isUnrouted' | 'toShip' | 'shipments' | 'problem' | 'placedAt'
  >,
  /** The hub's time in ms since the epoch. */
  nowMs: number,
): { word: OrderWord; shape: Shape } {
  if (order.state === 'cancelled') return { word: 'cancelled', shape: 'none' }
  const isHeld = order.holds.length > 0 || order.shipments.some(({ state }) => state === 'held')
  if (isHeld) return { word: 'held', shape: 'bad' }
  if (order.isLate) return { word: 'late', shape: 'late' }
  if (order.isUnrouted) {
    // A problem says that it was tried, and that it can leave from nowhere; one made by hand was tried as it was made.
    const isFresh =
      !order.isByHand && order.problem === null && nowMs - Date.parse(order.placedAt) < ROUTING_TAKES_MS
    return isFresh ? { word: 'routing', shape: 'waiting' } : { word: 'unrouted', shape: 'bad' }
  }
  if (order.toShip === 0) return { word: 'shipped', shape: 'gone' }
  return order.state === 'pending'
    ? { word: 'pending', shape: 'waiting' }
    : { word: 'waiting', shape: 'waiting' }
}
