import { nowOf, type Tx } from '../context.ts'
import { matchReturn } from '../returns/follow-return.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { findDeliveryLines, lockDelivery, saveDelivery } from './deliveries.store.ts'
import { type Delivery, decideTold, toBook } from './delivery.ts'

/**
 * Keeps what a warehouse told of a delivery or a return; it is booked by the holder of the lease right after (`bookDeliveries`).
 * @returns false where it says nothing new
 */
export async function noteDelivery(context: WorkerContext, tx: Tx, told: Delivery): Promise<boolean> {
  const { organizationId, connection } = context
  const key = { connectionId: connection.connectionId, kind: told.kind, externalId: told.externalId }
  const known = await lockDelivery(tx, organizationId, key)
  const lines = known === undefined ? [] : await findDeliveryLines(tx, organizationId, key)
  const verdict = decideTold(known === undefined ? undefined : { ...known, lines }, told)
  if (verdict.kind === 'older' || !verdict.isNew) return false
  const returnId = told.kind === 'return' ? (known?.returnId ?? (await matchReturn(tx, context, told))) : null
  const isToBook =
    toBook(told.kind, verdict.lines).length > 0 ||
    (verdict.isComplete && told.inboundId !== null) ||
    // What waits and what is thrown away is nothing to book, and is told of the return.
    returnId !== null
  await saveDelivery(
    tx,
    organizationId,
    key.connectionId,
    { ...told, returnId, isComplete: verdict.isComplete, lines: verdict.lines },
    { at: nowOf(context), isToBook },
  )
  return true
}
