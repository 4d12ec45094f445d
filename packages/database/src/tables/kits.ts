/** Kits: owned by `packages/stock`. */

import type { KitKind } from './stock.ts'

export interface KitComponentTable {
  organizationId: string
  kitItemId: string
  componentItemId: string
  quantity: number
}

export interface KitPartTable {
  organizationId: string
  kitItemId: string
  partItemId: string
  quantity: number
}

/** Which kit a caller's reservation is of. */
export interface KitClaimTable {
  organizationId: string
  ownerId: string
  kitItemId: string
}

export interface KitDefinitionTable {
  organizationId: string
  kitItemId: string
  version: number
  kitKind: KitKind
  components: unknown
  actor: string
  reason: string | null
  definedAt: Date
}
