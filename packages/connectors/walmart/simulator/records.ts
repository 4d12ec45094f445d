import type { Recipient } from '@plimsoll/connector-kit'

/** What a simulated marketplace keeps. Moments are milliseconds since the epoch. */

export type Item = {
  sku: string
  wpid: string
  upc: string
  gtin: string
  title: string
  price: number
  lifecycleStatus: 'ACTIVE' | 'ARCHIVED' | 'RETIRED'
  publishedStatus: 'PUBLISHED' | 'UNPUBLISHED'
  /** Walmart keeps and sends it (WFS). */
  isKept: boolean
}

export type Node = {
  id: string
  name: string
  nodeType: 'PHYSICAL' | 'VIRTUAL' | '3PL'
  status: 'ACTIVE' | 'INACTIVE'
  /** What orders call it, where that is another id. */
  shownAs?: string
}

export const STATUSES = ['Created', 'Acknowledged', 'Shipped', 'Delivered', 'Cancelled', 'Refund'] as const
export type Status = (typeof STATUSES)[number]

export type Tracking = {
  shipDateTime: number
  carrierName: { carrier?: string | undefined; otherCarrier?: string | undefined }
  methodCode: string
  trackingNumber: string
  trackingURL?: string | undefined
}

/** Units of a line in one state. */
export type StatusRow = { status: Status; units: number; reason?: string; tracking?: Tracking }

export type Line = {
  number: string
  sku: string
  title: string
  price: number
  ordered: number
  statuses: StatusRow[]
  statusMs: number
  isRefunded: boolean
  /** The customer wants it no more, and the seller has yet to answer. */
  isUnwanted?: boolean
}

export type PurchaseOrder = {
  id: string
  /** What the customer sees; orders of one checkout share it. */
  customerOrderId: string
  /** Undefined: Walmart's own centres. */
  node: string | undefined
  createdMs: number
  modifiedMs: number
  /** The list shows its last change from then on. */
  visibleFromMs: number
  /** Grows with every change of any order. */
  sequence: number
  shipByMs: number
  /** Undefined: Walmart shows no address. */
  to: Recipient | undefined
  lines: Line[]
}

/** What happened to an order, in the words of the events. */
export type OrderEvent = 'PO_CREATED' | 'PO_LINE_AUTOCANCELLED' | 'INTENT_TO_CANCEL' | 'FRAUD_CANCEL'

export function unitsIn(line: Line, ...statuses: readonly Status[]): number {
  return line.statuses.reduce((sum, row) => sum + (statuses.includes(row.status) ? row.units : 0), 0)
}

export function openUnitsOf(line: Line): number {
  return unitsIn(line, 'Created', 'Acknowledged')
}
