import { inTransaction } from '@plimsoll/database'
import { nowOf, type Tx } from '../context.ts'
import { callsForOneOrderRead } from '../intake/polling.ts'
import { expectedOf } from '../lanes/expected.ts'
import { queueWhatDiffers } from '../lanes/lane-entries.store.ts'
import { lockLevels } from '../lanes/level-locks.store.ts'
import { findLevelsById, findLevelsToObserve, type KnownLevel, recheckLevels } from '../lanes/levels.store.ts'
import { isFarFromOpen } from '../lanes/write-cap.ts'
import { notify } from '../notify.ts'
import { openTask } from '../tasks.store.ts'
import type { ToldTask } from '../told-task.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { adoptEdited, findGivenBack, holdLevels, insertDrifts, type NewDrift } from './drifts.store.ts'
import { type Edit, MovedOn, takeEdit, toDrift } from './edits.ts'
import { type LevelToRead, type Reading, readLevels, writeReadings } from './read-back.ts'
import {
  decideCause,
  decideHealing,
  decideReading,
  type ReadingVerdict,
  type Suspicion,
} from './reconciliation.ts'

/** Between the first look at a difference and the second, beside the time for which orders may not show: an order behind it, or our own write, may still arrive. */
const SECOND_LOOK_MS = 1_000
/** Cancels and returns older than this explain no difference found now. */
const GIVEN_BACK_MS = 24 * 3_600_000

/** What the first look saw, per level; kept by the worker, lost with it at no harm. */
export type Suspicions = Map<string, Suspicion>

/** One reading, what the level was known to be, and what follows. */
export type Judged = { level: KnownLevel; reading: Reading; verdict: ReadingVerdict }

type Actions = { readAndApplyOrders(): Promise<boolean> }

/**
 * Reads levels back, the suspicious first, and heals what differs for no reason that the hub knows.
 * The lane is idle meanwhile, so no write of ours is in flight.
 * @param options.isDue whether more than the suspicious are looked at: every `everyMs`
 * @returns how many levels were read
 */
export async function reconcile(
  context: WorkerContext,
  suspicions: Suspicions,
  options: { isDue: boolean; everyMs: number },
  actions: Actions,
): Promise<number> {
  // Without the orders no reading says anything: where they cannot be read now, none is spent on it.
  if (isFarFromOpen(context, 'orders')) return 0
  const { organizationId, connection } = context
  const { budgets, capabilities } = context.connector.manifest
  const chosen = await findLevelsToObserve(context.database.kysely, organizationId, connection.connectionId, {
    now: nowOf(context),
    suspiciousOnly: !options.isDue,
    limit: capabilities.batchMax * callsForOneOrderRead(budgets, options.everyMs),
  })
  return (await reconcileLevels(context, suspicions, chosen, actions)).length
}

/** The same for given levels: read now, judged, and healed under the connection's rule. */
export async function reconcileLevels(
  context: WorkerContext,
  suspicions: Suspicions,
  chosen: readonly KnownLevel[],
  actions: Actions,
): Promise<Judged[]> {
  if (chosen.length === 0) return []
  const readings = await readLevels(context, chosen)
  // An order not known yet may explain a difference: look again once it is.
  const isKnown = await actions.readAndApplyOrders()
  const before = new Map(chosen.map((level) => [level.levelId, expectedOf(level)]))
  const { judged, edits } = await judge(context, suspicions, readings, { isKnown, before })
  for (const edit of edits) await healEdit(context, edit)
  return judged
}

/**
 * Levels whose writes lost to another number twice, though every order is known: somebody edited them. Read, and healed
 * under the connection's rule.
 * @returns false when an order that is not known yet may be in what was read: nothing can be taken from it then
 */
export async function reconcileConflicts(
  context: WorkerContext,
  levels: readonly LevelToRead[],
  actions: Actions,
): Promise<boolean> {
  const readings = await readLevels(context, levels)
  if (!(await actions.readAndApplyOrders())) return false
  const seen = { isKnown: true, before: new Map(), isConfirmed: true }
  const { edits } = await judge(context, new Map(), readings, seen)
  for (const edit of edits) await healEdit(context, edit)
  return true
}

