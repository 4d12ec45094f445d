import {
  type FloorLine,
  type FloorParcel,
  type FloorRequest,
  openUnits,
} from '@plimsoll/connector-kit/simulator'
import { connection, idOf, iso, type ListArgs } from './connection.ts'

/** What ShipHero shows of an order: each parcel that left is a shipment with one label. */

/** What an order was made with, beyond what the floor knows. */
export type OrderDetails = { shopName: string; orderDate: string }

export function detailsOf({ details, receivedAtMs }: FloorRequest): OrderDetails {
  const { shopName, orderDate } = details as Partial<OrderDetails>
  // Put on the floor by hand, it is as if it came from here.
  return { shopName: shopName ?? 'plimsoll', orderDate: orderDate ?? iso(receivedAtMs) }
}

export function toOrder(request: FloorRequest) {
  const { shopName, orderDate } = detailsOf(request)
  return {
    id: idOf('Order', request.id),
    legacy_id: request.id,
    order_number: request.number,
    partner_order_id: request.reference,
    shop_name: shopName,
    fulfillment_status: statusOf(request),
    order_date: orderDate,
    holds: {
      fraud_hold: false,
      payment_hold: false,
      operator_hold: isHeldBy(request, 'operator'),
      address_hold: isHeldBy(request, 'address'),
      client_hold: false,
      shipping_method_hold: false,
    },
    line_items: (args: ListArgs) =>
      connection(
        request.lines.map((line) => toLine(request, line)),
        args,
      ),
    shipments: request.parcels.map((parcel) => toShipment(request, parcel)),
  }
}

function statusOf({ state }: FloorRequest): string {
  if (state === 'shipped') return 'fulfilled'
  return state === 'cancelled' || state === 'rejected' ? 'canceled' : 'pending'
}

/** What lacks stock is not held: it is backordered. */
function isHeldBy({ state, problem }: FloorRequest, hold: 'operator' | 'address'): boolean {
  if (state !== 'held' || problem?.code === 'out-of-stock') return false
  return (problem?.code === 'address') === (hold === 'address')
}

export function lineId(request: FloorRequest, { id }: { id: number }): string {
  return idOf('LineItem', request.id * 1_000 + id)
}

function toLine(request: FloorRequest, line: FloorLine) {
  const open = openUnits(line)
  const isBackordered = request.state === 'held' && request.problem?.code === 'out-of-stock'
  const left = request.parcels.flatMap(({ lines }) => lines.filter(({ lineId: id }) => id === line.id))
  const lots = [...new Set(left.flatMap(({ lot }) => lot ?? []))]
  return {
    id: lineId(request, line),
    sku: line.sku,
    partner_line_item_id: line.reference ?? String(line.id),
    quantity: line.quantity - line.dropped,
    quantity_pending_fulfillment: open,
    quantity_shipped: line.shipped,
    quantity_allocated: isBackordered ? 0 : open,
    backorder_quantity: isBackordered ? open : 0,
    fulfillment_status: open === 0 ? 'fulfilled' : 'pending',
    serial_numbers: left.flatMap(({ serials }) => serials).map((serial_number) => ({ serial_number })),
    shipped_line_item_lots: lots.map((lot_name) => ({ lot_name })),
    tote_picks:
      request.state === 'working' && open > 0
        ? [{ quantity: open, picked_quantity: request.isPicked ? open : 0 }]
        : [],
  }
}

function toShipment(request: FloorRequest, parcel: FloorParcel) {
  const number = request.id * 1_000 + parcel.id
  const labelId = idOf('ShippingLabel', number)
  const bySku = Map.groupBy(parcel.lines, ({ lineId: id }) => id)
  const lines = [...bySku].map(([id, own]) => ({
    id: idOf('ShippedLineItem', number * 1_000 + id),
    line_item_id: lineId(request, { id }),
    quantity: own.reduce((sum, { quantity }) => sum + quantity, 0),
    shipment_id: idOf('Shipment', number),
    shipping_label_id: labelId,
  }))
  return {
    id: idOf('Shipment', number),
    legacy_id: number,
    order_id: idOf('Order', request.id),
    warehouse_id: request.facilityId,
    created_date: iso(parcel.shippedAtMs),
    completed: true,
    refunded: false,
    picked_up: false,
    delivered: false,
    shipping_labels: [
      {
        id: labelId,
        tracking_number: parcel.trackingNumber,
        carrier: parcel.carrier,
        shipping_method: 'Ground',
        status: 'active',
        refunded: false,
        created_date: iso(parcel.shippedAtMs),
      },
    ],
    line_items: (args: ListArgs) => connection(lines, args),
  }
}
