import { nowOf, type Tx } from '../context.ts'
import type { WriteEffect } from '../load-line/exposure.ts'
import { dealSoon } from '../load-line/protect.ts'
import { notify } from '../notify.ts'
import { closeTasks } from '../tasks.store.ts'
import { endCalls } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { backOffEntries, ofLane, queueWhatDiffers, removeEntries } from './lane-entries.store.ts'
import type { Settlement } from './lanes.ts'
import { lockLevels } from './level-locks.store.ts'
import { acknowledgeLevels, recheckLevels } from './levels.store.ts'
import { type RefusedWrite, recordRefusals, refusedBy } from './refusals.ts'
import { openLevels } from './tickets.store.ts'
import { NO_RESULT, type SentWrite, settleWrites, type WriteResult } from './writes.store.ts'

/** A platform that keeps echoing another quantity than it was sent is told to a person after so many tries. */
const ECHO_TRIES_MAX = 5
const RETRY_MS = 500

export type Settled = { write: SentWrite; settlement: Settlement }

/** What became of one lane's call. */
export type LaneOutcome = { context: WorkerContext; settled: readonly Settled[] }

/**
 * Records what became of the calls of several lanes of one organization, whose writes all take effect as `effect` says.
 * @throws LeaseLost where one of them is another's: nothing is to be recorded then
 */
export async function settleLanes(
  tx: Tx,
  effect: WriteEffect,
  lanes: readonly [LaneOutcome, ...LaneOutcome[]],
): Promise<void> {
  const { organizationId, uuid } = lanes[0].context
  const at = nowOf(lanes[0].context)
  const writes = lanes.flatMap(({ settled }) => settled.map(({ write }) => write))
  const levelIds = writes.map(({ candidate }) => candidate.levelId)
  const leases = lanes.map(({ context }) => context.lease)
  const itemIds = writes.flatMap(({ candidate }) => candidate.itemId ?? [])
  const dealt = writes.flatMap(({ candidate }) => (candidate.isDealt ? (candidate.itemId ?? []) : []))
  const results = lanes.flatMap(({ context, settled }) =>
    settled.map((each) => toResult(each, askAtOf(context, at))),
  )
  const connectionIds = leases.map(({ connectionId }) => connectionId)
  // Sent together, carried out in order.
  await Promise.all([
    endCalls(tx, organizationId, leases, at),
    lockLevels(tx, organizationId, levelIds),
    settleWrites(tx, organizationId, results, at),
    settleLevels(tx, lanes, { organizationId, at, effect }),
    settleQueue(tx, lanes, { organizationId, at }),
    // While a write was in flight its level may have come to want another quantity, which at that moment
    // was the one the platform still showed, so that nothing was queued: now it differs.
    queueWhatDiffers(tx, organizationId, connectionIds, { levelIds, at }),
    dealSoon(tx, { organizationId, at, uuid }, dealt),
    notify(tx, organizationId, {
      kind: 'screen',
      topics: ['items', 'overview', 'connections', 'activity'],
      itemIds: [...new Set(itemIds)],
    }),
  ])
}

function askAtOf({ connector }: WorkerContext, at: Date): Date {
  return new Date(at.getTime() + (connector.manifest.capabilities.tickets?.askEveryMs ?? 0))
}

async function settleLevels(
  tx: Tx,
  lanes: readonly LaneOutcome[],
  { organizationId, at, effect }: { organizationId: string; at: Date; effect: WriteEffect },
): Promise<void> {
  const settled = lanes.flatMap((lane) => lane.settled)
  const confirmed = settled.flatMap(({ write, settlement }) =>
    settlement.kind === 'acknowledged'
      ? [
          {
            levelId: write.candidate.levelId,
            writeId: write.writeId,
            quantity: settlement.quantity,
            expected: write.expected ?? null,
            subtracted: write.candidate.subtracted,
            givenBack: write.candidate.givenBack,
          },
        ]
      : [],
  )
  const asWanted = settled.flatMap(({ write, settlement }) =>
    settlement.kind === 'acknowledged' && settlement.asWanted ? [write.candidate.levelId] : [],
  )
  await Promise.all([
    acknowledgeLevels(tx, organizationId, confirmed, { at, effect }),
    closeTasks(tx, organizationId, ['refused-decrease', 'capped-decrease'], asWanted, at),
    ...lanes.map((lane) =>
      recordRefusals(
        lane.context,
        tx,
        lane.settled.flatMap((each) => toRefusal(each) ?? []),
        at,
      ),
    ),
    openLevels(
      tx,
      organizationId,
      settled.flatMap(({ write, settlement }) =>
        settlement.kind === 'accepted' ? [write.candidate.levelId] : [],
      ),
    ),
  ])
}

