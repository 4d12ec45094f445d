/** The simulator kit: `@plimsoll/connector-kit/simulator`. For tests, the demo and `plimsoll simulate`. */
export { sampleRecipients } from './addresses.ts'
export type {
  Book,
  BookedEdit,
  BookedOrder,
  BookedRefusal,
  BookedWebhookSend,
  BookedWrite,
  Books,
} from './books.ts'
export type {
  ControlLevel,
  ControlOperations,
  OrderStep,
  PlacedOrder,
  ProductSeed,
  ShopProduct,
  StepOutcome,
} from './control.ts'
export type { FaultName, FaultSettings, Faults, ScriptedAnswer } from './faults.ts'
export { noFaults } from './faults.ts'
export { createFileTree, type FileTree } from './file-tree.ts'
export { seededRandom } from './seeded-random.ts'
export { type SftpServer, type SftpServerOptions, startSftpServer } from './sftp-server.ts'
export type { RunningSimulator, SimulatedPlatform, SimulatorOptions, SimulatorServices } from './simulator.ts'
export { createSimulator } from './simulator.ts'
export type {
  BookedAdjustment,
  BookedParcel,
  BookedReceipt,
  BookedRequest,
  BookedReturn,
  WarehouseBooks,
  WarehouseVerdict,
} from './warehouse-books.ts'
export { judgeParcels } from './warehouse-books.ts'
export type {
  CountedElsewhere,
  FloorCount,
  WarehouseFloor,
  WarehouseFloorOptions,
} from './warehouse-floor.ts'
export { createWarehouseFloor } from './warehouse-floor.ts'
export type { WarehousePace } from './warehouse-pace.ts'
export { usualPace } from './warehouse-pace.ts'
export type {
  FloorChange,
  FloorFacility,
  FloorInbound,
  FloorItem,
  FloorLine,
  FloorParcel,
  FloorReceived,
  FloorRequest,
  FloorReturn,
  ReturnCondition,
} from './warehouse-records.ts'
export { isOpen, openUnits } from './warehouse-records.ts'
export type { FloorStep, TakenRequest } from './warehouse-requests.ts'
export type { ShelfRow } from './warehouse-shelves.ts'
export type { RetryPolicy, WebhookCounters, WebhookDelivery, WebhookSender } from './webhook-sender.ts'
