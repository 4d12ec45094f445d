/** What a person must decide: owned by `packages/sync`. */

export interface TaskTable {
  organizationId: string
  taskId: string
  kind:
    | 'hold'
    | 'oversold'
    | 'refused-decrease'
    | 'capped-decrease'
    | 'drift'
    | 'untracked'
    | 'unmapped'
    | 'listing-changed'
    | 'connection'
  subject: string
  connectionId: string | null
  sku: string | null
  units: number | null
  detail: string
  openedAt: Date
  closedAt: Date | null
}
