import { isConnectorError, KEPT_BACK, Unavailable, type WriteOutcome } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf } from '../context.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import type { LaneState } from './lane-state.ts'
import { decideFailedCall } from './lanes.ts'
import { recheckLevels } from './levels.store.ts'
import { settleOutcomes } from './settle.ts'
import { NO_RESULT, type SentWrite, settleWrites } from './writes.store.ts'

/** A write call that has not ended by then is ended, and its writes are unknown. */
export const CALL_MS_MAX = 20_000
/**
 * A request of it that has not left by then never leaves: it could act after another process has taken over and
 * raised. A process that was frozen between recording a write and sending it wakes up to this.
 */
export const LEAVES_MS_MAX = 10_000

/** Makes the one call that writes, and says what became of each row; what the call as a whole means is decided here. */
export async function callSetLevels(
  context: WorkerContext,
  state: LaneState,
  writes: readonly SentWrite[],
): Promise<WriteOutcome[]> {
  const ended = new AbortController()
  const answered = new AbortController()
  context.clock.sleep(CALL_MS_MAX, answered.signal).then(
    () => ended.abort(new Error(`The platform took longer than ${CALL_MS_MAX} ms.`)),
    () => undefined, // answered in time
  )
  try {
    const { leavesUntil } = context.writing
    if (leavesUntil !== undefined && context.clock.now() > leavesUntil) {
      throw new Unavailable('The write was recorded too long ago to be sent.', false, { code: KEPT_BACK })
    }
    const outcomes = await context.operations.setLevels(
      writes.map((write) => ({
        writeId: write.writeId,
        stockUnitId: write.candidate.stockUnitId,
        locationId: write.candidate.externalLocationId,
        quantity: write.quantity,
        expected: write.expected,
      })),
      { urgency: context.sending.class, signal: AbortSignal.any([context.signal, ended.signal]) },
    )
    state.suspects = without(state.suspects, writes)
    return outcomes
  } catch (error) {
    if (!isConnectorError(error)) {
      // A bug of ours in the middle of a call: what was sent is unknown, and the error is told.
      await markUnknown(context, writes, error instanceof Error ? error.message : String(error))
      throw error
    }
    const failed = decideFailedCall(error, writes.length)
    switch (failed.kind) {
      case 'unknown':
        await markUnknown(context, writes, error.message)
        throw error
      case 'split':
        state.suspects = new Set(writes.map(({ candidate }) => candidate.levelId))
        return writes.map(({ writeId }) => ({ writeId, kind: 'untouched' }))
      case 'refused':
        state.suspects = without(state.suspects, writes)
        return writes.map(({ writeId }) => ({ writeId, kind: 'refused', error }))
      case 'again':
        await settleOutcomes(
          context,
          writes,
          writes.map(({ writeId }) => ({ writeId, kind: 'untouched' })),
        )
        throw error
      default: {
        const never: never = failed
        throw new Error(`unknown failure ${String(never)}`)
      }
    }
  } finally {
    answered.abort()
  }
}

function without(suspects: ReadonlySet<string>, writes: readonly SentWrite[]): ReadonlySet<string> {
  if (suspects.size === 0) return suspects
  const cleared = new Set(writes.map(({ candidate }) => candidate.levelId))
  return new Set([...suspects].filter((levelId) => !cleared.has(levelId)))
}

async function markUnknown(
  context: WorkerContext,
  writes: readonly SentWrite[],
  message: string,
): Promise<void> {
  const at = nowOf(context)
  await inTransaction(context.database, async (tx) => {
    await assertLease(tx, context.organizationId, context.lease)
    await settleWrites(
      tx,
      context.organizationId,
      writes.map(({ writeId }) => ({
        ...NO_RESULT,
        writeId,
        state: 'unknown' as const,
        errorCode: 'unknown',
        error: message,
        final: false,
      })),
      at,
    )
    await recheckLevels(
      tx,
      context.organizationId,
      writes.map((write) => write.candidate.levelId),
      at,
    )
  })
}
