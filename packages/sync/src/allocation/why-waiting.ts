import type { Db } from '@plimsoll/database'
import { rankOf } from '@plimsoll/orders'
import { sql } from 'kysely'
import { nowOf, type SyncContext } from '../context.ts'
import { findAllocationRule } from './allocation-rule.store.ts'
import { findPlacesInLine } from './waiting.store.ts'

/** Why a line of an order is in no shipment yet. */
export type LineWait = {
  lineId: string
  /** Of the item that it waits for: of a kit, of the part that most others wait for. */
  sku: string
  /** Listing units. */
  units: number
  /** A pre-order: not in line before then. */
  until: Date | null
  /** From 1; null: not in line. */
  place: number | null
  /** How many orders wait for it. */
  waiting: number
  /** What is said to come of it next, in base units of the item; null: nothing is known. */
  expected: { units: number; on: string } | null
}

/** The waiting lines of an order that the hub sends, each with its place in line and what is expected; of others none. */
export async function explainWaits(context: SyncContext, orderId: string): Promise<LineWait[]> {
  const { organizationId, database } = context
  const db = database.kysely
  const at = nowOf(context)
  const lines = await findUnroutedLines(db, organizationId, orderId)
  const [first] = lines
  if (first === undefined) return []
  const itemIds = [...new Set(lines.flatMap((line) => line.items.map(({ itemId }) => itemId)))]
  const { rule } = await findAllocationRule(db, organizationId)
  const order = { orderId, connectionId: first.connectionId, placedAt: first.placedAt, shipBy: first.shipBy }
  const [places, expected] = await Promise.all([
    findPlacesInLine(db, organizationId, order, { itemIds, rule, rank: rankOf(rule, order), at }),
    findExpected(db, organizationId, itemIds),
  ])
  return lines.flatMap(({ lineId, units, until, items }) => {
    const parts = items.map((item) => ({ ...item, line: places.find((each) => each.itemId === item.itemId) }))
    const [most] = parts.sort((a, b) => (b.line?.ahead ?? -1) - (a.line?.ahead ?? -1))
    if (most === undefined) return []
    const isInLine = until === null || until <= at
    const coming = expected.find(({ itemId }) => itemId === most.itemId)
    return [
      {
        lineId,
        sku: most.sku,
        units,
        until: isInLine ? null : until,
        place: isInLine ? (most.line?.ahead ?? 0) + 1 : null,
        waiting: most.line?.waiting ?? 0,
        expected: coming === undefined ? null : { units: coming.units, on: coming.on },
      },
    ]
  })
}

type UnroutedLine = {
  lineId: string
  units: number
  until: Date | null
  connectionId: string
  placedAt: Date
  shipBy: Date | null
  items: { itemId: string; sku: string }[]
}

async function findUnroutedLines(db: Db, organizationId: string, orderId: string): Promise<UnroutedLine[]> {
  const found = await sql<UnroutedLine>`
    select line_id, current - shipped - committed - greatest(0, channel_held - let_go) as units, waits_until as until, sales_order.connection_id, placed_at,
      ship_by, (
        select jsonb_agg(distinct jsonb_build_object('itemId', item.item_id, 'sku', item.sku))
        from reservation
        join item using (organization_id, item_id)
        where reservation.organization_id = order_line.organization_id and reservation.owner_id = order_line.line_id
      ) as items
    from sales_order
    join order_line using (organization_id, order_id)
    join connection on connection.organization_id = sales_order.organization_id
      and connection.connection_id = sales_order.connection_id
    where sales_order.organization_id = ${organizationId} and order_id = ${orderId} and sales_order.state = 'open'
      and not test and placed_at >= ships_orders_from and order_line.item_id is not null
      and current - shipped - greatest(0, channel_held - let_go) > committed
      and not exists (
        select from order_hold
        where order_hold.organization_id = sales_order.organization_id and order_hold.order_id = sales_order.order_id
          and not partly
      )
      and exists (
        select from reservation
        where reservation.organization_id = order_line.organization_id and reservation.owner_id = order_line.line_id
      )
    order by order_line.external_id, line_id`.execute(db)
  return found.rows
}

/** The next that inbound shipments say is coming, by item. */
async function findExpected(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<{ itemId: string; units: number; on: string }[]> {
  const found = await sql<{ itemId: string; units: number; on: string }>`
    select distinct on (line.item_id) line.item_id, expected_on::text as "on",
      sum(line.expected - (line.received - line.over) - line.cancelled)::bigint as units
    from inbound_line as line
    join inbound_shipment as shipment using (organization_id, inbound_id)
    where line.organization_id = ${organizationId} and line.item_id = any(${sql.val([...itemIds])}::uuid[])
      and shipment.state in ('expected', 'partly-received') and expected_on is not null
    group by line.item_id, expected_on
    having sum(line.expected - (line.received - line.over) - line.cancelled) > 0
    order by line.item_id, expected_on`.execute(db)
  return found.rows
}
