/** Connections, listings, levels, inbox and lanes: owned by `packages/sync`. */

import type { Generated } from 'kysely'
import type { ListingToMapColumns } from './mapping.ts'

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
  /** What becomes of a number that somebody typed into the platform's own screen. */
  editRule: EditRule
  problemCode: string | null
  problem: string | null
  /** The same as a code and its facts, for every language. */
  problemTold: unknown
  problemSince: Date | null
  lastWebhookAt: Date | null
  webhooksCheckedAt: Date | null
  /** Set: every level of it shows 0, for this reason. */
  zeroedFor: string | null
  /** Since when calls are held back, when the next is tried, and how many tries have failed; null while they go through. */
  circuitSince: Date | null
  circuitProbeAt: Date | null
  circuitFailedProbes: number
  /** Connections with the same spend from one budget of their platform; null: it has its own. */
  budgetKey: string | null
  /** Whose account it is, by the platform's own unchanging id; null until it was checked. */
  accountId: string | null
  /** The same for a person. */
  account: string | null
  /** How often a person has said what stands behind its locations; from 1 on no import does. */
  poolVersion: Generated<number>
  createdAt: Date
}

export type EditRule = 'hub-wins' | 'platform-wins' | 'ask'

export interface ExternalLocationTable {
  organizationId: string
  connectionId: string
  externalId: string
  name: string
  active: boolean
  /** The platform keeps and counts the stock itself: nothing is written to it. */
  countedByPlatform: boolean
  /** Since when its levels are kept at zero, for nothing stands behind it; null without a pool: it is left as it is. */
  emptiedAt: Date | null
}

export interface PoolLocationTable {
  organizationId: string
  connectionId: string
  externalId: string
  locationId: string
}

export interface ListingTable extends ListingToMapColumns {
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
  /** `person` without an item: a person wants it tied to nothing. */
  mappedBy: 'sku' | 'person' | 'rule' | null
  /** The SKU that it had when it was tied. */
  mappedSku: string | null
  /** Whether what it is tied to is still what it sells only a person knows. */
  doubt: 'swapped' | 'renamed' | 'relisted' | null
  doubtedAt: Date | null
  importedAt: Date
  /** Set while it is taken off its channel because the platform refused to lower it. */
  withdrawnAt: Date | null
  /** Where it was on sale, in its connector's words; not null while it may be off. */
  withdrawnPlacement: string | null
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
  /** Since then a person is asked about an edit; it is not raised meanwhile. */
  askedAt: Date | null
  /** Since then a listing of it is doubted; it is not raised meanwhile. */
  doubtedAt: Date | null
  problemCode: string | null
  problem: string | null
  problemTold: unknown
  /** Listing units; null: no bound is known. */
  exposureOlder: number | null
  exposureOlderUntil: Date | null
  exposureCurrent: number
  exposureFrom: Date | null
  givenBack: number
  granted: number | null
  protection: 'open' | 'buffered' | 'tightening' | 'guaranteed'
}

export interface PolicyTable {
  organizationId: string
  scope: 'organization' | 'connection' | 'item' | 'listing'
  scopeId: string
  bufferUnits: number | null
  bufferPercent: number | null
  cap: number | null
  floor: number | null
  fixed: number | null
  paused: boolean | null
  minShelfLifeDays: number | null
  promiseIncoming: boolean | null
  poolLocationIds: string[] | null
  sharePercent: number | null
  exclusivePercent: number | null
  incomingPercent: number | null
  incomingWithinDays: number | null
  updatedAt: Date
}

/** A policy for a time; while it lasts, what it sets stands before what is set beside it without an end. */
export interface PolicyWindowTable extends Omit<PolicyTable, 'updatedAt'> {
  windowId: string
  name: string
  startsAt: Date
  endsAt: Date
  timeZone: string
  campaignUnits: number | null
  begunAt: Date | null
  createdAt: Date
}

export interface CampaignStartTable {
  organizationId: string
  windowId: string
  connectionId: string
  stockUnitId: string
  soldBefore: number
}

export interface PolicyClockTable {
  organizationId: string
  lookedUntil: Date
}

export type InboxState = 'pending' | 'fetch' | 'applied' | 'skipped' | 'parked'

export type InboxSource = 'webhook' | 'poll' | 'fetch' | 'backfill'

export interface InboxTable {
  organizationId: string
  inboxId: string
  connectionId: string
  topic: string
  subject: string
  source: InboxSource
  payload: unknown
  state: InboxState
  reasonCode: string | null
  reason: string | null
  /** Of a parked row: the same as a code and its facts. */
  told: unknown
  attempts: number
  notBefore: Date | null
  receivedAt: Date
  settledAt: Date | null
  /** When a webhook told of what a poll had found before. */
  webhookAt: Date | null
  replayId: string | null
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
  followedSince: Date | null
  /** When the last complete read began. */
  readAt: Date | null
  /** When something new last came in. */
  changedAt: Date | null
  nextAt: Date | null
  failures: number
  problem: string | null
  /** The platform's own place in the stream. */
  position: string | null
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

export interface HubProcessTable {
  organizationId: string
  processId: string
  name: string
  roles: string[]
  startedAt: Date
  seenAt: Date
  expiresAt: Date
}

export interface SharedBudgetTable {
  organizationId: string
  budgetKey: string
  name: string
  capacity: number | null
  refillPerSecond: number | null
  level: number
  levelAt: Date
  pace: number
  blockedUntil: Date | null
}

export interface BudgetHoldingTable {
  organizationId: string
  budgetKey: string
  name: string
  processId: string
  held: number
  expiresAt: Date
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
  rule: string | null
  healed: string
  healedAt: Date | null
  taskId: string | null
}

export type ProtectionMode = 'open' | 'buffered' | 'guaranteed' | 'auto'

export interface ProtectionTable {
  organizationId: string
  scope: 'organization' | 'connection' | 'item'
  scopeId: string
  mode: ProtectionMode
  oversellsPerMillion: number
  updatedAt: Date
}

export interface LevelGrantTable {
  organizationId: string
  levelId: string
  itemId: string
  locationId: string
  units: number
}

export interface ItemProtectionTable {
  organizationId: string
  itemId: string
  state: 'tightening' | 'guaranteed' | 'broken'
  since: Date
  shortUnits: number
  obstacles: string[]
}

export interface LevelDemandTable {
  organizationId: string
  levelId: string
  recentPerHour: number
  usualPerHour: number
  unitsPerSale: number
  squaredPerSale: number
  measuredAt: Date
}

export interface ItemDepthTable {
  organizationId: string
  itemId: string
  tightenUnits: number | null
  measuredAt: Date
}

export interface ConnectionBufferTable {
  organizationId: string
  itemId: string
  connectionId: string
  units: number
  autoUnits: number
}

export interface ConnectionDelayTable {
  organizationId: string
  connectionId: string
  seenMs: number
  writtenMs: number
  usualSeenMs: number
  usualWrittenMs: number
  salesPerHour: number
  measuredAt: Date
}

export interface DemandClockTable {
  organizationId: string
  measuredUntil: Date
}
