import type { TaskTable, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ToldTask } from './told-task.ts'

/** @param detail in English; `told` is the same for screens, which say it in their reader's language */
export type NewTask = Pick<TaskTable, 'kind' | 'subject' | 'connectionId' | 'sku' | 'units' | 'detail'> & {
  told: ToldTask
}

/** Opens a task, or brings the open one about the same subject up to date. */
export async function openTask(
  tx: Tx,
  organizationId: string,
  task: NewTask,
  stamp: { at: Date; uuid(): string },
): Promise<void> {
  await sql`
    insert into task (organization_id, task_id, kind, subject, connection_id, sku, units, detail, told, opened_at)
    values (${organizationId}, ${stamp.uuid()}, ${task.kind}, ${task.subject}, ${task.connectionId}, ${task.sku},
      ${task.units}, ${task.detail}, ${JSON.stringify(task.told)}::jsonb, ${stamp.at})
    on conflict (organization_id, kind, subject) where closed_at is null
    do update set units = excluded.units, detail = excluded.detail, told = excluded.told`.execute(tx)
}

/** Closes the open tasks of a kind, or of several, about these subjects: what they asked for has been done. */
export async function closeTasks(
  tx: Tx,
  organizationId: string,
  kind: TaskTable['kind'] | readonly TaskTable['kind'][],
  subjects: readonly string[],
  at: Date,
): Promise<void> {
  if (subjects.length === 0) return
  await sql`
    update task set closed_at = ${at}
    where organization_id = ${organizationId} and kind = any(${sql.val([kind].flat())}::text[]) and closed_at is null
      and subject = any(${sql.val([...subjects])}::text[])`.execute(tx)
}
