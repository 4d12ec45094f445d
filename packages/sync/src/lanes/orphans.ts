import { inTransaction } from '@plimsoll/database'
import { nowOf } from '../context.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { markSentUnknown } from './writes.store.ts'

/**
 * Writes recorded as sent while no call is in flight: their process died, or the database was away when
 * their outcome came. Nobody knows what became of them.
 */
export async function adoptOrphans(context: WorkerContext): Promise<void> {
  const { database, organizationId, lease, connection, log } = context
  const writes = await inTransaction(database, (tx) =>
    markSentUnknown(tx, organizationId, lease, nowOf(context)),
  )
  if (writes === 0) return
  const told = 'writes without a recorded outcome are unknown; their levels are read back'
  log.warn({ connection: connection.name, writes }, told)
}
