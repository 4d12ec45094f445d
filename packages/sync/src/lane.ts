import { isConnectorError, type WriteOutcome } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf } from './context.ts'
import { findLaneCandidates, type LaneCandidate, removeEntries } from './lane-entries.store.ts'
import { decideFailedCall, decideLaneStep, type LaneStep, type PlannedWrite } from './lanes.ts'
import { assertLease } from './leases.store.ts'
import { recheckLevels } from './levels.store.ts'
import { adoptReadings, readLevels } from './read-back.ts'
import { settleOutcomes } from './settle.ts'
import type { WorkerContext } from './worker-context.ts'
import { insertSentWrites, type SentWrite, settleWrites } from './writes.store.ts'

/** A write call that has not ended by then is ended, and its writes are unknown. */
const CALL_MS_MAX = 20_000

/** What a lane keeps between its turns; the truth is in the database. */
export type LaneState = {
  /** Up to then every order of the connection is known. */
  fenceAt: Date | undefined
  /** Lowered when a batch is refused whole, raised again as batches succeed. */
  batchLimit: number
  /** Running mean of how long reading the orders takes. */
  orderReadMs: number
}

export type LaneActions = {
  /** Reads the orders, applies them, works out availability; afterwards `state.fenceAt` has moved. */
  readAndApplyOrders(): Promise<void>
}

/**
 * Does the lane's waiting writes, one step after the other, until nothing can be done now.
 * @throws ConnectorError when the platform cannot be spoken to; nothing is lost, all stays queued
 */
export async function runLane(
  context: WorkerContext,
  state: LaneState,
  actions: LaneActions,
): Promise<number> {
  let writes = 0
  while (!context.signal.aborted) {
    const candidates = await findLaneCandidates(
      context.database.kysely,
      context.organizationId,
      context.connection.connectionId,
      { now: nowOf(context), limit: context.connector.manifest.capabilities.batchMax * 2 },
    )
    const step = decideLaneStep(candidates, toWorld(context, state))
    if (step.kind === 'idle') return writes
    if (step.kind === 'write') writes += step.writes.length
    await takeStep(context, state, actions, step)
  }
  return writes
}

function toWorld(context: WorkerContext, state: LaneState) {
  const { blockedUntil } = context.budgets.snapshot()
  const waitMs = blockedUntil === undefined ? 0 : Math.max(0, blockedUntil - context.clock.now())
  return {
    capabilities: context.connector.manifest.capabilities,
    fenceAt: state.fenceAt,
    mayRaise: context.clock.now() >= context.raiseFrom.getTime(),
    readTooSlow: state.orderReadMs + waitMs > context.pace.decreaseReadBudgetMs,
    batchLimit: state.batchLimit,
  }
}

async function takeStep(
  context: WorkerContext,
  state: LaneState,
  actions: LaneActions,
  step: Exclude<LaneStep, { kind: 'idle' }>,
): Promise<void> {
  switch (step.kind) {
    case 'in-step':
      return await removeInStep(context, step.levels)
    case 'read-orders':
      return await actions.readAndApplyOrders()
    case 'read-back': {
      const readings = await readLevels(context, step.levels)
      await actions.readAndApplyOrders()
      return await adoptReadings(context, readings)
    }
    case 'write':
      return await sendBatch(context, state, actions, step.writes)
    default: {
      const never: never = step
      throw new Error(`unknown step ${String(never)}`)
    }
  }
}

async function removeInStep(context: WorkerContext, levels: readonly LaneCandidate[]): Promise<void> {
  await inTransaction(context.database, async (tx) => {
    await assertLease(tx, context.organizationId, context.lease)
    await removeEntries(tx, context.organizationId, context.connection.connectionId, levels)
  })
}

/** Records the writes as sent, makes the call, records what became of each. */
async function sendBatch(
  context: WorkerContext,
  state: LaneState,
  actions: LaneActions,
  planned: readonly PlannedWrite[],
): Promise<void> {
  const { organizationId, connection } = context
  const writes: SentWrite[] = planned.map((write) => ({ ...write, writeId: context.uuid() }))
  const at = nowOf(context)
  const callsUntil = new Date(at.getTime() + CALL_MS_MAX)
  await insertSentWrites(
    context.database.kysely,
    { organizationId, connectionId: connection.connectionId, fencing: context.lease.fencing, at, callsUntil },
    writes,
  )

  const outcomes = await callSetLevels(context, state, writes)
  const settled = await settleOutcomes(context, writes, outcomes)
  if (settled.conflicts.length === 0) return

  // Compare-and-set lost: somebody bought what the hub has not seen. The orders say who; only where
  // they do not (a person edited the number) is the level itself read.
  await actions.readAndApplyOrders()
  const stubborn = settled.conflicts.filter((write) => write.candidate.attempts > 0)
  if (stubborn.length === 0) return
  const readings = await readLevels(
    context,
    stubborn.map((write) => write.candidate),
  )
  await actions.readAndApplyOrders()
  await adoptReadings(context, readings)
}

async function callSetLevels(
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
    const outcomes = await context.operations.setLevels(
      writes.map((write) => ({
        writeId: write.writeId,
        stockUnitId: write.candidate.stockUnitId,
        locationId: write.candidate.externalLocationId,
        quantity: write.quantity,
        expected: write.expected,
      })),
      { signal: AbortSignal.any([context.signal, ended.signal]) },
    )
    state.batchLimit = Math.min(state.batchLimit * 2, context.connector.manifest.capabilities.batchMax)
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
        state.batchLimit = Math.max(1, Math.ceil(writes.length / 2))
        return writes.map(({ writeId }) => ({ writeId, kind: 'untouched' }))
      case 'refused':
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
        writeId,
        state: 'unknown' as const,
        echoed: null,
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
