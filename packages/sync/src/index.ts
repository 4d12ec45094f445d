/** The public face of the sync package. */

export { type AuditRow, findDifferences } from './audit.store.ts'
export type { AuditResult } from './audit.ts'
export { insertChangedItems } from './availability.store.ts'
export { updateAvailability } from './availability.ts'
export type { BackfillResult } from './backfill.ts'
export type { CatalogueReport, Progress } from './catalogue.ts'
export { type Connection, findConnections } from './connections.store.ts'
export {
  changeConnection,
  connect,
  connectionExists,
  findConnectionId,
  importConnection,
  type NewConnection,
  replaceCredentials,
} from './connections.ts'
export { DEFAULT_PACE, type Log, nowOf, type Pace, type SyncContext, toStockContext } from './context.ts'
export { type Cutover, findCutovers } from './cutover/cutover.store.ts'
export type { OpeningLine } from './cutover/cutover.ts'
export {
  applyCutover,
  approveCutover,
  beginCutover,
  cancelCutover,
  finishCutover,
  importOpenOrders,
  proposeOpening,
  readCutover,
  readCutoverLines,
} from './cutover/cutovers.ts'
export {
  type Because,
  bufferOf,
  decideDesired,
  promisableOf,
} from './desired.ts'
export { changeEditRule } from './edit-rules.ts'
export { resolveDrift } from './edits.ts'
export { SyncEngine } from './engine.ts'
export { type SyncErrorCode, SyncProblem, syncErrors, syncProblem } from './errors.ts'
export { expectedOf } from './expected.ts'
export { noteExpiredLots } from './expired-lots.ts'
export { findGaps, type OrderGap } from './gaps.store.ts'
export { causeOfSql, type Parked, replayParked } from './inbox.store.ts'
export { type IntakeAnswer, receiveWebhook } from './intake.ts'
export type { LevelStock, PromisablePart } from './item-stock.ts'
export { changeKit, tellOfKits } from './kit-changes.ts'
export { type LevelWithStock, readLevelFigures } from './level-figures.ts'
export type { LineBecause } from './load-line.ts'
export { changeLot, saveNewLot, setLotStatus } from './lot-changes.ts'
export { mapListing, rebuildLevels } from './mappings.store.ts'
export { notify, parseWake, type ScreenTopic, WAKE_CHANNEL, type Wake } from './notify.ts'
export { findSellers, findSpare } from './oversold/cures.store.ts'
export { type Cure, describeCures, orderCures } from './oversold/cures.ts'
export { describeFaultPart } from './oversold/fault-text.ts'
export { judgeOversold } from './oversold/judge-oversold.ts'
export { findOversells, sumOversells } from './oversold/oversells.store.ts'
export { findPolicies } from './policies.store.ts'
export { changePolicy, type PolicyChange, type PolicyTarget, type PolicyTold } from './policies.ts'
export { NO_POLICY, type Policy } from './policy.ts'
export {
  endWindow,
  listWindows,
  notePassedWindows,
  type PolicyWindow,
  scheduleWindow,
  type WindowRequest,
} from './policy-windows.ts'
export { describeProblem } from './problems.ts'
export { findProcesses, type ProcessStatus } from './processes.store.ts'
export { nearestProtection } from './protection.ts'
export { findItemProtections, findNamedProtections } from './protections.store.ts'
export { changeProtection, type ProtectionChange, type ProtectionTarget } from './protections.ts'
export { type Recomputed, recomputeAll } from './recompute.ts'
export { ConnectionRegistry, type OpenConnection } from './registry.ts'
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
export { countUnzeroed } from './safety/zeroing.store.ts'
export {
  findStaleItems,
  type StaleItem,
} from './stale-orders.store.ts'
export { type StaleRule, staleUnitsOf } from './stale-orders.ts'
export { changeStaleRule, listStaleRules, noteStaleOrders, type StaleRules } from './stale-watch.ts'
export { changeStock, changeStockWithin, toDocumentStore } from './stock-changes.ts'
export type { SyncJob } from './sync-jobs.store.ts'
export {
  cancelSyncJob,
  getSyncJob,
  listSyncJobs,
  requestAudit,
  requestBackfill,
  requestSyncNow,
} from './sync-jobs.ts'
export type { SyncNowResult } from './sync-now.ts'
export { answerWhatIf, type WhatIf, type WhatIfRequest, type WhatIfRow } from './whatif.ts'
