import type { Tx } from '@plimsoll/database'
import type { NewMovement, StockContext } from '@plimsoll/stock'
import { decideLeftAlone } from './left-alone.ts'
import { decideSent } from './line-units.ts'
import { type OrderInHand, placedLinesOf, rowsOf, settleOrder } from './order-in-hand.ts'
import { partsOf } from './settle-line.ts'

/**
 * Brings the lines of an order to where its shipments say they stand, where its channel has said since what was decided otherwise: a
 * pack that left short and that the channel calls shipped is whole. The caller writes the movements. Done again it changes nothing.
 */
export async function settleAnew(
  tx: Tx,
  context: StockContext,
  hand: OrderInHand,
  actor: string,
): Promise<{ movements: NewMovement[]; itemIds: string[] }> {
  const isSettled = hand.lines.every((line) => {
    const rows = rowsOf(hand, line.lineId)
    const own = placedLinesOf(hand, line.lineId)
    const parts = partsOf(rows)
    return (
      decideSent(parts, own).committed === line.committed &&
      decideLeftAlone(parts, rows, own, line.shipped).length === 0
    )
  })
  if (isSettled) return { movements: [], itemIds: [] }
  return await settleOrder(tx, context, hand, {
    base: {
      commandKey: `settle:${hand.order.orderId}:${context.uuid()}`,
      reason: null,
      actor,
      effectiveAt: context.now(),
    },
  })
}
