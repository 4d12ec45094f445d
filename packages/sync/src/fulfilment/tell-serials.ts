import { sql } from 'kysely'
import { changeStockWithin } from '../availability/stock-changes.ts'
import type { SyncContext, Tx } from '../context.ts'

/**
 * Which units left, by their serial numbers, as parcels were told: the ledger, which knew only how many, learns which. What
 * it cannot take (a number that nobody knows, or one that is elsewhere) stays with the parcel, and is logged. Numbers of parts of a
 * kit are told with the parcel that makes it whole. One part of the caller's transaction, after the movements of the order's
 * parcels; done again it changes nothing.
 */
export async function tellSerials(
  context: SyncContext,
  tx: Tx,
  { orderId, actor }: { orderId: string; actor: string },
): Promise<void> {
  const { organizationId, log } = context
  const found = await sql<{ key: string; lineId: string; itemId: string; serials: string[] }>`
    select 'parcel-serials:' || parcel_line.parcel_id || ':' || parcel_line.line_no as key, shipment_line.line_id,
      shipment_line.item_id, parcel_line.serials
    from shipment
    join shipment_line using (organization_id, shipment_id)
    join parcel using (organization_id, shipment_id)
    join parcel_line on parcel_line.organization_id = parcel.organization_id
      and parcel_line.parcel_id = parcel.parcel_id
      and parcel_line.shipment_line_id = shipment_line.shipment_line_id
    join item on item.organization_id = parcel_line.organization_id and item.item_id = shipment_line.item_id
    where shipment.organization_id = ${organizationId} and shipment.order_id = ${orderId}
      and item.tracking = 'serial' and cardinality(parcel_line.serials) > 0
      and exists (
        select from unnest(parcel_line.serials) as told(serial)
        where not exists (
          select from serial
          where serial.organization_id = parcel_line.organization_id and serial.item_id = shipment_line.item_id
            and serial.serial = told.serial and serial.owner_id = shipment_line.line_id
        )
      )
    order by parcel.shipped_at, parcel_line.parcel_id, parcel_line.line_no`.execute(tx)
  if (found.rows.length === 0) return
  const outcomes = await changeStockWithin(
    context,
    tx,
    found.rows.map((row) => ({
      ...row,
      kind: 'tell-serials' as const,
      actor,
      reason: null,
      effectiveAt: undefined,
    })),
  )
  for (const outcome of outcomes)
    if (outcome.kind === 'refused')
      log.warn(
        { code: outcome.code, message: outcome.message },
        'serial numbers of a parcel are not known here',
      )
}
