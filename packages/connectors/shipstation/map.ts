import {
  type ExternalCount,
  type ExternalListing,
  Malformed,
  type Parcel,
  type WarehouseShipment,
  type WarehouseShipmentState,
} from '@plimsoll/connector-kit'
import type { z } from 'zod'
import type { Fulfillment, InventoryRow, LabelShipment, Order, product } from './answers.ts'

/** ShipStation's shapes and what they mean. Pure. */

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The hub's id, where a key is one; what others made says nothing to it. */
export function hubIdOf(key: string | null | undefined): string | undefined {
  return key != null && uuid.test(key) ? key : undefined
}

export function toListing({ productId, sku, name, upc, active }: z.infer<typeof product>): ExternalListing {
  return {
    externalId: String(productId),
    sku: sku || undefined,
    barcode: upc || undefined,
    title: name ?? '',
    stockUnitId: String(productId),
    tracked: true,
    fulfilledBy: 'platform',
    sellsBeyondZero: false,
    state: active === false ? 'inactive' : 'active',
  }
}

/** What lies there beyond what is free and what orders have cannot be sent: held. What is on its way it does not say here. */
export function toCount(
  { on_hand, allocated, available }: InventoryRow,
  key: { stockUnitId: string; locationId: string },
): ExternalCount {
  return {
    ...key,
    available: Math.max(0, available),
    held: Math.max(0, on_hand - Math.max(0, allocated ?? 0) - Math.max(0, available)),
    incoming: 0,
    countedAt: undefined,
    onHand: on_hand,
  }
}

/** What is known of what left of an order. */
export type Left = { labels: readonly LabelShipment[]; fulfillments: readonly Fulfillment[] }

export function toShipment(order: Order, left: Left): WarehouseShipment {
  const parcels = toParcels(order, left)
  const { state, problem } = stateOf(order, parcels.length > 0)
  return {
    externalId: String(order.orderId),
    shipmentId: hubIdOf(order.orderKey),
    version: undefined,
    state,
    problem,
    parcels,
  }
}

type State = { state: WarehouseShipmentState; problem: WarehouseShipment['problem'] }

/** Statuses: docs.shipstation.com, V1, order model. Somebody who has the order as theirs works on it. */
function stateOf({ orderId, orderStatus, userId, advancedOptions }: Order, hasLeft: boolean): State {
  const held = (code: string, message: string): State => ({ state: 'held', problem: { code, message } })
  // What leaves of the others that it was made into is theirs, and cannot be told of this one.
  if (advancedOptions?.mergedOrSplit === true && orderStatus !== 'cancelled')
    return held(
      'merged-or-split',
      'Somebody merged or split the order in ShipStation: what leaves is not told.',
    )
  switch (orderStatus) {
    case 'awaiting_shipment':
      return { state: hasLeft || userId ? 'working' : 'received', problem: undefined }
    case 'pending_fulfillment':
      return { state: 'working', problem: undefined }
    case 'awaiting_payment':
    case 'on_hold':
    case 'rejected_fulfillment':
      return held(orderStatus, `ShipStation shows ${orderStatus.replaceAll('_', ' ')}.`)
    case 'shipped':
      if (hasLeft) return { state: 'shipped', problem: undefined }
      return held('shipped-without-label', 'ShipStation calls it shipped and has no label of it.')
    case 'cancelled':
      // What left of it has left; the rest never will.
      return { state: hasLeft ? 'shipped' : 'cancelled', problem: undefined }
    default:
      throw new Malformed(
        `order ${orderId} has a status that ShipStation never documented`,
        orderStatus.slice(0, 100),
      )
  }
}

/** Labels that stand, first the oldest. */
export function liveLabels(labels: readonly LabelShipment[]): LabelShipment[] {
  return labels
    .filter(({ voided, isReturnLabel }) => voided !== true && isReturnLabel !== true)
    .toSorted((one, other) => one.shipmentId - other.shipmentId)
}

/**
 * Each label is a parcel. A label more is often printed for a box that has one already: no line ever leaves with more units
 * than the order has of it. An order that was marked as shipped has no label: all of it left then.
 */
function toParcels(order: Order, { labels, fulfillments }: Left): Parcel[] {
  const items = (order.items ?? []).filter(({ quantity }) => quantity > 0)
  const open = new Map(items.map((item) => [item, item.quantity]))
  const take = (
    wanted: {
      orderItemId?: number | null | undefined
      lineItemKey?: string | null | undefined
      sku?: string | null | undefined
    },
    units: number,
  ) => {
    const item =
      items.find((each) => each.orderItemId != null && each.orderItemId === wanted.orderItemId) ??
      items.find((each) => each.lineItemKey && each.lineItemKey === wanted.lineItemKey) ??
      items.find((each) => each.sku && each.sku === wanted.sku && (open.get(each) ?? 0) > 0)
    if (item === undefined) return undefined
    const quantity = Math.min(units, open.get(item) ?? 0)
    open.set(item, (open.get(item) ?? 0) - quantity)
    if (quantity === 0) return undefined
    if (!item.sku) throw new Malformed(`order ${order.orderId} has units of nothing that has a SKU`, '')
    return { lineId: hubIdOf(item.lineItemKey), sku: item.sku, quantity, lot: undefined, serials: [] }
  }
  const live = liveLabels(labels)
  const isAnyItemized = live.some(({ shipmentItems }) => (shipmentItems ?? []).length > 0)
  const all = () => items.map((item) => ({ ...item, quantity: open.get(item) ?? 0 }))
  const parcels = live.map(
    (label): Parcel => ({
      externalId: String(label.shipmentId),
      carrier: label.carrierCode || undefined,
      trackingNumber: label.trackingNumber || undefined,
      trackingUrl: undefined,
      shippedAt: label.createDate,
      // Without a word on what is in any of them, the first has it all.
      lines: (isAnyItemized ? (label.shipmentItems ?? []) : all()).flatMap(
        (each) => take(each, each.quantity) ?? [],
      ),
    }),
  )
  const marked = fulfillments.filter(({ voidDate }) => !voidDate)
  const [first] = marked
  if (live.length === 0 && first !== undefined && order.orderStatus === 'shipped') {
    parcels.push({
      externalId: `fulfillment-${first.fulfillmentId}`,
      carrier: first.carrierCode || undefined,
      trackingNumber: first.trackingNumber || undefined,
      trackingUrl: undefined,
      shippedAt: first.createDate,
      lines: all().flatMap((each) => take(each, each.quantity) ?? []),
    })
  }
  return parcels.filter(({ lines }) => lines.length > 0)
}

/** Whether these labels account for every unit of the order. */
export function isAllLabelled({ items }: Order, labels: readonly LabelShipment[]): boolean {
  const sum = (rows: readonly { quantity: number }[]) =>
    rows.reduce((total, { quantity }) => total + quantity, 0)
  return sum(liveLabels(labels).flatMap(({ shipmentItems }) => shipmentItems ?? [])) >= sum(items ?? [])
}