/** A write that will not be taken as it is: refused in so many words, or answered with another quantity time after time. */
function toRefusal(each: Settled): RefusedWrite | undefined {
  const { write, settlement } = each
  const { direction, quantity, expected } = write
  const refused = { levelId: write.candidate.levelId, direction, quantity, expected }
  if (settlement.kind === 'refused') return refusedBy(refused, settlement.error)
  if (settlement.kind !== 'acknowledged' || !isStubbornEcho(each)) return undefined
  const reason = `The platform shows ${settlement.quantity} whenever ${quantity} is written.`
  const cure = 'Look at the listing there: a plugin or a rule may change it.'
  const shows = settlement.quantity
  const problemTold = { code: 'level-echo' as const, facts: { shows, quantity } }
  return { ...refused, code: 'refused', problem: `${reason} ${cure}`, problemTold, shows, reason }
}

async function settleQueue(
  tx: Tx,
  lanes: readonly LaneOutcome[],
  { organizationId, at }: { organizationId: string; at: Date },
): Promise<void> {
  const places = lanes.map((lane) => {
    const { done, waiting } = toPlaces(lane.settled, at)
    return { done: ofLane(lane.context, done), waiting: ofLane(lane.context, waiting) }
  })
  const unknown = lanes.flatMap(({ settled }) =>
    settled.filter(({ settlement }) => settlement.kind === 'unknown'),
  )
  await Promise.all([
    removeEntries(
      tx,
      organizationId,
      places.flatMap(({ done }) => done),
    ),
    backOffEntries(
      tx,
      organizationId,
      places.flatMap(({ waiting }) => waiting),
    ),
    recheckLevels(
      tx,
      organizationId,
      unknown.map(({ write }) => write.candidate.levelId),
      at,
    ),
  ])
}

/** What is through with its queue, and what waits on in it. */
function toPlaces(settled: readonly Settled[], at: Date) {
  const done: { levelId: string; desiredVersion: number }[] = []
  const waiting: { levelId: string; desiredVersion: number; notBefore: Date | null; attempts: number }[] = []
  for (const each of settled) {
    const { levelId, desiredVersion, attempts } = each.write.candidate
    switch (each.settlement.kind) {
      case 'acknowledged':
        if (each.settlement.asWanted || isStubbornEcho(each)) done.push({ levelId, desiredVersion })
        else
          waiting.push({
            levelId,
            desiredVersion,
            notBefore: new Date(at.getTime() + RETRY_MS),
            attempts: attempts + 1,
          })
        break
      case 'refused':
        done.push({ levelId, desiredVersion })
        break
      case 'conflict':
        waiting.push({ levelId, desiredVersion, notBefore: null, attempts: attempts + 1 })
        break
      case 'accepted':
        // Sent again it would only stand in the platform's line twice; its outcome puts back what differs then.
        done.push({ levelId, desiredVersion })
        break
      case 'unknown':
        waiting.push({ levelId, desiredVersion, notBefore: null, attempts: attempts + 1 })
        break
      case 'again':
        break
      default: {
        const never: never = each.settlement
        throw new Error(`unknown settlement ${String(never)}`)
      }
    }
  }
  return { done, waiting }
}

function isStubbornEcho({ write, settlement }: Settled): boolean {
  return (
    settlement.kind === 'acknowledged' &&
    !settlement.asWanted &&
    write.candidate.attempts + 1 >= ECHO_TRIES_MAX
  )
}

function toResult({ write, settlement }: Settled, askAt: Date): WriteResult {
  const base = { ...NO_RESULT, writeId: write.writeId }
  switch (settlement.kind) {
    case 'acknowledged':
      return { ...base, state: 'applied', echoed: settlement.quantity, final: true }
    case 'accepted':
      return { ...base, state: 'accepted', ticket: settlement.ticket, askAt, final: false }
    case 'again':
      return { ...base, state: 'untouched', final: true }
    case 'unknown':
      return {
        ...base,
        state: 'unknown',
        errorCode: settlement.error.kind,
        error: settlement.error.message,
        final: false,
      }
    case 'conflict':
    case 'refused':
      return {
        ...base,
        state: 'refused',
        errorCode: settlement.error.kind,
        error: settlement.error.message,
        final: true,
      }
    default: {
      const never: never = settlement
      throw new Error(`unknown settlement ${String(never)}`)
    }
  }
}
