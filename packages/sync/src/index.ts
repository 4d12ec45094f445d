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
export {
  type Because,
  bufferOf,
  decideDesired,
  mergePolicies,
  type Policy,
  type PolicyRow,
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
export { changeKit, tellOfKits } from './kit-changes.ts'
export { changeLot, saveNewLot, setLotStatus } from './lot-changes.ts'
export { mapListing, rebuildLevels } from './mappings.store.ts'
export { notify, parseWake, type ScreenTopic, WAKE_CHANNEL, type Wake } from './notify.ts'
export { findPolicies } from './policies.store.ts'
export { changePolicy } from './policies.ts'
export { describeProblem } from './problems.ts'
export { ConnectionRegistry, type OpenConnection } from './registry.ts'
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
