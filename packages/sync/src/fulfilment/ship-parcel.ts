import { inTransaction } from '@plimsoll/database'
import { findParcels, isOpen } from '@plimsoll/orders'
import { refuse } from '@plimsoll/stock'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { applyHeard } from './hear.ts'
import { checkPacked, isSameParcel, type PackedLine } from './pack-parcel.ts'
import { findPackedItems } from './shipment-actions.store.ts'
import { refuseVersion, takeShipment } from './shipment-actions.ts'

export type NewParcel = {
  /** The caller's: under the same key the same parcel is recorded once. */
  key: string
  carrier: string | null
  trackingNumber: string | null
  trackingUrl: string | null
  lines: readonly PackedLine[]
  /** Nothing else leaves by this shipment: what is missing is given up. */
  isLast: boolean
  version: number | undefined
  actor: string
}

export type ParcelOutcome =
  | { kind: 'refused'; refusal: ReturnType<typeof refuse> }
  | { kind: 'shipped' | 'repeated'; shipmentId: string; orderId: string }

/**
 * A parcel has left from one of our own locations. It is told as a warehouse would tell it, so movements, what channels
 * show and what they are told of follow alike.
 * @throws SyncProblem
 */
export async function shipParcel(
  context: SyncContext,
  shipmentId: string,
  parcel: NewParcel,
): Promise<ParcelOutcome> {
  return await inTransaction(context.database, async (tx): Promise<ParcelOutcome> => {
    const { organizationId } = context
    const { hand, shipment } = await takeShipment(context, tx, shipmentId)
    const { orderId, number } = shipment
    const parcels = await findParcels(tx, organizationId, [shipmentId])
    const known = parcels.find(({ externalId }) => externalId === parcel.key)
    if (known !== undefined) {
      if (isSameParcel(parcel.lines, known.lines)) return { kind: 'repeated', shipmentId, orderId }
      const message = 'A parcel with other contents was recorded under this key.'
      return { kind: 'refused', refusal: refuse('key-reused', 'Idempotency-Key', message) }
    }
    if (shipment.warehouseId !== null)
      throw syncProblem(
        'not-own-shipment',
        'shipment',
        `${number} is sent by its warehouse, which says what left.`,
      )
    if (parcel.version !== undefined && parcel.version !== shipment.version)
      return { kind: 'refused', refusal: refuseVersion(shipment, parcel.version) }
    if (!isOpen(shipment.state))
      throw syncProblem('shipment-ended', 'shipment', `Shipment ${number} is ${shipment.state}.`)
    const own = hand.shipmentLines.filter((line) => line.shipmentId === shipmentId)
    const open = new Map<string, number>()
    for (const { itemId, units, shipped, givenUp } of own)
      open.set(itemId, (open.get(itemId) ?? 0) + units - shipped - givenUp)
    const items = await findPackedItems(tx, organizationId, shipmentId)
    const packed = checkPacked(parcel.lines, items, open)
    if (packed.kind === 'wrong') throw syncProblem('invalid-parcel', packed.field, packed.message)
    const packedUnits = packed.lines.reduce((sum, { units }) => sum + units, 0)
    const openUnits = [...open.values()].reduce((sum, units) => sum + units, 0)
    const { carrier, trackingNumber, trackingUrl } = parcel
    await applyHeard(context, tx, {
      shipmentId,
      actor: parcel.actor,
      heard: {
        state: parcel.isLast || packedUnits === openUnits ? 'shipped' : 'working',
        externalId: null,
        version: null,
        problem: null,
        parcels: [
          {
            externalId: parcel.key,
            carrier,
            trackingNumber,
            trackingUrl,
            shippedAt: nowOf(context),
            lines: packed.lines,
          },
        ],
      },
    })
    return { kind: 'shipped', shipmentId, orderId }
  })
}
