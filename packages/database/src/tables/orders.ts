/** Owned by `packages/orders`. */

export interface SalesOrderTable {
  organizationId: string
  orderId: string
  connectionId: string
  externalId: string
  number: string
  state: 'pending' | 'open' | 'closed' | 'cancelled'
  placedAt: Date
  version: number | null
  contentHash: string
  currency: string | null
  test: boolean
  seenBy: string
  seenAt: Date
  appliedAt: Date
  changedAt: Date
}

/** The whole list, one row for each time it was saved. */
export interface RoutingRulesTable {
  organizationId: string
  version: number
  rules: unknown
  actor: string
  savedAt: Date
}

export interface OrderLineTable {
  organizationId: string
  lineId: string
  orderId: string
  connectionId: string
  externalId: string
  listingExternalId: string | null
  stockUnitId: string | null
  itemId: string | null
  sku: string | null
  title: string
  unitsPerListing: number
  ordered: number
  current: number
  reserved: number
  released: number
  shipped: number
  returned: number
  unsubtracted: number
}