type Seen = {
  isKnown: boolean
  before: ReadonlyMap<string, number | undefined>
  /** The platform has said it before: a first look is enough, though the level waits to be written. */
  isConfirmed?: boolean
}

async function judge(
  context: WorkerContext,
  suspicions: Suspicions,
  readings: readonly Reading[],
  { isKnown, before, isConfirmed = false }: Seen,
): Promise<{ judged: Judged[]; edits: Edit[] }> {
  const { organizationId } = context
  const { connectionId } = context.connection
  const at = nowOf(context)
  const levelIds = readings.map((reading) => reading.levelId)
  return await inTransaction(context.database, async (tx) => {
    await assertLease(tx, organizationId, context.lease)
    await lockLevels(tx, organizationId, levelIds)
    const levels = await findLevelsById(tx, organizationId, connectionId, levelIds)
    const byId = new Map(levels.map((level) => [level.levelId, level]))
    const judged = readings.flatMap((reading) => {
      const level = byId.get(reading.levelId)
      if (level === undefined) return []
      const known = { ...level, isBusy: (level.isBusy && !isConfirmed) || !isKnown }
      const earlier = isConfirmed ? toSuspicion(level, reading) : suspicions.get(level.levelId)
      return [{ reading, level, verdict: decideReading(known, reading, earlier, before.get(level.levelId)) }]
    })
    const { drifts, edits } = await decideDrifts(context, tx, judged)
    // An edit that is taken over is adopted by the transaction that takes it.
    const apart = new Set(edits.map(({ levelId }) => levelId))
    const settled = judged.filter((each) => isSettled(each) && !apart.has(each.level.levelId))
    const adopted = new Set(
      settled
        .filter(({ verdict }) => verdict.kind === 'drift' || verdict.kind === 'first-look')
        .map(({ level }) => level.levelId),
    )
    await writeReadings(
      context,
      tx,
      settled.map(({ reading }) => reading),
      (levelId) => adopted.has(levelId),
    )
    await insertDrifts(tx, organizationId, drifts, { connectionId, at })
    await ask(context, tx, drifts)
    await queueWhatDiffers(tx, organizationId, [connectionId], {
      levelIds: settled.map(({ level }) => level.levelId),
      at,
    })

    suspicionsAfter(suspicions, judged)
    const again = judged.filter((each) => !isSettled(each))
    await recheckLevels(
      tx,
      organizationId,
      again.map(({ level }) => level.levelId),
      new Date(at.getTime() + SECOND_LOOK_MS + context.connector.manifest.capabilities.visibilityLagMs),
    )
    if (drifts.length > 0) await tellScreens(context, tx)
    return { judged, edits }
  })
}

function toSuspicion(level: KnownLevel, reading: Reading): Suspicion | undefined {
  const expected = expectedOf(level)
  if (reading.kind !== 'quantity' || expected === undefined) return undefined
  return { observed: reading.quantity, expected }
}

function isSettled({ verdict }: Judged): boolean {
  return verdict.kind !== 'look-again' && verdict.kind !== 'in-flight'
}

/** What is recorded of the differences at once, and which edits are to be taken over. */
async function decideDrifts(
  context: WorkerContext,
  tx: Tx,
  judged: readonly Judged[],
): Promise<{ drifts: NewDrift[]; edits: Edit[] }> {
  const { organizationId, connection } = context
  const drifted = judged.filter(({ verdict }) => verdict.kind === 'drift')
  const givenBack = await findGivenBack(
    tx,
    organizationId,
    connection.connectionId,
    drifted.map(({ level }) => level.levelId),
    new Date(context.clock.now() - GIVEN_BACK_MS),
  )
  const drifts: NewDrift[] = []
  const edits: Edit[] = []
  for (const { reading, level, verdict } of judged) {
    if (reading.kind !== 'quantity') continue
    if (verdict.kind !== 'drift' && verdict.kind !== 'unseen-sale') continue
    const { levelId } = level
    const found = { driftId: context.uuid(), levelId, observed: reading.quantity, expected: verdict.expected }
    if (verdict.kind === 'unseen-sale') {
      drifts.push({ ...found, cause: 'unseen-sale', rule: null, healed: 'fetched' })
      continue
    }
    const cause = decideCause(found, givenBack.get(levelId) ?? 0)
    const healing = decideHealing(cause, connection.editRule, level)
    if (healing === 'adjust') {
      const isFenced = (context.fenceAt()?.getTime() ?? 0) >= reading.readAt.getTime()
      edits.push({ ...found, givenBack: reading.givenBack, bound: reading.bound, isFenced })
    }
    if (healing !== 'adjust') {
      const rule = cause === 'edited-on-platform' ? connection.editRule : null
      drifts.push({ ...found, cause, rule, healed: healing === 'ask' ? 'asked' : 'written' })
    }
  }
  return { drifts, edits }
}

