/** The conformance suite: `@plimsoll/connector-kit/conformance`. Only tests import it. */
export type { ConformanceOptions } from './describe-conformance.ts'
export { describeConformance } from './describe-conformance.ts'
export type { ReceivedWebhook, WebhookInbox } from './webhook-inbox.ts'
export { openWebhookInbox } from './webhook-inbox.ts'
export type { ConformanceWorld, WorldSetup } from './world.ts'
export { createConformanceWorld } from './world.ts'
