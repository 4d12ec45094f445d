import { CALL_CLASSES } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { insertChangedItems } from '../availability/availability.store.ts'
import { nowOf } from '../context.ts'
import { notify } from '../notify.ts'
import { adoptReadings, readLevels } from '../reconcile/read-back.ts'
import { reconcileConflicts } from '../reconcile/reconcile.ts'
import { LaneGuard } from '../safety/guard.ts'
import { assertLease, LeaseLost } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { backOffEntries, type LaneCandidate, ofLane, removeInStep } from './lane-entries.store.ts'
import { laneGroupOf } from './lane-group.ts'
import type { LaneState } from './lane-state.ts'
import {
  decideBulkRaise,
  decideLaneStep,
  isNoneLowered,
  type LaneStep,
  type PlannedWrite,
  readBackMax,
} from './lanes.ts'
import { settleOutcomes } from './settle.ts'
import { followWithdrawals } from './withdrawals.ts'
import { CALL_MS_MAX, callSetLevels, LEAVES_MS_MAX } from './write-call.ts'
import { farOpenAt, noteWrites, withinWriteCap } from './write-cap.ts'
import type { SentWrite } from './writes.store.ts'

export type LaneActions = {
  /**
   * Reads the orders, applies them, works out availability. `state.fenceAt` moves if all of them are known then.
   * @returns whether they are
   */
  readAndApplyOrders(): Promise<boolean>
  /** Asked after each step: whether the lane is to let go, although there may be more to write. */
  isCalledAway(): boolean
}

/** Orders read so long ago are read again before the next absolute write; where reading is slow, a few reads' time. */
const FRESH_MS = 1_000
const FRESH_READS = 4
/** The same for what the platform itself works on for minutes: a batch of decreases was written since that read. */
const BULK_FRESH_MS = 10_000
/** Orders read so short a time ago are read again only where that proves to be needed. */
const JUST_READ_MS = 50
/** A level whose units are being dealt again is looked at after this. */
const DEALT_AGAIN_MS = 100
/** So often it is asked whether writes that were stopped may go on. */
const STOPPED_MS = 500
/** What waited longer for the budget is decided anew. */
const WAITED_MS = 20
/** An increase that the budget does not allow yet is looked at again after this at the soonest. */
const BUDGET_AGAIN_MS = 50
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
  if (state.stoppedUntil !== undefined && state.stoppedUntil > nowOf(context)) return state.stoppedUntil
  state.stoppedUntil = undefined
  state.isToRead = false
  state.readingSinceMs = undefined
  let isReadAhead = readAhead !== 'no' && needsOrdersFirst(context, state)
  if (readAhead === 'unless-just-read' && isJustRead(context, state)) isReadAhead = false
  while (!context.ending.aborted) {
    const appliedBefore = state.applied
    const [found] = await Promise.all([
      findCandidates(context),
      isReadAhead ? actions.readAndApplyOrders() : undefined,
    ])
    isReadAhead = false
    const candidates = await withinWriteCap(context, await guardOf(context).admit(found.levels, found))
    let step = decideLaneStep(candidates, toWorld(context, state))
    if (step.kind === 'read-orders') {
      // What is sold meanwhile asks for another read, and so on: together they are as slow as one may be.
      state.readingSinceMs ??= context.clock.monotonic()
      await actions.readAndApplyOrders()
      step = decideLaneStep(candidates, { ...toWorld(context, state), freshFrom: new Date(0) })
    }
    if (state.applied !== appliedBefore) continue
    if (step.kind === 'idle') return undefined
    state.isToRead = step.kind === 'wait-to-read'
    if (step.kind === 'wait' || step.kind === 'wait-to-read') return step.until
    if (step.kind === 'read-orders') return farOpenAt(context, 'orders') ?? heldUntil(context)
    if (step.kind === 'write') {
      const budget = await awaitBudget(context, step.writes)
      if (budget === 'waited') continue
      if (budget instanceof Date) return budget
    }
    state.readingSinceMs = undefined
    if (!(await takeStep(context, state, actions, step))) return state.stoppedUntil ?? heldUntil(context)
    if (actions.isCalledAway()) return nowOf(context)
  }
  return undefined
}

/** `isPossible`: some may be allowed now; `run` writes them. */
export type BulkRaise = { isPossible(): boolean; run(): Promise<void> }

/**
 * Raises many in the platform's slow way, beside decreases that go on waiting for theirs. It reads no orders itself, which may be
 * scarce: it goes by a read that a decrease has just needed.
 */
