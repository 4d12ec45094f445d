import type { Recipient } from '@plimsoll/connector-kit'

/** What partners tell each other, free of syntax. Dates are ISO dates, instants are Dates, quantities whole units. */

export type ShippingOrder = {
  purpose: 'original' | 'cancel'
  /** Ours, as short as the partner's field wants it (`reference.ts`). */
  reference: string
  number: string
  placedOn: string
  shipBy: string | undefined
  locationId: string
  /** Left out where it is cancelled. */
  recipient: Recipient | undefined
  method: string | undefined
  note: string | undefined
  lines: OrderedLine[]
}

export type OrderedLine = {
  lineReference: string
  sku: string
  quantity: number
  title: string
  lot: string | undefined
}

export type InboundAdvice = {
  reference: string
  number: string
  locationId: string
  expectedOn: string | undefined
  carrier: string | undefined
  trackingNumber: string | undefined
  lines: {
    lineReference: string
    sku: string
    quantity: number
    lot: string | undefined
    /** Only with a lot. */
    expiresOn: string | undefined
  }[]
}

/** What left, of one shipping order: as much as this one document says. */
export type ShippingAdvice = {
  reference: string
  /** The warehouse's own id of what it sent. */
  warehouseReference: string | undefined
  shippedAt: Date
  carrier: string | undefined
  parcels: AdvisedParcel[]
}

export type AdvisedParcel = {
  /** Serial shipping container code. */
  sscc: string | undefined
  trackingNumber: string | undefined
  lines: AdvisedLine[]
}

export type AdvisedLine = {
  lineReference: string | undefined
  sku: string
  /** Undefined where the document does not say. */
  ordered: number | undefined
  quantity: number
  /** What of it is still to come: `later`, or no more. */
  rest: 'later' | 'never'
  lot: string | undefined
  serials: string[]
}

export type ReceiptAdvice = {
  receiptNumber: string
  reference: string | undefined
  locationId: string | undefined
  receivedAt: Date
  isComplete: boolean
  lines: {
    lineReference: string | undefined
    sku: string
    quantity: number
    condition: 'sellable' | 'damaged'
    lot: string | undefined
    expiresOn: string | undefined
  }[]
}

export type StockMeaning = 'onHand' | 'available' | 'committed' | 'held' | 'incoming'

export type StockReport = {
  reportNumber: string
  locationId: string | undefined
  countedAt: Date
  rows: {
    sku: string
    lot: string | undefined
    expiresOn: string | undefined
    /** What is absent was not said, and is not zero. */
    quantities: Partial<Record<StockMeaning, number>>
  }[]
}

export type StockAdjustment = {
  adjustmentNumber: string
  locationId: string | undefined
  adjustedAt: Date
  lines: { sku: string; lot: string | undefined; reason: string; onHand: number; held: number }[]
}

/** What the partner's translator says of a group (X12) or interchange (EDIFACT) of ours. */
export type Acknowledgement = {
  /** GS06, or UNB 0020. */
  controlNumber: string
  /** X12: GS01 of what is acknowledged. */
  functionalId: string | undefined
  isAccepted: boolean
  sets: { id: string; controlNumber: string; isAccepted: boolean; errors: AcknowledgedError[] }[]
  /** About the whole. */
  errors: string[]
}

export type AcknowledgedError = {
  tag: string | undefined
  segmentInSet: number | undefined
  element: number | undefined
  component: number | undefined
  /** The standard's own code. */
  code: string | undefined
}

export type EdiDocument =
  | { kind: 'shipping-order'; document: ShippingOrder }
  | { kind: 'inbound-advice'; document: InboundAdvice }
  | { kind: 'shipping-advice'; document: ShippingAdvice }
  | { kind: 'receipt'; document: ReceiptAdvice }
  | { kind: 'stock-report'; document: StockReport }
  | { kind: 'adjustment'; document: StockAdjustment }
  | { kind: 'acknowledgement'; document: Acknowledgement }
