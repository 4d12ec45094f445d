import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

export type OrderMoments = {
  orderId: string
  connectionName: string
  externalId: string
  number: string
  state: string
  placedAt: Date
  seenBy: string
  seenAt: Date
  appliedAt: Date
}

/** By its id, its number or the platform's id; where several connections have that number, the newest. */
export async function findOrderMoments(
  db: Db,
  organizationId: string,
  idOrNumber: string,
): Promise<OrderMoments | undefined> {
  const found = await sql<OrderMoments>`
    select order_id, connection.name as connection_name, external_id, number, sales_order.state, placed_at, seen_by,
      seen_at, applied_at
    from sales_order
    join connection on connection.organization_id = sales_order.organization_id
      and connection.connection_id = sales_order.connection_id
    where sales_order.organization_id = ${organizationId}
      and (order_id::text = ${idOrNumber} or number = ${idOrNumber} or external_id = ${idOrNumber})
    order by placed_at desc, order_id
    limit 1`.execute(db)
  return found.rows[0]
}

export type ChannelMoments = {
  connectionName: string
  listing: string
  sku: string
  location: string
  /** When the hub wanted another number there because of it; null: it never did. */
  wantedAt: Date | null
  wanted: number | null
  sentAt: Date | null
  /** When the platform had it. */
  shownAt: Date | null
  outcome: string | null
}

/**
 * When each level of another connection that sells an item of the order, or a kit of one, first wanted another number
 * after the order was applied, and when its platform was sent it and had it. A later change may have been written in its
 * place: it is as new.
 */
export async function findChannelMoments(
  db: Db,
  organizationId: string,
  orderId: string,
): Promise<ChannelMoments[]> {
  const found = await sql<ChannelMoments>`
    with sold as (
      select sales_order.connection_id, sales_order.applied_at, order_line.item_id
      from sales_order
      join order_line on order_line.organization_id = sales_order.organization_id
        and order_line.order_id = sales_order.order_id
      where sales_order.organization_id = ${organizationId} and sales_order.order_id = ${orderId}
        and order_line.item_id is not null
    ), reached as (
      select item_id, connection_id, applied_at from sold
      union
      -- A kit that was sold took its parts, and what contains a part was reached by it.
      select kit_part.part_item_id, connection_id, applied_at
      from sold join kit_part on kit_part.organization_id = ${organizationId} and kit_part.kit_item_id = sold.item_id
      union
      select kit_part.kit_item_id, connection_id, applied_at
      from sold join kit_part on kit_part.organization_id = ${organizationId} and kit_part.part_item_id = sold.item_id
    )
    select connection.name as connection_name, level.stock_unit_id as listing, item.sku,
      level.external_location_id as location, wish.at as wanted_at, wish.desired as wanted, sent.sent_at,
      case when sent.state = 'applied' then sent.settled_at end as shown_at, sent.state as outcome
    from reached
    join level on level.organization_id = ${organizationId} and level.item_id = reached.item_id
      and level.connection_id <> reached.connection_id
    join item on item.organization_id = level.organization_id and item.item_id = level.item_id
    join connection on connection.organization_id = level.organization_id
      and connection.connection_id = level.connection_id
    left join lateral (
      select at, desired, version from desired_log
      where desired_log.organization_id = level.organization_id and desired_log.level_id = level.level_id
        and at >= reached.applied_at
      order by version
      limit 1
    ) as wish on true
    left join lateral (
      select sent_at, settled_at, state from write
      where write.organization_id = level.organization_id and write.level_id = level.level_id
        and write.desired_version >= wish.version and write.state in ('sent', 'accepted', 'applied')
      order by write.desired_version, write.sent_at
      limit 1
    ) as sent on true
    order by connection.name, listing, location`.execute(db)
  return found.rows
}
