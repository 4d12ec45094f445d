import type { ActivityPage, ActivityRow } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'

type Row = Omit<ActivityRow, 'at'> & { at: Date }

/** An order that is cancelled is another row than the order that came: screens know rows by their ids. */
const ORDER_ROW_ID = sql`case when state = 'cancelled' then md5(order_id::text || state)::uuid else order_id end`

/**
 * What happened, newest first, gathered from the tables that record it: nothing is written twice.
 * The cursor is the moment and id of the last row, and every part is ordered by just these: ordered by id alone, a
 * page would end past rows that the next one does not go back to. What commits late, with an earlier moment than rows
 * that were read already, is on no later page: it is on this page read again, and live screens are told of it.
 */
export async function findActivity(
  db: Db,
  organizationId: string,
  page: { cursor?: string | undefined; limit: number },
): Promise<ActivityPage> {
  const [before, beforeId] = (page.cursor !== undefined && parseCursor(page.cursor)) || [null, null]
  const limit = page.limit + 1
  const olderThan = (at: RawBuilder<unknown>, id: RawBuilder<unknown>) =>
    sql`(${before}::timestamptz is null or (${at}, ${id}::text) < (${before}::timestamptz, ${beforeId}::text))`
  const older = (at: string, id: string) => olderThan(sql.ref(at), sql.ref(id))
  const found = await sql<Row>`
    select * from (
      (
        select ${ORDER_ROW_ID}::text as id, changed_at as at,
          case when state = 'cancelled' then 'order-cancelled' else 'order' end as kind, connection_id,
          (
            select min(coalesce(item.sku, order_line.sku)) from order_line
            left join item on item.organization_id = order_line.organization_id and item.item_id = order_line.item_id
            where order_line.organization_id = sales_order.organization_id
              and order_line.order_id = sales_order.order_id
            having count(*) = 1
          ) as sku,
          (
            select -sum(ordered * units_per_listing)::bigint from order_line
            where order_line.organization_id = sales_order.organization_id
              and order_line.order_id = sales_order.order_id
          ) as quantity,
          number as detail, null::jsonb as told
        from sales_order
        where organization_id = ${organizationId} and ${olderThan(sql.ref('changed_at'), ORDER_ROW_ID)}
        order by changed_at desc, ${ORDER_ROW_ID}::text desc limit ${limit}
      )
      union all
      (
        select write_id::text, settled_at,
          case write.state when 'applied' then 'write-applied' when 'unknown' then 'write-unknown' else 'write-refused' end,
          write.connection_id, item.sku, write.quantity, write.error, null
        from write
        join level on level.organization_id = write.organization_id and level.level_id = write.level_id
        left join item on item.organization_id = level.organization_id and item.item_id = level.item_id
        where write.organization_id = ${organizationId} and settled_at is not null
          and write.state in ('applied', 'refused', 'unknown') and error_code is distinct from 'conflict'
          and ${older('settled_at', 'write_id')}
        order by settled_at desc, write_id desc limit ${limit}
      )
      union all
      (
        select drift_id::text, found_at, 'drift-healed', drift.connection_id, item.sku, drift.observed,
          'found ' || drift.observed || ' where ' || coalesce(drift.expected::text, '?') || ' was expected',
          jsonb_build_object(
            'code', case when drift.expected is null then 'found-first' else 'found' end,
            'facts', jsonb_strip_nulls(jsonb_build_object('observed', drift.observed, 'expected', drift.expected))
          )
        from drift
        join level on level.organization_id = drift.organization_id and level.level_id = drift.level_id
        left join item on item.organization_id = level.organization_id and item.item_id = level.item_id
        where drift.organization_id = ${organizationId} and ${older('found_at', 'drift_id')}
        order by found_at desc, drift_id desc limit ${limit}
      )
      union all
      (
        select inbox_id::text, settled_at, 'parked', connection_id, null, null, reason, told
        from inbox
        where organization_id = ${organizationId} and state = 'parked' and settled_at is not null
          and ${older('settled_at', 'inbox_id')}
        order by settled_at desc, inbox_id desc limit ${limit}
      )
      union all
      (
        select task_id::text, opened_at, 'oversold', connection_id, sku, units, detail, told
        from task
        where organization_id = ${organizationId} and kind = 'oversold' and ${older('opened_at', 'task_id')}
        order by opened_at desc, task_id desc limit ${limit}
      )
      union all
      (
        select movement_id::text, recorded_at, 'stock-changed', null, item.sku,
          on_hand_delta - held_delta, coalesce(movement.kind || ': ' || reason, movement.kind),
          null
        from movement
        join item on item.organization_id = movement.organization_id and item.item_id = movement.item_id
        where movement.organization_id = ${organizationId}
          and movement.kind in ('receive', 'adjust', 'count', 'hold', 'unhold') and ${older('recorded_at', 'movement_id')}
        order by recorded_at desc, movement_id desc limit ${limit}
      )
    ) as happened
    order by at desc, id desc
    limit ${limit}`.execute(db)
  const rows = found.rows.slice(0, page.limit)
  const last = rows.at(-1)
  return {
    rows: rows.map((row) => ({ ...row, at: row.at.toISOString() })),
    next: found.rows.length > page.limit && last !== undefined ? `${last.at.toISOString()} ${last.id}` : null,
  }
}

/** @returns the moment and the id of a row; undefined for what is no cursor */
export function parseCursor(cursor: string): [at: string, id: string] | undefined {
  const [, at, id] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ([0-9a-f-]{36})$/.exec(cursor) ?? []
  return at === undefined || id === undefined || Number.isNaN(Date.parse(at)) ? undefined : [at, id]
}
