import type { Tx } from '@plimsoll/database'
import type { ReservationRow } from '@plimsoll/stock'
import { sql } from 'kysely'

/** Units of an order line that left a place from a lot, as a parcel said it. */
export type ToldLot = { lineId: string; itemId: string; locationId: string; lotId: string; units: number }

/** Of all parcels of these order lines, the earliest first. */
export async function findToldLots(
  tx: Tx,
  organizationId: string,
  lineIds: readonly string[],
): Promise<ToldLot[]> {
  if (lineIds.length === 0) return []
  const found = await sql<ToldLot>`
    select shipment_line.line_id, shipment_line.item_id, shipment.location_id, lot.lot_id, parcel_line.units
    from shipment_line
    join shipment using (organization_id, shipment_id)
    join parcel using (organization_id, shipment_id)
    join parcel_line on parcel_line.organization_id = parcel.organization_id
      and parcel_line.parcel_id = parcel.parcel_id
      and parcel_line.shipment_line_id = shipment_line.shipment_line_id
    join lot on lot.organization_id = shipment_line.organization_id and lot.item_id = shipment_line.item_id
      and lot.code = parcel_line.lot
    where shipment_line.organization_id = ${organizationId}
      and shipment_line.line_id = any(${sql.val([...lineIds])}::uuid[])
    order by parcel.shipped_at, parcel.parcel_id, parcel_line.line_no`.execute(tx)
  return found.rows
}

/** What parcels said of lots that an order line's rows do not have as shipped from them: parts of what is not whole. Pure. */
export function notBooked(told: readonly ToldLot[], rows: readonly ReservationRow[]): ToldLot[] {
  const keyOf = (at: { itemId: string; locationId: string; lotId: string }) =>
    `${at.itemId} ${at.locationId} ${at.lotId}`
  const booked = new Map(rows.map((row) => [keyOf(row), row.shipped]))
  return told.flatMap((each) => {
    const known = Math.min(each.units, booked.get(keyOf(each)) ?? 0)
    booked.set(keyOf(each), (booked.get(keyOf(each)) ?? 0) - known)
    return known === each.units ? [] : [{ ...each, units: each.units - known }]
  })
}

/**
 * Lots that units of a line leave a place from: what was just told of it, then what was told before of units that are not booked yet,
 * the latest first. Pure.
 * @param byParcels base units of an item that had left a place by parcels before
 */
export function lotsToLeave(
  { fresh, before }: { fresh: readonly ToldLot[]; before: readonly ToldLot[] },
  rows: readonly ReservationRow[],
  locationId: string,
  byParcels: (itemId: string, locationId: string) => number,
): ToldLot[] {
  const room = new Map<string, number>()
  const earlier = notBooked(before, rows)
    .filter((each) => each.locationId === locationId)
    .reverse()
    .flatMap((each) => {
      const shipped = rows
        .filter((row) => row.itemId === each.itemId && row.locationId === locationId)
        .reduce((sum, row) => sum + row.shipped, 0)
      const left = room.get(each.itemId) ?? Math.max(0, byParcels(each.itemId, locationId) - shipped)
      const units = Math.min(each.units, left)
      room.set(each.itemId, left - units)
      return units === 0 ? [] : [{ ...each, units }]
    })
  return [...fresh, ...earlier]
}
