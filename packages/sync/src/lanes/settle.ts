import { Malformed, type WriteOutcome } from '@plimsoll/connector-kit'
import type { WorkerContext } from '../worker/worker-context.ts'
import { laneGroupOf } from './lane-group.ts'
import { decideSettlement, type Settlement } from './lanes.ts'
import type { Settled } from './settle-lanes.ts'
import type { SentWrite } from './writes.store.ts'

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
  await laneGroupOf(context).settle({ context, settled })
  return {
    conflicts: settled.filter(({ settlement }) => settlement.kind === 'conflict').map(({ write }) => write),
  }
}

function toUnanswered(): Settlement {
  return { kind: 'unknown', error: new Malformed('The answer says nothing about this row.', '') }
}
