import {
  Malformed,
  type Parcel,
  type WarehouseShipment,
  type WarehouseShipmentState,
} from '@plimsoll/connector-kit'
import type { FulfillmentDetail, FulfillmentOrder, FulfillmentShipment } from './mcf-answers.ts'

/** What Amazon's words for an order of Multi-Channel Fulfilment mean. Pure. */

/** Words are compared without their case and what stands between: `CANCELLED_BY_SELLER`, `CancelledBySeller`. */
function keyOf(word: string): string {
  return word.toLowerCase().replaceAll(/[^a-z]/g, '')
}

/** Source: the model's `FulfillmentOrderStatus`. */
const states: Readonly<Record<string, WarehouseShipmentState>> = {
  new: 'received',
  received: 'received',
  // Nothing has been picked: it can be cancelled still.
  planning: 'received',
  processing: 'working',
  cancelled: 'cancelled',
  complete: 'shipped',
  completepartialled: 'shipped',
  unfulfillable: 'rejected',
  invalid: 'rejected',
}

const problems: Readonly<Record<string, string>> = {
  invalid: 'Amazon could not validate it: the address is not good, or too little of it can be sold.',
  unfulfillable: 'Amazon found nothing of it that could be sent.',
  completepartialled: 'Amazon sent a part; the rest was cancelled, or was not found.',
}

const HELD = { code: 'Hold', message: 'Amazon holds the order until somebody has it sent.' }

/** @throws Malformed for a status that is not documented */
export function stateOf({
  sellerFulfillmentOrderId,
  fulfillmentOrderStatus: status,
}: FulfillmentOrder): WarehouseShipmentState {
  const key = keyOf(status)
  const state = Object.hasOwn(states, key) ? states[key] : undefined
  if (state === undefined)
    throw new Malformed(`order ${sellerFulfillmentOrderId} has a status that is not documented`, status)
  return state
}

/** True where parcels may have left: the order's own words do not tell them. */
export function mayHaveParcels(order: FulfillmentOrder): boolean {
  const state = stateOf(order)
  return state === 'working' || state === 'shipped' || state === 'cancelled'
}

/** @param detail undefined: of one that has no parcels yet */
export function toShipment(
  order: FulfillmentOrder,
  detail: FulfillmentDetail | undefined,
): WarehouseShipment {
  const key = keyOf(order.fulfillmentOrderStatus)
  const parcels = (detail?.fulfillmentShipments ?? []).flatMap((each) => toParcels(each, order))
  const state = judge(order, detail, parcels)
  const message = problems[key]
  return {
    externalId: order.sellerFulfillmentOrderId,
    shipmentId: hubIdOf(order.sellerFulfillmentOrderId),
    // A parcel that leaves while others are picked changes the order and not its `statusUpdatedDate`.
    version: undefined,
    state,
    problem:
      state === 'held'
        ? HELD
        : message === undefined || state === 'working'
          ? undefined
          : { code: order.fulfillmentOrderStatus, message },
    parcels,
  }
}

function judge(
  order: FulfillmentOrder,
  detail: FulfillmentDetail | undefined,
  parcels: readonly Parcel[],
): WarehouseShipmentState {
  const state = stateOf(order)
  if (state === 'received') {
    if (parcels.length > 0) return 'working'
    return keyOf(order.fulfillmentAction ?? '') === 'hold' ? 'held' : 'received'
  }
  // Cancelled when a part had left.
  if ((state === 'cancelled' || state === 'rejected') && parcels.length > 0) return 'shipped'
  if (state !== 'shipped') return state
  const isWhole = keyOf(order.fulfillmentOrderStatus) === 'complete'
  const due = (detail?.fulfillmentOrderItems ?? []).reduce(
    (sum, each) => sum + each.quantity - (each.cancelledQuantity ?? 0) - (each.unfulfillableQuantity ?? 0),
    0,
  )
  const sent = parcels.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0)
  // Ended before its parcels are told, it would be sent once more from elsewhere.
  return parcels.length === 0 || (isWhole && sent < due) ? 'working' : 'shipped'
}

const hubId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Undefined for orders that others made. */
export function hubIdOf(sellerFulfillmentOrderId: string): string | undefined {
  return hubId.test(sellerFulfillmentOrderId) ? sellerFulfillmentOrderId : undefined
}

/** The packages of a shipment leave together. @throws Malformed for a status that is not documented */
function toParcels(shipment: FulfillmentShipment, { statusUpdatedDate }: FulfillmentOrder): Parcel[] {
  const { amazonShipmentId, fulfillmentShipmentStatus: status } = shipment
  switch (keyOf(status)) {
    case 'shipped':
      break
    case 'pending':
    case 'cancelledbyfulfiller':
    case 'cancelledbyseller':
      return []
    default:
      throw new Malformed(`shipment ${amazonShipmentId} has a status that is not documented`, status)
  }
  const packages = shipment.fulfillmentShipmentPackage ?? []
  const [first] = packages
  const known = new Set(packages.map(({ packageNumber }) => packageNumber))
  // Units that name no package of it are in the first: that they left is told all the same.
  const numberOf = (number: number | null | undefined) =>
    number !== null && number !== undefined && known.has(number) ? number : first?.packageNumber
  const items = shipment.fulfillmentShipmentItem.filter(({ quantity }) => quantity > 0)
  const byPackage = Map.groupBy(items, ({ packageNumber }) => numberOf(packageNumber))
  return [...byPackage].map(([number, own]) => {
    const box = packages.find(({ packageNumber }) => packageNumber === number)
    return {
      externalId: number === undefined ? amazonShipmentId : `${amazonShipmentId}/${number}`,
      carrier: box?.carrierCode || undefined,
      trackingNumber: box?.trackingNumber || box?.amazonFulfillmentTrackingNumber || undefined,
      trackingUrl: undefined,
      shippedAt: new Date(shipment.shippingDate ?? statusUpdatedDate),
      lines: own.map(({ sellerSku, sellerFulfillmentOrderItemId: item, quantity, serialNumber }) => ({
        lineId: item === null || item === undefined ? undefined : hubIdOf(item),
        sku: sellerSku,
        quantity,
        lot: undefined,
        serials: serialNumber ? [serialNumber] : [],
      })),
    }
  })
}

/** Amazon's number of the package, where its own pages are needed to follow it. */
export function packageToFollow({ externalId, carrier, trackingNumber }: Parcel): number | undefined {
  const isAmazons = /^(amzn|amazon|swa)/i.test(carrier ?? '') || /^TBA/i.test(trackingNumber ?? '')
  const number = Number(/\/(\d+)$/.exec(externalId)?.[1] ?? Number.NaN)
  return (trackingNumber === undefined || isAmazons) && number > 0 ? number : undefined
}
