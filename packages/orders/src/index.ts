/** The public face of the orders package. */
export { type AppliedOrder, applyOrders, type IncomingOrder } from './apply-orders.ts'
export { contentHashOf, type LineFacts, type OrderFacts, openUnitsOf } from './order-facts.ts'
export { decideVersion, type VersionVerdict } from './order-version.ts'
