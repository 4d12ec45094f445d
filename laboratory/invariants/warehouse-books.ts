/** What a simulated warehouse knows of itself, as the invariants read it. The hub has no part in it. */
export type WarehouseBook = {
  name: string
  connectionId: string
  /** As the hub calls the place. */
  locationCode: string
  /** Units that lay there at first, by SKU; and what came or went since without any order. */
  opening: ReadonlyMap<string, number>
  adjustments: readonly { at: number; sku: string; units: number }[]
  /** Units that lie there now. */
  shelves: ReadonlyMap<string, number>
  /** All that it was ever asked for, each as often as it took it. */
  requests: readonly FloorRequestBook[]
  /** All that left, in its order. */
  left: readonly ParcelBook[]
}

export type FloorRequestBook = {
  id: string
  /** The hub's own id of it. */
  reference: string
  /** The order's, with a suffix where it is another shipment of that. */
  number: string
  at: number
  state: 'received' | 'working' | 'held' | 'rejected' | 'shipped' | 'cancelled'
  lines: readonly { sku: string; quantity: number; sent: number; dropped: number }[]
}

/** Units of one SKU in one parcel. */
export type ParcelBook = {
  at: number
  externalId: string
  requestId: string
  number: string
  reference: string
  sku: string
  units: number
}

/** Something of it may still leave. */
export function isRequestLive({ state }: Pick<FloorRequestBook, 'state'>): boolean {
  return state === 'received' || state === 'working' || state === 'held'
}

/** Units that it may still send. */
export function mayStillSend(request: FloorRequestBook): Map<string, number> {
  const open = new Map<string, number>()
  if (!isRequestLive(request)) return open
  for (const { sku, quantity, sent, dropped } of request.lines)
    open.set(sku, (open.get(sku) ?? 0) + quantity - sent - dropped)
  return open
}
