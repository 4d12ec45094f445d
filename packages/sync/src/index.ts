/** The public face of the sync package. */

export {
  type AlertAction,
  type AlertCounts,
  actOnAlert,
  countAlerts,
  listAlerts,
  readAlertCursor,
  type ShownAlert,
} from './alerts/alerts.ts'
export { type AlertDestination, DESTINATION_KINDS } from './alerts/destinations.store.ts'
export {
  type DestinationDraft,
  listAlertDestinations,
  removeAlertDestination,
  saveAlertDestination,
  testAlertDestination,
} from './alerts/destinations.ts'
export { keepAlerts, tidyAlerts } from './alerts/keep-alerts.ts'
export { ALERT_KINDS, SEVERITIES, TIMINGS } from './alerts/rule.ts'
export {
  listAlertRules,
  type RuleDraft,
  removeAlertRule,
  type ShownRule,
  saveAlertRule,
} from './alerts/rules.ts'
export { sendAlerts } from './alerts/send-alerts.ts'
export { type AllocationSetting, changeAllocation, readAllocation } from './allocation/allocation-rules.ts'
export { explainWaits, type LineWait } from './allocation/why-waiting.ts'
export { insertChangedItems } from './availability/availability.store.ts'
export { updateAvailability } from './availability/availability.ts'
export {
  type Because,
  bufferOf,
  decideDesired,
  promisableOf,
} from './availability/desired.ts'
export { noteExpiredLots } from './availability/expired-lots.ts'
export type { LevelStock, PromisablePart } from './availability/item-stock.ts'
export { changeKit, tellOfKits } from './availability/kit-changes.ts'
export { type LevelWithStock, readLevelFigures } from './availability/level-figures.ts'
export { changeLot, saveNewLot, setLotStatus } from './availability/lot-changes.ts'
export { type Recomputed, recomputeAll } from './availability/recompute.ts'
export { changeStock, changeStockWithin, toDocumentStore } from './availability/stock-changes.ts'
export { answerWhatIf, type WhatIf, type WhatIfRequest, type WhatIfRow } from './availability/whatif.ts'
export { type BulkEdit, findBulkLevels } from './bulk/bulk-edits.store.ts'
export {
  applyBulkEdit,
  getBulkEdit,
  listBulkEdits,
  proposeBulkEdit,
  stopBulkEdit,
  undoBulkEdit,
} from './bulk/bulk-edits.ts'
export { stepBulkEdits } from './bulk/bulk-steps.ts'
export { BY_HAND, findByHand } from './by-hand/by-hand-connection.store.ts'
export {
  type ChangedLine,
  changeHandOrder,
  type HandOrderChange,
  type HandOrderChanged,
} from './by-hand/change-hand-order.ts'
export {
  createHandOrder,
  createHandOrderWithin,
  type HandOrderOutcome,
  lockSold,
} from './by-hand/create-hand-order.ts'
export {
  HAND_ORDER_KINDS,
  type HandLine,
  type HandOrderKind,
  type NewHandOrder,
} from './by-hand/hand-order.ts'
export { type CallSubject, findCallsAbout } from './calls/about.store.ts'
export { CallLog } from './calls/call-log.ts'
export { changeCallLog, getCallLog } from './calls/call-log-settings.ts'
export { type CallPageQuery, findCall, findCalls } from './calls/calls.store.ts'
export { cancelOrder } from './cancelling/cancel-order.ts'
export { CANCELLATION_REASONS, type CancellationReason } from './cancelling/cancellation.store.ts'
export type { AskedLine } from './cancelling/cancellation.ts'
export { endOrderHold } from './cancelling/end-order-hold.ts'
export {
  type Application,
  addApplication,
  listApplications,
  removeApplication,
} from './connections/applications.ts'
export type { Progress } from './connections/catalogue.ts'
export type { CatalogueReport } from './connections/catalogue-run.ts'
export {
  changeSettings,
  changeSingleSettings,
  readSettings,
  type SettingsStanding,
} from './connections/connection-settings.ts'
export { type Connection, findConnections } from './connections/connections.store.ts'
export {
  changeConnection,
  checkConnection,
  connect,
  connectionExists,
  findConnectionId,
  importConnection,
  type NewConnection,
  replaceCredentials,
} from './connections/connections.ts'
export {
  beginGrant,
  finishGrant,
  type GrantEnd,
  type GrantToBegin,
  readGrant,
  showGrant,
  startGrant,
  withdrawGrant,
} from './connections/grants.ts'
export { importAndWait, requestImport, workNextImport } from './connections/import-jobs.ts'
export {
  closeSettledChanges,
  findListingFacts,
  type KnownDoubt,
  keepMapping,
  lockListingChanges,
  untieListing,
} from './connections/listing-changes.store.ts'
export { proposedFor } from './connections/listing-changes.ts'
export { describeProblem } from './connections/problems.ts'
export { rebuildLevels } from './connections/rebuild-levels.store.ts'
export { applicationKeyOf, ConnectionRegistry, type OpenConnection } from './connections/registry.ts'
export { DEFAULT_PACE, type Log, nowOf, type Pace, type SyncContext, toStockContext } from './context.ts'
export { type CountedPlaces, readCountedPlaces, tieCountedPlace } from './counts/counted-places.ts'
export { acceptHeldCounts } from './counts/held-back.ts'
export { applyCutover } from './cutover/apply-cutover.ts'
export { type Cutover, findCutovers } from './cutover/cutover.store.ts'
export { type OpeningLine, skipCodeOf } from './cutover/cutover.ts'
export {
  approveCutover,
  beginCutover,
  cancelCutover,
  finishCutover,
  importOpenOrders,
  proposeOpening,
  readCutover,
  readCutoverLines,
} from './cutover/cutovers.ts'
export { SyncEngine } from './engine.ts'
export { type SyncErrorCode, SyncProblem, syncErrors, syncProblem } from './errors.ts'
export {
  acceptConnectionFile,
  listConnectionFiles,
  readConnectionFile,
  receiveConnectionFile,
} from './files/receive-file.ts'
export { resolveOrderId } from './fulfilment/find-order.ts'
export {
  ALL_HOLD_REASONS,
  type AnyHoldReason,
  CHANNEL_HOLD,
  HOLD_REASONS,
  type HoldReason,
} from './fulfilment/order-holds.store.ts'
export { type Held, holdOrder } from './fulfilment/order-holds.ts'
export type { PackedLine } from './fulfilment/pack-parcel.ts'
export { readRecipient } from './fulfilment/read-recipient.ts'
export { placesToSendFrom } from './fulfilment/senders.ts'
export { type NewParcel, type ParcelOutcome, shipParcel } from './fulfilment/ship-parcel.ts'
export {
  AFTER_CANCEL,
  type AfterCancel,
  cancelShipment,
  routeNow,
} from './fulfilment/shipment-actions.ts'
export { changeShipsOrders, setShipsOrders } from './fulfilment/ships-orders.ts'
export {
  mergeShipments,
  type SplitLine,
  type SplitOutcome,
  splitShipment,
} from './fulfilment/split-shipments.ts'
export { findSenders } from './fulfilment/warehouse-units.store.ts'
export {
  type Announcement,
  announceAgain,
  type DeliveryRead,
  readAnnouncement,
  readDeliveries,
} from './inbound/read-inbound.ts'
export type { BackfillResult } from './intake/backfill.ts'
export { findGaps, type OrderGap } from './intake/gaps.store.ts'
export { causeOfSql, type Parked, replayParked } from './intake/inbox.store.ts'
export { type IntakeAnswer, receiveForApplication, receiveWebhook } from './intake/intake.ts'
export { expectedOf } from './lanes/expected.ts'
export { isHeldByOrders } from './load-line/held-by-orders.store.ts'
export type { LineBecause } from './load-line/load-line.ts'
export { nearestProtection } from './load-line/protection.ts'
export {
  findProtectionChanges,
  findProtectionsAt,
  type ProtectionAt,
} from './load-line/protection-history.store.ts'
export { findItemProtections, findNamedProtections } from './load-line/protections.store.ts'
export { changeProtection, type ProtectionChange, type ProtectionTarget } from './load-line/protections.ts'
export {
  ACCEPTED_MAX,
  type Accepted,
  acceptMappings,
  readLastAcceptance,
  type Undone,
  undoAcceptance,
  type Wanted,
} from './mapping/accept.ts'
export {
  CONFLICT_KINDS,
  type ConflictKind,
  explainConflict,
  findConflicts,
} from './mapping/conflicts.store.ts'
export {
  type ForeseenMapping,
  foreseeMappings,
  type SupposedMapping,
} from './mapping/foresee-mappings.ts'
export { type AsksFirst, findStampedes, type WrittenUnit } from './mapping/foresee-units.ts'
export { ignoreListings } from './mapping/ignore.store.ts'
export { heedAll, ignoreAll } from './mapping/ignore.ts'
export { keepSuggestions, type LookReport } from './mapping/keep-suggestions.ts'
export {
  countMappings,
  findMappedListings,
  MAPPING_STATES,
  type MappedListing,
  type MappingState,
  SURENESSES,
  type Sureness,
} from './mapping/listings.store.ts'
export { forgetLooks } from './mapping/look.store.ts'
export { mappingBatches } from './mapping/mapping-batches.ts'
export { type AcceptancePreview, previewAcceptance } from './mapping/preview-acceptance.ts'
export {
  listRuleVersions,
  type RuleTrial,
  type RuleVersion,
  saveRules,
  tryRule,
} from './mapping/rule-book.ts'
export { mappingRule, ruleProblemInChinese } from './mapping/rules.ts'
export { CONFIDENCES, type Confidence, type Reason, sayReason } from './mapping/suggestion.ts'
export type { TouchedUnit } from './mapping/tie.store.ts'
export { settleMappings, tieListings } from './mapping/tie.ts'
export { notify, parseWake, type ScreenTopic, WAKE_CHANNEL, type Wake } from './notify.ts'
export { findSellers, findSpare } from './oversold/cures.store.ts'
export { type Cure, describeCures, orderCures } from './oversold/cures.ts'
export { describeFaultPart } from './oversold/fault-text.ts'
export { judgeOversold } from './oversold/judge-oversold.ts'
export { findOversells, sumOversells } from './oversold/oversells.store.ts'
export { ENDED_DAYS_MAX, UNSENT_DAYS_MAX, USUAL_KEPT_DAYS } from './personal-data/kept-days.ts'
export {
  changePersonalDataRule,
  type PersonalDataSetting,
  readPersonalDataRules,
} from './personal-data/personal-data-rules.ts'
export { copyListingPolicy } from './policies/copy-policy.ts'
export { findPolicies } from './policies/policies.store.ts'
export { changePolicy, type PolicyChange, type PolicyTarget, type PolicyTold } from './policies/policies.ts'
export { NO_POLICY, type Policy } from './policies/policy.ts'
export {
  endWindow,
  listWindows,
  notePassedWindows,
  type PolicyWindow,
  scheduleWindow,
  type WindowRequest,
} from './policies/policy-windows.ts'
export { type ConnectionPools, changePools, readPools } from './pools/change-pools.ts'
export type { PlaceWithLevels } from './pools/pools.store.ts'
export type { PoolChange } from './pools/pools.ts'
export { type PoolPreview, type PoolPreviewRow, previewPools } from './pools/preview-pools.ts'
export { type AuditRow, findDifferences } from './reconcile/audit.store.ts'
export type { AuditResult } from './reconcile/audit.ts'
export { changeEditRule } from './reconcile/edit-rules.ts'
export { resolveDrift } from './reconcile/edits.ts'
export { resolveDrifts } from './reconcile/resolve-drifts.ts'
export type { SyncNowResult } from './reconcile/sync-now.ts'
export { keepReplenishment, toPlanningContext } from './replenishment/keep-replenishment.ts'
export {
  announceReturnAgain,
  type ReturnAnnouncement,
  readReturnAnnouncement,
} from './returns/read-return-notice.ts'
export { cancelReturn, createReturn, inspectReturn, type NewReturn } from './returns/return-actions.ts'
export { prepareDesiredMonths } from './safety/desired-log.store.ts'
export { goLive, makePreview, reportShadow, type ShadowReport } from './safety/going-live.ts'
export { changeGuard, type GuardChange, readGuard } from './safety/guard-settings.ts'
export { findHalts, findPauseChanges, type HaltScope } from './safety/halts.store.ts'
export { describeHold } from './safety/hold-text.ts'
export { findHeldListings, findHolds, type Hold } from './safety/holds.store.ts'
export { decideHold, readHold } from './safety/holds.ts'
export {
  findLevelsAt,
  findOrdersKnownAt,
  findPoliciesAt,
  type LevelAt,
} from './safety/level-at.store.ts'
export { findChannelMoments, findOrderMoments } from './safety/order-timeline.store.ts'
export { haltWrites, liftHalt, pauseConnection, resumeConnection } from './safety/pauses.ts'
export { differenceOf } from './safety/shadow.ts'
export {
  findStaleItems,
  type StaleItem,
} from './safety/stale-orders.store.ts'
export { type StaleRule, staleUnitsOf } from './safety/stale-orders.ts'
export { changeStaleRule, listStaleRules, noteStaleOrders, type StaleRules } from './safety/stale-watch.ts'
export { countUnzeroed } from './safety/zeroing.store.ts'
export { syncPlaces } from './sealed-places.ts'
export type { ToldTask } from './told-task.ts'
export { findProcesses, type ProcessStatus } from './worker/processes.store.ts'
export type { NamedJob, SyncJob } from './worker/sync-jobs.store.ts'
export {
  cancelSyncJob,
  getAudit,
  getSyncJob,
  listAudits,
  listSyncJobs,
  requestAudit,
  requestAudits,
  requestBackfill,
  requestSyncNow,
} from './worker/sync-jobs.ts'
