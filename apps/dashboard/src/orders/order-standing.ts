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

export type OrderWord = 'cancelled' | 'held' | 'late' | 'unrouted' | 'shipped' | 'waiting' | 'pending'

/** The one word that says most about where an order is: what needs a person first. */
export function wordOf(
  order: Pick<OrderRow, 'state' | 'holds' | 'isLate' | 'isUnrouted' | 'toShip' | 'shipments'>,
): { word: OrderWord; shape: Shape } {
  if (order.state === 'cancelled') return { word: 'cancelled', shape: 'none' }
  const isHeld = order.holds.length > 0 || order.shipments.some(({ state }) => state === 'held')
  if (isHeld) return { word: 'held', shape: 'bad' }
  if (order.isLate) return { word: 'late', shape: 'late' }
  if (order.isUnrouted) return { word: 'unrouted', shape: 'bad' }
  if (order.toShip === 0) return { word: 'shipped', shape: 'gone' }
  return order.state === 'pending'
    ? { word: 'pending', shape: 'waiting' }
    : { word: 'waiting', shape: 'waiting' }
}
