import { inTransaction } from '@plimsoll/database'
import { nowOf } from '../context.ts'
import { notify } from '../notify.ts'
import { closeTasks } from '../tasks.store.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { findEvidence } from './evidence.store.ts'
import { findStandingHolds, freeLevels, passEmptyHolds } from './holds.store.ts'
import { isExplained } from './stampede.ts'

/**
 * Lets go of held levels that want something else by now, and of zeros that orders explain meanwhile: what was sold
 * since must not go on being shown because of a question that nobody has answered. Holds that hold nothing are closed.
 */
export async function releaseExplained(context: WorkerContext): Promise<void> {
  const { database, organizationId, connection } = context
  const { connectionId } = connection
  const standing = await findStandingHolds(database.kysely, organizationId, connectionId)
  if (standing.length === 0) return
  const now = nowOf(context)
  const zeros = standing.filter((each) => each.state === 'held' && each.kind === 'zero' && !each.isOver)
  const shown = new Map(zeros.map((each) => [each.levelId, each.shown]))
  const evidence = await findEvidence(database.kysely, organizationId, [...shown.keys()], now)
  const sold = evidence.filter((level) => {
    const before = shown.get(level.levelId) ?? null
    return isExplained('zero', { ...level, before })
  })
  const free = [
    ...standing.filter(({ isOver }) => isOver).map(({ levelId }) => levelId),
    ...sold.map(({ levelId }) => levelId),
  ]
  if (free.length === 0) return
  await inTransaction(database, async (tx) => {
    await assertLease(tx, organizationId, context.lease)
    await freeLevels(tx, organizationId, connectionId, free)
    const passed = await passEmptyHolds(tx, organizationId, connectionId, now)
    await closeTasks(tx, organizationId, 'hold', passed, now)
    await notify(tx, organizationId, { kind: 'screen', topics: ['tasks', 'overview'], itemIds: [] })
  })
}
