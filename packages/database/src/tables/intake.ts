/** How intake and reconciliation are watched over, and the jobs of a connection: owned by `packages/sync`. */

export interface ReplayTable {
  organizationId: string
  replayId: string
  events: number
  askedAt: Date
}

export type WebhookVerdict = 'none' | 'unknown' | 'healthy' | 'poor' | 'silent'

export interface WebhookHealthTable {
  organizationId: string
  connectionId: string
  arrived: number
  missed: number
  missedInRow: number
  delayMs: number | null
  verdict: WebhookVerdict
  judgedAt: Date | null
  repairs: number
  repairedAt: Date | null
  failures: number
  problem: string | null
}

export type SyncJobKind = 'backfill' | 'audit' | 'sync-now' | 'import'
export type SyncJobState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'

export interface SyncJobTable {
  organizationId: string
  jobId: string
  connectionId: string
  kind: SyncJobKind
  state: SyncJobState
  reason: 'asked' | 'gap'
  fromAt: Date | null
  toAt: Date | null
  listingId: string | null
  position: unknown
  total: number | null
  done: number
  result: unknown
  problem: string | null
  problemTold: unknown
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
  /** Of an import: who is at it, and until when nobody else may begin. */
  heldBy: string | null
  heldUntil: Date | null
}

export interface AuditDifferenceTable {
  organizationId: string
  jobId: string
  differenceId: string
  levelId: string | null
  listingExternalId: string | null
  stockUnitId: string
  externalLocationId: string | null
  sku: string | null
  expected: number | null
  observed: number | null
  class: string | null
  healed: string | null
  readAt: Date
}

export interface OrderGapTable {
  organizationId: string
  gapId: string
  connectionId: string
  foundBy: 'count' | 'number'
  fromAt: Date
  toAt: Date
  missing: number
  state: 'open' | 'filled' | 'unexplained'
  jobId: string | null
  tries: number
  foundAt: Date
  closedAt: Date | null
}

/** `percent`: so much of what is available is still shown. `buffer`: so many base units are kept back. */
export type StaleRuleKind = 'notice' | 'buffer' | 'percent' | 'zero'

export interface StaleRuleTable {
  organizationId: string
  scope: 'organization' | 'connection'
  scopeId: string
  afterMs: number
  kind: StaleRuleKind
  amount: number
  updatedAt: Date
}

export interface StaleOrdersTable {
  organizationId: string
  connectionId: string
  kind: StaleRuleKind
  amount: number
  since: Date
  markedAt: Date
}
