import type { Kysely, Transaction } from 'kysely'

/**
 * The schema as TypeScript sees it: one interface per table, named as in `migrations/`, columns in
 * camelCase (Kysely's CamelCasePlugin maps them). Quantities are safe integers; the driver's parser
 * refuses a bigint that is not.
 */
export interface Tables {
  organization: OrganizationTable
  secret: SecretTable
  item: ItemTable
  location: LocationTable
  commandKey: CommandKeyTable
  movement: MovementTable
  balance: BalanceTable
  reservation: ReservationTable
  salesOrder: SalesOrderTable
  orderLine: OrderLineTable
  connection: ConnectionTable
  externalLocation: ExternalLocationTable
  poolLocation: PoolLocationTable
  listing: ListingTable
  level: LevelTable
  policy: PolicyTable
  inbox: InboxTable
  inboxKey: InboxKeyTable
  streamCursor: StreamCursorTable
  changedItem: ChangedItemTable
  laneEntry: LaneEntryTable
  lease: LeaseTable
  write: WriteTable
  drift: DriftTable
  task: TaskTable
}

export interface OrganizationTable {
  organizationId: string
  name: string
  createdAt: Date
}

export interface SecretTable {
  organizationId: string
  secretId: string
  keyName: string
  sealed: Buffer
  createdAt: Date
}

export interface ItemTable {
  organizationId: string
  itemId: string
  sku: string
  name: string
  createdAt: Date
  archivedAt: Date | null
}

export type LocationKind = 'warehouse' | 'store' | '3pl' | 'overseas' | 'marketplace-fulfilled' | 'transit'

export interface LocationTable {
  organizationId: string
  locationId: string
  code: string
  name: string
  kind: LocationKind
  createdAt: Date
}

export interface CommandKeyTable {
  organizationId: string
  commandKey: string
  digest: string
  result: unknown
  appliedAt: Date
}

export type MovementKind =
  | 'receive'
  | 'adjust'
  | 'count'
  | 'reserve'
  | 'release'
  | 'ship'
  | 'return'
  | 'hold'
  | 'unhold'
  | 'transfer-out'
  | 'transfer-in'
  | 'assemble'
  | 'expect'
  | 'arrive'

export interface MovementTable {
  organizationId: string
  movementId: string
  itemId: string
  locationId: string
  lotId: string
  kind: MovementKind
  onHandDelta: number
  reservedDelta: number
  heldDelta: number
  incomingDelta: number
  commandKey: string
  referenceKind: 'order' | 'reservation' | null
  referenceId: string | null
  reason: string | null
  actor: string
  effectiveAt: Date
  recordedAt: Date
}

export interface BalanceTable {
  organizationId: string
  itemId: string
  locationId: string
  lotId: string
  onHand: number
  reserved: number
  held: number
  incoming: number
  version: number
  updatedAt: Date
}

export interface ReservationTable {
  organizationId: string
  reservationId: string
  itemId: string
  locationId: string
  lotId: string
  kind: 'strict' | 'recorded'
  ownerKind: 'order-line' | 'api'
  ownerId: string
  reserved: number
  released: number
  shipped: number
  returned: number
  createdAt: Date
  updatedAt: Date
}

export interface SalesOrderTable {
  organizationId: string
  orderId: string
  connectionId: string
  externalId: string
  number: string
  state: 'pending' | 'open' | 'closed' | 'cancelled'
  placedAt: Date
  version: number | null
  contentHash: string
  currency: string | null
  test: boolean
  seenBy: string
  seenAt: Date
  appliedAt: Date
  changedAt: Date
}

export interface OrderLineTable {
  organizationId: string
  lineId: string
  orderId: string
  connectionId: string
  externalId: string
  listingExternalId: string | null
  stockUnitId: string | null
  itemId: string | null
  sku: string | null
  title: string
  unitsPerListing: number
  ordered: number
  current: number
  shipped: number
  returned: number
  unsubtracted: number
}

export type ConnectionState = 'draft' | 'shadow' | 'live' | 'paused'

export interface ConnectionTable {
  organizationId: string
  connectionId: string
  connector: string
  name: string
  state: ConnectionState
  pauseReasons: string[]
  resumeState: 'shadow' | 'live' | null
  settings: unknown
  secretId: string
  defaultLocationId: string
  ordersPollMs: number
  problemCode: string | null
  problem: string | null
  problemSince: Date | null
  lastWebhookAt: Date | null
  webhooksCheckedAt: Date | null
  createdAt: Date
}

