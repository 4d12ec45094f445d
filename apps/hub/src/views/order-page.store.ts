import type { OrderDetail, OrderMoment } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

export type OrderHead = Pick<
  OrderDetail,
  'externalId' | 'version' | 'currency' | 'shippingMethod' | 'isSentByHub' | 'hasRecipient' | 'byHand'
> & {
  connector: string
  destination: { country: string; region?: string; postalCode?: string; city?: string } | null
}

/** What the page of an order says beside its row in the list. */
export async function findOrderHead(
  db: Db,
  organizationId: string,
  orderId: string,
): Promise<OrderHead | undefined> {
  const found = await sql<OrderHead>`
    select external_id, connection.connector, case when hand_order.order_id is not null then version end as version, currency, shipping_method,
      destination,
      case when hand_order.order_id is not null then jsonb_build_object('kind', kind, 'location', (
        select code from location
        where location.organization_id = hand_order.organization_id and location.location_id = hand_order.location_id
      ), 'reference', reference, 'note', note, 'createdBy', created_by) end as by_hand,
      not test and coalesce(placed_at >= ships_orders_from, false) as is_sent_by_hub,
      exists (
        select from order_recipient
        where order_recipient.organization_id = sales_order.organization_id
          and order_recipient.order_id = sales_order.order_id
      ) as has_recipient
    from sales_order
    join connection using (organization_id, connection_id)
    left join hand_order using (organization_id, order_id)
    where organization_id = ${organizationId} and order_id = ${orderId}`.execute(db)
  return found.rows[0]
}

type Line = Omit<OrderDetail['lines'][number], 'base' | 'waitsUntil'> & { waitsUntil: Date | null }

export async function findOrderLines(db: Db, organizationId: string, orderId: string): Promise<Line[]> {
  const found = await sql<Line>`
    select line_id, item.sku, order_line.sku as listing_sku, title, units_per_listing, ordered, current, committed,
      dispatched, shipped, returned, waits_until
    from order_line
    left join item using (organization_id, item_id)
    where organization_id = ${organizationId} and order_id = ${orderId}
    order by order_line.external_id, line_id`.execute(db)
  return found.rows
}

/** What the lines of an order hold and held, by item and location, in base units. */
export async function findOrderReservations(
  db: Db,
  organizationId: string,
  lineIds: readonly string[],
): Promise<OrderDetail['reservations']> {
  const found = await sql<OrderDetail['reservations'][number]>`
    select owner_id as line_id, item.sku, location.code as location,
      sum(reserved - released - shipped)::bigint as reserved, sum(shipped)::bigint as shipped,
      sum(returned)::bigint as returned
    from reservation
    join item using (organization_id, item_id)
    join location using (organization_id, location_id)
    where organization_id = ${organizationId} and owner_id = any(${sql.val([...lineIds])}::uuid[])
    group by owner_id, item.sku, location.code
    having sum(reserved - released) > 0
    order by owner_id, item.sku, location.code`.execute(db)
  return found.rows
}

type HoldRow = Omit<OrderDetail['holdDetails'][number], 'placedAt'> & { placedAt: Date }

export async function findOrderHolds(db: Db, organizationId: string, orderId: string): Promise<HoldRow[]> {
  const found = await sql<HoldRow>`
    select reason, note, placed_by, order_hold.placed_at,
      case when reason = 'channel' then coalesce(channel_holds, '[]') else '[]' end as said,
      case when partly then (
        select sum(least(greatest(0, channel_held - let_go), greatest(0, current - shipped)))::bigint from order_line
        where order_line.organization_id = order_hold.organization_id and order_line.order_id = order_hold.order_id
      ) end as units
    from order_hold
    join sales_order using (organization_id, order_id)
    where organization_id = ${organizationId} and order_id = ${orderId}
    order by order_hold.placed_at, reason`.execute(db)
  return found.rows
}

type CancellingRow = Omit<NonNullable<OrderDetail['cancelling']>, 'askedAt'> & { askedAt: Date }

/** Its cancellation that is under way. */
export async function findCancelling(
  db: Db,
  organizationId: string,
  orderId: string,
): Promise<CancellingRow | undefined> {
  const found = await sql<CancellingRow>`
    select reason, asked_by, asked_at, (
      select coalesce(sum(units), 0)::bigint from order_cancellation_line as asked
      where asked.organization_id = order_cancellation.organization_id
        and asked.cancellation_id = order_cancellation.cancellation_id
    ) as units
    from order_cancellation
    where organization_id = ${organizationId} and order_id = ${orderId} and settled_at is null`.execute(db)
  return found.rows[0]
}

export type EventRow = {
  at: Date
  kind: string
  actor: string
  shipment: string | null
  detail: Record<string, unknown>
}

export async function findOrderEvents(db: Db, organizationId: string, orderId: string): Promise<EventRow[]> {
  const found = await sql<EventRow>`
    select order_event.at, order_event.kind, order_event.actor, shipment.number as shipment, order_event.detail
    from order_event
    left join shipment on shipment.organization_id = order_event.organization_id
      and shipment.shipment_id = order_event.shipment_id
    where order_event.organization_id = ${organizationId} and order_event.order_id = ${orderId}
    order by order_event.at, order_event.event_id`.execute(db)
  return found.rows
}

export type CallRow = Omit<NonNullable<OrderMoment['call']>, 'endedAt'> & {
  shipment: string | null
  createdAt: Date
  sentAt: Date | null
  endedAt: Date | null
}

/** Every call that was made for an order or its shipments, or is to be. */
export async function findOrderCalls(db: Db, organizationId: string, orderId: string): Promise<CallRow[]> {
  const found = await sql<CallRow>`
    with subject as (
      select order_id as subject_id, null as shipment from sales_order
      where organization_id = ${organizationId} and order_id = ${orderId}
      union all
      select shipment_id, number from shipment
      where organization_id = ${organizationId} and order_id = ${orderId}
      union all
      select cancellation_id, null from order_cancellation
      where organization_id = ${organizationId} and order_id = ${orderId}
      union all
      select parcel_id, number from shipment
      join parcel using (organization_id, shipment_id)
      where organization_id = ${organizationId} and order_id = ${orderId}
    )
    select errand.kind as errand, connection.name as "to", errand.state, attempts, errand.created_at, errand.sent_at,
      errand.ended_at, errand.error, subject.shipment
    from subject
    join errand on errand.organization_id = ${organizationId} and errand.subject_id = subject.subject_id
    join connection on connection.organization_id = errand.organization_id
      and connection.connection_id = errand.connection_id
    order by errand.created_at, errand.errand_id`.execute(db)
  return found.rows
}
