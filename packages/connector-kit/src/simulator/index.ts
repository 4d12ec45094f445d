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
export { seededRandom } from './seeded-random.ts'
export type { RunningSimulator, SimulatedPlatform, SimulatorOptions, SimulatorServices } from './simulator.ts'
export { createSimulator } from './simulator.ts'
export type { RetryPolicy, WebhookCounters, WebhookDelivery, WebhookSender } from './webhook-sender.ts'
