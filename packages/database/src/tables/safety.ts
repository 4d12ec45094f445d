import type { Generated } from 'kysely'
import type { ProtectionMode } from './sync.ts'

/** Safety rails: what was wanted when, holds, halts and previews. Owned by `packages/sync`. */

export interface DesiredLogTable {
  organizationId: string
  levelId: string
  version: number
  before: number | null
  desired: number
  because: string
  causedAt: Date
  at: Date
  /** Null: it was not kept yet. */
  protection: 'open' | 'buffered' | 'tightening' | 'guaranteed' | null
  keptBack: number | null
}

export interface GuardSettingTable {
  organizationId: string
  scope: 'organization' | 'connection'
  scopeId: string
  zeroPercent: number | null
  zeroMinimum: number | null
  raisePercent: number | null
  raiseMinimum: number | null
  raiseFactor: number | null
  windowSeconds: number | null
  updatedBy: string
  updatedAt: Date
}

export type HoldKind = 'zero' | 'raise' | 'first-batch' | 'go-live'
export type HoldState = 'waiting' | 'confirmed' | 'refused' | 'passed'

export interface HoldTable {
  organizationId: string
  holdId: string
  connectionId: string
  kind: HoldKind
  state: HoldState
  listings: number
  ofListings: number
  units: number
  openedAt: Date
  decidedAt: Date | null
  decidedBy: string | null
  reason: string | null
}

export interface HeldLevelTable {
  organizationId: string
  connectionId: string
  levelId: string
  holdId: string
  state: 'held' | 'allowed'
  shown: number | null
  wanted: number
  least: number
  most: number | null
  version: number | null
  since: Date
}

export interface HaltTable {
  organizationId: string
  reason: string
  actor: string
  since: Date
}

export type PauseScope = 'hub' | 'organization' | 'connection'

export interface PauseChangeTable {
  organizationId: string
  changeId: string
  scope: PauseScope
  connectionId: string | null
  what: 'paused' | 'resumed' | 'zeroing' | 'zeroed' | 'went-live'
  reason: string
  actor: string
  changedAt: Date
}

export interface PreviewTable {
  organizationId: string
  previewId: string
  connectionId: string
  digest: string
  levels: number
  madeAt: Date
  usedAt: Date | null
}

export interface PreviewLevelTable {
  organizationId: string
  previewId: string
  levelId: string
  shows: number | null
  wouldShow: number
}

export type CutoverSource = 'connection' | 'file' | 'count'
export type CutoverState =
  | 'begun'
  | 'orders-imported'
  | 'proposed'
  | 'approved'
  | 'applied'
  | 'live'
  | 'cancelled'

export interface CutoverTable {
  organizationId: string
  cutoverId: string
  name: string
  connectionId: string
  source: CutoverSource
  sourceConnectionId: string | null
  asOf: Date | null
  state: CutoverState
  ordersSince: Date
  ordersReadAt: Date | null
  /** The audit that reads every number of the source, once its open orders are applied. */
  numbersJobId: string | null
  digest: string | null
  actor: string
  approvedBy: string | null
  begunAt: Date
  changedAt: Date
}

export interface CutoverLineTable {
  organizationId: string
  cutoverId: string
  itemId: string
  locationId: string
  proposed: number
  ledger: number
  skipped: string | null
}

export interface OversellTable {
  organizationId: string
  lineId: string
  itemId: string
  cause: 'platform' | 'person' | 'delay' | 'race' | 'unexplained'
  orderId: string
  connectionId: string
  units: number
  placedAt: Date
  foundAt: Date
  judgedAt: Date
  final: boolean
  parts: unknown
}

/** What a policy said from then on; `fields` null: it was taken away. */
export interface PolicyChangeTable {
  organizationId: string
  scope: string
  scopeId: string
  at: Date
  fields: unknown
  changeId: Generated<number>
}

/** What a protection said from then on; `mode` null: it was taken back. */
export interface ProtectionChangeTable {
  organizationId: string
  scope: 'organization' | 'connection' | 'item'
  scopeId: string
  at: Date
  mode: ProtectionMode | null
  oversellsPerMillion: number | null
  actor: string
  changeId: Generated<number>
}
