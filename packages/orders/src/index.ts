/** The public face of the orders package. */

export {
  type Stopping,
  shipmentsToStop,
  stopShipments,
} from './fulfilment/cancel-shipments.ts'
export {
  type Heard,
  type HeardParcel,
  type HearingOutcome,
  hearShipment,
} from './fulfilment/hear-shipment.ts'
export { type OrderInHand, rowsOf, takeOrderInHand } from './fulfilment/order-in-hand.ts'
export {
  assertThere,
  type PlannedShipment,
  planShipments,
  TakenMeanwhile,
  unroutedOf,
} from './fulfilment/plan-shipments.ts'
export { type HeardState, isOpen, type ShipmentState } from './fulfilment/shipment.ts'
export {
  findParcels,
  findShipment,
  findShipmentLines,
  insertOrderEvents,
  type ParcelRow,
  type ShipmentRow,
  type StoredShipmentLine,
  saveShipment,
} from './fulfilment/shipments.store.ts'
export {
  type AppliedOrder,
  type DecidedOrders,
  decideOrders,
  type IncomingOrder,
  lockOrders,
  saveOrders,
} from './incoming-orders.ts'
export { lockLotsOfOrders } from './lots-of-orders.ts'
export { contentHashOf, type LineFacts, type OrderFacts, openUnitsOf } from './order-facts.ts'
export { decideVersion, type VersionVerdict } from './order-version.ts'
