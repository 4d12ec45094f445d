import type { LineFacts, OrderFacts } from '../order-facts.ts'

/** A line of one unit of a mapped listing, open and subtracted by its platform. */
export function lineOf(rest: Partial<LineFacts> = {}): LineFacts {
  return {
    externalId: 'line-1',
    listingExternalId: 'listing-1',
    stockUnitId: 'unit-1',
    sku: 'A',
    title: 'Item A',
    itemId: 'item-1',
    unitsPerListing: 1,
    ordered: rest.current ?? 1,
    current: 1,
    shipped: 0,
    returned: 0,
    subtracted: 'yes',
    ...rest,
  }
}

/** An open order of one line, version 1. */
export function factsOf(rest: Partial<OrderFacts> = {}): OrderFacts {
  return {
    externalId: 'order-1',
    number: '#1001',
    state: 'open',
    placedAt: new Date('2026-05-01T10:00:00Z'),
    version: 1,
    currency: 'EUR',
    test: false,
    externalLocationId: undefined,
    lines: [lineOf()],
    ...rest,
  }
}
