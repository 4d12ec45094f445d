/** The conformance suite: `@plimsoll/connector-kit/conformance`. Only tests import it. */

export { fromEnvironment } from '../property-runs.ts'
export type { ConformanceCase } from './conformance-case.ts'
export { conformanceCases, unclaimedCases } from './conformance-cases.ts'
export type { ConnectedWarehouse, Exchange } from './connected-warehouse.ts'
export { connectWarehouse, pat, patWords, shipmentOf, unhurried } from './connected-warehouse.ts'
export { describeConformance } from './describe-conformance.ts'
export { hostileStories, somethingOfEverything, tellHostile } from './hostile-stories.ts'
export { offlineContext } from './offline-context.ts'
export type { CaseResult, ConformanceSetup, ConformanceSetups } from './run-conformance.ts'
export { runConformance } from './run-conformance.ts'
export {
  expectClosedError,
  expectSoundAnnouncedReturn,
  expectSoundEvents,
  expectSoundLevel,
  expectSoundListing,
  expectSoundLocation,
  expectSoundOrder,
  expectSoundOutcomes,
  expectSoundPage,
  expectSoundRecipient,
} from './soundness.ts'
export { spoiltText, spoiltValue } from './spoilt-json.ts'
export { expectSoundShipment } from './warehouse-world.ts'
export type { ReceivedWebhook, WebhookInbox } from './webhook-inbox.ts'
export { openWebhookInbox } from './webhook-inbox.ts'
export type { ConformanceWorld, UnknownIds, WarehouseSetup, WorldSetup } from './world.ts'
export { createConformanceWorld } from './world.ts'