export interface ExternalLocationTable {
  organizationId: string
  connectionId: string
  externalId: string
  name: string
  active: boolean
}

export interface PoolLocationTable {
  organizationId: string
  connectionId: string
  externalId: string
  locationId: string
}

export interface ListingTable {
  organizationId: string
  listingId: string
  connectionId: string
  externalId: string
  stockUnitId: string
  sku: string | null
  barcode: string | null
  title: string
  tracked: boolean
  fulfilledBy: 'merchant' | 'platform'
  sellsBeyondZero: boolean
  state: 'active' | 'inactive' | 'gone'
  itemId: string | null
  unitsPerListing: number
  mappedBy: 'sku' | 'person' | null
  importedAt: Date
}

export interface LevelTable {
  organizationId: string
  levelId: string
  connectionId: string
  stockUnitId: string
  externalLocationId: string
  itemId: string | null
  unitsPerListing: number
  tracked: boolean
  writable: boolean
  desired: number | null
  desiredBecause: string | null
  desiredVersion: number
  desiredAt: Date | null
  /** When `desired` last rose. */
  raisedAt: Date | null
  /** Of the writes that the platform has only accepted; null when none is open. */
  openGreatest: number | null
  openLast: number | null
  openSince: Date | null
  acknowledged: number | null
  acknowledgedAt: Date | null
  acknowledgedSubtracted: number
  subtracted: number
  observed: number | null
  observedAt: Date | null
  recheckAt: Date | null
  problemCode: string | null
  problem: string | null
}

export interface PolicyTable {
  organizationId: string
  scope: 'organization' | 'connection' | 'listing'
  scopeId: string
  bufferUnits: number | null
  bufferPercent: number | null
  cap: number | null
  floor: number | null
  fixed: number | null
  paused: boolean | null
  updatedAt: Date
}

export type InboxState = 'pending' | 'fetch' | 'applied' | 'skipped' | 'parked'

export interface InboxTable {
  organizationId: string
  inboxId: string
  connectionId: string
  topic: string
  subject: string
  source: 'webhook' | 'poll' | 'fetch'
  payload: unknown
  state: InboxState
  reasonCode: string | null
  reason: string | null
  attempts: number
  notBefore: Date | null
  receivedAt: Date
  settledAt: Date | null
}

export interface InboxKeyTable {
  organizationId: string
  connectionId: string
  eventKey: string
  inboxId: string
}

export interface StreamCursorTable {
  organizationId: string
  connectionId: string
  stream: string
  since: Date
  fenceAt: Date | null
  deepReadAt: Date | null
}

export interface ChangedItemTable {
  organizationId: string
  changeId: string
  itemId: string
  changedAt: Date
}

export interface LaneEntryTable {
  organizationId: string
  connectionId: string
  levelId: string
  priority: number
  desiredVersion: number
  causedAt: Date
  notBefore: Date | null
  attempts: number
}

export interface LeaseTable {
  organizationId: string
  connectionId: string
  holder: string
  fencing: number
  expiresAt: Date
  callsUntil: Date
}

export type WriteState = 'sent' | 'accepted' | 'applied' | 'refused' | 'unknown' | 'untouched'
export type WriteDirection = 'zero' | 'decrease' | 'increase' | 'unknown'

export interface WriteTable {
  organizationId: string
  writeId: string
  connectionId: string
  levelId: string
  quantity: number
  expected: number | null
  direction: WriteDirection
  state: WriteState
  fencing: number
  subtractedAtSend: number
  desiredVersion: number
  causedAt: Date
  sentAt: Date
  settledAt: Date | null
  echoed: number | null
  unfenced: boolean
  errorCode: string | null
  error: string | null
  /** The platform's, while its outcome is asked for. */
  ticket: string | null
  askAt: Date | null
}

export interface DriftTable {
  organizationId: string
  driftId: string
  connectionId: string
  levelId: string
  observed: number
  expected: number | null
  cause: string
  foundAt: Date
}

export interface TaskTable {
  organizationId: string
  taskId: string
  kind: 'oversold' | 'refused-decrease' | 'drift' | 'untracked' | 'unmapped' | 'connection'
  subject: string
  connectionId: string | null
  sku: string | null
  units: number | null
  detail: string
  openedAt: Date
  closedAt: Date | null
}

/** A transaction of ours: what every `*.store.ts` function that writes is handed. */
export type Tx = Transaction<Tables>
/** For reads that need no transaction; a `Tx` serves too. */
export type Db = Kysely<Tables>
