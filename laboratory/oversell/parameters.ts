import type { BudgetSpec } from '@plimsoll/connector-kit'

/**
 * Every number that the oversell laboratory rests on, with where it comes from: `docs` is what the platform publishes
 * (or is known of it by its users), `assumed` is a guess of ours. Change one here and run again.
 */

/** One of the six channels, and the family of platforms that it stands for. */
export type ChannelSpec = {
  name: string
  /** Of 100 orders, so many come here. */
  share: number
  style: 'compare-and-set' | 'absolute' | 'counts-open-orders'
  /** Writes in one request. */
  batchMax: number
  budgets: readonly BudgetSpec[]
  /** One hop of a request or an answer. */
  hopMs: Span
  webhooks: 'whole-orders' | 'hints' | 'none'
  webhookMs: Span
  /** How late its list of orders may show one. */
  visibilityLagMs: number
  /** Writes are only accepted, and carried out so much later. */
  feedMs: Span | undefined
}

/** Most near `least`; the tail reaches to `most`. */
export type Span = { least: number; most: number }

const perSecond = (refillPerSecond: number, capacity: number): readonly BudgetSpec[] => [
  { kind: 'token-bucket', name: 'requests', capacity, refillPerSecond },
]

export const CHANNELS: readonly ChannelSpec[] = [
  {
    // As Shopify. docs: compare-and-set, 250 quantities a mutation of about 10 points, 100 points a second, bucket of
    // 2,000; whole orders by webhook, seen 30 s late; a list that is served by a search index, seconds behind.
    name: 'storefront',
    share: 30, // assumed: the brand's own shop sells most
    style: 'compare-and-set',
    batchMax: 250,
    budgets: perSecond(10, 200),
    hopMs: { least: 60, most: 400 }, // assumed
    webhooks: 'whole-orders',
    webhookMs: { least: 500, most: 30_000 },
    visibilityLagMs: 30_000,
    feedMs: undefined,
  },
  {
    // As WooCommerce. docs: absolute quantities, 100 a batch, 50 to 300 ms for each on cheap hosts; two calls at a time;
    // webhooks by the site's own cron, minutes late, never tried again; the list is the truth at once.
    name: 'own-shop',
    share: 15, // assumed
    style: 'absolute',
    batchMax: 100,
    budgets: perSecond(2, 4), // assumed, from the two calls at a time
    hopMs: { least: 200, most: 1_500 },
    webhooks: 'whole-orders',
    webhookMs: { least: 1_000, most: 120_000 },
    visibilityLagMs: 0,
    feedMs: undefined,
  },
  {
    // As Amazon by single calls. docs: 5 a second, one SKU each; notifications that say where to look; orders up to
    // two minutes late. Its scarce budget for lists (one in three minutes) is left out, for all strategies alike.
    name: 'marketplace',
    share: 25, // assumed
    style: 'absolute',
    batchMax: 1,
    budgets: perSecond(5, 5),
    hopMs: { least: 100, most: 600 }, // assumed
    webhooks: 'hints',
    webhookMs: { least: 2_000, most: 60_000 }, // assumed
    visibilityLagMs: 120_000,
    feedMs: undefined,
  },
  {
    // As eBay. docs: absolute, 25 items a call, millions of calls a day; its 250 revisions a listing and day are left
    // out (time is compressed), for all strategies alike; so are unpaid sales.
    name: 'auction-house',
    share: 12, // assumed
    style: 'absolute',
    batchMax: 25,
    budgets: perSecond(5, 20), // assumed, far within the daily quota
    hopMs: { least: 150, most: 800 }, // assumed
    webhooks: 'hints',
    webhookMs: { least: 1_000, most: 30_000 }, // assumed
    visibilityLagMs: 10_000, // assumed: none is published
    feedMs: undefined,
  },
  {
    // As Walmart by single calls. docs: counts open orders by itself; about 200 writes a minute, one SKU each; event
    // notifications; a list that is read to a minute ago.
    name: 'superstore',
    share: 12, // assumed
    style: 'counts-open-orders',
    batchMax: 1,
    budgets: perSecond(200 / 60, 10),
    hopMs: { least: 100, most: 600 }, // assumed
    webhooks: 'hints',
    webhookMs: { least: 2_000, most: 60_000 }, // assumed
    visibilityLagMs: 60_000,
    feedMs: undefined,
  },
  {
    // As the marketplaces that take feeds alone. docs: accepted now and carried out within minutes, no webhooks.
    name: 'feed-market',
    share: 6, // assumed
    style: 'absolute',
    batchMax: 100,
    budgets: perSecond(1, 10), // assumed
    hopMs: { least: 100, most: 600 }, // assumed
    webhooks: 'none',
    webhookMs: { least: 0, most: 0 },
    visibilityLagMs: 30_000, // assumed
    feedMs: { least: 10_000, most: 90_000 }, // assumed, of "minutes for thousands of rows"
  },
]

/** A platform sends a webhook again so long after one that was not answered. docs: they differ; a hub that is up answers. */
export const ORDERS_POLL_MS = 15_000 // Plimsoll's own default, for every strategy
/** Orders that one page of a list holds. docs: 50 (Shopify) to 200 (eBay). */
export const ORDERS_PER_PAGE = 50
/** What a manifest declares of a request: it acts within this or never. assumed; longer than any hop here. */
export const LATEST_EFFECT_MS = 15_000
/** The timer of `every15min`. Makers of synchronisers publish 5 to 30 minutes. */
export const TIMER_MS = 15 * 60_000

/** Opening stock and restocks, as shares of what shoppers will want of an item in the whole run. assumed, all of them. */
export const STOCKS = {
  scarce: { opening: 0.4, restocks: 2, restock: 0.2 },
  normal: { opening: 0.7, restocks: 2, restock: 0.1 },
  deep: { opening: 1.1, restocks: 2, restock: 0.1 },
} as const
export type StockName = keyof typeof STOCKS
/** A restock comes at a moment between these shares of the run. assumed */
export const RESTOCK_BETWEEN = { from: 0.2, to: 0.85 }

/** All delays (webhooks, lags, hops, feeds) are multiplied by it. */
export const DELAYS = [0.5, 1, 2] as const
/** Of a hundred webhooks, so many never arrive. */
export const LOSSES = [0, 1, 10] as const

/** Of the history: lines of more units are left out, and only the items that are sold most often are sold here. */
export const LINE_UNITS_MAX = 48 // assumed: beyond the 98th of a hundred it is wholesale by agreement

export type Size = {
  /** Trading days of the history, one after another from the first. */
  days: number
  /** Simulated minutes that they are squeezed into. */
  minutes: number
  items: number
}

/**
 * The history is of one small shop (56 orders a day). Ten trading hours a day, nights and days without trade cut out, are
 * squeezed into an hour: what comes is the order flow of a brand ten times its size, while delays, lags, limits
 * and the timer stay what they are.
 */
export const SIZES = {
  full: { days: 20, minutes: 1200, items: 40 },
  standard: { days: 2, minutes: 120, items: 24 },
  quick: { days: 1, minutes: 60, items: 12 },
} as const satisfies Record<string, Size>

/** Before the first shopper comes, the hub has so long to show what it would. Not multiplied by the delays. */
export const WARM_UP_MS = 60_000
