import type { BudgetSpec } from '@plimsoll/connector-kit'

/**
 * Amazon counts each operation of its API by itself, for each account and application: a rate a second and a burst.
 * Sources: the usage plans in Amazon's models (selling-partner-api-models, 2026-08) and
 * developer-docs.amazon.com/sp-api/docs/usage-plans-and-rate-limits. The rate may be higher for large sellers; answers
 * name it in `x-amzn-RateLimit-Limit`, never the burst.
 */
export type Limit = {
  /** The platform's operation. */
  name: string
  rate: number
  burst: number
  /** Ours that make it. */
  operations: readonly string[]
}

const one = (name: string, rate: number, burst: number, ...operations: string[]): Limit => ({
  name,
  rate,
  burst,
  operations,
})

export const limits: readonly Limit[] = [
  one('getMarketplaceParticipations', 0.016, 15, 'check'),
  one('searchListingsItems', 5, 5, 'listings', 'levels', 'setLevels.proof', 'outcomes.proof'),
  one(
    'getListingsItem',
    5,
    10,
    'listing',
    'check.listings',
    'levels.one',
    'setLevels.proof.one',
    'outcomes.proof.one',
  ),
  one('patchListingsItem', 5, 5, 'setLevels'),
  one('createFeedDocument', 0.5, 15, 'setLevels.feed.document', 'cancel.document'),
  one('createFeed', 0.0083, 15, 'setLevels.feed', 'cancel'),
  one('getFeed', 2, 15, 'outcomes', 'cancel.feed'),
  one('getFeedDocument', 0.0222, 10, 'outcomes.report', 'cancel.report'),
  one('createReport', 0.0167, 15, 'listings.report.create', 'returns.report.create'),
  one('getReport', 2, 15, 'listings.report', 'returns.report'),
  one('getReportDocument', 0.0167, 15, 'listings.report.document', 'returns.report.document'),
  one('getShipments', 2, 30, 'receipts'),
  one('getShipmentItemsByShipmentId', 2, 30, 'receipts.items'),
  one('searchOrders', 0.0056, 20, 'orders'),
  one(
    'getOrder',
    0.5,
    30,
    'order',
    'ship.order',
    'cancel.order',
    'check.orders',
    'recipient',
    'check.recipient',
  ),
  one('createRestrictedDataToken', 1, 10, 'recipient.token', 'check.recipient.token'),
  one('getOrderAddress', 0.5, 30, 'recipient.address'),
  one('getOrderItems', 0.5, 30, 'orders.items'),
  one('confirmShipment', 2, 10, 'ship'),
  one('getInventorySummaries', 2, 2, 'counts', 'check.counts'),
  one('createFulfillmentOrder', 2, 30, 'requestShipment'),
  one(
    'getFulfillmentOrder',
    2,
    30,
    'findShipment',
    'requestShipment.find',
    'cancelShipment.read',
    'shipments.one',
  ),
  one('listAllFulfillmentOrders', 2, 30, 'shipments'),
  one('cancelFulfillmentOrder', 2, 30, 'cancelShipment'),
  one('getPackageTrackingDetails', 2, 30, 'tracking'),
  one('getDestinations', 1, 5, 'registerWebhooks'),
  one('createDestination', 1, 5, 'registerWebhooks.destination'),
  one('getSubscription', 1, 5, 'registerWebhooks.look'),
  one('createSubscription', 1, 5, 'registerWebhooks.subscribe'),
  one('deleteSubscriptionById', 1, 5, 'registerWebhooks.unsubscribe'),
]

const bucketOfOperation = new Map(
  limits.flatMap(({ name, operations }) => operations.map((operation) => [operation, name] as const)),
)

/** The bucket that the rate in an answer's header is about. */
export function bucketOf(operation: string): string | undefined {
  return bucketOfOperation.get(operation)
}

const listingsFeeds = { capacity: 5, refillPerSecond: 5 / 300 }

export const budgets: readonly BudgetSpec[] = [
  ...limits.map(
    ({ name, rate, burst, operations }): BudgetSpec => ({
      kind: 'token-bucket',
      name,
      capacity: burst,
      refillPerSecond: rate,
      operations,
    }),
  ),
  // Five listings feeds in five minutes, whatever createFeed allows (changelog of 2025-05).
  { kind: 'token-bucket', name: 'JSON_LISTINGS_FEED', ...listingsFeeds, operations: ['setLevels.feed'] },
  // Over all sellers of an application: developer-docs.amazon.com/sp-api/docs/listings-items-api-rate-limits.
  {
    kind: 'token-bucket',
    name: 'listings of the application',
    capacity: 100,
    refillPerSecond: 100,
    scope: 'application',
    operations: ['setLevels'],
  },
  // Login with Amazon publishes none; a token lasts an hour.
  { kind: 'token-bucket', name: 'tokens', capacity: 20, refillPerSecond: 1, operations: ['token'] },
]
