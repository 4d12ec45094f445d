import type { BudgetSpec, DailyReset } from '@plimsoll/connector-kit'

/** eBay's day begins at midnight in San José. */
export const ebayDay: DailyReset = { hour: 0, timeZone: 'America/Los_Angeles' }

const ofApplication = { scope: 'application' as const, resets: ebayDay }

/**
 * What eBay allows an application by default, before the free Application Growth Check; quotas that were read correct
 * them. Source: developer.ebay.com/develop/get-started/api-call-limits (read 2026-11; the numbers marked so in the README
 * are unverified).
 */
export const budgets: readonly BudgetSpec[] = [
  // eBay publishes no such limit; of the Trading API it asks for no more than 18 threads.
  { kind: 'concurrency', name: 'calls', max: 12 },
  {
    kind: 'daily',
    name: 'trading',
    max: 5_000,
    ...ofApplication,
    operations: [
      'listings.trading',
      'listing.trading',
      'levels.trading',
      'setLevels.trading',
      'check.trading',
    ],
  },
  {
    kind: 'daily',
    name: 'inventory',
    max: 2_000_000,
    ...ofApplication,
    operations: [
      'listings.inventory',
      'listing.inventory',
      'levels.inventory',
      'setLevels.inventory',
      'check.inventory',
    ],
  },
  {
    kind: 'daily',
    name: 'fulfillment',
    max: 100_000,
    ...ofApplication,
    operations: ['orders', 'order', 'recipient', 'ship', 'check.fulfillment'],
  },
  // For each seller and type of file: developer.ebay.com/api-docs/sell/static/feed/data-file-limits.html.
  { kind: 'daily', name: 'quantity feeds', max: 400, resets: ebayDay, operations: ['setLevels.feed'] },
  {
    kind: 'daily',
    name: 'feed',
    max: 100_000,
    ...ofApplication,
    operations: ['setLevels.feed.upload', 'outcomes', 'outcomes.download'],
  },
  { kind: 'daily', name: 'account', max: 25_000, ...ofApplication, operations: ['check.account'] },
  {
    kind: 'daily',
    name: 'notification',
    max: 10_000,
    ...ofApplication,
    operations: ['registerWebhooks', 'publicKey'],
  },
  { kind: 'daily', name: 'analytics', max: 5_000, ...ofApplication, operations: ['quotas'] },
  {
    kind: 'daily',
    name: 'application tokens',
    max: 1_000,
    ...ofApplication,
    operations: ['token.application'],
  },
]

const tradingCalls = new Set(['getitem', 'getmyebayselling', 'reviseinventorystatus', 'getuserpreferences'])

/** Which budget a limit of the Developer Analytics API is about; undefined: none of ours. */
export function budgetOfApi(limit: { context: string; api: string; resource: string }): string | undefined {
  if (limit.context === 'tradingapi') {
    const call = limit.resource.toLowerCase()
    // Besides single calls the whole interface may have one.
    return tradingCalls.has(call) || call.includes('aggregate') || call === 'tradingapi'
      ? 'trading'
      : undefined
  }
  if (limit.context === 'sell') {
    switch (limit.api) {
      case 'inventory':
      case 'fulfillment':
      case 'account':
      case 'feed':
        return limit.api
    }
  }
  if (limit.context === 'commerce' && limit.api === 'notification') return 'notification'
  if (limit.context === 'developer' && limit.api === 'analytics') return 'analytics'
  return undefined
}
