import { inTransaction } from '@plimsoll/database'
import { nowOf } from '../context.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { LEAVES_MS_MAX } from './write-call.ts'
import { closeUnknownWrites } from './writes.store.ts'

/** Writes whose outcome nobody knows, and that can have no effect any more: they are settled as such. */
export async function closeLateWrites(context: WorkerContext): Promise<void> {
  const { clock, database, organizationId, connection, connector, lease, writeEffect: effect } = context
  // Noted as sent before it leaves.
  const lastsMs = LEAVES_MS_MAX + connector.manifest.capabilities.latestEffectMs
  const sentBefore = new Date(clock.now() - lastsMs)
  await inTransaction(database, async (tx) => {
    await assertLease(tx, organizationId, lease)
    await closeUnknownWrites(tx, organizationId, connection.connectionId, {
      sentBefore,
      at: nowOf(context),
      effect,
    })
  })
}
