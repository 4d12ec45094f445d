/** Grants under way and what platforms count: owned by `packages/sync`. */

export type GrantStanding = 'begun' | 'sent' | 'taken' | 'done' | 'refused'

export interface ConnectionGrantTable {
  organizationId: string
  grantId: string
  connector: string
  connectionId: string | null
  name: string | null
  locationCode: string | null
  ordersPollMs: number | null
  settings: unknown
  keyName: string
  sealed: Buffer
  ticketHash: Buffer
  stateHash: Buffer | null
  browserHash: Buffer | null
  standing: GrantStanding
  createdAt: Date
  expiresAt: Date
  madeConnectionId: string | null
  problemCode: string | null
  problem: string | null
}

export interface WriteCountTable {
  organizationId: string
  connectionId: string
  capKey: string
  dayBegan: Date
  writes: number
}

export interface CountedPlaceTable {
  organizationId: string
  connectionId: string
  externalId: string
  locationId: string
  tiedAt: Date
  reads: number
  readAt: Date | null
}

export type CountProblem = 'unmapped' | 'kit' | 'tracked' | 'refused' | 'short' | 'held'

export interface CountedStockTable {
  organizationId: string
  connectionId: string
  externalId: string
  stockUnitId: string
  available: number
  held: number
  incoming: number
  countedAt: Date
  toldAt: Date | null
  readAt: Date
  bookedItemId: string | null
  bookedAt: Date | null
  problemCode: CountProblem | null
  problem: string | null
  problemTold: unknown
  heldKind: 'zero' | 'raise' | null
  acceptedKind: 'zero' | 'raise' | null
}

export interface WebhookApplicationTable {
  organizationId: string
  connector: string
  applicationKey: string
  secretId: string
  createdAt: Date
}

/** The last calls of a connection, masked; a ring. */
export interface PlatformCallTable {
  organizationId: string
  connectionId: string
  at: Date
  callId: string
  direction: 'out' | 'in'
  operation: string
  method: string
  address: string
  status: number | null
  error: string | null
  sent: boolean
  failed: boolean
  waitedMs: number
  durationMs: number
  purpose: string | null
  requestBytes: number
  responseBytes: number
  platformRequestId: string | null
  about: unknown
  detail: unknown
}

export type CallLogMode = 'all' | 'failures' | 'off'

export interface CallLogSettingTable {
  organizationId: string
  connectionId: string
  mode: CallLogMode
  callsMax: number
  hoursMax: number
  dropped: number
  droppedAt: Date | null
  changedBy: string | null
  changedAt: Date | null
}
