import type { Cancellation } from '@plimsoll/connector-kit'
import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { Cancelling, CancellingLine } from './cancellation.ts'

export type CancellationReason = Cancellation['reason']
export const CANCELLATION_REASONS = [
  'out-of-stock',
  'customer-asked',
  'address',
  'fraud',
  'price',
  'other',
] as const satisfies readonly CancellationReason[]

export type CancellationOutcome = 'cancelled' | 'left' | 'refused' | 'taken-back'

export type OpenCancellation = {
  cancellationId: string
  orderId: string
  externalId: string
  number: string
  state: Cancelling['state']
  whole: boolean
  reason: CancellationReason
  lines: CancellingLine[]
  /** Its channel took it then; null: it has yet to. */
  toldAt: Date | null
}

export async function insertCancellation(
  tx: Tx,
  organizationId: string,
  cancellation: {
    cancellationId: string
    orderId: string
    connectionId: string
    isWhole: boolean
    reason: CancellationReason
    note: string | null
    actor: string
    lines: readonly { lineId: string; units: number; stays: number }[]
  },
  at: Date,
): Promise<void> {
  const { cancellationId, orderId, connectionId, isWhole, reason, note, actor, lines } = cancellation
  await sql`
    insert into order_cancellation (organization_id, cancellation_id, order_id, connection_id, whole, reason, note, asked_by,
      asked_at)
    values (${organizationId}, ${cancellationId}, ${orderId}, ${connectionId}, ${isWhole}, ${reason}, ${note}, ${actor},
      ${at})`.execute(tx)
  const source = unnestRows('asked', lines, { lineId: 'uuid', units: 'bigint', stays: 'bigint' })
  await sql`
    insert into order_cancellation_line (organization_id, cancellation_id, line_id, units, stays)
    select ${organizationId}, ${cancellationId}, line_id, units, stays from ${source}`.execute(tx)
}

/** Cancellations that are not settled: one by its id, that of an order, or all of a channel's orders; the oldest first. */
export async function findOpenCancellations(
  db: Db,
  organizationId: string,
  which: { cancellationId: string } | { orderId: string } | { connectionId: string },
): Promise<OpenCancellation[]> {
  const [column, id] =
    'cancellationId' in which
      ? ['cancellation_id', which.cancellationId]
      : 'orderId' in which
        ? ['order_id', which.orderId]
        : ['connection_id', which.connectionId]
  const found = await sql<OpenCancellation>`
    select cancellation_id, order_cancellation.order_id, sales_order.external_id, sales_order.number, sales_order.state, whole,
      reason,
      (
        select ended_at from errand
        where errand.organization_id = order_cancellation.organization_id and errand.kind = 'cancel-order'
          and errand.subject_id = order_cancellation.cancellation_id and errand.state in ('done', 'dropped')
      ) as told_at,
      (
        select coalesce(jsonb_agg(jsonb_build_object('lineId', asked.line_id, 'externalId', order_line.external_id,
          'current', current, 'shipped', shipped, 'platformShipped', coalesce(platform_shipped, shipped),
          'committed', committed, 'units', units, 'stays', stays) order by asked.line_id), '[]')
        from order_cancellation_line as asked
        join order_line on order_line.organization_id = asked.organization_id and order_line.line_id = asked.line_id
        where asked.organization_id = order_cancellation.organization_id
          and asked.cancellation_id = order_cancellation.cancellation_id
      ) as lines
    from order_cancellation
    join sales_order using (organization_id, order_id)
    where organization_id = ${organizationId} and settled_at is null
      and ${sql.ref(`order_cancellation.${column}`)} = ${id}
    order by asked_at, cancellation_id`.execute(db)
  return found.rows
}

/** Notes that nothing has come of it. @returns false where that was noted before, or it is told anew */
export async function noteUndone(tx: Tx, organizationId: string, cancellationId: string): Promise<boolean> {
  const noted = await sql`
    update errand set error_code = 'not-carried-out'
    where organization_id = ${organizationId} and kind = 'cancel-order' and subject_id = ${cancellationId}
      and state in ('done', 'dropped') and error_code is distinct from 'not-carried-out'`.execute(tx)
  return Number(noted.numAffectedRows ?? 0n) > 0
}

/** @returns false where somebody else has settled it */
export async function saveCancellationOutcome(
  tx: Tx,
  organizationId: string,
  cancellationId: string,
  { outcome, at }: { outcome: CancellationOutcome; at: Date },
): Promise<boolean> {
  const settled = await sql`
    update order_cancellation set outcome = ${outcome}, settled_at = ${at}
    where organization_id = ${organizationId} and cancellation_id = ${cancellationId} and settled_at is null`.execute(
    tx,
  )
  return Number(settled.numAffectedRows ?? 0n) > 0
}
