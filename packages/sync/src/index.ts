/** The public face of the sync package. */

export { insertChangedItems } from './availability.store.ts'
export { updateAvailability } from './availability.ts'
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
export { SyncEngine } from './engine.ts'
export { type SyncErrorCode, SyncProblem, syncErrors, syncProblem } from './errors.ts'
export { expectedOf } from './expected.ts'
export { noteExpiredLots } from './expired-lots.ts'
export { replayParked } from './inbox.store.ts'
export { type IntakeAnswer, receiveWebhook } from './intake.ts'
export { changeKit, tellOfKits } from './kit-changes.ts'
export { changeLot, saveNewLot, setLotStatus } from './lot-changes.ts'
export { mapListing, rebuildLevels } from './mappings.store.ts'
export { notify, parseWake, type ScreenTopic, WAKE_CHANNEL, type Wake } from './notify.ts'
export { findPolicies } from './policies.store.ts'
export { changePolicy } from './policies.ts'
export { describeProblem } from './problems.ts'
export { findProcesses, type ProcessStatus } from './processes.store.ts'
export { ConnectionRegistry, type OpenConnection } from './registry.ts'
export { changeStock, changeStockWithin, toDocumentStore } from './stock-changes.ts'
