import { inTransaction } from '@plimsoll/database'
import { notify, type SyncContext } from '@plimsoll/sync'
import { sql } from 'kysely'

const WAIT_MS_MAX = 5_000
const LOOK_MS = 50

/**
 * Wakes the workers for events put back in line and waits a moment for what becomes of them, so that
 * whoever pressed the button sees the result. The replay itself goes on however long it takes.
 */
export async function waitForReplay(
  context: SyncContext,
  which: { inboxId?: string; reasonCode?: string },
  put: { replayed: number; connectionIds: string[] },
): Promise<{ replayed: number; stillParked: number }> {
  if (put.replayed === 0) return { replayed: 0, stillParked: 0 }
  await inTransaction(context.database, (tx) =>
    notify(tx, context.organizationId, { kind: 'inbox', connectionIds: put.connectionIds }),
  )
  const until = context.clock.monotonic() + WAIT_MS_MAX
  for (;;) {
    const left = await countLeft(context, which)
    if (left.waiting === 0 || context.clock.monotonic() >= until) {
      return { replayed: put.replayed, stillParked: left.parked }
    }
    await context.clock.sleep(LOOK_MS)
  }
}

async function countLeft(
  context: SyncContext,
  which: { inboxId?: string; reasonCode?: string },
): Promise<{ waiting: number; parked: number }> {
  const found = await sql<{ waiting: number; parked: number }>`
    select count(*) filter (where state in ('pending', 'fetch')) as waiting,
      count(*) filter (where state = 'parked') as parked
    from inbox
    where organization_id = ${context.organizationId} and state in ('pending', 'fetch', 'parked')
      and (${which.inboxId ?? null}::uuid is null or inbox_id = ${which.inboxId ?? null}::uuid)
      and (${which.reasonCode ?? null}::text is null or reason_code = ${which.reasonCode ?? null}::text
        or state <> 'parked')
      and attempts > 0`.execute(context.database.kysely)
  return found.rows[0] ?? { waiting: 0, parked: 0 }
}
