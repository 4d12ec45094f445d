import type { Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { closeTasks, openTask } from './tasks.store.ts'

/**
 * Keeps one open task per oversold item among these: opened when more is reserved than is there,
 * updated while it lasts, closed when it is cured.
 */
export async function keepOversoldTasks(
  tx: Tx,
  organizationId: string,
  itemIds: readonly string[],
  stamp: { at: Date; uuid(): string },
): Promise<void> {
  const found = await sql<{ itemId: string; sku: string; available: number; hasTask: boolean }>`
    select item.item_id, item.sku,
      coalesce(sum(on_hand - reserved - held), 0)::bigint as available,
      exists (
        select from task
        where task.organization_id = item.organization_id and task.kind = 'oversold'
          and task.subject = item.item_id::text and task.closed_at is null
      ) as has_task
    from item
    left join balance on balance.organization_id = item.organization_id and balance.item_id = item.item_id
    where item.organization_id = ${organizationId} and item.item_id = any(${sql.val(itemIds)}::uuid[])
    group by item.organization_id, item.item_id, item.sku
    order by item.item_id`.execute(tx)

  for (const row of found.rows) {
    if (row.available >= 0) continue
    const units = -row.available
    await openTask(
      tx,
      organizationId,
      {
        kind: 'oversold',
        subject: row.itemId,
        connectionId: null,
        sku: row.sku,
        units,
        detail: `${units} more units are promised than are there. Cure: use another location or incoming stock, split, substitute, or cancel.`,
      },
      stamp,
    )
  }
  const cured = found.rows.filter((row) => row.available >= 0 && row.hasTask)
  await closeTasks(
    tx,
    organizationId,
    'oversold',
    cured.map((row) => row.itemId),
    stamp.at,
  )
}
