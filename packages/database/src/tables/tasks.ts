/** What a person must decide: owned by `packages/sync`. */

export interface TaskTable {
  organizationId: string
  taskId: string
  kind:
    | 'hold'
    | 'oversold'
    | 'refused-decrease'
    | 'capped-decrease'
    | 'listing-not-back'
    | 'drift'
    | 'untracked'
    | 'unmapped'
    | 'listing-changed'
    | 'connection'
    | 'not-routed'
    | 'shipment-refused'
    | 'shipment-stuck'
    | 'shipment-held'
    | 'shipment-short'
    | 'shipped-anyway'
    | 'parcel-unexpected'
    | 'not-told'
    | 'not-cancelled'
    | 'cancel-asked'
    | 'inbound-refused'
    | 'inbound-changed'
    | 'return-refused'
    | 'return-changed'
    | 'receipt-differs'
    | 'delivery-stuck'
    | 'runs-out'
    | 'count-held'
  subject: string
  connectionId: string | null
  sku: string | null
  units: number | null
  /** In English: for letters, logs and the command line. */
  detail: string
  /** The same as a code and its facts; null for tasks from before they were kept. */
  told: { code: string; facts: Record<string, string | number | string[]> } | null
  openedAt: Date
  closedAt: Date | null
}
