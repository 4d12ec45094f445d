import {
  Malformed,
  type Parcel,
  type WarehouseShipment,
  type WarehouseShipmentState,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { amount, id, instant, maybeId, maybeInstant, status, text } from '../envelope.ts'
import { codeOrElse, hubIdOf, placeOnScale } from '../map.ts'
import { type Package, toBaseUnits } from '../units.ts'

/** A request of the hub is an original order, under its own id; what leaves are the outbound containers (oLPNs) of it. */
export const order = z.object({
  OriginalOrderId: id,
  MinimumStatus: status,
  MaximumStatus: status,
  Cancelled: z.boolean().nullish(),
  OnHold: z.boolean().nullish(),
  OrderHold: z.array(z.object({ HoldTypeId: text })).nullish(),
  UpdatedTimestamp: instant,
})
export type Order = z.infer<typeof order>
export const ORDER_TEMPLATE = {
  OriginalOrderId: null,
  MinimumStatus: null,
  MaximumStatus: null,
  Cancelled: null,
  OnHold: null,
  OrderHold: { HoldTypeId: null },
  UpdatedTimestamp: null,
} as const

export const olpn = z.object({
  OlpnId: id,
  Status: status,
  TrackingNumber: text,
  CarrierId: text,
  ShippedDateTime: maybeInstant,
  UpdatedTimestamp: instant,
  OlpnDetail: z
    .array(
      z.object({
        ItemId: id,
        PackedQuantity: amount.nullish(),
        PickedQuantity: amount.nullish(),
        InitialQuantity: amount.nullish(),
        QuantityUomId: text,
        BatchNumber: maybeId,
        OriginalOrderId: maybeId,
        OriginalOrderLineId: maybeId,
        OlpnSerialNumber: z.array(z.object({ SerialNumber: id })).nullish(),
      }),
    )
    .nullish(),
})
export type Olpn = z.infer<typeof olpn>
export const OLPN_TEMPLATE = {
  OlpnId: null,
  Status: null,
  TrackingNumber: null,
  CarrierId: null,
  ShippedDateTime: null,
  UpdatedTimestamp: null,
  OlpnDetail: {
    ItemId: null,
    PackedQuantity: null,
    PickedQuantity: null,
    InitialQuantity: null,
    QuantityUomId: null,
    BatchNumber: null,
    OriginalOrderId: null,
    OriginalOrderLineId: null,
    OlpnSerialNumber: { SerialNumber: null },
  },
} as const

/** Statuses of orders and of oLPNs, as public clients name them. */
export const RELEASED = 1_000
export const SHIPPED = 8_000
export const CANCELLED = 9_000

/** What the maps must know beyond the rows: the base unit, and what the packages of items hold. */
export type UnitsOf = { base: string; packagesOf(item: string): readonly Package[] }

/** One request of the hub, with the containers that have something of it. */
export function toShipment(order: Order, olpns: readonly Olpn[], units: UnitsOf): WarehouseShipment {
  const { OriginalOrderId, UpdatedTimestamp } = order
  const places = olpns.map((each) => placeOnScale(each.Status, `oLPN ${each.OlpnId}`))
  const parcels = olpns
    .filter((_, at) => places[at] === SHIPPED)
    .map((each) => toParcel(each, OriginalOrderId, units))
    .filter(({ lines }) => lines.length > 0)
  const state = stateOf(order, {
    hasOpen: places.some((place) => place < SHIPPED),
    hasLeft: parcels.length > 0,
  })
  const hold = codeOrElse(order.OrderHold?.[0]?.HoldTypeId, 'on-hold')
  return {
    externalId: OriginalOrderId,
    shipmentId: hubIdOf(OriginalOrderId),
    version: Math.max(UpdatedTimestamp.getTime(), ...olpns.map((each) => each.UpdatedTimestamp.getTime())),
    state,
    problem: state === 'held' ? { code: hold, message: `Manhattan holds the order: ${hold}.` } : undefined,
    parcels,
  }
}

/**
 * Lines stand at different places; the order tells the least and the most of them. It has ended only once its containers
 * have too: what left is read from these, and they may be told later.
 */
function stateOf(
  order: Order,
  { hasOpen, hasLeft }: { hasOpen: boolean; hasLeft: boolean },
): WarehouseShipmentState {
  const what = `order ${order.OriginalOrderId}`
  const least = placeOnScale(order.MinimumStatus, what)
  const most = placeOnScale(order.MaximumStatus, what)
  for (const place of [least, most])
    if (place > SHIPPED && place !== CANCELLED)
      throw new Malformed(`${what} has a status that is none of Manhattan’s`, String(place))
  if (order.Cancelled === true || least >= SHIPPED) {
    if (hasOpen) return 'working'
    if (hasLeft) return 'shipped'
    return order.Cancelled === true || least === CANCELLED ? 'cancelled' : 'working'
  }
  if (order.OnHold === true) return 'held'
  return most > RELEASED || hasLeft ? 'working' : 'received'
}

function toParcel(olpn: Olpn, orderId: string, { base, packagesOf }: UnitsOf): Parcel {
  const { OlpnId, TrackingNumber, CarrierId, ShippedDateTime, UpdatedTimestamp, OlpnDetail } = olpn
  // One container may hold things of several orders.
  const own = (OlpnDetail ?? []).filter(({ OriginalOrderId }) => OriginalOrderId === orderId)
  return {
    externalId: OlpnId,
    carrier: CarrierId || undefined,
    trackingNumber: TrackingNumber || undefined,
    trackingUrl: undefined,
    shippedAt: ShippedDateTime ?? UpdatedTimestamp,
    lines: own.flatMap((detail) => {
      const told = detail.PackedQuantity ?? detail.PickedQuantity ?? detail.InitialQuantity
      if (told == null) throw new Malformed(`oLPN ${OlpnId} has an item and does not say how many`, '')
      const item = detail.ItemId
      const quantity = toBaseUnits(told, detail.QuantityUomId, { item, base, packages: packagesOf(item) })
      if (quantity === 0) return []
      const serials = (detail.OlpnSerialNumber ?? []).map(({ SerialNumber }) => SerialNumber)
      if (serials.length > quantity)
        throw new Malformed(`oLPN ${OlpnId} has more serial numbers than units`, '')
      return [
        {
          lineId: detail.OriginalOrderLineId ?? undefined,
          sku: item,
          quantity,
          lot: detail.BatchNumber ?? undefined,
          serials,
        },
      ]
    }),
  }
}
