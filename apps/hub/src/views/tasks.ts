import type { TaskList } from '@plimsoll/client'
import { isUuid } from '@plimsoll/stock'
import {
  type Cure,
  describeCures,
  findSellers,
  findSpare,
  orderCures,
  type SyncContext,
} from '@plimsoll/sync'
import { findTasks, type TaskFilter } from './tasks.store.ts'

/** What a person must decide, in the order of `findTasks`; what an oversold item asks for with what could cure it now. */
export async function listTasks(context: SyncContext, filter: TaskFilter): Promise<TaskList['rows']> {
  const found = await findTasks(context.database.kysely, context.organizationId, filter)
  // One that names no item has no cures; the others are told all the same.
  const oversold = found.flatMap(({ kind, subject }) =>
    kind === 'oversold' && isUuid(subject) ? [subject] : [],
  )
  const curesOf = await findCures(context, oversold)
  return found.map(({ subject, openedAt, ...task }) => {
    const cures = task.kind === 'oversold' ? (curesOf.get(subject) ?? []) : []
    const detail = cures.length === 0 ? task.detail : describeCures(task.units ?? 0, cures)
    const location = task.kind === 'runs-out' ? subject : null
    return { ...task, location, detail, cures, openedAt: openedAt.toISOString() }
  })
}

async function findCures(
  { database, organizationId, connectors }: SyncContext,
  itemIds: readonly string[],
): Promise<Map<string, Cure[]>> {
  const [places, sellers] = await Promise.all([
    findSpare(database.kysely, organizationId, itemIds),
    findSellers(database.kysely, organizationId, itemIds),
  ])
  return new Map(
    itemIds.map((itemId) => {
      const here = places.filter((each) => each.itemId === itemId)
      const penalties = sellers
        .filter((each) => each.itemId === itemId)
        .flatMap(({ connectionName, connector }) =>
          (connectors.get(connector)?.manifest.capabilities.penalties ?? []).map((penalty) => ({
            ...penalty,
            connectionName,
          })),
        )
      const cures = orderCures({
        spare: here.filter(({ units }) => units > 0),
        incoming: here.reduce((sum, { incoming }) => sum + incoming, 0),
        penalties,
      })
      return [itemId, cures]
    }),
  )
}
