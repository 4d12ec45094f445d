import type { MovementPage } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

type Row = Omit<MovementPage['rows'][number], 'effectiveAt' | 'recordedAt'> & {
  effectiveAt: Date
  recordedAt: Date
}

/** An item's movements, newest first; the cursor is the last id of the page before. */
export async function findMovements(
  db: Db,
  organizationId: string,
  sku: string,
  page: { cursor?: string | undefined; limit: number },
): Promise<MovementPage> {
  const found = await sql<Row>`
    select movement_id, movement.kind, location.code as location_code, on_hand_delta, reserved_delta, held_delta,
      incoming_delta, reason, actor, sales_order.number as reference, effective_at, recorded_at
    from movement
    join item on item.organization_id = movement.organization_id and item.item_id = movement.item_id
    join location on location.organization_id = movement.organization_id
      and location.location_id = movement.location_id
    left join sales_order on movement.reference_kind = 'order'
      and sales_order.organization_id = movement.organization_id and sales_order.order_id = movement.reference_id
    where movement.organization_id = ${organizationId} and item.sku = ${sku}
      and (${page.cursor ?? null}::uuid is null or movement_id < ${page.cursor ?? null}::uuid)
    order by movement_id desc
    limit ${page.limit + 1}`.execute(db)
  const rows = found.rows.slice(0, page.limit)
  return {
    rows: rows.map((row) => ({
      ...row,
      effectiveAt: row.effectiveAt.toISOString(),
      recordedAt: row.recordedAt.toISOString(),
    })),
    next: found.rows.length > page.limit ? (rows.at(-1)?.movementId ?? null) : null,
  }
}
