import { CALL_CLASSES, lastResetBefore, nextResetAfter, type WriteCap } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf, type Tx } from '../context.ts'
import { openTask } from '../tasks.store.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { mostShownOf } from './expected.ts'
import { backOffEntries, type LaneCandidate, ofLane } from './lane-entries.store.ts'
import { closeNeedless, countWrites, findWriteCounts } from './write-cap.store.ts'

export type CapVerdict = { allowed: LaneCandidate[]; capped: LaneCandidate[] }

/**
 * Which of these may still be written today, where the platform counts writes for each thing (a listing). Pure.
 * Decreases come first and may spend what is kept for them; an increase leaves it.
 * @param used writes that were counted today, by key
 */
export function decideWithinCap(
  candidates: readonly LaneCandidate[],
  cap: WriteCap,
  used: ReadonlyMap<string, number>,
): CapVerdict {
  const spent = new Map(used)
  const inThisCall = new Set<string>()
  const allowed = new Set<LaneCandidate>()
  for (const kind of ['decrease', 'increase'] as const) {
    const max = kind === 'decrease' ? cap.max : cap.max - cap.keptForDecreases
    for (const candidate of candidates) {
      if (isDecrease(candidate) !== (kind === 'decrease')) continue
      const key = keyOf(cap, candidate)
      // Another row of the same call is free where calls are counted.
      const isFree = cap.counts === 'calls' && inThisCall.has(key)
      const before = spent.get(key) ?? 0
      if (!isFree && before >= max) continue
      if (!isFree) spent.set(key, before + 1)
      inThisCall.add(key)
      allowed.add(candidate)
    }
  }
  return {
    allowed: candidates.filter((each) => allowed.has(each)),
    capped: candidates.filter((each) => !allowed.has(each)),
  }
}

/** Leaves out what may not be written any more today: it waits for the platform's next day. */
export async function withinWriteCap(
  context: WorkerContext,
  candidates: readonly LaneCandidate[],
): Promise<readonly LaneCandidate[]> {
  const { writeCap: cap } = context.connector.manifest.capabilities
  if (cap === undefined) return candidates
  const { database, organizationId, connection } = context
  const { connectionId } = connection
  await closeNeedless(database.kysely, organizationId, connectionId, {
    kind: 'capped-decrease',
    at: nowOf(context),
  })
  if (candidates.length === 0) return candidates
  const now = context.clock.now()
  const keys = [...new Set(candidates.map((each) => keyOf(cap, each)))]
  const dayBegan = new Date(lastResetBefore(now, cap.resets))
  const used = await findWriteCounts(database.kysely, organizationId, connectionId, { dayBegan, keys })
  const { allowed, capped } = decideWithinCap(candidates, cap, used)
  if (capped.length === 0) return candidates
  const notBefore = new Date(nextResetAfter(now, cap.resets))
  await inTransaction(database, async (tx) => {
    await assertLease(tx, organizationId, context.lease)
    for (const each of capped.filter(isDecrease)) await tellOfCapped(context, tx, each, notBefore)
    const waiting = capped.map(({ levelId, desiredVersion, attempts }) => ({
      levelId,
      desiredVersion,
      notBefore,
      attempts,
    }))
    await backOffEntries(tx, organizationId, ofLane(context, waiting))
  })
  context.log.warn(
    {
      connection: connection.name,
      levels: capped.length,
      decreases: capped.filter(isDecrease).length,
      notBefore,
    },
    'the platform takes no more writes of these today',
  )
  return allowed
}

/** It goes on selling what is not there until the platform's next day: a person must know, and for how many units. */
async function tellOfCapped(
  context: WorkerContext,
  tx: Tx,
  candidate: LaneCandidate,
  notBefore: Date,
): Promise<void> {
  const { connection, connector, organizationId, uuid } = context
  const { levelId, desired } = candidate
  const mostShown = mostShownOf(candidate)
  const shows = mostShown === undefined ? `more than the ${desired} that` : `${mostShown} where ${desired}`
  const facts = { platform: connector.manifest.name, desired, at: notBefore.toISOString() }
  await openTask(
    tx,
    organizationId,
    {
      kind: 'capped-decrease',
      subject: levelId,
      connectionId: connection.connectionId,
      sku: null,
      units: mostShown === undefined ? null : mostShown - desired,
      detail: `${connector.manifest.name} takes no more writes of this listing today. It shows ${shows} should be shown, and is lowered at ${notBefore.toISOString()}. Cure: end or pause the listing there if it must not sell until then.`,
      told:
        mostShown === undefined
          ? { code: 'decrease-capped-unread', facts }
          : { code: 'decrease-capped', facts: { ...facts, shows: mostShown } },
    },
    { at: nowOf(context), uuid },
  )
}

/** Counts writes before they are sent: one too many where the call never leaves, never one too few. */
export async function noteWrites(
  context: WorkerContext,
  candidates: readonly LaneCandidate[],
): Promise<void> {
  const { writeCap: cap } = context.connector.manifest.capabilities
  if (cap === undefined || candidates.length === 0) return
  const keys = candidates.map((each) => keyOf(cap, each))
  const counted = cap.counts === 'rows' ? keys : [...new Set(keys)]
  await countWrites(context.database.kysely, context.organizationId, context.connection.connectionId, {
    dayBegan: new Date(lastResetBefore(nowOf(context).getTime(), cap.resets)),
    keys: counted,
  })
}

function keyOf(cap: WriteCap, { stockUnitId, externalLocationId }: LaneCandidate): string {
  return cap.keyOf({ stockUnitId, locationId: externalLocationId })
}

function isDecrease(candidate: LaneCandidate): boolean {
  const mostShown = mostShownOf(candidate)
  return candidate.desired === 0 || (mostShown !== undefined && candidate.desired < mostShown)
}

/** An operation with a limit of its own that is so far from open is not begun: it would hold the lane up. */
const LONG_WAIT_MS = 2_000

export function isFarFromOpen(context: Pick<WorkerContext, 'budgets' | 'clock'>, operation: string): boolean {
  return farOpenAt(context, operation) !== undefined
}

/** When an operation that is far from open is open; undefined: it is not far. */
export function farOpenAt(
  { budgets, clock }: Pick<WorkerContext, 'budgets' | 'clock'>,
  operation: string,
): Date | undefined {
  const waitMs = budgets.readyInMs({ cost: 1, ...CALL_CLASSES.order, operation })
  return waitMs > LONG_WAIT_MS ? new Date(Math.ceil(clock.now() + waitMs - LONG_WAIT_MS)) : undefined
}
