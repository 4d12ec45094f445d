import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

/** Where the calls about a thing are looked for. */
export type CallsAbout = { connectionIds: string[]; about: string[] }

export type CallSubject = { kind: 'write' | 'order' | 'event'; id: string }

/**
 * The calls that carried a write, that were about an order (its shipments to warehouses among them), or that brought an
 * event of the inbox.
 * @returns undefined when there is no such thing
 */
export async function findCallsAbout(
  db: Db,
  organizationId: string,
  { kind, id }: CallSubject,
): Promise<CallsAbout | undefined> {
  switch (kind) {
    case 'write': {
      const found = await sql<{ connectionId: string }>`
        select connection_id from write where organization_id = ${organizationId} and write_id = ${id}`.execute(
        db,
      )
      const [write] = found.rows
      return write && { connectionIds: [write.connectionId], about: [`write:${id}`] }
    }
    case 'order': {
      const found = await sql<{ connectionId: string; externalId: string; shipments: ShipmentPlace[] }>`
        select connection_id, external_id, (
          select coalesce(json_agg(json_build_object('id', shipment_id, 'by', fulfiller_connection)), '[]') from (
            select shipment_id, warehouse_id as fulfiller_connection from shipment
            where shipment.organization_id = sales_order.organization_id and shipment.order_id = sales_order.order_id
          ) as of_order
        ) as shipments
        from sales_order where organization_id = ${organizationId} and order_id = ${id}`.execute(db)
      const [order] = found.rows
      if (order === undefined) return undefined
      const warehouses = order.shipments.flatMap(({ by }) => by ?? [])
      return {
        connectionIds: [...new Set([order.connectionId, ...warehouses])],
        about: [`order:${order.externalId}`, ...order.shipments.map((shipment) => `shipment:${shipment.id}`)],
      }
    }
    case 'event': {
      const found = await sql<{
        connectionId: string
        topic: string
        subject: string
        eventKey: string | null
      }>`
        select inbox.connection_id, topic, subject, event_key from inbox
        left join inbox_key using (organization_id, connection_id, inbox_id)
        where inbox.organization_id = ${organizationId} and inbox.inbox_id = ${id}`.execute(db)
      const [event] = found.rows
      if (event === undefined) return undefined
      const topic = event.topic === 'order-deleted' ? 'order' : event.topic
      return {
        connectionIds: [event.connectionId],
        about: [`${topic}:${event.subject}`, ...(event.eventKey === null ? [] : [`event:${event.eventKey}`])],
      }
    }
    default: {
      const never: never = kind
      throw new Error(`unknown subject ${String(never)}`)
    }
  }
}

type ShipmentPlace = { id: string; by: string | null }
