import { type ConnectorError, Malformed, type TicketOutcome } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf } from '../context.ts'
import { exposeUncertain } from '../load-line/exposure.store.ts'
import { dealSoon } from '../load-line/protect.ts'
import { notify } from '../notify.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { queueWhatDiffers } from './lane-entries.store.ts'
import { decideSettlement } from './lanes.ts'
import { lockLevels } from './level-locks.store.ts'
import { acknowledgeLevels, recheckLevels } from './levels.store.ts'
import { recordRefusals, refusedBy } from './refusals.ts'
import { askLater, findOpenWrites, forgetLevels, type OpenWrite, openLevels } from './tickets.store.ts'
import { NO_RESULT, settleWrites, type WriteResult } from './writes.store.ts'

/**
 * Follows the writes that a platform has accepted and answers later (feeds, commands): asks by ticket what
 * became of each. Any process may; what a ticket is about lies in the database.
 * @returns how many became final
 * @throws ConnectorError when the platform cannot be asked; all stay open
 */
export async function followTickets(context: WorkerContext): Promise<number> {
  const { operations, organizationId, connection, signal } = context
  const terms = context.connector.manifest.capabilities.tickets
  if (terms === undefined) return 0
  const open = await findOpenWrites(context.database.kysely, organizationId, connection.connectionId, {
    now: nowOf(context),
    limit: terms.askMax,
  })
  if (open.length === 0) return 0
  const outcomes = await operations.outcomes?.(
    open.map((write) => write.ticket),
    { signal },
  )
  const byTicket = new Map((outcomes ?? []).map((outcome) => [outcome.ticket, outcome]))
  const now = nowOf(context)
  const decided = open.map((write) => {
    const expiresAt = new Date(write.sentAt.getTime() + terms.lifeMs)
    return { write, verdict: decideTicket(write, byTicket.get(write.ticket), now >= expiresAt) }
  })
  await settleTickets(context, decided, new Date(now.getTime() + terms.askEveryMs))
  return decided.filter(({ verdict }) => verdict.kind !== 'ask-again').length
}

export type TicketVerdict =
  /** The platform now shows this. */
  | { kind: 'acknowledged'; quantity: number }
  /** It was carried out, but so was a later write: which of the two came last must be read. */
  | { kind: 'overtaken'; quantity: number }
  | { kind: 'refused'; error: ConnectorError }
  /** It was surely not carried out. */
  | { kind: 'again' }
  /** Nobody knows whether it was carried out, or still will be. */
  | { kind: 'unknown'; error: ConnectorError }
  | { kind: 'ask-again' }

/** What an answer, or none, means for an accepted write. */
export function decideTicket(
  write: Pick<OpenWrite, 'writeId' | 'quantity' | 'isOvertaken'>,
  outcome: TicketOutcome | undefined,
  isExpired: boolean,
): TicketVerdict {
  if (outcome === undefined || outcome.kind === 'accepted')
    return isExpired ? toSilence() : { kind: 'ask-again' }
  if (outcome.kind === 'unknown') return toSilence()
  const { ticket: _, ...same } = outcome
  const settlement = decideSettlement(write, { ...same, writeId: write.writeId })
  switch (settlement.kind) {
    case 'acknowledged':
      return { kind: write.isOvertaken ? 'overtaken' : 'acknowledged', quantity: settlement.quantity }
    case 'conflict':
    case 'again':
      return { kind: 'again' }
    case 'refused':
    case 'unknown':
      return settlement
    case 'accepted':
      return { kind: 'ask-again' }
    default: {
      const never: never = settlement
      return never
    }
  }
}

function toSilence(): TicketVerdict {
  return { kind: 'unknown', error: new Malformed('The platform no longer says what became of it.', '') }
}

type Decided = { write: OpenWrite; verdict: TicketVerdict }

