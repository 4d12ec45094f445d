/** Lots and serial numbers: owned by `packages/stock`. Days are texts such as `2026-05-01`. */

export type Tracking = 'plain' | 'lot' | 'serial'
/** When serial numbers are told: as units come in, or as they leave. */
export type SerialCapture = 'receipt' | 'shipment'
export type LotStatus = 'released' | 'quarantined' | 'recalled'

export interface LotTable {
  organizationId: string
  lotId: string
  itemId: string
  code: string
  expiresOn: string | null
  manufacturedOn: string | null
  supplierLot: string | null
  status: LotStatus
  createdAt: Date
}

export interface LotStatusChangeTable {
  organizationId: string
  lotId: string
  changeId: string
  before: LotStatus | null
  after: LotStatus
  reason: string | null
  actor: string
  changedAt: Date
}

export interface LotDetailChangeTable {
  organizationId: string
  lotId: string
  changeId: string
  what: 'expiresOn' | 'manufacturedOn' | 'supplierLot'
  before: string | null
  after: string | null
  reason: string
  actor: string
  changedAt: Date
}

export interface ShelfLifeMinimumTable {
  organizationId: string
  scope: 'organization' | 'connection' | 'customer'
  scopeId: string
  days: number
  updatedAt: Date
}

export interface LotClockTable {
  organizationId: string
  lookedUntil: Date
}

export type SerialState = 'in-stock' | 'held' | 'shipped' | 'removed'

export interface SerialTable {
  organizationId: string
  itemId: string
  serial: string
  state: SerialState
  locationId: string
  ownerId: string | null
  effectiveAt: Date
}

export type SerialEventKind =
  | 'received'
  | 'found'
  | 'moved'
  | 'held'
  | 'unheld'
  | 'shipped'
  | 'returned'
  | 'removed'

export interface SerialEventTable {
  organizationId: string
  itemId: string
  serial: string
  eventId: string
  kind: SerialEventKind
  state: SerialState
  locationId: string
  referenceKind: string | null
  referenceId: string | null
  ownerId: string | null
  commandKey: string
  reason: string | null
  actor: string
  effectiveAt: Date
  recordedAt: Date
}
