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
    | 'not-routed'
    | 'shipment-refused'
    | 'shipment-stuck'
    | 'shipment-held'
    | 'shipment-short'
    | 'shipped-anyway'
    | 'parcel-unexpected'
    | 'not-told'
    | 'not-cancelled'
    | 'inbound-refused'
    | 'inbound-changed'
    | 'receipt-differs'
    | 'delivery-stuck'
    | 'runs-out'
  subject: string
  connectionId: string | null
  sku: string | null
  units: number | null
  detail: string
  openedAt: Date
  closedAt: Date | null
}
