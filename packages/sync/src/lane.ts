import { isConnectorError, type WriteOutcome } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf } from './context.ts'
import { findLaneCandidates, type LaneCandidate, removeEntries } from './lane-entries.store.ts'
import { decideFailedCall, decideLaneStep, type LaneStep, type PlannedWrite } from './lanes.ts'
import { assertLease } from './leases.store.ts'
import { recheckLevels } from './levels.store.ts'
import { adoptReadings, readLevels } from './read-back.ts'
import { reconcileConflicts } from './reconcile.ts'
import { settleOutcomes } from './settle.ts'
import type { WorkerContext } from './worker-context.ts'
import { insertSentWrites, NO_RESULT, type SentWrite, settleWrites } from './writes.store.ts'

/** A write call that has not ended by then is ended, and its writes are unknown. */
const CALL_MS_MAX = 20_000

/** What a lane keeps between its turns; the truth is in the database. */
export type LaneState = {
  /** Up to then every order of the connection is known. */
  fenceAt: Date | undefined
  /** When the last complete read of the orders began. */
  readAt: Date | undefined
  /** Lowered when a batch is refused whole, raised again as batches succeed. */
  batchLimit: number
  /** Running mean of how long reading the orders takes. */
  orderReadMs: number
  /** Inbox rows applied so far: what was found before it moved may be out of date. */
  applied: number
}

export type LaneActions = {
  /**
   * Reads the orders, applies them, works out availability. `state.fenceAt` moves if all of them are known then.
   * @returns whether they are
   */
  readAndApplyOrders(): Promise<boolean>
}

/** Orders read so long ago are read again before the next absolute write; where reading is slow, a few reads' time. */
const FRESH_MS = 1_000
const FRESH_READS = 4
/** Orders read so short a time ago are read again only where that proves to be needed. */
const JUST_READ_MS = 50
/** An order that must be read directly holds the fence back; it is read between the turns. */
const FENCE_HELD_MS = 100

/**
 * Does the lane's waiting writes, one step after the other, until nothing can be done now.
 * @param readAhead there is, or soon will be, something to write: where that needs the orders first, they are
 *   read while it looks what it is
 * @returns when there may be more to do; undefined: only when woken
 * @throws ConnectorError when the platform cannot be spoken to; nothing is lost, all stays queued
 */
export async function runLane(
  context: WorkerContext,
  state: LaneState,
  actions: LaneActions,
  readAhead: 'no' | 'unless-just-read' | 'now',
): Promise<Date | undefined> {
  let isReadAhead = readAhead !== 'no' && needsOrdersFirst(context, state)
  if (readAhead === 'unless-just-read' && isJustRead(context, state)) isReadAhead = false
  while (!context.signal.aborted) {
    const appliedBefore = state.applied
    const [candidates] = await Promise.all([
      findCandidates(context),
      isReadAhead ? actions.readAndApplyOrders() : undefined,
    ])
    isReadAhead = false
    let step = decideLaneStep(candidates, toWorld(context, state))
    if (step.kind === 'read-orders') {
      await actions.readAndApplyOrders()
      step = decideLaneStep(candidates, { ...toWorld(context, state), freshFrom: new Date(0) })
    }
    if (state.applied !== appliedBefore) continue
    if (step.kind === 'idle') return undefined
    if (step.kind === 'wait') return step.until
    if (step.kind === 'read-orders') return heldUntil(context)
    if (!(await takeStep(context, state, actions, step))) return heldUntil(context)
  }
  return undefined
}

function heldUntil(context: WorkerContext): Date {
  return new Date(context.clock.now() + FENCE_HELD_MS)
}

function findCandidates(context: WorkerContext): Promise<LaneCandidate[]> {
  return findLaneCandidates(
    context.database.kysely,
    context.organizationId,
    context.connection.connectionId,
    { now: nowOf(context), limit: context.connector.manifest.capabilities.batchMax * 2 },
  )
}

function isJustRead(context: WorkerContext, state: LaneState): boolean {
  return state.readAt !== undefined && context.clock.now() - state.readAt.getTime() < JUST_READ_MS
}

/**
 * Any write but a zero would wait for the orders, and reading them is neither slow nor too early to prove
 * anything, nor dear: as the budget runs low it is left to what surely must be called.
 */
function needsOrdersFirst(context: WorkerContext, state: LaneState): boolean {
  const { capabilities, readTooSlow } = toWorld(context, state)
  if (capabilities.writeStyle === 'compare-and-set' || capabilities.visibilityLagMs > 0) return false
  return !readTooSlow && context.budgets.snapshot().left > 0.5
}

function toWorld(context: WorkerContext, state: LaneState) {
  const { blockedUntil } = context.budgets.snapshot()
  const waitMs = blockedUntil === undefined ? 0 : Math.max(0, blockedUntil - context.clock.now())
  return {
    capabilities: context.connector.manifest.capabilities,
    now: nowOf(context),
    fenceAt: state.fenceAt,
    readAt: state.readAt,
    mayRaise: context.clock.now() >= context.raiseFrom.getTime(),
    readTooSlow: state.orderReadMs + waitMs > context.pace.decreaseReadBudgetMs,
    freshFrom: new Date(context.clock.now() - Math.max(FRESH_MS, FRESH_READS * state.orderReadMs)),
    batchLimit: state.batchLimit,
  }
}

/** @returns false when it could not be taken yet */
async function takeStep(
  context: WorkerContext,
  state: LaneState,
  actions: LaneActions,
  step: Exclude<LaneStep, { kind: 'idle' | 'wait' | 'read-orders' }>,
): Promise<boolean> {
  switch (step.kind) {
    case 'in-step':
      await removeInStep(context, step.levels)
      return true
    case 'read-back':
      return await readBack(context, actions, step.levels)
    case 'write':
      return await sendBatch(context, state, actions, step.writes)
    default: {
      const never: never = step
      throw new Error(`unknown step ${String(never)}`)
    }
  }
}

/** @returns false when an order that is not known yet may be in what was read: nothing can be taken from it then */
async function readBack(
  context: WorkerContext,
  actions: LaneActions,
  levels: readonly LaneCandidate[],
): Promise<boolean> {
  const readings = await readLevels(context, levels)
  if (!(await actions.readAndApplyOrders())) return false
  await adoptReadings(context, readings)
  return true
}

async function removeInStep(context: WorkerContext, levels: readonly LaneCandidate[]): Promise<void> {
  await inTransaction(context.database, async (tx) => {
    await assertLease(tx, context.organizationId, context.lease)
    await removeEntries(tx, context.organizationId, context.connection.connectionId, levels)
  })
}

/** Records the writes as sent, makes the call, records what became of each. @returns false when the lane must wait before it goes on */
async function sendBatch(
  context: WorkerContext,
  state: LaneState,
  actions: LaneActions,
  planned: readonly PlannedWrite[],
): Promise<boolean> {
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
  if (settled.conflicts.length === 0) return true

  // Compare-and-set lost: somebody bought what the hub has not seen. The orders say who; only where
  // they do not (a person edited the number) is the level itself read.
  const isKnown = await actions.readAndApplyOrders()
  const stubborn = settled.conflicts.filter((write) => write.candidate.attempts > 0)
  if (stubborn.length === 0) return isKnown
  return await reconcileConflicts(
    context,
    stubborn.map((write) => write.candidate),
    actions,
  )
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