export function bulkRaise(context: WorkerContext, state: LaneState, actions: LaneActions): BulkRaise {
  const { capabilities } = context.connector.manifest
  const isGuarded = capabilities.writeStyle === 'compare-and-set'
  const bulkFreshFrom = () => new Date(context.clock.now() - BULK_FRESH_MS)
  return {
    isPossible() {
      if (capabilities.tickets?.bulk === undefined) return false
      return isGuarded || (state.readAt !== undefined && state.readAt >= bulkFreshFrom())
    },
    async run() {
      const bulk = openBulk(context)
      if (bulk === undefined) return
      const { connectionId } = context.connection
      const asked = { connectionId, now: nowOf(context), limit: bulk.max, onlyRaised: true }
      const world = { ...toWorld(context, state), freshFrom: bulkFreshFrom() }
      const levels = await laneGroupOf(context).findCandidates(asked)
      if (decideBulkRaise(levels, world).length === 0) return
      const admitted = await withinWriteCap(context, await guardOf(context).admit(levels, { isAll: false }))
      const writes = decideBulkRaise(admitted, world)
      if (writes.length === 0) return
      context.sending.class = 'increase'
      await sendBatch(context, state, actions, writes)
    },
  }
}

/** Each holder of a lane has one. */
const guards = new WeakMap<WorkerContext, LaneGuard>()

function guardOf(context: WorkerContext): LaneGuard {
  const known = guards.get(context) ?? new LaneGuard(context)
  guards.set(context, known)
  return known
}

/**
 * Asks the budget before a write is recorded: what has waited is decided anew from what is wanted by then, and what is
 * recorded leaves at once. Decreases wait for it; an increase never does while it holds the lane, since a decrease may
 * come meanwhile (I7).
 * @returns for an increase that the budget does not allow: when to look again
 */
async function awaitBudget(
  context: WorkerContext,
  writes: readonly PlannedWrite[],
): Promise<'ready' | 'waited' | Date> {
  const { clock, budgets, organizationId: group, ending: signal, sending } = context
  sending.class = writes.some(({ direction }) => direction !== 'increase') ? 'decrease' : 'increase'
  const request = { cost: 1, ...CALL_CLASSES[sending.class], group, operation: 'setLevels' }
  if (sending.class === 'increase') {
    return budgets.isReady(request)
      ? 'ready'
      : new Date(clock.now() + Math.max(BUDGET_AGAIN_MS, budgets.readyInMs(request)))
  }
  const askedMs = clock.monotonic()
  await budgets.ready({ ...request, signal })
  return clock.monotonic() - askedMs >= WAITED_MS ? 'waited' : 'ready'
}

function heldUntil(context: WorkerContext): Date {
  return new Date(context.clock.now() + FENCE_HELD_MS)
}

/**
 * Two batches of what waits, decreases first; as many as go together otherwise (in the slow way, or read back for one
 * read of the orders) only where none of those is lowered: a look at thousands is not for a batch of twenty.
 */
async function findCandidates(context: WorkerContext): Promise<{ levels: LaneCandidate[]; isAll: boolean }> {
  const { connectionId } = context.connection
  const { capabilities } = context.connector.manifest
  const find = async (limit: number) => {
    const levels = await laneGroupOf(context).findCandidates({ connectionId, now: nowOf(context), limit })
    return { levels, isAll: levels.length < limit }
  }
  const few = await find(capabilities.batchMax * 2)
  const most = Math.max(openBulk(context)?.max ?? 0, readBackMaxOf(context))
  if (few.isAll || most <= few.levels.length || !isNoneLowered(few.levels)) return few
  return await find(most)
}

function readBackMaxOf({ connector, pace }: WorkerContext): number {
  return readBackMax(connector.manifest, pace.reconcileMs)
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
  const ordersFrom = farOpenAt(context, 'orders')
  const readingMs = state.readingSinceMs === undefined ? 0 : context.clock.monotonic() - state.readingSinceMs
  const readMs = Math.max(readingMs, state.orderReadMs + waitMs)
  return {
    capabilities: context.connector.manifest.capabilities,
    now: nowOf(context),
    fenceAt: state.fenceAt,
    readAt: state.readAt,
    mayRaise: context.clock.now() >= context.raiseFrom.getTime(),
    readTooSlow: readMs > context.pace.decreaseReadBudgetMs || ordersFrom !== undefined,
    ordersFrom,
    readBackMax: readBackMaxOf(context),
    freshFrom: new Date(context.clock.now() - Math.max(FRESH_MS, FRESH_READS * state.orderReadMs)),
    batchLimit: state.batchLimit,
    bulk: openBulk(context),
  }
}

