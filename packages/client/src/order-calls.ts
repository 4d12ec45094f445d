import type { NewOrder, OrderChange } from './order-bodies.ts'
import type {
  AllocationRuleAnswer,
  OrderDetail,
  OrderHeld,
  OrderHoldReason,
  OrderPage,
  OrderRecipient,
  OrderRouted,
  PersonalDataRules,
} from './order-shapes.ts'
import type { Send } from './place-calls.ts'
import type { ShipmentDetail, ShipmentPage } from './shipment-shapes.ts'

/** Calls about orders and what is sent of them. */

type PageQuery = { cursor?: string; limit?: number }
export type OrderStandingFilter = 'waiting' | 'held' | 'not-routed' | 'shipped' | 'late'
export type OrderListQuery = PageQuery & {
  standing?: OrderStandingFilter
  connection?: string
  /** How the number begins. */
  search?: string
}
export type ShipmentListQuery = PageQuery & { state?: string; warehouse?: string; location?: string }
export type AfterShipmentCancel = 'hold' | 'send-again' | 'send-from-elsewhere'
/** What was packed at a table of your own. */
export type PackedParcel = {
  carrier?: string
  trackingNumber?: string
  isLast?: boolean
  lines: { sku: string; units: number; lot?: string; serials?: string[] }[]
}
type Signal = AbortSignal | undefined

export function orderCalls(
  call: Send,
  toQuery: (query: Record<string, string | number | undefined>) => string,
) {
  const id = encodeURIComponent
  const get = <T>(path: string, signal: Signal) => call<T>('GET', path, undefined, signal)
  return {
    orders: (query: OrderListQuery = {}, signal?: Signal) =>
      get<OrderPage>(`/orders${toQuery(query)}`, signal),
    order: (order: string, signal?: Signal) => get<OrderDetail>(`/orders/${id(order)}`, signal),
    /** Noted with the order: somebody looked. */
    orderRecipient: (order: string) => get<OrderRecipient>(`/orders/${id(order)}/recipient`, undefined),
    holdOrder: (order: string, hold: { reason: OrderHoldReason; note?: string }) =>
      call<OrderHeld>('POST', `/orders/${id(order)}/holds`, hold),
    unholdOrder: (order: string, reason: OrderHoldReason) =>
      call<unknown>('DELETE', `/orders/${id(order)}/holds/${reason}`),
    /** @param key of this order: sent again under it, it is made once */
    createOrder: (order: NewOrder, key: string) =>
      call<OrderDetail>('POST', '/orders', order, undefined, undefined, key),
    /** What is left out stays. @param version the one that was seen */
    changeOrder: (order: string, change: OrderChange, version: number) =>
      call<OrderDetail>('PATCH', `/orders/${id(order)}`, change, undefined, version),
    cancelOrder: (order: string, note: string | undefined, version: number) =>
      call<OrderDetail>(
        'POST',
        `/orders/${id(order)}/cancel`,
        note === undefined ? {} : { note },
        undefined,
        version,
      ),
    allocation: (signal?: Signal) => get<AllocationRuleAnswer>('/allocation', signal),
    setAllocation: (rule: AllocationRuleAnswer['rule'], channels: readonly string[]) =>
      call<AllocationRuleAnswer>('PUT', '/allocation', { rule, channels }),
    personalData: (signal?: Signal) => get<PersonalDataRules>('/personal-data', signal),
    setPersonalData: (endedDays: number, unsentDays: number) =>
      call<PersonalDataRules>('PUT', '/personal-data', { endedDays, unsentDays }),
    routeOrder: (order: string) => call<OrderRouted>('POST', `/orders/${id(order)}/route`),
    shipments: (query: ShipmentListQuery = {}, signal?: Signal) =>
      get<ShipmentPage>(`/shipments${toQuery(query)}`, signal),
    shipment: (shipmentId: string, signal?: Signal) =>
      get<ShipmentDetail>(`/shipments/${id(shipmentId)}`, signal),
    /** @param version of the shipment that is meant */
    cancelShipment: (
      shipmentId: string,
      cancel: { afterwards: AfterShipmentCancel; reason?: string },
      version: number,
    ) => call<ShipmentDetail>('POST', `/shipments/${id(shipmentId)}/cancel`, cancel, undefined, version),
    splitShipment: (
      shipmentId: string,
      split: { lines: { lineId: string; quantity: number }[]; location?: string },
      version: number,
    ) => call<ShipmentDetail>('POST', `/shipments/${id(shipmentId)}/split`, split, undefined, version),
    /** The other is emptied into this one, and ends. */
    mergeShipments: (shipmentId: string, other: string, version: number) =>
      call<ShipmentDetail>('POST', `/shipments/${id(shipmentId)}/merge`, { with: other }, undefined, version),
    /** @param key of this parcel: sent again under it, it is recorded once */
    shipParcel: (shipmentId: string, parcel: PackedParcel, key: string) =>
      call<ShipmentDetail>('POST', `/shipments/${id(shipmentId)}/parcels`, parcel, undefined, undefined, key),
  }
}