/** Takes an edit over; where that cannot be, a person is asked, or it is looked at again. */
async function healEdit(context: WorkerContext, edit: Edit): Promise<void> {
  const { organizationId } = context
  const taken = await takeEdit(context, edit)
  if (taken.kind === 'adjusted') return
  const at = nowOf(context)
  const isAsked = taken.kind === 'refused' && (await askAbout(context, edit, taken.message))
  if (isAsked) return
  await recheckLevels(context.database.kysely, organizationId, [edit.levelId], at)
}

/** Takes what was read as confirmed and asks a person. @returns false when the level does not stand so any more */
async function askAbout(context: WorkerContext, edit: Edit, why: string): Promise<boolean> {
  const { organizationId, connection } = context
  const at = nowOf(context)
  try {
    await inTransaction(context.database, async (tx) => {
      await assertLease(tx, organizationId, context.lease)
      await lockLevels(tx, organizationId, [edit.levelId])
      if (!(await adoptEdited(tx, organizationId, edit, at))) throw new MovedOn()
      const drift = toDrift(edit, 'asked')
      await insertDrifts(tx, organizationId, [drift], { connectionId: connection.connectionId, at })
      await ask(context, tx, [drift], why)
      await queueWhatDiffers(tx, organizationId, [connection.connectionId], { levelIds: [edit.levelId], at })
      await tellScreens(context, tx)
    })
    return true
  } catch (error) {
    if (error instanceof MovedOn) return false
    throw error
  }
}

/** Opens a task for each edit that a person decides about, and holds its level. */
async function ask(context: WorkerContext, tx: Tx, drifts: readonly NewDrift[], why?: string): Promise<void> {
  const asked = drifts.filter(({ healed }) => healed === 'asked')
  const at = nowOf(context)
  const { connectionId, name } = context.connection
  await holdLevels(
    tx,
    context.organizationId,
    asked.map(({ levelId }) => levelId),
    at,
  )
  for (const { driftId, levelId, observed, expected } of asked) {
    const because = why === undefined ? '' : ` It could not be taken over: ${why}`
    const detail = `${name} shows ${observed} where the hub knows of ${expected}, and no order explains it.${because} Say which counts: plimsoll reconcile --resolve ${driftId} --with hub, or --with platform. It is not raised until then.`
    const told: ToldTask = {
      code: 'drift',
      facts: { channel: name, observed, expected, drift: driftId, message: why ?? '' },
    }
    await openTask(
      tx,
      context.organizationId,
      { kind: 'drift', subject: levelId, connectionId, sku: null, units: observed - expected, detail, told },
      { at, uuid: context.uuid },
    )
  }
}

async function tellScreens(context: WorkerContext, tx: Tx): Promise<void> {
  await notify(tx, context.organizationId, {
    kind: 'screen',
    topics: ['items', 'overview', 'activity', 'tasks'],
    itemIds: [],
  })
}

function suspicionsAfter(suspicions: Suspicions, judged: readonly Judged[]): void {
  for (const { level, verdict } of judged) {
    if (verdict.kind === 'look-again') suspicions.set(level.levelId, verdict.suspicion)
    else suspicions.delete(level.levelId)
  }
}
