import { Malformed, type WriteOutcome } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf, type Tx } from '../context.ts'
import { dealSoon } from '../load-line/protect.ts'
import { notify } from '../notify.ts'
import { closeTasks } from '../tasks.store.ts'
import { endCalls } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { backOffEntries, queueWhatDiffers, removeEntries } from './lane-entries.store.ts'
import { decideSettlement, type Settlement } from './lanes.ts'
import { lockLevels } from './level-locks.store.ts'
import { acknowledgeLevels, recheckLevels } from './levels.store.ts'
import { type RefusedWrite, recordRefusals, refusedBy } from './refusals.ts'
import { openLevels } from './tickets.store.ts'
import { NO_RESULT, type SentWrite, settleWrites, type WriteResult } from './writes.store.ts'

/** A platform that keeps echoing another quantity than it was sent is told to a person after so many tries. */
const ECHO_TRIES_MAX = 5
const RETRY_MS = 500

type Settled = { write: SentWrite; settlement: Settlement }

/**
 * Records what became of a batch: acknowledged quantities, refusals as problems and tasks, places in the
 * queue. A write without an outcome counts as unknown, never as done.
 */
export async function settleOutcomes(
  context: WorkerContext,
  writes: readonly SentWrite[],
  outcomes: readonly WriteOutcome[],
): Promise<{ conflicts: SentWrite[] }> {
  const byId = new Map(outcomes.map((outcome) => [outcome.writeId, outcome]))
  const settled: Settled[] = writes.map((write) => {
    const outcome = byId.get(write.writeId)
    return {
      write,
      settlement: outcome === undefined ? toUnanswered() : decideSettlement(write, outcome),
    }
  })
  const at = nowOf(context)
  const levelIds = writes.map((write) => write.candidate.levelId)
  const { tickets } = context.connector.manifest.capabilities
  const askAt = new Date(at.getTime() + (tickets?.askEveryMs ?? 0))
  await inTransaction(context.database, async (tx) => {
    // Sent together, carried out in order.
    await Promise.all([
      endCalls(tx, context.organizationId, context.lease, at),
      lockLevels(tx, context.organizationId, levelIds),
      settleWrites(
        tx,
        context.organizationId,
        settled.map((each) => toResult(each, askAt)),
        at,
      ),
      settleLevels(context, tx, settled, at),
      settleQueue(context, tx, settled, at),
      // While a write was in flight its level may have come to want another quantity, which at that moment
      // was the one the platform still showed, so that nothing was queued: now it differs.
      queueWhatDiffers(tx, context.organizationId, context.connection.connectionId, { levelIds, at }),
      dealSoon(
        tx,
        { organizationId: context.organizationId, at, uuid: context.uuid },
        writes.flatMap(({ candidate }) => (candidate.isDealt ? (candidate.itemId ?? []) : [])),
      ),
      notify(tx, context.organizationId, {
        kind: 'screen',
        topics: ['items', 'overview', 'connections', 'activity'],
        itemIds: writes.flatMap((write) => write.candidate.itemId ?? []),
      }),
    ])
  })
  return {
    conflicts: settled.filter(({ settlement }) => settlement.kind === 'conflict').map(({ write }) => write),
  }
}

function toUnanswered(): Settlement {
  return { kind: 'unknown', error: new Malformed('The answer says nothing about this row.', '') }
}

async function settleLevels(
  context: WorkerContext,
  tx: Tx,
  settled: readonly Settled[],
  at: Date,
): Promise<void> {
  const { organizationId } = context
  const confirmed = settled.flatMap(({ write, settlement }) =>
    settlement.kind === 'acknowledged'
      ? [
          {
            levelId: write.candidate.levelId,
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
    acknowledgeLevels(tx, organizationId, confirmed, { at, effect: context.writeEffect }),
    closeTasks(tx, organizationId, ['refused-decrease', 'capped-decrease'], asWanted, at),
    recordRefusals(
      context,
      tx,
      settled.flatMap((each) => toRefusal(each) ?? []),
      at,
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
  return { ...refused, code: 'refused', problem: `${reason} ${cure}`, shows: settlement.quantity, reason }
}

async function settleQueue(
  context: WorkerContext,
  tx: Tx,
  settled: readonly Settled[],
  at: Date,
): Promise<void> {
  const done: { levelId: string; desiredVersion: number }[] = []
  const waiting: { levelId: string; notBefore: Date | null; attempts: number }[] = []
  for (const each of settled) {
    const { levelId, desiredVersion, attempts } = each.write.candidate
    switch (each.settlement.kind) {
      case 'acknowledged':
        if (each.settlement.asWanted || isStubbornEcho(each)) done.push({ levelId, desiredVersion })
        else waiting.push({ levelId, notBefore: new Date(at.getTime() + RETRY_MS), attempts: attempts + 1 })
        break
      case 'refused':
        done.push({ levelId, desiredVersion })
        break
      case 'conflict':
        waiting.push({ levelId, notBefore: null, attempts: attempts + 1 })
        break
      case 'accepted':
        // Sent again it would only stand in the platform's line twice; its outcome puts back what differs then.
        done.push({ levelId, desiredVersion })
        break
      case 'unknown':
        waiting.push({ levelId, notBefore: null, attempts: attempts + 1 })
        break
      case 'again':
        break
      default: {
        const never: never = each.settlement
        throw new Error(`unknown settlement ${String(never)}`)
      }
    }
  }
  const { connectionId } = context.connection
  const unknown = settled.filter(({ settlement }) => settlement.kind === 'unknown')
  await Promise.all([
    removeEntries(tx, context.organizationId, connectionId, done),
    backOffEntries(tx, context.organizationId, connectionId, waiting),
    recheckLevels(
      tx,
      context.organizationId,
      unknown.map(({ write }) => write.candidate.levelId),
      at,
    ),
  ])
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
