import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

export type Routability = {
  number: string
  state: string
  connectionId: string
  channel: string
  /** The hub sends orders of its channel that were placed then. */
  isSent: boolean
  /** What holds all of it. */
  holds: string[]
}

/** Whether an order may be routed now. */
export async function findRoutability(
  db: Db,
  organizationId: string,
  orderId: string,
): Promise<Routability | undefined> {
  const found = await sql<Routability>`
    select number, sales_order.state, sales_order.connection_id, connection.name as channel,
      not test and coalesce(placed_at >= ships_orders_from, false) as is_sent,
      array(
        select reason from order_hold
        where order_hold.organization_id = sales_order.organization_id and order_hold.order_id = sales_order.order_id
          and not partly
        order by reason
      ) as holds
    from sales_order
    join connection using (organization_id, connection_id)
    where organization_id = ${organizationId} and order_id = ${orderId}`.execute(db)
  return found.rows[0]
}

/** An item in a shipment as the packing table calls it. */
export type PackedItem = { itemId: string; sku: string; tracking: string; lots: string[] }

/** The items of a shipment, with the lots that are known of each. */
export async function findPackedItems(
  db: Db,
  organizationId: string,
  shipmentId: string,
): Promise<PackedItem[]> {
  const found = await sql<PackedItem>`
    select distinct item.item_id, item.sku, item.tracking, array(
      select code from lot
      where lot.organization_id = item.organization_id and lot.item_id = item.item_id
      order by code
    ) as lots
    from shipment_line
    join item using (organization_id, item_id)
    where organization_id = ${organizationId} and shipment_id = ${shipmentId}
    order by item.sku`.execute(db)
  return found.rows
}
