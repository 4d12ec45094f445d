import { type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { KeptDays } from './kept-days.ts'

export type Rules = readonly (KeptDays & { connectionId: string })[]

const rulesSql = (rules: Rules) =>
  unnestRows('rule', rules, { connectionId: 'uuid', endedDays: 'int', unsentDays: 'int' })

/**
 * Removes to whom orders went that have ended so long ago, and to whom those were to go that were read so long ago and never left.
 * Who an order made by hand is for was typed in, and can be read nowhere again: it has not ended as long as it is open.
 * @returns how many
 */
export async function purgeRecipients(
  tx: Tx,
  organizationId: string,
  { rules, now }: { rules: Rules; now: Date },
): Promise<number> {
  if (rules.length === 0) return 0
  // Nothing younger than this can be due: an order ends after it was read.
  const daysMin = Math.min(...rules.map(({ endedDays, unsentDays }) => Math.min(endedDays, unsentDays)))
  const purged = await sql`
    delete from order_recipient
    using (
      select kept.order_id
      from order_recipient as kept
      join sales_order on sales_order.organization_id = kept.organization_id and sales_order.order_id = kept.order_id
      join ${rulesSql(rules)} on rule.connection_id = sales_order.connection_id
      left join hand_order on hand_order.organization_id = kept.organization_id and hand_order.order_id = kept.order_id
      cross join lateral (
        select coalesce(bool_or(shipment.state not in ('shipped', 'cancelled', 'rejected')), false) as is_open,
          max(shipment.ended_at) as ended_at
        from shipment
        where shipment.organization_id = kept.organization_id and shipment.order_id = kept.order_id
      ) as sent
      cross join lateral (
        select max(waits_until) as waits_until from order_line
        where order_line.organization_id = kept.organization_id and order_line.order_id = kept.order_id
      ) as line
      where kept.organization_id = ${organizationId}
        and kept.read_at <= ${now}::timestamptz - make_interval(days => ${daysMin}::int)
        and (
          greatest(kept.read_at, line.waits_until) + make_interval(days => rule.unsent_days) <= ${now}
          or (
            not sent.is_open and (hand_order.order_id is null or sales_order.state not in ('pending', 'open'))
            and coalesce(greatest(sent.ended_at, kept.ended_at), kept.read_at) + make_interval(days => rule.ended_days)
              <= ${now}
          )
        )
    ) as due
    where order_recipient.organization_id = ${organizationId} and order_recipient.order_id = due.order_id`.execute(
    tx,
  )
  return Number(purged.numAffectedRows ?? 0n)
}

/**
 * Removes the files by which warehouses were asked to send what has left so long ago, and whatever of files is older than any is
 * kept. A file is called by the id of the shipment that it asks for.
 */
export async function purgeConnectionFiles(
  tx: Tx,
  organizationId: string,
  { rules, now, before }: { rules: Rules; now: Date; before: Date },
): Promise<void> {
  await sql`
    delete from connection_file
    where organization_id = ${organizationId} and kept_at < ${before}`.execute(tx)
  if (rules.length === 0) return
  await sql`
    delete from connection_file
    using shipment
    join ${rulesSql(rules)} on rule.connection_id = shipment.connection_id
    where connection_file.organization_id = ${organizationId} and direction = 'out' and delivered_at is not null
      and shipment.organization_id = ${organizationId} and shipment.warehouse_id = connection_file.connection_id
      and shipment.shipment_id::text = substring(
        connection_file.name from '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
      )
      and shipment.state in ('shipped', 'cancelled', 'rejected')
      and shipment.ended_at + make_interval(days => rule.ended_days) <= ${now}`.execute(tx)
}
