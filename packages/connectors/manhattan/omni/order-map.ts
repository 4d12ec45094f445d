import {
  Malformed,
  type Parcel,
  type WarehouseShipment,
  type WarehouseShipmentState,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { amount, id, instant, maybeId, maybeInstant, status, text } from '../envelope.ts'
import { codeOrElse, hubIdOf, placeOnScale } from '../map.ts'
import { toBaseUnits } from '../units.ts'
import type { UnitsOf } from '../wm/order-map.ts'

/** A request of the hub is an order, under its own id; what left stands at its lines, as what fulfilled them. */
const fulfilment = z.object({
  PackageId: maybeId,
  TrackingNumber: text,
  CarrierCode: text,
  Quantity: amount,
  UOM: text,
  StatusId: status,
  FulfilledTimestamp: maybeInstant,
  BatchNumber: maybeId,
  SerialNumber: maybeId,
})
export const order = z.object({
  OrderId: id,
  MinFulfillmentStatusId: status,
  MaxFulfillmentStatusId: status,
  IsCancelled: z.boolean().nullish(),
  IsOnHold: z.boolean().nullish(),
  OrderHold: z.array(z.object({ HoldTypeId: text })).nullish(),
  UpdatedTimestamp: instant,
  OrderLine: z
    .array(z.object({ OrderLineId: id, ItemId: id, FulfillmentDetail: z.array(fulfilment).nullish() }))
    .nullish(),
})
export type Order = z.infer<typeof order>
export const ORDER_TEMPLATE = {
  OrderId: null,
  MinFulfillmentStatusId: null,
  MaxFulfillmentStatusId: null,
  IsCancelled: null,
  IsOnHold: null,
  OrderHold: { HoldTypeId: null },
  UpdatedTimestamp: null,
  OrderLine: {
    OrderLineId: null,
    ItemId: null,
    FulfillmentDetail: {
      PackageId: null,
      TrackingNumber: null,
      CarrierCode: null,
      Quantity: null,
      UOM: null,
      StatusId: null,
      FulfilledTimestamp: null,
      BatchNumber: null,
      SerialNumber: null,
    },
  },
} as const

/** Released to a facility: from here on somebody may be picking. */
const RELEASED = 3_000
/** Fulfilled; what comes after (delivered, to be returned, returned) has left too. */
const FULFILLED = 7_000
const CANCELLED = 9_000

export function toShipment(order: Order, units: UnitsOf): WarehouseShipment {
  const { OrderId, UpdatedTimestamp, OrderHold } = order
  const parcels = parcelsOf(order, units)
  const state = stateOf(order, parcels.length > 0)
  const hold = codeOrElse(OrderHold?.[0]?.HoldTypeId, 'on-hold')
  return {
    externalId: OrderId,
    shipmentId: hubIdOf(OrderId),
    version: UpdatedTimestamp.getTime(),
    state,
    problem: state === 'held' ? { code: hold, message: `Manhattan holds the order: ${hold}.` } : undefined,
    parcels,
  }
}

function stateOf(order: Order, hasLeft: boolean): WarehouseShipmentState {
  const what = `order ${order.OrderId}`
  const least = placeOnScale(order.MinFulfillmentStatusId, what)
  const most = placeOnScale(order.MaxFulfillmentStatusId, what)
  for (const place of [least, most])
    if (place > CANCELLED)
      throw new Malformed(`${what} has a status that is none of Manhattan’s`, String(place))
  if (order.IsCancelled === true || least === CANCELLED) return hasLeft ? 'shipped' : 'cancelled'
  // Fulfilled by its status, and what by is not told yet: it has not ended for the hub.
  if (least >= FULFILLED) return hasLeft ? 'shipped' : 'working'
  if (order.IsOnHold === true) return 'held'
  return most > RELEASED || hasLeft ? 'working' : 'received'
}

/** Of each package one; what left without one is a package of its line's. */
function parcelsOf({ OrderId, OrderLine }: Order, { base, packagesOf }: UnitsOf): Parcel[] {
  const left = (OrderLine ?? []).flatMap(({ OrderLineId, ItemId, FulfillmentDetail }) =>
    (FulfillmentDetail ?? [])
      .filter(({ StatusId }) => {
        const place = placeOnScale(StatusId, `order ${OrderId}`)
        return place >= FULFILLED && place < CANCELLED
      })
      .map((detail) => ({ detail, lineId: OrderLineId, item: ItemId })),
  )
  const packages = Map.groupBy(left, ({ detail, lineId }) => detail.PackageId ?? `${OrderId}/${lineId}`)
  return [...packages].map(([packageId, own]) => {
    const [first] = own
    const moments = own.flatMap(({ detail }) =>
      detail.FulfilledTimestamp ? [detail.FulfilledTimestamp] : [],
    )
    if (first === undefined || moments[0] === undefined)
      throw new Malformed(`package ${packageId} does not say when it left`, '')
    const sameThings = Map.groupBy(own, ({ detail, lineId }) =>
      JSON.stringify([lineId, detail.BatchNumber ?? null]),
    )
    return {
      externalId: packageId,
      carrier: first.detail.CarrierCode || undefined,
      trackingNumber: first.detail.TrackingNumber || undefined,
      trackingUrl: undefined,
      shippedAt: new Date(Math.min(...moments.map((each) => each.getTime()))),
      lines: [...sameThings.values()].flatMap((rows) => {
        const [row] = rows
        if (row === undefined) return []
        const { item, lineId } = row
        const quantity = rows.reduce(
          (sum, { detail }) =>
            sum + toBaseUnits(detail.Quantity, detail.UOM, { item, base, packages: packagesOf(item) }),
          0,
        )
        const serials = rows.flatMap(({ detail }) => (detail.SerialNumber ? [detail.SerialNumber] : []))
        if (serials.length > quantity)
          throw new Malformed(`package ${packageId} has more serial numbers than units`, '')
        if (quantity === 0) return []
        return [{ lineId, sku: item, quantity, lot: row.detail.BatchNumber ?? undefined, serials }]
      }),
    }
  })
}
