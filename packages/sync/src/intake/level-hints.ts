import type { ExternalLevel } from '@plimsoll/connector-kit'
import type { Tx } from '../context.ts'
import { nowOf } from '../context.ts'
import { expectedOf } from '../lanes/expected.ts'
import { findLevelsByKey, type KnownLevel, recheckLevels } from '../lanes/levels.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import type { InboxRow, InboxVerdict } from './inbox.store.ts'
import { verdictOf } from './verdicts.ts'

/** A level not changed for so long is quiet. */
const QUIET_MS = 3_000

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
  const now = nowOf(context)
  const hints = rows.map((row) => reviveLevel(row.payload))
  const levels = await findLevelsByKey(tx, context.organizationId, context.connection.connectionId, hints)
  const byKey = new Map(levels.map((level) => [`${level.stockUnitId} ${level.externalLocationId}`, level]))
  const suspicious = hints.flatMap((hint) => {
    const level = byKey.get(`${hint.stockUnitId} ${hint.locationId}`)
    if (level === undefined || hint.quantity === undefined) return []
    if (expectedOf(level) === hint.quantity || level.desired === hint.quantity) return []
    return isQuietSince(level, hint.updatedAt ?? now) ? [level.levelId] : []
  })
  await recheckLevels(tx, context.organizationId, suspicious, now)
  return rows.map((row) => verdictOf(row, 'applied'))
}

/** Dates come back from `jsonb` as text; the payload is ours, written by `toInboxEvent`. */
function reviveLevel(payload: unknown): ExternalLevel {
  const { level } = payload as { level: Omit<ExternalLevel, 'updatedAt'> & { updatedAt?: string } }
  return { ...level, updatedAt: level.updatedAt === undefined ? undefined : new Date(level.updatedAt) }
}

/** A hint about a level that is being sold or written just now is out of date when it arrives; the regular look covers it. */
function isQuietSince(level: Pick<KnownLevel, 'desiredAt' | 'acknowledgedAt'>, at: Date): boolean {
  const last = Math.max(level.desiredAt?.getTime() ?? 0, level.acknowledgedAt?.getTime() ?? 0)
  return at.getTime() - last > QUIET_MS
}
