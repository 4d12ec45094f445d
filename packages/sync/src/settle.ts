import { Malformed, type WriteOutcome } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf, type Tx } from './context.ts'
import { backOffEntries, removeEntries } from './lane-entries.store.ts'
import { decideSettlement, type Settlement } from './lanes.ts'
import { endCalls } from './leases.store.ts'
import { acknowledgeLevels, closeLevels, recheckLevels } from './levels.store.ts'
import { notify } from './notify.ts'
import { describeProblem } from './problems.ts'
import { closeTasks, openTask } from './tasks.store.ts'
import type { WorkerContext } from './worker-context.ts'
import { type SentWrite, settleWrites, type WriteResult } from './writes.store.ts'

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
  await inTransaction(context.database, async (tx) => {
    await endCalls(tx, context.organizationId, context.lease, at)
    await Promise.all([
      settleWrites(tx, context.organizationId, settled.map(toResult), at),
      settleLevels(context, tx, settled, at),
    ])
    await Promise.all([
      settleQueue(context, tx, settled, at),
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
            subtracted: write.candidate.subtracted,
          },
        ]
      : [],
  )
  await acknowledgeLevels(tx, organizationId, confirmed, at)
  await closeTasks(
    tx,
    organizationId,
    'refused-decrease',
    confirmed.map((row) => row.levelId),
    at,
  )

  const refused = settled.flatMap(({ write, settlement }) =>
    settlement.kind === 'refused' ? [{ write, error: settlement.error }] : [],
  )
  const stubborn = settled.filter(isStubbornEcho)
  await closeLevels(
    tx,
    organizationId,
    [
      ...refused.map(({ write, error }) => ({
        levelId: write.candidate.levelId,
        code: error.kind === 'not-found' ? ('gone' as const) : ('refused' as const),
        problem: describeProblem(error).message,
      })),
      ...stubborn.map(({ write, settlement }) => ({
        levelId: write.candidate.levelId,
        code: 'refused' as const,
        problem: `The platform shows ${settlement.kind === 'acknowledged' ? settlement.quantity : 'another quantity'} whenever ${write.quantity} is written. Look at the listing there: a plugin or a rule may change it.`,
      })),
    ],
    at,
  )
  for (const { write, error } of refused) {
    // A refused decrease goes on selling what is not there: a person must know at once.
    if (write.direction === 'increase') continue
    await openTask(
      tx,
      organizationId,
      {
        kind: 'refused-decrease',
        subject: write.candidate.levelId,
        connectionId: context.connection.connectionId,
        sku: null,
        units: write.expected === undefined ? null : write.expected - write.quantity,
        detail: `The platform refused ${write.quantity}: ${error.message}`,
      },
      { at, uuid: context.uuid },
    )
    context.log.error(
      {
        connectionId: context.connection.connectionId,
        levelId: write.candidate.levelId,
        error: error.message,
      },
      'a decrease was refused',
    )
  }
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
        waiting.push({ levelId, notBefore: new Date(at.getTime() + RETRY_MS), attempts: attempts + 1 })
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
  await removeEntries(tx, context.organizationId, connectionId, done)
  await backOffEntries(tx, context.organizationId, connectionId, waiting)
  const unknown = settled.filter(({ settlement }) => settlement.kind === 'unknown')
  await recheckLevels(
    tx,
    context.organizationId,
    unknown.map(({ write }) => write.candidate.levelId),
    at,
  )
}

function isStubbornEcho({ write, settlement }: Settled): boolean {
  return (
    settlement.kind === 'acknowledged' &&
    !settlement.asWanted &&
    write.candidate.attempts + 1 >= ECHO_TRIES_MAX
  )
}

function toResult({ write, settlement }: Settled): WriteResult {
  const base = { writeId: write.writeId, echoed: null, errorCode: null, error: null }
  switch (settlement.kind) {
    case 'acknowledged':
      return { ...base, state: 'applied', echoed: settlement.quantity, final: true }
    case 'accepted':
      return { ...base, state: 'accepted', final: false }
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
