import { arrayOf, type Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { WorkerContext } from '../worker/worker-context.ts'
import type { InboxRow, InboxVerdict } from './inbox.store.ts'
import { verdictOf } from './verdicts.ts'

/**
 * A list shows that an order is held, or is not. It says neither why nor which came first, so nothing is believed of it: where it
 * is not what is known, the order is read directly. Of an order that nobody knows yet only a hold is worth that.
 */
export async function judgeHoldSightings(
  { organizationId, connection }: WorkerContext,
  tx: Tx,
  rows: readonly InboxRow[],
): Promise<InboxVerdict[]> {
  if (rows.length === 0) return []
  const subjects = [...new Set(rows.map(({ subject }) => subject))]
  const found = await sql<{ externalId: string; isOver: boolean; isHeld: boolean; isPartly: boolean }>`
    select external_id, state in ('closed', 'cancelled') as is_over,
      coalesce(jsonb_array_length(channel_holds), 0) > 0 as is_held, exists (
        select from order_hold
        where order_hold.organization_id = sales_order.organization_id and order_hold.order_id = sales_order.order_id
          and reason = 'channel' and partly
      ) as is_partly
    from sales_order
    where organization_id = ${organizationId} and connection_id = ${connection.connectionId}
      and external_id = any(${arrayOf(subjects, 'text')})`.execute(tx)
  const known = new Map(found.rows.map((row) => [row.externalId, row]))
  return rows.map((row) => {
    // Written by `toInboxEvent`.
    const { held } = row.payload as { held: boolean }
    const order = known.get(row.subject)
    // Of one that is held in part, which part is meant is not said.
    const isNews = order === undefined ? held : !order.isOver && (order.isPartly || order.isHeld !== held)
    if (isNews) return verdictOf(row, 'fetch')
    return { ...verdictOf(row, 'skipped'), reasonCode: 'repeated', reason: 'This state is known already.' }
  })
}
