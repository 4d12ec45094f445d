/** Items, locations and the ledger: owned by `packages/stock`. */

import type { Generated } from 'kysely'
import type { SerialCapture, Tracking } from './lots.ts'

export interface ItemTable {
  organizationId: string
  itemId: string
  sku: string
  name: string
  createdAt: Date
  archivedAt: Date | null
  names: Generated<Record<string, string>>
  custom: Generated<Record<string, string | number | boolean>>
  baseUnit: Generated<string>
  productId: Generated<string | null>
  options: Generated<Record<string, string>>
  version: Generated<number>
  kitKind: Generated<KitKind>
  tracking: Generated<Tracking>
  serialCapture: Generated<SerialCapture>
}

/** `virtual`: its stock is that of its components; `assembled`: it is put together and has stock of its own. */
export type KitKind = 'none' | 'virtual' | 'assembled'

export type LocationKind = 'warehouse' | 'store' | '3pl' | 'overseas' | 'marketplace-fulfilled' | 'transit'

export interface LocationTable {
  organizationId: string
  locationId: string
  code: string
  name: string
  kind: LocationKind
  createdAt: Date
  country: string | null
  timeZone: Generated<string>
  countedBy: string | null
  address: string | null
  openingDays: Generated<number[]>
  holidays: Generated<string[]>
  archivedAt: Date | null
  version: Generated<number>
  region: Generated<string | null>
  postalCode: Generated<string | null>
  latitude: Generated<number | null>
  longitude: Generated<number | null>
  routingPriority: Generated<number>
  cutOff: Generated<string | null>
  capacityPerDay: Generated<number | null>
  ships: Generated<boolean | null>
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

export type MovementReferenceKind = 'order' | 'reservation' | 'transfer' | 'inbound' | 'stock-count'

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
  referenceKind: MovementReferenceKind | null
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
  kind: 'strict' | 'soft' | 'recorded'
  ownerKind: 'order-line' | 'api'
  ownerId: string
  /** Of the order line that owns it. */
  orderId: string | null
  unitsEach: number
  expiresAt: Date | null
  reserved: number
  released: number
  shipped: number
  returned: number
  createdAt: Date
  updatedAt: Date
}
