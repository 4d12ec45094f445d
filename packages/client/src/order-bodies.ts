import type { CancelReason, HandOrderKind } from './order-shapes.ts'

/** What a screen sends of an order that a person makes or changes; instants are ISO 8601. */
export type NewOrderRecipient = {
  name: string
  company?: string
  addressLines: string[]
  city: string
  region?: string
  postalCode?: string
  country: string
  phone?: string
  email?: string
}
type OrderTerms = {
  shipBy?: string
  shippingMethod?: string
  recipient?: NewOrderRecipient
  /** It is taken though more is ordered than is free. */
  backorder?: boolean
}
export type NewOrderLine = { sku: string; quantity: number; unit?: string; shipsFrom?: string }
export type NewOrder = OrderTerms & {
  kind: HandOrderKind
  number?: string
  location?: string
  reference?: string
  note?: string
  currency?: string
  lines: NewOrderLine[]
}
export type OrderChange = OrderTerms & {
  location?: string | null
  reference?: string | null
  note?: string | null
  lines?: (NewOrderLine | { lineId: string; quantity: number })[]
}
/** Without lines: all that has not left. */
export type OrderCancellation = {
  reason?: CancelReason
  note?: string
  lines?: { lineId: string; quantity: number }[]
}
