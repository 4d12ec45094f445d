import type { Generated } from 'kysely'

/** Changes of policy for many at once. Owned by `packages/sync/src/bulk`. */

export type BulkState =
  | 'looking'
  | 'previewed'
  | 'applying'
  | 'applied'
  | 'undoing'
  | 'undone'
  | 'stopped'
  | 'failed'

export interface BulkEditTable {
  organizationId: string
  bulkId: string
  state: BulkState
  scope: 'item' | 'listing'
  request: unknown
  change: unknown
  actor: string
  why: string | null
  positions: number
  scopes: number
  looked: Generated<number>
  done: Generated<number>
  undoneTo: Generated<number>
  levels: Generated<number>
  refused: Generated<number>
  kept: Generated<number>
  rails: Generated<unknown>
  problem: string | null
  problemTold: unknown
  madeAt: Date
  previewedAt: Date | null
  changedAt: Date
}

export interface BulkScopeTable {
  organizationId: string
  bulkId: string
  position: number
  scopeId: string
  itemId: string
  refused: string | null
}

export interface BulkLevelTable {
  organizationId: string
  bulkId: string
  levelId: string
  before: number
  beforeBecause: string
  after: number
  afterBecause: string
  estimated: boolean
}
