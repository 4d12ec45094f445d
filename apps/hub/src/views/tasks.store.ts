import type { Db, TaskTable } from '@plimsoll/database'
import type { ToldTask } from '@plimsoll/sync'
import { sql } from 'kysely'

export type OpenTask = Pick<
  TaskTable,
  'taskId' | 'kind' | 'subject' | 'sku' | 'connectionId' | 'units' | 'detail' | 'openedAt'
> & { told: ToldTask | null; holdId: string | null; listingId: string | null }

/** Of one kind, of one connection, with this in their SKU or in what they say. */
export type TaskFilter = {
  kind?: string | undefined
  connection?: string | undefined
  search?: string | undefined
}

/**
 * Open tasks: first what goes on selling more than is there, by how much, then the rest, oldest first; the SKU of a level's task comes from what the level shows.
 */
export async function findTasks(
  db: Db,
  organizationId: string,
  { kind, connection, search }: TaskFilter,
): Promise<OpenTask[]> {
  const found = await sql<OpenTask>`
    select task_id, kind, subject, case when kind = 'hold' then subject end as hold_id,
      case when kind = 'listing-changed' then subject end as listing_id, coalesce(task.sku, item.sku) as sku, task.connection_id, units, detail, told, opened_at
    from task
    left join level on level.organization_id = task.organization_id and level.level_id::text = task.subject
    left join item on item.organization_id = level.organization_id and item.item_id = level.item_id
    where task.organization_id = ${organizationId} and closed_at is null
      and (${kind ?? null}::text is null or kind = ${kind ?? null}::text)
      and (${connection ?? null}::text is null or task.connection_id::text = ${connection ?? null}::text)
      and (${search ?? null}::text is null
        or position(lower(${search ?? null}::text) in lower(coalesce(task.sku, item.sku, '') || ' ' || detail)) > 0)
    order by kind in ('refused-decrease', 'capped-decrease') desc,
      case when kind in ('refused-decrease', 'capped-decrease') then coalesce(units, 9007199254740991) end desc nulls last,
      opened_at, task_id
    limit 500`.execute(db)
  return found.rows
}
