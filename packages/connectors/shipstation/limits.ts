import type { BudgetSpec } from '@plimsoll/connector-kit'

/** 40 requests a minute for each pair of V1 keys: docs.shipstation.com, V1 requirements (seen 2026-11-26). */
export const V1_PER_MINUTE = 40
/** 200 requests a minute for each V2 key: docs.shipstation.com, rate limits. */
export const V2_PER_MINUTE = 200

/** Calls of each API by the names that they have here; each is counted by itself. */
export const V1_OPERATIONS = [
  'check',
  'locations',
  'listings',
  'listing',
  'knownUnits',
  'counts.products',
  'counts.places',
  'requestShipment',
  'findShipment.order',
  'findShipment.parcels',
  'findShipment.fulfillments',
  'cancelShipment',
  'cancelShipment.order',
  'cancelShipment.parcels',
  'shipments',
  'shipments.parcels',
  'shipments.fulfillments',
] as const
export const V2_OPERATIONS = [
  'check.v2',
  'counts',
  'counts.inventoryPlaces',
  'findShipment',
  'requestShipment.find',
  'registerWebhooks',
  'registerWebhooks.list',
  'registerWebhooks.remove',
] as const

/** What is saved up and what comes back within a minute must not be more than the limit together. */
export const BUDGETS: readonly BudgetSpec[] = [
  { kind: 'token-bucket', name: 'v1', ...shareOf(V1_PER_MINUTE), operations: V1_OPERATIONS },
  { kind: 'token-bucket', name: 'v2', ...shareOf(V2_PER_MINUTE), operations: V2_OPERATIONS },
]

/** A quarter at once, the rest over the minute. */
export function shareOf(perMinute: number): { capacity: number; refillPerSecond: number } {
  return { capacity: perMinute / 4, refillPerSecond: (perMinute * 3) / 4 / 60 }
}

/** Orders, whose parcels are read beside. */
export const ORDERS_PAGE_SIZE = 100
/** The most that other lists give at once. */
export const PAGE_SIZE = 500
