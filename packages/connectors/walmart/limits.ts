import type { BudgetSpec, Budgets, HttpResponse, SeenBucket } from '@plimsoll/connector-kit'
import { parseRetryAfterMs } from '@plimsoll/connector-kit'

const bucket = (
  name: string,
  capacity: number,
  seconds: number,
  operations: readonly string[],
): BudgetSpec => ({
  kind: 'token-bucket',
  name,
  capacity,
  refillPerSecond: capacity / seconds,
  operations,
})
const perMinute = (name: string, count: number, operations: readonly string[]) =>
  bucket(name, count, 60, operations)
const perHour = (name: string, count: number, operations: readonly string[]) =>
  bucket(name, count, 3_600, operations)

export const FEEDS_BUDGET = 'feeds'

/**
 * Walmart limits each call by itself, for each seller. The sellers' table is shown only to those who are signed in, so
 * these figures are from memory; every answer says what is left, and the account's own feed limits are in its profile.
 */
export const BUDGETS: readonly BudgetSpec[] = [
  { kind: 'concurrency', name: 'requests', max: 10 },
  perHour('token', 100, ['token']),
  perMinute('inventory-put', 200, ['setLevels']),
  perMinute('inventory-get', 200, ['levels']),
  perMinute('inventories-get', 100, ['levels.nodes']),
  perHour(FEEDS_BUDGET, 10, ['setLevels.feed']),
  perMinute('feed-get', 60, ['outcomes']),
  perMinute('items-get', 300, ['listings', 'listing']),
  perMinute('wfs-get', 60, ['counts', 'listings.wfs']),
  perMinute('orders-get', 60, ['orders', 'order.listed', 'recipient.listed']),
  perMinute('order-get', 60, ['order', 'recipient']),
  perMinute('returns-get', 20, ['returns']),
  perMinute('acknowledge', 60, ['acknowledge']),
  perMinute('shipping', 60, ['ship']),
  perMinute('cancel', 60, ['cancel']),
  perMinute('settings-get', 100, ['check', 'locations']),
  perMinute('fulfilment-post', 60, ['requestShipment', 'cancelShipment']),
  perMinute('fulfilment-get', 60, ['findShipment', 'cancelShipment.read', 'cancelShipment.find']),
  perMinute('inbound-post', 30, ['announceInbound']),
  perMinute('inbound-get', 60, ['announceInbound.find', 'receipts', 'receipts.order', 'receipts.items']),
  perMinute('webhooks', 60, ['registerWebhooks']),
]

const bucketOf = new Map(
  BUDGETS.flatMap(({ name, operations = [] }) => operations.map((operation) => [operation, name])),
)

/** The bucket that an operation spends; every operation has one. */
export function bucketNameOf(operation: string): string {
  const name = bucketOf.get(operation)
  if (name === undefined) throw new TypeError(`no budget is declared for "${operation}"`)
  return name
}

/** What an answer says of the bucket that its call was counted in; nothing where it does not. */
export function seenBucket({ headers }: Pick<HttpResponse, 'headers'>): Partial<SeenBucket> | undefined {
  const left = headers['x-current-token-count']?.trim()
  if (left === undefined || !/^\d{1,9}$/.test(left)) return undefined
  return { available: Number(left) }
}

/** Beyond this the header means something else than the next moment at which calls are allowed. */
const REPLENISH_MAX_MS = 24 * 3_600_000

/**
 * How long until the bucket gets more: `Retry-After`, else the replenishment time, which comes as seconds or
 * milliseconds since the epoch or as a date, measured by the platform's own clock.
 */
export function waitMsOf(response: Pick<HttpResponse, 'headers' | 'date'>): number | undefined {
  const asked = parseRetryAfterMs(response)
  if (asked !== undefined) return asked
  const { headers, date } = response
  const said = (headers['x-next-replenishment-time'] ?? headers['x-next-replenish-time'])?.trim()
  if (said === undefined || date === undefined) return undefined
  const at = momentOf(said)
  if (at === undefined) return undefined
  const waitMs = at - date.getTime()
  return waitMs > REPLENISH_MAX_MS ? undefined : Math.max(0, waitMs)
}

function momentOf(said: string): number | undefined {
  if (/^\d{10}$/.test(said)) return Number(said) * 1_000
  if (/^\d{13}$/.test(said)) return Number(said)
  // What has no time of day is no moment.
  const at = said.includes(':') ? new Date(said).getTime() : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

/** Corrects the budget by an answer; a throttled call also holds the next ones of its kind back. */
export function learn(budgets: Budgets, operation: string, response: HttpResponse): void {
  const seen = seenBucket(response)
  if (seen !== undefined) budgets.learnBucket(bucketNameOf(operation), seen)
  if (response.status !== 429) return
  const waitMs = waitMsOf(response)
  // The kit has read Retry-After already; a longer hint only is news.
  if (waitMs !== undefined) budgets.throttled(waitMs, operation)
}
