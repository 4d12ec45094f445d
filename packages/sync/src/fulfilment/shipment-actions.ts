import { inTransaction } from '@plimsoll/database'
import { findShipment, insertOrderEvents, isOpen, type ShipmentRow, takeOrderInHand } from '@plimsoll/orders'
import { insertMovements, refuse } from '@plimsoll/stock'
import { updateAvailabilityOf } from '../availability/availability.ts'
import { nowOf, type SyncContext, type Tx, toStockContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { notify } from '../notify.ts'
import { resolveOrderId } from './find-order.ts'
import { CHANNEL_HOLD, insertHold } from './order-holds.store.ts'
import { tellScreens } from './order-holds.ts'
import { type Routed, routeOrder, stopAndAsk } from './route-orders.ts'
import { findRoutability } from './shipment-actions.store.ts'

/** What becomes of the units of a shipment that a person stops. */
export const AFTER_CANCEL = ['hold', 'send-again', 'send-from-elsewhere'] as const
export type AfterCancel = (typeof AFTER_CANCEL)[number]

export type CancelOutcome =
  | { kind: 'changed'; refusal: ReturnType<typeof refuse> }
  | { kind: 'cancelled'; shipmentId: string; orderId: string }

/**
 * Stops a shipment. One that nobody outside has heard of, or that is our own, ends at once; of any other its warehouse is
 * asked, and what it holds stays promised until the answer. Then `hold` leaves the order for a person, `send-again` routes it
 * by the rules, `send-from-elsewhere` by the rules without this location. Done again it changes nothing.
 * @param version the one that the person has seen; undefined: whatever it is
 * @throws SyncProblem
 */
export async function cancelShipment(
  context: SyncContext,
  shipmentId: string,
  cancel: { afterwards: AfterCancel; note: string | null; version: number | undefined; actor: string },
): Promise<CancelOutcome> {
  const { organizationId } = context
  const outcome = await inTransaction(context.database, async (tx): Promise<CancelOutcome> => {
    const { hand, shipment } = await takeShipment(context, tx, shipmentId)
    const { orderId } = shipment
    const done = { kind: 'cancelled', shipmentId, orderId } as const
    if (shipment.cancelReason === cancel.afterwards) return done
    if (cancel.version !== undefined && cancel.version !== shipment.version)
      return { kind: 'changed', refusal: refuseVersion(shipment, cancel.version) }
    if (!isOpen(shipment.state))
      throw syncProblem('shipment-ended', 'shipment', `Shipment ${shipment.number} is ${shipment.state}.`)
    if (shipment.cancelReason !== null)
      throw syncProblem(
        'shipment-ended',
        'shipment',
        `Shipment ${shipment.number} is being cancelled already.`,
      )
    const at = nowOf(context)
    const { actor, note } = cancel
    const stopped = await stopAndAsk(context, tx, hand, [shipmentId], { reason: cancel.afterwards, actor })
    if (cancel.afterwards === 'hold') {
      await insertHold(tx, organizationId, { orderId, reason: 'manual', note, placedBy: actor, at })
      const detail = { reason: 'manual', note, shipment: shipment.number }
      await insertOrderEvents(tx, context, [{ orderId, at, kind: 'held', shipmentId, actor, detail }])
    }
    await insertMovements(tx, toStockContext(context), stopped.movements)
    await updateAvailabilityOf(context, tx, { itemIds: stopped.itemIds, at, cause: 'world' })
    await tellScreens(context, tx, shipment.connectionId)
    return done
  })
  // In a transaction of its own: where the warehouse has yet to answer there is nothing to route, and it is done later.
  if (outcome.kind === 'cancelled' && cancel.afterwards !== 'hold')
    await routeIfSent(context, outcome.orderId)
  return outcome
}

/** Locks the order of a shipment with all that depends on it. @throws SyncProblem where there is none */
export async function takeShipment(context: SyncContext, tx: Tx, shipmentId: string) {
  const { organizationId } = context
  const known = await findShipment(tx, organizationId, shipmentId)
  const hand = known === undefined ? undefined : await takeOrderInHand(tx, organizationId, known.orderId)
  const shipment = hand?.shipments.find((each) => each.shipmentId === shipmentId)
  if (hand === undefined || shipment === undefined)
    throw syncProblem('unknown-shipment', 'shipment', `There is no shipment ${shipmentId}.`)
  return { hand, shipment }
}

export function refuseVersion({ number, version }: ShipmentRow, given: number) {
  return refuse('version-changed', 'If-Match', `Shipment ${number} is at version ${version}, not ${given}.`)
}

/**
 * Routes an order now in place of when its turn comes.
 * @throws SyncProblem where the hub does not send this channel's orders, where it is held, or not open
 */
export async function routeNow(
  context: SyncContext,
  order: string,
): Promise<{ orderId: string; outcome: Routed }> {
  const orderId = await resolveOrderId(context, order)
  const found = await findRoutability(context.database.kysely, context.organizationId, orderId)
  if (found === undefined) throw syncProblem('unknown-order', 'order', `There is no order ${order}.`)
  const { number, channel, state, isSent, holds } = found
  const refused = (message: string) => syncProblem('wrong-state', 'order', message)
  if (!isSent)
    throw refused(
      `The hub does not send order ${number}: switch it on for ${channel}, from before it was placed.`,
    )
  if (state !== 'open') throw refused(`Order ${number} is ${state}: only open orders are routed.`)
  if (holds.length > 0) {
    const named = holds.map((reason) => (reason === CHANNEL_HOLD ? `by ${channel}` : reason))
    throw refused(`Order ${number} is held (${named.join(', ')}): end the holds first.`)
  }
  const outcome = await routeOrder(context, orderId)
  await inTransaction(context.database, (tx) => tellScreens(context, tx, found.connectionId))
  return { orderId, outcome }
}

async function routeIfSent(context: SyncContext, orderId: string): Promise<void> {
  const found = await findRoutability(context.database.kysely, context.organizationId, orderId)
  if (found === undefined || !found.isSent || found.state !== 'open' || found.holds.length > 0) return
  await routeOrder(context, orderId)
  const { organizationId } = context
  await notify(context.database.kysely, organizationId, { kind: 'lane', connectionIds: [found.connectionId] })
}
