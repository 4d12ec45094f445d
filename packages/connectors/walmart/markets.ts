import type { Cancellation } from '@plimsoll/connector-kit'

export const MARKETS = ['us', 'ca', 'mx', 'cl'] as const
export type Market = (typeof MARKETS)[number]

/**
 * What is other in each market. The United States have an interface of their own; the others share the Global Marketplace
 * API 3.1: the same addresses and paths, told apart by a header. Sources: README, "Other markets"; none of it was tried.
 */
export type MarketTerms = {
  currency: string
  /** How the calls of this market name it; none: the interface of the United States needs no name. */
  headers: Readonly<Record<string, string>>
  /** Whether there is a list of the seller's fulfilment centres; without one all stock lies at one place without a name. */
  hasNodes: boolean
  /** Whether the numbers of all nodes can be read together (`GET /v3/inventories` and `/v3/inventories/{sku}`). */
  readsNodes: boolean
  /** Whether one order can be asked for by its path; else the list is asked for that one. */
  readsOneOrder: boolean
  hasWfs: boolean
  hasEvents: boolean
  /** Orders of other channels, sent by Walmart (MCS). */
  sendsForOthers: boolean
  /** Rows of one inventory feed. */
  feedMax: number
  /** Walmart's word for why the seller cancels. */
  reasons: Readonly<Record<Cancellation['reason'], string>>
  /** The carriers that Walmart knows by name here. */
  carriers: 'us' | 'ca' | 'mx' | 'none'
}

const global = (market: Market) => ({ wm_market: market, wm_global_version: '3.1' })
const everyReason = (word: string): Record<Cancellation['reason'], string> => ({
  'out-of-stock': word,
  'customer-asked': word,
  address: word,
  fraud: word,
  price: word,
  other: word,
})

export const MARKET_TERMS: Readonly<Record<Market, MarketTerms>> = {
  us: {
    currency: 'USD',
    headers: {},
    hasNodes: true,
    readsNodes: true,
    readsOneOrder: true,
    hasWfs: true,
    hasEvents: true,
    sendsForOthers: true,
    feedMax: 2_000,
    reasons: {
      'out-of-stock': 'SELLER_CANCEL_OUT_OF_STOCK',
      'customer-asked': 'CUSTOMER_REQUESTED_SELLER_TO_CANCEL',
      address: 'SELLER_CANCEL_ADDRESS_NOT_SERVICEABLE',
      fraud: 'SELLER_CANCEL_FRAUD_STOP_SHIPMENT',
      price: 'SELLER_CANCEL_PRICING_ERROR',
      // Walmart has no word for it; this one is about the seller, as it should be.
      other: 'SELLER_CANCEL_OUT_OF_STOCK',
    },
    carriers: 'us',
  },
  ca: {
    currency: 'CAD',
    headers: global('ca'),
    hasNodes: true,
    readsNodes: true,
    readsOneOrder: true,
    hasWfs: true,
    hasEvents: false,
    sendsForOthers: false,
    feedMax: 2_000,
    reasons: {
      ...everyReason('CANCEL_BY_SELLER'),
      'customer-asked': 'CUSTOMER_REQUESTED_SELLER_TO_CANCEL',
    },
    carriers: 'ca',
  },
  mx: {
    currency: 'MXN',
    headers: global('mx'),
    hasNodes: true,
    // The table of limits names no such call for Mexico, and one order is offered in the other three markets alone.
    readsNodes: false,
    readsOneOrder: false,
    hasWfs: true,
    hasEvents: false,
    sendsForOthers: false,
    feedMax: 2_000,
    // What the other two words stand for is written nowhere.
    reasons: everyReason('SELLER_REJECTION'),
    carriers: 'mx',
  },
  cl: {
    currency: 'CLP',
    headers: global('cl'),
    hasNodes: false,
    readsNodes: false,
    readsOneOrder: true,
    hasWfs: false,
    hasEvents: false,
    sendsForOthers: false,
    feedMax: 1_000,
    reasons: { ...everyReason('RECHAZAR'), 'out-of-stock': 'AGOTADO', price: 'ERROR_DE_PRECIO' },
    carriers: 'none',
  },
}
