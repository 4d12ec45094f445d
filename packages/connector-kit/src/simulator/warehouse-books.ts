import { type Book, createBook } from './books.ts'

/** A request that the warehouse took. Asked for again under one reference it is booked once, where the warehouse sees it. */
export type BookedRequest = {
  atNs: string
  requestId: string
  reference: string
  /** What people call the order. */
  number: string
  facilityId: string
  lines: { sku: string; quantity: number }[]
}
/** Units of one SKU and lot that left in one parcel. */
export type BookedParcel = {
  atNs: string
  parcelId: string
  requestId: string
  reference: string
  number: string
  facilityId: string
  sku: string
  units: number
  lot: string | null
  serials: string[]
}
/** Units that came in: from a delivery, or back from a customer. `units` of what is waiting or disposed are not there. */
export type BookedReceipt = {
  atNs: string
  inboundId: string
  reference: string | null
  facilityId: string
  sku: string
  units: number
  condition: string
  lot: string | null
}
export type BookedReturn = Omit<BookedReceipt, 'inboundId' | 'reference'> & {
  returnId: string
  reference: string | null
}
/** Stock that people put, lost, found or spoilt without any paper. `damaged` is of the units that are damaged. */
export type BookedAdjustment = {
  atNs: string
  facilityId: string
  sku: string
  lot: string | null
  sellable: number
  damaged: number
  reason: string
}

/** What really happened in a simulated warehouse, for judging the hub from outside. Stamps as in `Books`. */
export type WarehouseBooks = {
  requests: Book<BookedRequest>
  parcels: Book<BookedParcel>
  receipts: Book<BookedReceipt>
  returns: Book<BookedReturn>
  adjustments: Book<BookedAdjustment>
}

export function createWarehouseBooks(capacity = 200_000): WarehouseBooks {
  return {
    requests: createBook(capacity),
    parcels: createBook(capacity),
    receipts: createBook(capacity),
    returns: createBook(capacity),
    adjustments: createBook(capacity),
  }
}

export type WarehouseVerdict = {
  /** Order numbers of which every unit asked for has left. */
  ordersShipped: number
  /** Units that left beyond what was asked for under one order number. */
  shippedTwice: number
  /** The same by order number and SKU, the first hundred, for finding out. */
  twice: { number: string; sku: string; asked: number; shipped: number }[]
}

/**
 * Judges requests and parcels, of one warehouse or of several together: an order that two of them sent is sent twice.
 * What was asked for under a number is the most that any one request under it asked: asking again, here or elsewhere,
 * is not asking for more. Two shipments that are meant to be two have two numbers (`#1001`, `#1001-2`).
 */
export function judgeParcels(books: {
  requests: readonly Pick<BookedRequest, 'number' | 'lines'>[]
  parcels: readonly Pick<BookedParcel, 'number' | 'sku' | 'units'>[]
}): WarehouseVerdict {
  const asked = new Map<string, Map<string, number>>()
  for (const { number, lines } of books.requests) {
    const here = unitsBySku(lines.map(({ sku, quantity }) => ({ sku, units: quantity })))
    const most = asked.get(number) ?? new Map<string, number>()
    for (const [sku, units] of here) most.set(sku, Math.max(most.get(sku) ?? 0, units))
    asked.set(number, most)
  }
  const shipped = new Map<string, Map<string, number>>()
  for (const [number, parcels] of Map.groupBy(books.parcels, (parcel) => parcel.number)) {
    shipped.set(number, unitsBySku(parcels))
  }
  const twice = [...shipped].flatMap(([number, bySku]) =>
    [...bySku].flatMap(([sku, units]) => {
      const wanted = asked.get(number)?.get(sku) ?? 0
      return units > wanted ? [{ number, sku, asked: wanted, shipped: units }] : []
    }),
  )
  const isShipped = ([number, bySku]: [string, Map<string, number>]) =>
    [...bySku].every(([sku, units]) => (shipped.get(number)?.get(sku) ?? 0) >= units)
  return {
    ordersShipped: [...asked].filter(isShipped).length,
    shippedTwice: twice.reduce((sum, each) => sum + each.shipped - each.asked, 0),
    twice: twice.slice(0, 100),
  }
}

function unitsBySku(rows: readonly { sku: string; units: number }[]): Map<string, number> {
  const bySku = new Map<string, number>()
  for (const { sku, units } of rows) bySku.set(sku, (bySku.get(sku) ?? 0) + units)
  return bySku
}

/** What must lie on the shelves by the books alone: what was put, came in and came back, less what left. */
export function unitsByTheBooks(books: {
  adjustments: readonly Pick<BookedAdjustment, 'facilityId' | 'sku' | 'sellable' | 'damaged'>[]
  receipts: readonly Pick<BookedReceipt, 'facilityId' | 'sku' | 'units' | 'condition'>[]
  returns: readonly Pick<BookedReturn, 'facilityId' | 'sku' | 'units' | 'condition'>[]
  parcels: readonly Pick<BookedParcel, 'facilityId' | 'sku' | 'units'>[]
}): { facilityId: string; sku: string; onHand: number }[] {
  const onHand = new Map<string, { facilityId: string; sku: string; onHand: number }>()
  const add = ({ facilityId, sku }: { facilityId: string; sku: string }, units: number) => {
    const key = JSON.stringify([facilityId, sku])
    const row = onHand.get(key) ?? { facilityId, sku, onHand: 0 }
    row.onHand += units
    onHand.set(key, row)
  }
  const lies = new Set(['sellable', 'damaged'])
  for (const each of books.adjustments) add(each, each.sellable + each.damaged)
  for (const each of [...books.receipts, ...books.returns])
    if (lies.has(each.condition)) add(each, each.units)
  for (const each of books.parcels) add(each, -each.units)
  return [...onHand.values()]
}
