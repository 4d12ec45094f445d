import { decideFollowed, lockReturn, saveReturn } from '@plimsoll/orders'
import { nowOf, type Tx } from '../context.ts'
import { notify } from '../notify.ts'
import { openTask } from '../tasks.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { readFound } from './follow-return.store.ts'

/**
 * Brings a return to what its warehouse says came of it, as far as that is in the ledger; more than was announced is shown to a
 * person. In the caller's transaction; done again it changes nothing.
 */
export async function followReturn(context: WorkerContext, tx: Tx, returnId: string): Promise<void> {
  const { organizationId, connection, uuid } = context
  const returned = await lockReturn(tx, organizationId, returnId)
  if (returned === undefined) return
  const { found, isSettled } = await readFound(tx, organizationId, returnId)
  const at = nowOf(context)
  const { next, over } = decideFollowed(returned, found, { isSettled, at: at.toISOString() })
  await saveReturn(tx, organizationId, next)
  for (const { sku, units } of over) {
    const facts = { return: returned.number, warehouse: connection.name, units, sku }
    await openTask(
      tx,
      organizationId,
      {
        kind: 'receipt-differs',
        subject: `return-over:${returnId}:${sku}`,
        connectionId: connection.connectionId,
        sku,
        units,
        detail: `${connection.name} took in ${units} units of "${sku}" more than the return ${returned.number} announced. Ask your customer, or the warehouse, whose they are.`,
        told: { code: 'return-over', facts },
      },
      { at, uuid },
    )
  }
  await notify(tx, organizationId, { kind: 'screen', topics: ['overview', 'tasks'], itemIds: [] })
}
