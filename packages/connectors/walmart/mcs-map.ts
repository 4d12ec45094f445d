import { createHash } from 'node:crypto'
import {
  Malformed,
  type Parcel,
  type WarehouseShipment,
  type WarehouseShipmentState,
} from '@plimsoll/connector-kit'
import type { FulfilmentOrder } from './mcs-answers.ts'

/** What Walmart's words for an order of another channel mean. Pure. */

/** `sellerOrderId` has 18 characters, the hub's ids 36: this is made of one, always the same. */
export const REFERENCE_MAX = 18
export function sellerOrderIdOf(shipmentId: string): string {
  const digest = createHash('sha256').update(shipmentId).digest().subarray(0, 10)
  return `P${BigInt(`0x${digest.toString('hex')}`)
    .toString(36)
    .toUpperCase()
    .padStart(16, '0')}`
}

type Meaning = 'received' | 'working' | 'left' | 'cancelled'

/** Of orders, of their lines' units and of their shipments alike. No list of them is published. */
const meanings: Readonly<Record<string, Meaning>> = {
  CREATED: 'received',
  ACKNOWLEDGED: 'received',
  PROCESSING: 'working',
  PARTIALLYSHIPPED: 'working',
  SHIPPED: 'left',
  INTRANSIT: 'left',
  OUTFORDELIVERY: 'left',
  DELIVERED: 'left',
  CANCELLED: 'cancelled',
  CANCELED: 'cancelled',
}

/** @throws Malformed for a word that is in no document */
function meaningOf(word: string, { sellerOrderId }: FulfilmentOrder): Meaning {
  const key = word.toUpperCase().replaceAll(/[^A-Z]/g, '')
  const meaning = Object.hasOwn(meanings, key) ? meanings[key] : undefined
  if (meaning === undefined)
    throw new Malformed(`order ${sellerOrderId} has a status that is not documented`, word)
  return meaning
}

/** Units of a line that nobody has begun with or may still send, as its states say; all of them where they say nothing. */
export function openUnitsOf(order: FulfilmentOrder): number[] {
  return order.orderLines.map(({ orderedQty, orderLineQuantityInfo }) => {
    const told = orderLineQuantityInfo ?? []
    if (told.length === 0) return orderedQty.measurementValue
    return told
      .filter(({ status }) => ['received', 'working'].includes(meaningOf(status, order)))
      .reduce((sum, { statusQuantity }) => sum + statusQuantity.measurementValue, 0)
  })
}

/**
 * @param asked the lines as they were asked for: Walmart names them by their place among them
 * @throws Malformed where parcels have left and nobody says of what
 */
export function toShipment(
  order: FulfilmentOrder,
  {
    shipmentId,
    asked,
  }: { shipmentId: string; asked: readonly { lineId: string; sku: string }[] | undefined },
): WarehouseShipment {
  const parcels = toParcels(order, asked)
  const state = judge(order, parcels)
  const shortUnits = sumOf(order, 'cancelled')
  return {
    externalId: order.sellerOrderId,
    shipmentId,
    version: undefined,
    state,
    problem:
      state === 'shipped' && shortUnits > 0
        ? { code: 'CANCELLED', message: `Walmart did not send ${shortUnits} of its units.` }
        : undefined,
    parcels,
  }
}

function sumOf(order: FulfilmentOrder, wanted: Meaning): number {
  return order.orderLines
    .flatMap(({ orderLineQuantityInfo }) => orderLineQuantityInfo ?? [])
    .filter(({ status }) => meaningOf(status, order) === wanted)
    .reduce((sum, { statusQuantity }) => sum + statusQuantity.measurementValue, 0)
}

function judge(order: FulfilmentOrder, parcels: readonly Parcel[]): WarehouseShipmentState {
  const ofOrder = meaningOf(order.status, order)
  const sent = parcels.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0)
  const hasLines = order.orderLines.some(
    ({ orderLineQuantityInfo }) => (orderLineQuantityInfo ?? []).length > 0,
  )
  if (!hasLines) {
    if (ofOrder === 'left') return sent > 0 ? 'shipped' : 'working'
    return ofOrder === 'received' && sent > 0 ? 'working' : ofOrder
  }
  const open = sumOf(order, 'received') + sumOf(order, 'working')
  if (open > 0)
    return sumOf(order, 'working') > 0 || sumOf(order, 'left') > 0 || sent > 0 ? 'working' : 'received'
  const left = sumOf(order, 'left')
  if (left === 0 && sent === 0) return 'cancelled'
  // Ended before its parcels are told, it would be sent once more from elsewhere.
  return sent < left ? 'working' : 'shipped'
}

function toParcels(
  order: FulfilmentOrder,
  asked: readonly { lineId: string; sku: string }[] | undefined,
): Parcel[] {
  const { sellerOrderId } = order
  return (order.shipments ?? [])
    .filter(({ status }) => meaningOf(status, order) === 'left')
    .map((shipment): Parcel => {
      const { packageId, shipmentNo, trackingNo, actualShipmentDate, lastModified } = shipment
      const externalId = packageId || shipmentNo || trackingNo
      if (!externalId) throw new Malformed(`order ${sellerOrderId} has a shipment without any number`, '')
      const shippedAt = new Date(actualShipmentDate || lastModified || Number.NaN)
      if (Number.isNaN(shippedAt.getTime()))
        throw new Malformed(`shipment ${externalId} of ${sellerOrderId} says not when it left`, '')
      return {
        externalId,
        carrier: shipment.carrierDescription || shipment.scac || undefined,
        trackingNumber: trackingNo || undefined,
        trackingUrl: shipment.externalTrackingURL || undefined,
        shippedAt,
        lines: (shipment.shipmentLines ?? [])
          .filter(({ quantity }) => quantity.measurementValue > 0)
          .map(({ fulfillerLineId, quantity }) => {
            const line = /^[1-9]\d*$/.test(fulfillerLineId) ? asked?.[Number(fulfillerLineId) - 1] : undefined
            if (line === undefined)
              throw new Malformed(
                `line ${fulfillerLineId.slice(0, 20)} of ${sellerOrderId} was not asked for`,
                '',
              )
            return {
              lineId: line.lineId,
              sku: line.sku,
              quantity: quantity.measurementValue,
              lot: undefined,
              serials: [],
            }
          }),
      }
    })
}
