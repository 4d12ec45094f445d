import { type OrderInHand, TakenMeanwhile, takeOrderInHand } from '@plimsoll/orders'
import { insertMovements, RefusedAfterwards } from '@plimsoll/stock'
import { type SyncContext, type Tx, toStockContext } from '../context.ts'
import { type SyncProblem, syncProblem } from '../errors.ts'
import { assertCovered, type RoutedInHand, routeInHand } from '../fulfilment/route-in-hand.ts'

/**
 * Routes an order made by hand in the transaction that makes or changes it, so that nothing of it is taken that could not be sent
 * and was not said to wait.
 * @throws SyncProblem, where all is undone
 */
export async function routeHandOrder(
  context: SyncContext,
  tx: Tx,
  hand: OrderInHand,
  said: { backorder: boolean; hasRecipient: boolean },
): Promise<RoutedInHand> {
  const { organizationId } = context
  const made = await routeInHand(context, tx, hand)
  await insertMovements(tx, toStockContext(context), made.movements)
  await assertCovered(tx, organizationId, made.planned)
  if (!said.backorder && made.waiting.length > 0) throw beyondFree(hand, made)
  const toOthers = hand.shipments.find(
    ({ warehouseId, state }) => warehouseId !== null && state === 'planned',
  )
  if (toOthers !== undefined && !said.hasRecipient)
    throw syncProblem(
      'recipient-needed',
      'recipient',
      'Some of it would be sent by a warehouse of others, which must know to whom.',
    )
  return made
}

function beyondFree({ lines }: OrderInHand, { waiting }: RoutedInHand): SyncProblem {
  const short = waiting.map(({ lineId, units, because }) => {
    const line = lines.find((each) => each.lineId === lineId)
    const sku = line?.sku ?? 'an item'
    const [why, ordered] = [WHY[because], (line?.current ?? 0) * (line?.unitsPerListing ?? 1)]
    return `${sku}: ${units} of ${ordered} ${why}`
  })
  return syncProblem('beyond-free', 'lines', `${short.join('; ')}.`)
}

const WHY = {
  'no-stock': 'are not free',
  'excluded-by-rules': 'may not be sent by the routing rules',
  'pinned-place': 'are not free at that location',
  'parcels-limit': 'would need more parcels than the rules allow',
  'whole-order': 'stay because orders are sent whole',
  'no-whole-unit': 'make no whole unit',
} as const

/** Takes an order of ours in hand, whose items the caller has locked. */
export async function takeHandOrder(context: SyncContext, tx: Tx, orderId: string): Promise<OrderInHand> {
  const hand = await takeOrderInHand(tx, context.organizationId, orderId)
  if (hand === undefined) throw syncProblem('unknown-order', 'order', `There is no order ${orderId}.`)
  return hand
}

const TRIES = 4

/** Somebody else may take the last units while an order is routed: then it is seen anew what is free. */
export async function triedAgain<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work()
    } catch (error) {
      if (error instanceof RefusedAfterwards) throw syncProblem('beyond-free', 'lines', error.message)
      if (!(error instanceof TakenMeanwhile)) throw error
      if (tried === TRIES)
        throw syncProblem('beyond-free', 'lines', 'Others are taking the last units of it just now.')
    }
  }
}
