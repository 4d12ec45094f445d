import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { WorkerContext } from '../worker/worker-context.ts'

type Of = Pick<WorkerContext, 'organizationId' | 'connection'>

/** What is to be noted about a return and its warehouse. `changed`: it was told of other units than are expected now. */
export type ToNote = { returnId: string; number: string; what: 'announce' | 'withdraw' | 'changed' }

/**
 * Returns to a place of this warehouse of which it must be told something that nobody has noted. What the connection itself granted
 * as a channel, it knows.
 */
export function returnsToNote({ organizationId, connection: { connectionId } }: Of) {
  return sql<ToNote>`
    select return_id, number, what from (
      select return_id, number, case
        when customer_return.state = 'cancelled' then case when told.connection_id = ${connectionId} then 'withdraw' end
        when told.errand_id is null then 'announce'
        when is_changed and told.state = 'done' and told.connection_id = ${connectionId} then 'changed'
      end as what
      from customer_return
      join counted_place as place using (organization_id, location_id)
      left join errand as told on told.organization_id = customer_return.organization_id
        and told.kind = 'announce-return' and told.subject_id = return_id
      where customer_return.organization_id = ${organizationId} and place.connection_id = ${connectionId}
        and customer_return.connection_id is distinct from ${connectionId}::uuid
        and ((customer_return.state = 'announced' and (told_at is null or is_changed))
          or (customer_return.state = 'cancelled' and told_at is not null))
    ) as noted
    where what is not null`
}

/** From now on its warehouse may know of it. */
export async function saveTold(tx: Tx, organizationId: string, returnId: string, at: Date): Promise<void> {
  await sql`
    update customer_return set told_at = ${at}, is_changed = false
    where organization_id = ${organizationId} and return_id = ${returnId} and told_at is null`.execute(tx)
}

/** There is nothing to say of it that is not noted: it was refused, is taken back, or a person knows of the change. */
export async function saveSaid(
  tx: Tx,
  organizationId: string,
  returnId: string,
  { isTold }: { isTold: boolean },
): Promise<void> {
  await sql`
    update customer_return set is_changed = false, told_at = case when ${isTold} then told_at end
    where organization_id = ${organizationId} and return_id = ${returnId}`.execute(tx)
}

export type ReturnToTell = {
  returnId: string
  number: string
  state: 'announced' | 'partly-inspected' | 'closed' | 'cancelled'
  locationId: string
  locationCode: string
  /** `serials`: that left by its shipment, or by its order, and are not back. */
  lines: { line: number; itemId: string; sku: string; announced: number; serials: string[] }[]
  /** Shipments of this warehouse that it may have left by, the two first. */
  shipments: { shipmentId: string; externalId: string }[]
  /** Another return that this warehouse was told of under the same number, and was not told to forget. */
  sameNumber: string | null
}

/** All that is said of a return, at one moment. */
export async function findReturnToTell(
  db: Db,
  { organizationId, connection: { connectionId } }: Of,
  returnId: string,
): Promise<ReturnToTell | undefined> {
  const found = await sql<ReturnToTell>`
    select return_id, number, state, location_id, location.code as location_code, (
      select coalesce(jsonb_agg(jsonb_build_object(
        'line', line, 'itemId', item_id, 'sku', sku, 'announced', announced, 'serials', (
          select coalesce(jsonb_agg(serial order by serial), '[]') from serial
          join order_line on order_line.organization_id = serial.organization_id
            and order_line.line_id = serial.owner_id
          where serial.organization_id = ${organizationId} and serial.item_id = customer_return_line.item_id
            and serial.state = 'shipped' and order_line.order_id = coalesce(customer_return.order_id, (
              select order_id from shipment
              where shipment.organization_id = ${organizationId} and shipment_id = customer_return.shipment_id))
            and (customer_return.shipment_id is null or exists (
              select from parcel join parcel_line using (organization_id, parcel_id)
              where parcel.organization_id = ${organizationId} and parcel.shipment_id = customer_return.shipment_id
                and serial = any(parcel_line.serials)))
        )) order by line), '[]')
      from customer_return_line join item using (organization_id, item_id)
      where customer_return_line.organization_id = ${organizationId} and return_id = ${returnId}
    ) as lines, (
      select coalesce(jsonb_agg(jsonb_build_object('shipmentId', shipment_id, 'externalId', external_id)), '[]')
      from (
        select shipment_id, external_id from shipment
        where organization_id = ${organizationId} and warehouse_id = ${connectionId} and external_id is not null
          and case when customer_return.shipment_id is not null then shipment_id = customer_return.shipment_id
            else order_id = customer_return.order_id and state = 'shipped' end
        order by shipment_id
        limit 2
      ) as left_by
    ) as shipments, (
      select other.return_id from customer_return as other
      join errand on errand.organization_id = other.organization_id and errand.kind = 'announce-return'
        and errand.subject_id = other.return_id
      where other.organization_id = ${organizationId} and other.number = customer_return.number
        and other.return_id <> ${returnId} and errand.connection_id = ${connectionId} and errand.attempts > 0
        and (errand.state <> 'refused' or errand.in_doubt) and not exists (
          select from errand as back
          where back.organization_id = ${organizationId} and back.kind = 'withdraw-return'
            and back.subject_id = other.return_id and back.state = 'done' and back.error_code is null)
      limit 1
    ) as same_number
    from customer_return
    join location using (organization_id, location_id)
    where organization_id = ${organizationId} and return_id = ${returnId}`.execute(db)
  return found.rows[0]
}
