/** The public face of the orders package. */
export {
  type AppliedOrder,
  type DecidedOrders,
  decideOrders,
  type IncomingOrder,
  lockOrders,
  saveOrders,
} from './incoming-orders.ts'
export { lockLotsOfOrders } from './lots-of-orders.ts'
export { contentHashOf, type LineFacts, type OrderFacts, openUnitsOf } from './order-facts.ts'
export { decideVersion, type VersionVerdict } from './order-version.ts'
