import { sql } from 'kysely'
import { changeStockWithin } from '../availability/stock-changes.ts'
import type { SyncContext, Tx } from '../context.ts'

/**
 * Which units left, by their serial numbers, as parcels were told: the ledger, which knew only how many, learns which. What
 * it cannot take (a number that nobody knows, or one that is elsewhere) stays with the parcel, and is logged. One part of
 * the caller's transaction, after the movements of these parcels; done again it changes nothing.
 */
export async function tellSerials(
  context: SyncContext,
  tx: Tx,
  { parcelIds, actor }: { parcelIds: readonly string[]; actor: string },
): Promise<void> {
  if (parcelIds.length === 0) return
  const { organizationId, log } = context
  const found = await sql<{ key: string; lineId: string; serials: string[] }>`
    select 'parcel-serials:' || parcel_line.parcel_id || ':' || parcel_line.line_no as key, shipment_line.line_id,
      parcel_line.serials
    from parcel_line
    join shipment_line on shipment_line.organization_id = parcel_line.organization_id
      and shipment_line.shipment_line_id = parcel_line.shipment_line_id
    join item on item.organization_id = parcel_line.organization_id and item.item_id = shipment_line.item_id
    where parcel_line.organization_id = ${organizationId}
      and parcel_line.parcel_id = any(${sql.val([...parcelIds])}::uuid[])
      and item.tracking = 'serial' and cardinality(parcel_line.serials) > 0
    order by parcel_line.parcel_id, parcel_line.line_no`.execute(tx)
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
