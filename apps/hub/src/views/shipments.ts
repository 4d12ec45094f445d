import type { PickList, ShipmentDetail, ShipmentPage } from '@plimsoll/client'
import { findParcels, type PlaceWhy, type RoutingWhy } from '@plimsoll/orders'
import { findLocations } from '@plimsoll/stock'
import { findConnectionId, type SyncContext, syncProblem } from '@plimsoll/sync'
import { toPlaceAnswer } from './routing.ts'
import {
  findPickRows,
  findShipmentHeads,
  findShipmentLineViews,
  findShipmentPage,
  findTold,
  type ShipmentHead,
  type ShipmentQuery,
} from './shipments.store.ts'

/** `own` is asked for in place of a warehouse's name to see what your own people send. */
const OWN = 'own'
const HOUR_MS = 3_600_000

/** @throws SyncProblem for a warehouse that is not known */
export async function listShipments(
  context: SyncContext,
  {
    warehouse,
    olderThanHours,
    ...query
  }: Omit<ShipmentQuery, 'warehouseId' | 'before'> & {
    warehouse?: string | undefined
    olderThanHours?: number | undefined
  },
): Promise<ShipmentPage> {
  const { database, organizationId, clock } = context
  const warehouseId =
    warehouse === undefined
      ? undefined
      : warehouse === OWN
        ? null
        : await findConnectionId(context, warehouse)
  const before = olderThanHours === undefined ? undefined : new Date(clock.now() - olderThanHours * HOUR_MS)
  const page = await findShipmentPage(database.kysely, organizationId, { ...query, warehouseId, before })
  return {
    next: page.next,
    rows: page.rows.map(({ createdAt, heardAt, shipBy, ...row }) => ({
      ...row,
      createdAt: createdAt.toISOString(),
      heardAt: heardAt?.toISOString() ?? null,
      shipBy: shipBy?.toISOString() ?? null,
    })),
  }
}

/** @throws SyncProblem */
export async function getShipment(context: SyncContext, shipmentId: string): Promise<ShipmentDetail> {
  const [shipment] = await read(context, { shipmentId })
  if (shipment !== undefined) return shipment
  throw syncProblem('unknown-shipment', 'shipment', `There is no shipment ${shipmentId}.`)
}

export async function listShipmentsOf(context: SyncContext, orderId: string): Promise<ShipmentDetail[]> {
  return await read(context, { orderId })
}

/** What is to be taken from where, for the open shipments that a location sends itself. @throws SyncProblem */
export async function getPickList(context: SyncContext, code: string): Promise<PickList> {
  const { database, organizationId } = context
  const locations = await findLocations(database.kysely, organizationId)
  const location = locations.find((each) => each.code === code)
  if (location === undefined)
    throw syncProblem('unknown-location', 'location', `There is no location ${code}.`)
  const rows = await findPickRows(database.kysely, organizationId, location.locationId)
  const shipments = new Set(rows.flatMap((row) => row.shipments.map(({ shipmentId }) => shipmentId)))
  return { location: code, shipments: shipments.size, rows }
}

async function read(
  { database, organizationId }: SyncContext,
  of: { shipmentId: string } | { orderId: string },
): Promise<ShipmentDetail[]> {
  const db = database.kysely
  const heads = await findShipmentHeads(db, organizationId, of)
  const shipmentIds = heads.map(({ shipmentId }) => shipmentId)
  if (shipmentIds.length === 0) return []
  const [lines, parcels] = await Promise.all([
    findShipmentLineViews(db, organizationId, shipmentIds),
    findParcels(db, organizationId, shipmentIds),
  ])
  const told = await findTold(
    db,
    organizationId,
    parcels.map(({ parcelId }) => parcelId),
  )
  return heads.map((head) => ({
    ...head,
    because: toBecause(head),
    createdAt: head.createdAt.toISOString(),
    askedAt: head.askedAt?.toISOString() ?? null,
    heardAt: head.heardAt?.toISOString() ?? null,
    endedAt: head.endedAt?.toISOString() ?? null,
    lines: lines
      .filter(({ shipmentId }) => shipmentId === head.shipmentId)
      .map(({ shipmentId: _, ...line }) => line),
    parcels: parcels
      .filter(({ shipmentId }) => shipmentId === head.shipmentId)
      .map(({ parcelId, carrier, trackingNumber, trackingUrl, shippedAt, lines: packed }) => {
        const telling = told.find((each) => each.parcelId === parcelId)
        return {
          parcelId,
          carrier,
          trackingNumber,
          trackingUrl,
          shippedAt: shippedAt.toISOString(),
          lines: packed.map(({ sku, units, lot, serials, shipmentLineId }) => ({
            sku,
            units,
            lot,
            serials: [...serials],
            isAsked: shipmentLineId !== null,
          })),
          told:
            telling === undefined
              ? null
              : { state: telling.state, at: telling.at?.toISOString() ?? null, error: telling.error },
        }
      }),
  }))
}

/** Written by routing with the shipment: what is in it is of our own making. */
function toBecause({ because }: ShipmentHead): ShipmentDetail['because'] {
  if (because === null || !Array.isArray(because.places)) return { rules: null, why: null }
  const { rules, ...why } = because as unknown as RoutingWhy & { rules: number }
  const places = why.places.map((place: PlaceWhy) => toPlaceAnswer(place))
  return { rules, why: { ...why, places } }
}
