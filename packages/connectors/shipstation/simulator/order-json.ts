import type { FloorParcel, FloorRequest, WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import { toPacific } from '../pacific.ts'

/** What V1 shows of an order: each parcel that left is a label. */

/** What an order was made with, beyond what the floor knows; given back as it came. */
export type OrderDetails = { storeId: number; body: Readonly<Record<string, unknown>> }

export const MANUAL_STORE = 40_001

export function detailsOf({ details }: FloorRequest): OrderDetails {
  const { storeId, body } = details as Partial<OrderDetails>
  return { storeId: storeId ?? MANUAL_STORE, body: body ?? {} }
}

export function toOrderJson(floor: WarehouseFloor, request: FloorRequest) {
  const { storeId, body } = detailsOf(request)
  const { recipient } = request
  return {
    ...body,
    orderId: request.id,
    orderKey: request.reference,
    orderNumber: request.number,
    orderStatus: statusOf(request),
    createDate: pacific(request.receivedAtMs),
    modifyDate: pacific(request.changedAtMs),
    shipTo: {
      name: recipient.name,
      company: recipient.company ?? null,
      street1: recipient.addressLines[0] ?? '',
      street2: recipient.addressLines[1] ?? null,
      city: recipient.city,
      state: recipient.region ?? null,
      postalCode: recipient.postalCode ?? null,
      country: recipient.country,
    },
    // Whose it is to send.
    userId: request.state === 'working' ? 'b1c6f6b8-0000-4000-8000-000000000001' : null,
    items: request.lines.map((line) => ({
      orderItemId: itemId(request, line),
      lineItemKey: line.reference ?? null,
      sku: line.sku,
      name: floor.item(line.sku)?.title ?? line.sku,
      quantity: line.quantity - line.dropped,
    })),
    advancedOptions: {
      warehouseId: Number(request.facilityId),
      storeId,
      mergedOrSplit: false,
      mergedIds: [],
      parentId: null,
    },
  }
}

function statusOf({ state }: FloorRequest): string {
  switch (state) {
    case 'received':
    case 'working':
      return 'awaiting_shipment'
    case 'held':
      return 'on_hold'
    case 'shipped':
      return 'shipped'
    case 'cancelled':
    case 'rejected':
      return 'cancelled'
  }
}

function itemId({ id }: FloorRequest, line: { id: number }): number {
  return id * 1_000 + line.id
}

export function toLabelJson(request: FloorRequest, parcel: FloorParcel) {
  const byLine = Map.groupBy(parcel.lines, ({ lineId }) => lineId)
  return {
    shipmentId: request.id * 1_000 + parcel.id,
    orderId: request.id,
    orderKey: request.reference,
    orderNumber: request.number,
    createDate: pacific(parcel.shippedAtMs),
    shipDate: pacific(parcel.shippedAtMs).slice(0, 10),
    trackingNumber: parcel.trackingNumber,
    carrierCode: parcel.carrier.toLowerCase(),
    serviceCode: 'ups_ground',
    warehouseId: Number(request.facilityId),
    isReturnLabel: false,
    voided: false,
    voidDate: null,
    shipTo: { name: request.recipient.name, city: request.recipient.city },
    shipmentItems: [...byLine].map(([lineId, own]) => ({
      orderItemId: itemId(request, { id: lineId }),
      lineItemKey: own[0]?.reference ?? null,
      sku: own[0]?.sku ?? '',
      quantity: own.reduce((sum, { quantity }) => sum + quantity, 0),
    })),
  }
}

/** By the clocks of Los Angeles, with seven digits behind the seconds. */
export function pacific(ms: number): string {
  return `${toPacific(new Date(ms))}.${String(ms % 1_000).padStart(3, '0')}0000`
}
