import { arrayOf, type Db, inTransaction, type Tx } from '@plimsoll/database'
import { type PlanningContext, planNext } from '@plimsoll/orders'
import { sql } from 'kysely'
import { nowOf, type SyncContext } from '../context.ts'
import { closeTasks, openTask } from '../tasks.store.ts'
import type { ToldTask } from '../told-task.ts'

/** What planning is handed: the load line says which units channels may sell already. */
export function toPlanningContext(context: SyncContext): PlanningContext {
  const { organizationId } = context
  return {
    organizationId,
    uuid: () => context.uuid(),
    now: () => nowOf(context),
    findGranted: (db, itemIds) => findGrantedUnits(db, organizationId, itemIds),
  }
}

/**
 * Plans what is to be planned, piece by piece, and brings the tasks about it up to date. Any number of processes may: one of
 * them works at a time.
 * @param signal ends it between two pieces
 */
export async function keepReplenishment(context: SyncContext, signal?: AbortSignal): Promise<void> {
  const planning = toPlanningContext(context)
  let isMore = true
  while (isMore && signal?.aborted !== true) {
    isMore = await inTransaction(context.database, (tx) => planNext(tx, planning))
  }
  await inTransaction(context.database, (tx) => noteWhatRunsOut(tx, context))
}

/** One task for each location, however many items it is: what runs out there before it can be replenished. */
export async function noteWhatRunsOut(tx: Tx, context: SyncContext): Promise<void> {
  const { organizationId } = context
  const at = nowOf(context)
  const found = await sql<{ code: string; items: number; sku: string }>`
    select location.code, count(*)::int as items,
      (array_agg(item.sku order by urgency_order, item.sku))[1] as sku
    from replenishment
    join location on location.organization_id = replenishment.organization_id
      and location.location_id = replenishment.location_id and location.archived_at is null
    join item on item.organization_id = replenishment.organization_id and item.item_id = replenishment.item_id
    where replenishment.organization_id = ${organizationId} and urgency in ('out', 'late')
      -- The same, as the index of the most urgent has it.
      and urgency_order < 200000 and (figures ->> 'wanted')::bigint > 0
    group by location.code
    order by location.code`.execute(tx)
  const open = await sql<{ subject: string; units: number | null; detail: string }>`
    select subject, units, detail from task
    where organization_id = ${organizationId} and kind = 'runs-out' and closed_at is null`.execute(tx)
  const known = new Map(open.rows.map((task) => [task.subject, task]))
  for (const { code, items, sku } of found.rows) {
    const detail = sayRunsOut(code, items, sku)
    if (known.get(code)?.detail === detail) continue
    const told: ToldTask =
      items === 1
        ? { code: 'runs-out-one', facts: { location: code, sku } }
        : { code: 'runs-out-many', facts: { location: code, sku, items } }
    await openTask(
      tx,
      organizationId,
      { kind: 'runs-out', subject: code, connectionId: null, sku: null, units: null, detail, told },
      { at, uuid: () => context.uuid() },
    )
  }
  const still = new Set(found.rows.map(({ code }) => code))
  const done = open.rows.map(({ subject }) => subject).filter((subject) => !still.has(subject))
  await closeTasks(tx, organizationId, 'runs-out', done, at)
}

function sayRunsOut(code: string, items: number, sku: string): string {
  return items === 1
    ? `At ${code}, ${sku} runs out before it can be replenished.`
    : `At ${code}, ${items} items run out before they can be replenished; first ${sku}.`
}

async function findGrantedUnits(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (itemIds.length === 0) return new Map()
  const found = await sql<{ itemId: string; locationId: string; units: number }>`
    select item_id, location_id, sum(units)::bigint as units from level_grant
    where organization_id = ${organizationId} and item_id = any(${arrayOf(itemIds, 'uuid')})
    group by item_id, location_id`.execute(db)
  return new Map(found.rows.map(({ itemId, locationId, units }) => [`${itemId} ${locationId}`, units]))
}
