import type { Generated } from 'kysely'

/** What mapping notes of a listing itself. */
export interface ListingToMapColumns {
  /** Never to be matched: since when, why, and who said so. */
  ignoredAt: Date | null
  ignoredBecause: string | null
  ignoredBy: string | null
  /** Of the best suggestion: 3 certain, 2 likely, 1 possible, 0 none, -1 nobody has looked. */
  suggested: Generated<number>
}

export interface MappingSuggestionTable {
  organizationId: string
  listingId: string
  /** 1 is the best. */
  place: number
  itemId: string
  unitsPerListing: number
  confidence: 'certain' | 'likely' | 'possible'
  score: number
  reasons: unknown
}

export interface MappingLookTable {
  organizationId: string
  holder: string | null
  heldUntil: Date | null
  itemsKnown: string | null
  allLookedAt: Date | null
}

export interface MappingAcceptanceTable {
  organizationId: string
  acceptanceId: string
  actor: string
  how: 'person' | 'rule'
  listings: number
  acceptedAt: Date
  undoneAt: Date | null
  undoneBy: string | null
}

export interface MappingAcceptanceLineTable {
  organizationId: string
  acceptanceId: string
  listingId: string
  itemId: string
  unitsPerListing: number
  itemIdBefore: string | null
  unitsBefore: number
  mappedByBefore: 'sku' | 'person' | 'rule' | null
  mappedSkuBefore: string | null
}

export interface MappingRulesTable {
  organizationId: string
  connectionId: string
  version: number
  rules: unknown
  actor: string
  savedAt: Date
}
