import type { BudgetSpec } from '@plimsoll/connector-kit'
import type { WriteStyle } from '../invariants/books.ts'

/** In what the simulated platforms differ. Each kind stands for a family of real ones, and for what makes it hard. */
export type PlatformKind = {
  id: string
  style: WriteStyle
  /** When its own number falls by a sale. */
  subtractsAt: 'order' | 'payment' | 'shipment'
  allOrNothing: boolean
  batchMax: number
  quantityMax: number
  /** How late its order list may show an order or a change of one. */
  visibilityLagMs: number
  /** How exact an order's version is; within a whole second two states share one. */
  versionMs: number
  /** Writes are only accepted, and carried out between these moments after. */
  feed: { fromMs: number; toMs: number } | undefined
  webhooks: 'whole-orders' | 'hints' | 'none'
  /** Whether its answers name rows in the order in which they were asked for, or from the last to the first. */
  answers: 'in-order' | 'backwards'
  tellsOfLevels: boolean
  budgets: readonly BudgetSpec[]
}

const generous: readonly BudgetSpec[] = [
  { kind: 'token-bucket', name: 'requests', capacity: 40, refillPerSecond: 20 },
]

export const PLATFORM_KINDS = {
  /** Compare-and-set, whole batches or none, numbers fall when an order is placed. */
  guarded: {
    id: 'guarded',
    style: 'compare-and-set',
    subtractsAt: 'order',
    allOrNothing: true,
    batchMax: 5,
    quantityMax: 1_000_000,
    visibilityLagMs: 0,
    versionMs: 1,
    feed: undefined,
    answers: 'in-order',
    webhooks: 'whole-orders',
    tellsOfLevels: true,
    budgets: generous,
  },
  /** Absolute, an outcome per row, numbers fall on payment, versions of whole seconds. */
  shelf: {
    id: 'shelf',
    style: 'absolute',
    subtractsAt: 'payment',
    allOrNothing: false,
    batchMax: 4,
    quantityMax: 1_000_000,
    visibilityLagMs: 0,
    versionMs: 1_000,
    feed: undefined,
    answers: 'backwards',
    webhooks: 'whole-orders',
    tellsOfLevels: true,
    budgets: generous,
  },
  /** Absolute, and its order list trails behind; webhooks only say where to look. */
  lagging: {
    id: 'lagging',
    style: 'absolute',
    subtractsAt: 'order',
    allOrNothing: false,
    batchMax: 5,
    quantityMax: 1_000_000,
    visibilityLagMs: 3_000,
    versionMs: 1,
    feed: undefined,
    answers: 'in-order',
    webhooks: 'hints',
    tellsOfLevels: false,
    budgets: generous,
  },
  /** Absolute by feed: accepted now, carried out later, told by ticket; few requests; no webhooks. */
  feed: {
    id: 'feed',
    style: 'absolute',
    subtractsAt: 'order',
    allOrNothing: false,
    batchMax: 10,
    quantityMax: 60,
    visibilityLagMs: 1_500,
    versionMs: 1,
    feed: { fromMs: 300, toMs: 2_500 },
    answers: 'backwards',
    webhooks: 'none',
    tellsOfLevels: false,
    budgets: [{ kind: 'token-bucket', name: 'requests', capacity: 10, refillPerSecond: 5 }],
  },
  /** Subtracts open orders by itself; its own number falls only when an order ships. */
  counting: {
    id: 'counting',
    style: 'counts-open-orders',
    subtractsAt: 'shipment',
    allOrNothing: false,
    batchMax: 5,
    quantityMax: 1_000_000,
    visibilityLagMs: 0,
    versionMs: 1,
    feed: undefined,
    answers: 'backwards',
    webhooks: 'whole-orders',
    tellsOfLevels: false,
    budgets: generous,
  },
} as const satisfies Record<string, PlatformKind>

export type KindName = keyof typeof PLATFORM_KINDS

/** How long after sending a request may still act. The network of the laboratory keeps to it. */
export const LATEST_EFFECT_MS = 6_000
/** How long a ticket may be asked about. */
export const TICKET_LIFE_MS = 6_000
