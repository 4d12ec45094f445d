import type { Recipient } from '@plimsoll/connector-kit'
import type { LineFacts, OrderDestination, OrderFacts } from '@plimsoll/orders'
import { digestOf, type Part, type StockItem, toBaseUnits } from '@plimsoll/stock'

export const HAND_ORDER_KINDS = ['manual', 'b2b', 'sample', 'point-of-sale'] as const
export type HandOrderKind = (typeof HAND_ORDER_KINDS)[number]

export type HandLine = {
  sku: string
  /** In `unit`, else in base units. */
  quantity: number
  unit?: string | undefined
  /** A pre-order: nothing of it is sent before then. */
  waitsUntil?: Date | undefined
}

/** What a person says of an order. */
export type HandTerms = {
  shipBy?: Date | undefined
  shippingMethod?: string | undefined
  /** The customer's own number of it. */
  reference?: string | undefined
  note?: string | undefined
  /** Code of the location that it is sent from and nowhere else; null: by the rules. */
  location: string | null
  recipient?: Recipient | undefined
}

export type NewHandOrder = HandTerms & {
  /** Under the same key the same order is made once. */
  key: string
  kind: HandOrderKind
  /** Left out: the hub gives one. */
  number?: string | undefined
  /** Left out: now. */
  placedAt?: Date | undefined
  currency?: string | undefined
  lines: readonly HandLine[]
  /** It is taken though more is ordered than is free: the rest waits until there is some. */
  backorder: boolean
  actor: string
}

/** A line with what is known of what it sells. */
export type ResolvedLine = {
  item: StockItem
  /** Of a virtual kit; undefined: the item itself. */
  parts: readonly Part[] | undefined
  /** Of the unit that was named: base units in one. */
  unitsPerListing: number
  quantity: number
  waitsUntil: Date | undefined
}

/** Ties a line to its item. Pure. @returns what is wrong with it, by its part */
export function resolveLine(
  line: HandLine,
  known: { items: ReadonlyMap<string, StockItem>; parts: ReadonlyMap<string, readonly Part[]> },
): { kind: 'good'; line: ResolvedLine } | { kind: 'wrong'; field: string; message: string } {
  const wrong = (field: string, message: string) => ({ kind: 'wrong', field, message }) as const
  const item = known.items.get(line.sku)
  if (item === undefined) return wrong('sku', `There is no item with the SKU "${line.sku}".`)
  if (item.archivedAt !== null) return wrong('sku', `The item "${line.sku}" is archived.`)
  const parts = item.kitKind === 'virtual' ? (known.parts.get(item.itemId) ?? []) : undefined
  if (parts?.length === 0) return wrong('sku', `Nobody has said yet what the kit "${line.sku}" contains.`)
  const converted = toBaseUnits(item, line.quantity, line.unit)
  if (converted.kind === 'refused')
    return wrong(converted.field === 'unit' ? 'unit' : 'quantity', converted.message)
  const { baseUnits } = converted
  if (baseUnits < 1) return wrong('quantity', `Give a quantity of at least 1, not ${line.quantity}.`)
  const factor = baseUnits / line.quantity
  // A case of twelve is sent as a whole; half a case is six.
  const isWhole = Number.isInteger(line.quantity) && Number.isInteger(factor)
  return {
    kind: 'good',
    line: {
      item,
      parts,
      unitsPerListing: isWhole ? factor : 1,
      quantity: isWhole ? line.quantity : baseUnits,
      waitsUntil: line.waitsUntil,
    },
  }
}

/** A line as any channel would say it: nothing of it is shown anywhere, so that nothing is taken off anything. Pure. */
export function toLineFacts(
  externalId: string,
  { item, parts, unitsPerListing, quantity }: ResolvedLine,
  hasLeft: boolean,
): LineFacts {
  return {
    externalId,
    listingExternalId: undefined,
    stockUnitId: undefined,
    sku: item.sku,
    title: item.name,
    itemId: item.itemId,
    unitsPerListing,
    tracking: item.tracking,
    ...(parts !== undefined && { parts }),
    ordered: quantity,
    current: quantity,
    shipped: hasLeft ? quantity : 0,
    returned: 0,
    subtracted: 'yes',
  }
}

/** Where an order goes, without saying to whom. */
export function destinationOf({ country, region, postalCode, city }: Recipient): OrderDestination {
  return {
    country,
    ...(region !== undefined && { region }),
    ...(postalCode !== undefined && { postalCode }),
    ...(city !== undefined && { city }),
  }
}

/** What was asked for under a key; to whom is not in it, being nobody's business but the recipient's. */
export function digestOfRequest(order: NewHandOrder): string {
  const { kind, number, placedAt, currency, lines, backorder, location, recipient } = order
  const { shipBy, shippingMethod, reference, note } = order
  const said = [
    kind,
    number,
    placedAt,
    currency,
    lines,
    backorder,
    location,
    shipBy,
    shippingMethod,
    reference,
    note,
  ]
  return digestOf([
    ...said.map((each) => each ?? null),
    recipient === undefined ? null : destinationOf(recipient),
  ])
}

/** The order as it stands at its first version. Pure. */
export function toNewFacts(
  order: NewHandOrder,
  lines: readonly ResolvedLine[],
  place: { number: string; locationId: string; at: Date },
): OrderFacts {
  const hasLeft = order.kind === 'point-of-sale'
  return {
    externalId: order.key,
    number: place.number,
    state: hasLeft ? 'closed' : 'open',
    placedAt: order.placedAt ?? place.at,
    version: 1,
    currency: order.currency,
    test: false,
    externalLocationId: undefined,
    reservesAt: place.locationId,
    ...(order.recipient !== undefined && { destination: destinationOf(order.recipient) }),
    ...(order.shipBy !== undefined && { shipBy: order.shipBy }),
    ...(order.shippingMethod !== undefined && { shippingMethod: order.shippingMethod }),
    lines: lines.map((line, nth) => toLineFacts(String(nth + 1), line, hasLeft)),
  }
}
