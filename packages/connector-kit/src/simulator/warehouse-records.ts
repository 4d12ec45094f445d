import type { Recipient, WarehouseShipmentState } from '../warehouse/shapes.ts'

/** What a simulated warehouse keeps, whatever the platform calls it. `changedAtMs` never repeats within one warehouse. */

export type FloorFacility = { id: string; name: string }

/** A kind of thing that it stores. */
export type FloorItem = {
  sku: string
  /** The warehouse's own id of it. */
  stockUnitId: string
  title: string
  barcode: string | undefined
  /** True: units have a serial each. */
  hasSerials: boolean
}

export type FloorLine = {
  /** The warehouse's own, from 1 within the request. */
  id: number
  /** The asker's own, where the platform keeps it. */
  reference: string | undefined
  sku: string
  quantity: number
  /** The lot that must be taken. */
  lot: string | undefined
  shipped: number
  /** Units of it that never will ship. */
  dropped: number
}

export type FloorRequest = {
  id: number
  /** The asker's id of it. */
  reference: string
  /** What people call the order. */
  number: string
  facilityId: string
  state: WarehouseShipmentState
  problem: { code: string; message: string } | undefined
  /** In memory only: no book and no control route shows it. */
  recipient: Recipient
  lines: FloorLine[]
  parcels: FloorParcel[]
  /** True: units have been taken from the shelves for it, or it is packed: see `pick`. */
  isPicked: boolean
  /** Where it goes on after a hold. */
  heldFrom: 'received' | 'working'
  /** True: people there refuse to cancel it any more. */
  refusesCancel: boolean
  receivedAtMs: number
  changedAtMs: number
  /** What the platform keeps beside: method, channel, notes. */
  details: Readonly<Record<string, unknown>>
}

export type FloorParcel = {
  /** From 1 within the request. */
  id: number
  carrier: string
  trackingNumber: string
  trackingUrl: string
  shippedAtMs: number
  lines: {
    lineId: number
    reference: string | undefined
    sku: string
    quantity: number
    lot: string | undefined
    serials: string[]
  }[]
}

export type FloorInbound = {
  id: number
  reference: string | undefined
  number: string
  facilityId: string
  /** `announced`: nothing has come; `arriving`: some has; `closed`: no more will; `cancelled`: none ever did. */
  state: 'announced' | 'arriving' | 'closed' | 'cancelled'
  lines: {
    id: number
    reference: string | undefined
    sku: string
    quantity: number
    lot: string | undefined
    expiresOn: string | undefined
  }[]
  received: FloorReceived[]
  announcedAtMs: number
  changedAtMs: number
  details: Readonly<Record<string, unknown>>
}

export type FloorReceived = {
  /** From 1 within the delivery or the return. */
  id: number
  sku: string
  quantity: number
  condition: 'sellable' | 'damaged'
  lot: string | undefined
  expiresOn: string | undefined
  serials: string[]
  receivedAtMs: number
}

export type FloorReturn = {
  id: number
  /** The asker's id or RMA number, where it was announced with one. */
  reference: string
  /** The request that it left by. */
  requestId: number | undefined
  facilityId: string
  /** `announced`: nothing has come; `arrived`: its parcel has; `cancelled`: none ever did. */
  state: 'announced' | 'arrived' | 'cancelled'
  lines: (Omit<FloorReceived, 'condition'> & { condition: ReturnCondition })[]
  /** Nothing of it waits any more, to come or to be looked at. */
  isComplete: boolean
  createdAtMs: number
  changedAtMs: number
  /** What the platform keeps beside. */
  details: Readonly<Record<string, unknown>>
}

export type ReturnCondition = 'sellable' | 'damaged' | 'disposed' | 'waiting'

/** What a platform tells its webhooks of. */
export type FloorChange =
  | { kind: 'request'; request: FloorRequest; what: WarehouseShipmentState | 'picked' | 'parcel' | 'short' }
  | { kind: 'inbound'; inbound: FloorInbound }
  | { kind: 'return'; returned: FloorReturn }
  | { kind: 'stock' }

/** Units of a line that are still to be sent. */
export function openUnits({ quantity, shipped, dropped }: FloorLine): number {
  return quantity - shipped - dropped
}

/** True while something of it may still leave. */
export function isOpen({ state }: FloorRequest): boolean {
  return state === 'received' || state === 'working' || state === 'held'
}