async function settleTickets(
  context: WorkerContext,
  decided: readonly Decided[],
  askAt: Date,
): Promise<void> {
  const { organizationId, connection } = context
  const at = nowOf(context)
  const levelIds = decided.map(({ write }) => write.levelId)
  const levelsOf = (kind: TicketVerdict['kind']) =>
    decided.flatMap(({ write, verdict }) => (verdict.kind === kind ? [write.levelId] : []))
  await inTransaction(context.database, async (tx) => {
    // Sent together, carried out in order.
    await Promise.all([
      assertLease(tx, organizationId, context.lease),
      lockLevels(tx, organizationId, levelIds),
      settleWrites(
        tx,
        organizationId,
        decided.flatMap(({ write, verdict }) => toResult(write.writeId, verdict) ?? []),
        at,
      ),
      askLater(
        tx,
        organizationId,
        decided.flatMap(({ write, verdict }) => (verdict.kind === 'ask-again' ? [write.writeId] : [])),
        askAt,
      ),
      acknowledgeLevels(
        tx,
        organizationId,
        decided.flatMap(({ write, verdict }) =>
          verdict.kind === 'acknowledged'
            ? [
                {
                  levelId: write.levelId,
                  writeId: write.writeId,
                  quantity: verdict.quantity,
                  expected: write.expected,
                  subtracted: write.subtractedAtSend,
                  givenBack: write.givenBackAtSend,
                },
              ]
            : [],
        ),
        { at, effect: context.writeEffect },
      ),
      exposeUncertain(
        tx,
        organizationId,
        decided.flatMap(({ write, verdict }) =>
          verdict.kind === 'overtaken' ? [{ ...write, quantity: verdict.quantity }] : [],
        ),
        { at, effect: context.writeEffect },
      ),
      forgetLevels(tx, organizationId, levelsOf('overtaken')),
      recheckLevels(tx, organizationId, levelsOf('unknown'), at),
      recordRefusals(
        context,
        tx,
        decided.flatMap(({ write, verdict }) =>
          verdict.kind === 'refused' ? [toRefused(write, verdict.error)] : [],
        ),
        at,
      ),
      openLevels(tx, organizationId, levelIds),
      queueWhatDiffers(tx, organizationId, [connection.connectionId], { levelIds, at }),
      dealSoon(
        tx,
        { organizationId, at, uuid: context.uuid },
        decided.flatMap(({ write }) => (write.isDealt ? (write.itemId ?? []) : [])),
      ),
      notify(
        tx,
        organizationId,
        { kind: 'lane', connectionIds: [connection.connectionId] },
        {
          kind: 'screen',
          topics: ['items', 'overview', 'connections', 'activity'],
          itemIds: decided.flatMap(({ write }) => write.itemId ?? []),
        },
      ),
    ])
  })
}

function toRefused(write: OpenWrite, error: ConnectorError) {
  const { levelId, quantity, expected, direction } = write
  return refusedBy(
    {
      levelId,
      quantity,
      expected: expected ?? undefined,
      // What a write was is recorded when it is planned, and none is planned without knowing.
      direction: direction === 'unknown' ? 'decrease' : direction,
    },
    error,
  )
}

function toResult(writeId: string, verdict: TicketVerdict): WriteResult | undefined {
  const base = { ...NO_RESULT, writeId }
  switch (verdict.kind) {
    case 'acknowledged':
    case 'overtaken':
      return { ...base, state: 'applied', echoed: verdict.quantity, final: true }
    case 'again':
      return { ...base, state: 'untouched', final: true }
    case 'refused':
      return { ...base, state: 'refused', ...wordsOf(verdict.error), final: true }
    case 'unknown':
      return { ...base, state: 'unknown', ...wordsOf(verdict.error), final: false }
    case 'ask-again':
      return undefined
    default: {
      const never: never = verdict
      return never
    }
  }
}

function wordsOf(error: ConnectorError) {
  return { errorCode: error.kind, error: error.message }
}
