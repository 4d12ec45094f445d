import { inTransaction } from '@plimsoll/database'
import { insertOrderEvents, isOpen, type OrderInHand, takeOrderInHand } from '@plimsoll/orders'
import { insertMovements } from '@plimsoll/stock'
import { sql } from 'kysely'
import { updateAvailabilityOf } from '../availability/availability.ts'
import { nowOf, type SyncContext, type Tx, toStockContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { insertErrands, reviveErrands } from '../fulfilment/errands.store.ts'
import { resolveOrderId } from '../fulfilment/find-order.ts'
import { insertHold } from '../fulfilment/order-holds.store.ts'
import { tellScreens } from '../fulfilment/order-holds.ts'
import { stopAndAsk } from '../fulfilment/route-orders.ts'
import { closeTasks } from '../tasks.store.ts'
import {
  type CancellationReason,
  findOpenCancellations,
  insertCancellation,
  type OpenCancellation,
} from './cancellation.store.ts'
import { type AskedLine, decideAsked, isOverdue } from './cancellation.ts'

export type AskedCancellation = {
  /** Undefined: all that has not left. */
  lines: readonly AskedLine[] | undefined
  reason: CancellationReason
  note: string | null
  actor: string
}

/**
 * Has an order cancelled on its channel, or some of it. Until the channel shows it the order is held, and what it holds stays
 * promised; whoever packs it is stopped first. Asked again while it is under way it changes nothing, but where its channel took it
 * and does not carry it out: then it is told again.
 * @throws SyncProblem where it has left, where its channel does not take that, or where another cancellation is under way
 */
export async function askCancellation(
  context: SyncContext,
  order: string,
  asked: AskedCancellation,
): Promise<{ orderId: string }> {
  const orderId = await resolveOrderId(context, order)
  return await inTransaction(context.database, async (tx) => {
    const { organizationId } = context
    const hand = await takeOrderInHand(tx, organizationId, orderId)
    if (hand === undefined) throw syncProblem('unknown-order', 'order', `There is no order ${order}.`)
    const { number, state } = hand.order
    const refused = (message: string) => syncProblem('wrong-state', 'order', message)
    if (state === 'cancelled') throw refused(`Order ${number} is cancelled already.`)
    const channel = await findChannel(context, tx, hand.connectionId)
    if (channel.takes === false)
      throw refused(`${channel.name} takes no cancellations from others: cancel order ${number} there.`)
    const decided = decideAsked(hand.lines, asked.lines, channel.takes)
    const [open] = await findOpenCancellations(tx, organizationId, { orderId })
    switch (decided.kind) {
      case 'invalid':
        throw syncProblem('invalid-order', decided.field, decided.message)
      case 'nothing':
        throw refused(`All of order ${number} has left: take it back by a return.`)
      case 'has-left':
        throw refused(
          `Some of order ${number} has left, and ${channel.name} cancels whole orders only: refund the rest there.`,
        )
      case 'whole-only':
        throw syncProblem(
          'invalid-order',
          'lines',
          `${channel.name} cancels whole orders only: leave out the lines.`,
        )
      case 'asked': {
        if (open === undefined) return await begin(context, tx, { hand, asked, decided })
        const isSame =
          open.whole === decided.isWhole &&
          decided.lines.every(({ lineId, stays }) =>
            open.lines.some((each) => each.lineId === lineId && each.stays === stays),
          )
        if (!isSame)
          throw refused(
            `Another cancellation of order ${number} is under way: wait for its end, or end its hold.`,
          )
        if (isOverdue(open, nowOf(context))) await tellAgain(context, tx, open, hand.connectionId)
        return { orderId }
      }
      default: {
        const never: never = decided
        throw new Error(`unknown answer ${String(never)}`)
      }
    }
  })
}

async function tellAgain(
  context: SyncContext,
  tx: Tx,
  { cancellationId, orderId }: OpenCancellation,
  connectionId: string,
): Promise<void> {
  const { organizationId } = context
  const at = nowOf(context)
  await reviveErrands(tx, organizationId, 'cancel-order', [cancellationId], {
    at,
    ended: ['done', 'dropped'],
  })
  await closeTasks(tx, organizationId, 'not-cancelled', [orderId], at)
  await tellScreens(context, tx, connectionId)
}

async function begin(
  context: SyncContext,
  tx: Tx,
  {
    hand,
    asked,
    decided,
  }: {
    hand: OrderInHand
    asked: AskedCancellation
    decided: Extract<ReturnType<typeof decideAsked>, { kind: 'asked' }>
  },
): Promise<{ orderId: string }> {
  const { organizationId } = context
  const { connectionId } = hand
  const { orderId } = hand.order
  const at = nowOf(context)
  const { reason, note, actor } = asked
  const cancellationId = context.uuid()
  const { isWhole, lines } = decided
  const made = { cancellationId, orderId, connectionId, isWhole, reason, note, actor, lines }
  await insertCancellation(tx, organizationId, made, at)
  await insertHold(tx, organizationId, { orderId, reason: 'cancelling', note, placedBy: actor, at })
  await closeTasks(tx, organizationId, ['not-cancelled', 'cancel-asked'], [orderId], at)
  const units = lines.reduce((sum, line) => sum + line.units, 0)
  const detail = { reason, note, units }
  await insertOrderEvents(tx, context, [{ orderId, at, kind: 'cancelling', shipmentId: null, actor, detail }])
  const shipmentIds = shipmentsInTheWay(hand, lines)
  if (shipmentIds.length > 0) {
    const stopped = await stopAndAsk(context, tx, hand, shipmentIds, { reason: 'order-cancelled', actor })
    await insertMovements(tx, toStockContext(context), stopped.movements)
    await updateAvailabilityOf(context, tx, { itemIds: stopped.itemIds, at, cause: 'world' })
  }
  await insertErrands(tx, context, [{ connectionId, kind: 'cancel-order', subjectId: cancellationId }], at)
  await tellScreens(context, tx, connectionId)
  return { orderId }
}

/** Open shipments that hold units which are to be cancelled; one that holds others as well is planned anew for those. */
function shipmentsInTheWay(
  { lines, shipments, shipmentLines }: OrderInHand,
  cancelled: readonly { lineId: string; stays: number }[],
): string[] {
  const concerned = new Set(
    cancelled.flatMap(({ lineId, stays }) => {
      const line = lines.find((each) => each.lineId === lineId)
      return line !== undefined && line.committed > stays - line.shipped ? [lineId] : []
    }),
  )
  return shipments
    .filter(({ state, cancelReason }) => isOpen(state) && cancelReason === null)
    .filter(({ shipmentId }) =>
      shipmentLines.some((line) => line.shipmentId === shipmentId && concerned.has(line.lineId)),
    )
    .map(({ shipmentId }) => shipmentId)
}

/** Its name, and what of an order it lets others cancel. */
export async function findChannel(context: SyncContext, tx: Tx, connectionId: string) {
  const found = await sql<{ name: string; connector: string }>`
    select name, connector from connection
    where organization_id = ${context.organizationId} and connection_id = ${connectionId}`.execute(tx)
  const [row] = found.rows
  if (row === undefined) throw new Error('an order has a connection')
  const takes = context.connectors.get(row.connector)?.manifest.capabilities.cancel ?? false
  return { name: row.name, takes }
}
