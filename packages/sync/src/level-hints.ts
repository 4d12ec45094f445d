import type { ExternalLevel } from '@plimsoll/connector-kit'
import type { Tx } from './context.ts'
import { nowOf } from './context.ts'
import { expectedOf } from './expected.ts'
import type { InboxRow, InboxVerdict } from './inbox.store.ts'
import { findLevelsByKey, recheckLevels } from './levels.store.ts'
import type { WorkerContext } from './worker-context.ts'

/**
 * "This level is now n" from a platform: it fires for our own writes and for every sale too, so it is
 * only a reason to look. What agrees with what is expected needs none.
 */
export async function applyLevelHints(
  context: WorkerContext,
  tx: Tx,
  rows: readonly InboxRow[],
): Promise<InboxVerdict[]> {
  if (rows.length === 0) return []
  const hints = rows.map((row) => (row.payload as { level: ExternalLevel }).level)
  const levels = await findLevelsByKey(tx, context.organizationId, context.connection.connectionId, hints)
  const byKey = new Map(levels.map((level) => [`${level.stockUnitId} ${level.externalLocationId}`, level]))
  const suspicious = hints.flatMap((hint) => {
    const level = byKey.get(`${hint.stockUnitId} ${hint.locationId}`)
    if (level === undefined || hint.quantity === undefined) return []
    return expectedOf(level) === hint.quantity || level.desired === hint.quantity ? [] : [level.levelId]
  })
  await recheckLevels(tx, context.organizationId, suspicious, nowOf(context))
  return rows.map((row) => ({
    inboxId: row.inboxId,
    state: 'applied',
    reasonCode: null,
    reason: null,
    notBefore: null,
  }))
}
