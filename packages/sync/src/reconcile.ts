import { inTransaction } from '@plimsoll/database'
import { nowOf } from './context.ts'
import { insertDrifts } from './drifts.store.ts'
import { queueWhatDiffers } from './lane-entries.store.ts'
import { assertLease } from './leases.store.ts'
import { lockLevels } from './level-locks.store.ts'
import { findLevelsById, findLevelsToObserve, recheckLevels } from './levels.store.ts'
import { notify } from './notify.ts'
import { type Reading, readLevels, writeReadings } from './read-back.ts'
import { decideReading, type Suspicion } from './reconciliation.ts'
import type { WorkerContext } from './worker-context.ts'

/** Between the first look at a difference and the second, beside the time for which orders may not show: an order behind it, or our own write, may still arrive. */
const SECOND_LOOK_MS = 1_000

/** What the first look saw, per level; kept by the worker, lost with it at no harm. */
export type Suspicions = Map<string, Suspicion>

/**
 * Reads levels back, the suspicious first, and heals what differs for no reason that the hub knows.
 * The lane is idle meanwhile, so no write of ours is in flight.
 * @returns how many levels were read
 */
export async function reconcile(
  context: WorkerContext,
  suspicions: Suspicions,
  options: { suspiciousOnly: boolean },
  actions: { readAndApplyOrders(): Promise<boolean> },
): Promise<number> {
  const { organizationId, connection } = context
  const chosen = await findLevelsToObserve(context.database.kysely, organizationId, connection.connectionId, {
    now: nowOf(context),
    suspiciousOnly: options.suspiciousOnly,
    limit: context.connector.manifest.capabilities.batchMax,
  })
  if (chosen.length === 0) return 0
  const readings = await readLevels(context, chosen)
  // An order not known yet may explain a difference: look again once it is.
  const isKnown = await actions.readAndApplyOrders()
  await judge(context, suspicions, readings, isKnown)
  return readings.length
}

async function judge(
  context: WorkerContext,
  suspicions: Suspicions,
  readings: readonly Reading[],
  isKnown: boolean,
): Promise<void> {
  const { organizationId, connection } = context
  const at = nowOf(context)
  await inTransaction(context.database, async (tx) => {
    await assertLease(tx, organizationId, context.lease)
    await lockLevels(
      tx,
      organizationId,
      readings.map((reading) => reading.levelId),
    )
    const levels = await findLevelsById(
      tx,
      organizationId,
      connection.connectionId,
      readings.map((reading) => reading.levelId),
    )
    const byId = new Map(levels.map((level) => [level.levelId, level]))
    const judged = readings.flatMap((reading) => {
      const level = byId.get(reading.levelId)
      if (level === undefined) return []
      return [
        {
          reading,
          level,
          verdict: decideReading(
            { ...level, isBusy: level.isBusy || !isKnown },
            reading,
            suspicions.get(level.levelId),
          ),
        },
      ]
    })

    const settled = judged.filter(({ verdict }) => verdict.kind !== 'look-again')
    const drifted = judged.flatMap(({ reading, level, verdict }) =>
      verdict.kind === 'drift' && reading.kind === 'quantity'
        ? [{ levelId: level.levelId, observed: reading.quantity, expected: verdict.expected }]
        : [],
    )
    const adopted = new Set(
      judged
        .filter(({ verdict }) => verdict.kind === 'drift' || verdict.kind === 'first-look')
        .map(({ level }) => level.levelId),
    )
    await writeReadings(
      context,
      tx,
      settled.map(({ reading }) => reading),
      (levelId) => adopted.has(levelId),
    )
    await insertDrifts(
      tx,
      organizationId,
      drifted.map((drift) => ({ ...drift, driftId: context.uuid(), cause: 'edited-on-platform' })),
      { connectionId: connection.connectionId, at },
    )
    // The connection's rule for edits made on the platform: the hub wins, and writes what it desires.
    await queueWhatDiffers(tx, organizationId, connection.connectionId, {
      levelIds: settled.map(({ level }) => level.levelId),
      at,
    })

    suspicionsAfter(suspicions, judged)
    const again = judged.filter(({ verdict }) => verdict.kind === 'look-again')
    await recheckLevels(
      tx,
      organizationId,
      again.map(({ level }) => level.levelId),
      new Date(at.getTime() + SECOND_LOOK_MS + context.connector.manifest.capabilities.visibilityLagMs),
    )
    if (drifted.length > 0) {
      await notify(tx, organizationId, {
        kind: 'screen',
        topics: ['items', 'overview', 'activity'],
        itemIds: [],
      })
    }
  })
}

function suspicionsAfter(
  suspicions: Suspicions,
  judged: readonly { level: { levelId: string }; verdict: ReturnType<typeof decideReading> }[],
): void {
  for (const { level, verdict } of judged) {
    if (verdict.kind === 'look-again' && verdict.suspicion !== undefined) {
      suspicions.set(level.levelId, verdict.suspicion)
    } else {
      suspicions.delete(level.levelId)
    }
  }
}
