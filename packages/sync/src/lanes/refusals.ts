import type { ConnectorError } from '@plimsoll/connector-kit'
import { describeProblem, toldOf } from '../connections/problems.ts'
import type { Tx } from '../context.ts'
import { openTask } from '../tasks.store.ts'
import type { ToldTrouble } from '../told-trouble.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { closeLevels } from './levels.store.ts'

/** A write that its platform will not take as it is. */
export type RefusedWrite = {
  levelId: string
  direction: 'zero' | 'decrease' | 'increase'
  quantity: number
  code: 'gone' | 'refused'
  /** For a person: what the platform said, and the cure. */
  problem: string
  problemTold: ToldTrouble
  reason: string
  /** What the platform shows in place of what was written, where that is known. */
  shows: number | undefined
}

/** @param write `expected`: what the platform showed when it was written */
export function refusedBy(
  write: Pick<RefusedWrite, 'levelId' | 'direction' | 'quantity'> & { expected: number | undefined },
  error: ConnectorError,
): RefusedWrite {
  const { expected, ...refused } = write
  return {
    ...refused,
    code: error.kind === 'not-found' ? 'gone' : 'refused',
    problem: describeProblem(error).message,
    problemTold: toldOf(error),
    reason: error.message,
    shows: expected,
  }
}

/** Closes the levels until they are looked at anew, and tells a person of every refused decrease. */
export async function recordRefusals(
  context: WorkerContext,
  tx: Tx,
  refused: readonly RefusedWrite[],
  at: Date,
): Promise<void> {
  await Promise.all([
    closeLevels(tx, context.organizationId, refused, at),
    ...refused.filter(isDecrease).map((write) => escalate(context, tx, write, at)),
  ])
}

/** A refused decrease goes on selling what is not there: a person must know at once. */
function isDecrease({ direction, shows, quantity }: RefusedWrite): boolean {
  return direction !== 'increase' && (shows === undefined || shows > quantity)
}

async function escalate(
  context: WorkerContext,
  tx: Tx,
  { levelId, quantity, shows, reason }: RefusedWrite,
  at: Date,
): Promise<void> {
  const { connectionId } = context.connection
  context.log.error({ connectionId, levelId, reason }, 'a decrease was refused')
  context.withdrawals.mayBeExposed = true
  context.withdrawals.mayBeRefused = true
  await openTask(
    tx,
    context.organizationId,
    {
      kind: 'refused-decrease',
      subject: levelId,
      connectionId,
      sku: null,
      units: shows === undefined ? null : shows - quantity,
      detail: `The platform refused ${quantity}: ${reason}`,
      told: { code: 'decrease-refused', facts: { quantity, message: reason } },
    },
    { at, uuid: context.uuid },
  )
}
