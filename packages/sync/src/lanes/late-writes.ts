import { inTransaction } from '@plimsoll/database'
import { nowOf } from '../context.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { LEAVES_MS_MAX } from './write-call.ts'
import { closeUnknownWrites } from './writes.store.ts'

/** Writes whose outcome nobody knows, and that can have no effect any more: they are settled as such. */
export async function closeLateWrites(context: WorkerContext): Promise<void> {
  const { clock, database, organizationId, connection, connector, writeEffect: effect } = context
  const { latestEffectMs } = connector.manifest.capabilities
  const sentBefore = new Date(clock.now() - LEAVES_MS_MAX - latestEffectMs)
  await inTransaction(database, (tx) =>
    closeUnknownWrites(tx, organizationId, connection.connectionId, {
      sentBefore,
      at: nowOf(context),
      effect,
    }),
  )
}
