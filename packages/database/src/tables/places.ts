/** Bins, transfers, inbound shipments and stock counts: owned by `packages/stock`. */

export interface BinTable {
  organizationId: string
  locationId: string
  binId: string
  zone: string | null
  code: string
  barcode: string | null
}

export interface ItemBinTable {
  organizationId: string
  locationId: string
  itemId: string
  binId: string
}

export type TransferState = 'draft' | 'dispatched' | 'partly-received' | 'received' | 'closed' | 'cancelled'

export interface TransferTable {
  organizationId: string
  transferId: string
  fromLocationId: string
  viaLocationId: string
  toLocationId: string
  state: TransferState
  reference: string | null
  createdBy: string
  createdAt: Date
  dispatchedAt: Date | null
  endedAt: Date | null
}

export interface TransferLineTable {
  organizationId: string
  transferId: string
  line: number
  itemId: string
  lotId: string
  requested: number
  dispatched: number
  received: number
  damaged: number
  lost: number
  returned: number
}

export type TransferSerialState = 'in-transit' | 'received' | 'damaged' | 'lost' | 'returned'

export interface TransferSerialTable {
  organizationId: string
  transferId: string
  line: number
  serial: string
  state: TransferSerialState
}

export type InboundState = 'expected' | 'partly-received' | 'received' | 'closed' | 'cancelled'

export interface InboundShipmentTable {
  organizationId: string
  inboundId: string
  locationId: string
  supplier: string | null
  reference: string | null
  expectedOn: string | null
  state: InboundState
  createdBy: string
  createdAt: Date
  endedAt: Date | null
}

export interface InboundLineTable {
  organizationId: string
  inboundId: string
  line: number
  itemId: string
  expected: number
  received: number
  damaged: number
  over: number
  cancelled: number
  unitCost: number | null
}

export type StockCountState = 'counting' | 'approved' | 'posted' | 'cancelled'

export interface StockCountTable {
  organizationId: string
  countId: string
  locationId: string
  scope: unknown
  blind: boolean
  separateApprover: boolean
  toleranceUnits: number | null
  tolerancePercent: number | null
  state: StockCountState
  reference: string | null
  startedBy: string
  startedAt: Date
  approvedBy: string | null
  approvedAt: Date | null
  postedAt: Date | null
  postedDigest: string | null
  postedResult: unknown
}

export interface StockCountLineTable {
  organizationId: string
  countId: string
  line: number
  itemId: string
  lotId: string
  expected: number
  round: number
  postedDifference: number | null
  /** Of a lot that is not known yet: what is printed on it, as JSON. */
  newLot: unknown
}

export interface StockCountEntryTable {
  organizationId: string
  countId: string
  line: number
  round: number
  counted: number
  counter: string
  countedAt: Date
  recordedAt: Date
}

export interface StockCountSerialTable {
  organizationId: string
  countId: string
  line: number
  /** 0: what was expected. */
  round: number
  serial: string
}

export type ReasonDirection = 'in' | 'out' | 'both'

export interface AdjustmentReasonTable {
  organizationId: string
  code: string
  nameEn: string
  nameZh: string
  direction: ReasonDirection
  archivedAt: Date | null
}

export interface StockSettingTable {
  organizationId: string
  listedReasonRequired: boolean
}
