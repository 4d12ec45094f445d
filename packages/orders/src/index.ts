/** The public face of the orders package. */

export {
  ALLOCATION_KINDS,
  type AllocationRule,
  compareRanked,
  type Ranked,
  rankOf,
} from './allocation/allocation-rule.ts'
export {
  decideAllocation,
  type PooledUnits,
  type WaitingOrder,
  withPool,
} from './allocation/decide-allocation.ts'
export {
  type Stopping,
  shipmentsToHold,
  shipmentsToStop,
  stopShipments,
} from './fulfilment/cancel-shipments.ts'
export {
  type Heard,
  type HeardParcel,
  type HearingOutcome,
  hearShipment,
} from './fulfilment/hear-shipment.ts'
export { KIT_PART_LEFT_ALONE } from './fulfilment/left-alone.ts'
export { committedAt, type OrderInHand, rowsOf, takeOrderInHand } from './fulfilment/order-in-hand.ts'
export {
  type PlannedShipment,
  planShipments,
  TakenMeanwhile,
  unroutedOf,
} from './fulfilment/plan-shipments.ts'
export { settleAnew } from './fulfilment/settle-anew.ts'
export { type HeardState, isOpen, type ShipmentState } from './fulfilment/shipment.ts'
export {
  findParcels,
  findShipment,
  findShipmentLines,
  insertOrderEvents,
  insertShipmentLines,
  type ParcelRow,
  type ShipmentRow,
  type StoredShipmentLine,
  saveShipment,
  saveShipmentLines,
  saveUnits,
} from './fulfilment/shipments.store.ts'
export { type TakenBack, takeBack, type UnitsBack } from './fulfilment/take-back.ts'
export { hasBuyersWish, isAnsweredHere } from './held-units.ts'
export {
  type AppliedOrder,
  type DecidedOrders,
  decideOrders,
  type IncomingOrder,
  lockOrders,
  saveOrders,
} from './incoming-orders.ts'
export { lockLotsOfOrders } from './lots-of-orders.ts'
export type { KnownLine } from './order-change.ts'
export {
  type ChannelHold,
  contentHashOf,
  type LineFacts,
  type OrderDestination,
  type OrderFacts,
  openUnitsOf,
} from './order-facts.ts'
export { decideVersion, type VersionVerdict } from './order-version.ts'
export {
  type AcceptedSuggestion,
  acceptSuggestions,
  type MadeDocuments,
} from './replenishment/accept-suggestions.ts'
export {
  addLeftOutDays,
  changeReplenishmentSetting,
  type SettingChanges,
  type SettingTarget,
  takeBackLeftOutDays,
} from './replenishment/change-settings.ts'
export type { DemandRate } from './replenishment/demand-rate.ts'
export { type DemandHistory, findDemandHistory } from './replenishment/item-demand.ts'
export { findReplenishmentClock, planNext, wantSweep } from './replenishment/keep-plans.ts'
export type { PlanFigures, PlanningContext } from './replenishment/plan-figures.ts'
export { SHORT_BECAUSE, type ShortBecause, URGENCIES, type Urgency } from './replenishment/plan-item.ts'
export { planItems } from './replenishment/plan-items.ts'
export {
  findLeftOutDays,
  findReplenishmentSettings,
  type LeftOutDays,
} from './replenishment/replenishment-settings.store.ts'
export {
  type ReplenishmentField,
  type ReplenishmentFields,
  replenishmentFields,
  type SettingScope,
} from './replenishment/replenishment-settings.ts'
export { type AnnouncedUnits, unitsOfReturn } from './returns/announced-units.ts'
export { decideFollowed, type FoundUnits } from './returns/followed-return.ts'
export {
  type CustomerReturn,
  decideCancelReturn,
  decideInspection,
  type Inspected,
  type ReturnLine,
  waitingOf,
} from './returns/return.ts'
export {
  findReturn,
  findReturnPage,
  insertReturn,
  lockReturn,
  saveReturn,
} from './returns/returns.store.ts'
export { decideRoutes, RoutingBoard, type RoutingWorld } from './routing/decide-routes.ts'
export {
  findOrdersToTry,
  loadRoutingOrders,
  type StoredRoutingOrder,
  type UnitsRouted,
} from './routing/routing-orders.store.ts'
export { findRoutingItems, loadRoutingPlaces } from './routing/routing-places.store.ts'
export type {
  OwnUnits,
  Parcel,
  PlaceVerdict,
  PlaceWhy,
  PreferenceKind,
  RoutingItem,
  RoutingLine,
  RoutingOrder,
  RoutingPlace,
  RoutingPlan,
  RoutingStock,
  RoutingWhy,
  Waiting,
  WaitingBecause,
} from './routing/routing-plan.ts'
export {
  findRoutingRules,
  listRoutingRules,
  type StoredRoutingRules,
  saveRoutingRules,
} from './routing/routing-rules.store.ts'
export {
  DEFAULT_ROUTING_RULES,
  type Destination,
  type RoutingRule,
  type RoutingRules,
  routingRules,
} from './routing/routing-rules.ts'
export { type RoutingSummary, type RoutingTrial, tryRules } from './routing/try-rules.ts'
export { findKeptPlaces, noteDemandPlaces } from './routing/would-serve.store.ts'