/** The slow way for many, while its own budget has room. */
function openBulk({ connector, budgets, organizationId: group }: WorkerContext) {
  const bulk = connector.manifest.capabilities.tickets?.bulk
  if (bulk === undefined) return undefined
  const { operation } = bulk
  return budgets.isReady({ cost: 1, ...CALL_CLASSES.increase, group, operation }) ? bulk : undefined
}

/** @returns false when it could not be taken yet */
async function takeStep(
  context: WorkerContext,
  state: LaneState,
  actions: LaneActions,
  step: Exclude<LaneStep, { kind: 'idle' | 'wait' | 'wait-to-read' | 'read-orders' }>,
): Promise<boolean> {
  switch (step.kind) {
    case 'in-step':
      await leaveInStep(context, step.levels)
      return true
    case 'read-back':
      return await readBack(context, actions, step.levels)
    case 'write':
      return await sendBatch(context, state, actions, withoutSpoiling(step.writes, state.suspects))
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

async function leaveInStep(context: WorkerContext, levels: readonly LaneCandidate[]): Promise<void> {
  await inTransaction(context.database, async (tx) => {
    await assertLease(tx, context.organizationId, context.lease)
    await removeInStep(tx, context.organizationId, ofLane(context, levels))
  })
}

/**
 * Of a batch that was refused whole the half that is tried next, by itself: what spoils it is found in a logarithm of
 * calls, and each half that is good is written on the way.
 */
function withoutSpoiling(
  writes: readonly PlannedWrite[],
  suspects: ReadonlySet<string>,
): readonly PlannedWrite[] {
  const suspected = writes.filter(({ candidate }) => suspects.has(candidate.levelId))
  return suspected.length === 0 ? writes : suspected.slice(0, Math.ceil(suspected.length / 2))
}

/** Records the writes as sent, makes the call, records what became of each. @returns false when the lane must wait before it goes on */
async function sendBatch(
  context: WorkerContext,
  state: LaneState,
  actions: LaneActions,
  planned: readonly PlannedWrite[],
): Promise<boolean> {
  const { connection } = context
  const drawn: SentWrite[] = planned.map((write) => ({ ...write, writeId: context.uuid() }))
  const at = nowOf(context)
  const { connectionId } = connection
  const { lease, writeEffect: effect } = context
  const callsUntil = new Date(at.getTime() + CALL_MS_MAX)
  const sent = await laneGroupOf(context).record(effect, {
    connectionId,
    fencing: lease.fencing,
    at,
    callsUntil,
    writes: drawn,
  })
  if (sent.kind === 'lost') throw new LeaseLost(connectionId)
  if (sent.kind === 'stopped') {
    state.stoppedUntil = new Date(at.getTime() + STOPPED_MS)
    return false
  }
  const { writeIds } = sent
  const writes = drawn.filter(({ writeId }) => writeIds.has(writeId))
  if (writes.length < drawn.length) {
    await dealAgain(
      context,
      drawn.filter(({ writeId }) => !writeIds.has(writeId)),
    )
    if (writes.length === 0) return true
  }

  // Only what is surely sent now: a halt that holds it up must not spend what the platform takes in a day.
  await noteWrites(
    context,
    writes.map(({ candidate }) => candidate),
  )
  context.writing.leavesUntil = at.getTime() + LEAVES_MS_MAX
  const outcomes = await callSetLevels(context, state, writes).finally(() => {
    context.writing.leavesUntil = undefined
  })
  const settled = await settleOutcomes(context, writes, outcomes)
  // What was refused to be lowered sells on: it is taken off before anything else is written.
  await followWithdrawals(context)
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

/** What was dealt has changed, or does not reach any more: those levels wait until it has been dealt again. */
async function dealAgain(context: WorkerContext, writes: readonly SentWrite[]): Promise<void> {
  const { organizationId, uuid } = context
  const at = nowOf(context)
  const notBefore = new Date(at.getTime() + DEALT_AGAIN_MS)
  const candidates = writes.map(({ candidate }) => candidate)
  await inTransaction(context.database, async (tx) => {
    await assertLease(tx, organizationId, context.lease)
    const waiting = candidates.map(({ levelId, desiredVersion, attempts }) => ({
      levelId,
      desiredVersion,
      notBefore,
      attempts,
    }))
    await backOffEntries(tx, organizationId, ofLane(context, waiting))
    const itemIds = candidates.flatMap(({ itemId }) => itemId ?? [])
    await insertChangedItems(tx, organizationId, itemIds, { at, uuid })
    await notify(tx, organizationId, { kind: 'items' })
  })
}
