import type { ShipmentRow } from '@plimsoll/orders'
import { sql } from 'kysely'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { notify } from '../notify.ts'
import { insertErrands } from './errands.store.ts'

export type PlannedRow = ShipmentRow & {
  orderExternalId: string
  /** Nobody has said whether its channel holds it. */
  isHoldUnknown: boolean
}

/** Shipments of a channel's orders that were planned and that nobody has been told of, the oldest first. */
export async function findPlanned(
  { database, organizationId }: SyncContext,
  connectionId: string,
  limit: number,
): Promise<PlannedRow[]> {
  const found = await sql<PlannedRow>`
    select shipment.*, sales_order.external_id as order_external_id,
      sales_order.channel_holds is null as is_hold_unknown
    from shipment
    join sales_order using (organization_id, order_id)
    where organization_id = ${organizationId} and shipment.connection_id = ${connectionId}
      and shipment.state = 'planned'
    order by shipment.created_at, shipment_id
    limit ${limit}`.execute(database.kysely)
  return found.rows
}

/** It is known to whom it goes: our own people may send it, a warehouse of others is to be asked. */
export async function makeReady(
  context: SyncContext,
  tx: Tx,
  { shipmentId, warehouseId }: Pick<ShipmentRow, 'shipmentId' | 'warehouseId'>,
): Promise<void> {
  const { organizationId } = context
  const at = nowOf(context)
  const isOwn = warehouseId === null
  const ready = await sql<{ shipmentId: string }>`
    update shipment set state = ${isOwn ? 'received' : 'ready'}, version = version + 1,
      problem_code = null, problem = null,
      heard_at = case when ${isOwn} then ${at}::timestamptz else heard_at end
    where organization_id = ${organizationId} and shipment_id = ${shipmentId} and state = 'planned'
    returning shipment_id`.execute(tx)
  if (ready.rows.length === 0 || warehouseId === null) return
  await insertErrands(
    tx,
    context,
    [{ connectionId: warehouseId, kind: 'request-shipment', subjectId: shipmentId }],
    at,
  )
  await notify(tx, organizationId, { kind: 'lane', connectionIds: [warehouseId] })
}
