import type { PollPace } from '../intake/poll-pace.ts'
import type { WorkerContext } from './worker-context.ts'

/**
 * Whether a connection has chores that no look into the database tells of: orders to send, a warehouse to follow, zeros or
 * withdrawals to see through, lists that are to be read soon.
 */
export function hasStandingChores(context: WorkerContext): boolean {
  const { connection, operations, withdrawals, hurried } = context
  const isShipping = connection.shipsOrdersFrom !== null || operations.warehouse !== undefined
  const isStopping = connection.zeroedFor !== null || withdrawals.mayBeExposed || withdrawals.mayBeWithdrawn
  return isShipping || isStopping || hurried.size > 0
}

/** Whether one of its lists is to be read by now. */
export function isAnyListDue({ connector }: WorkerContext, polls: PollPace): boolean {
  const { streams = [] } = connector.manifest.capabilities
  return ['orders', 'levels', ...streams.map(({ name }) => name)].some((list) => polls.isDue(list))
}
