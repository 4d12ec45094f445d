/** Settings, demand and plans of replenishment: owned by `packages/orders`. */

import type { Generated } from 'kysely'

export interface ReplenishmentSettingTable {
  organizationId: string
  settingId: string
  itemId: string | null
  locationId: string | null
  fields: unknown
  actor: string
  savedAt: Date
}

export interface DemandLeftOutTable {
  organizationId: string
  leftOutId: string
  itemId: string | null
  locationId: string | null
  sinceDay: string
  untilDay: string
  reason: string
  actor: string
  savedAt: Date
}

export interface ItemDemandTable {
  organizationId: string
  itemId: string
  locationId: string
  measured: unknown
  history: unknown
  measuredAt: Date
}

export interface ReplenishmentTable {
  organizationId: string
  itemId: string
  locationId: string
  urgency: 'out' | 'late' | 'due' | 'soon' | 'enough' | 'no-demand' | 'unknown' | 'off'
  urgencyOrder: number
  available: number
  incoming: number
  perDay: number | null
  coverDays: number | null
  runsOutOn: string | null
  suggestion: 'transfer' | 'purchase' | 'assembly' | null
  suggestedUnits: number
  sourceLocationId: string | null
  supplier: string | null
  suggestionId: string | null
  figures: unknown
  plannedAt: Date
}

export interface ReplenishmentClockTable {
  organizationId: string
  sweptItemId: string | null
  sweepStartedAt: Date | null
  sweepEndedAt: Date | null
  isSweepWanted: Generated<boolean>
  changesUntil: Date | null
}
