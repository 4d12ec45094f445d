import type { OrderRow, ShipmentStateName } from '@plimsoll/client'
import type { OrderStandingFilter } from '@plimsoll/client/client'
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

/** So long after it was placed, an order in no shipment is nobody's trouble yet: the hub routes it in the background. */
const routingTakesMs = 2 * 60_000

/** The one word that says most about where an order is: what needs a person first. */
export function wordOf(
  order: Pick<
    OrderRow,
    'state' | 'holds' | 'isLate' | 'isUnrouted' | 'toShip' | 'shipments' | 'problem' | 'placedAt'
  >,
  /** The hub's time in ms since the epoch. */
  nowMs: number,
): { word: OrderWord; shape: Shape } {
  if (order.state === 'cancelled') return { word: 'cancelled', shape: 'none' }
  const isHeld = order.holds.length > 0 || order.shipments.some(({ state }) => state === 'held')
  if (isHeld) return { word: 'held', shape: 'bad' }
  if (order.isLate) return { word: 'late', shape: 'late' }
  if (order.isUnrouted) {
    // A problem says that it was tried, and that it can leave from nowhere.
    const isFresh = order.problem === null && nowMs - Date.parse(order.placedAt) < routingTakesMs
    return isFresh ? { word: 'routing', shape: 'waiting' } : { word: 'unrouted', shape: 'bad' }
  }
  if (order.toShip === 0) return { word: 'shipped', shape: 'gone' }
  return order.state === 'pending'
    ? { word: 'pending', shape: 'waiting' }
    : { word: 'waiting', shape: 'waiting' }
}
