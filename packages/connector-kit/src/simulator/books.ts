/** A list that only grows, of which the newest `capacity` entries are kept. `seq` counts from 1 without gaps. */
export type Book<Entry> = {
  append(entry: Entry): number
  /** Kept entries with a `seq` above `seq`, oldest first, at most `limit`. */
  after(seq: number, limit?: number): (Entry & { seq: number })[]
  /** The newest `seq`, 0 when empty. */
  last(): number
}

export type BookedOrder = {
  externalId: string
  atNs: string
  lines: { sku: string; stockUnitId: string; locationId: string; quantity: number }[]
}
/** A quantity that the platform took from an API call: `before` and `after` are its own number around it. */
export type BookedWrite = {
  /** When the request was received: `request.receivedAtNs`. */
  atNs: string
  stockUnitId: string
  locationId: string
  /** As the call said it: absolute, or a delta where the platform takes deltas. */
  quantity: number
  before: number | null
  after: number | null
}
/** A shopper went away: `quantity` was wanted and the platform showed less. */
export type BookedRefusal = { atNs: string; sku: string; quantity: number }
/** A person changed the stock on the platform's own screen. */
export type BookedEdit = {
  atNs: string
  stockUnitId: string
  locationId: string
  before: number | null
  after: number | null
}
/** One attempt to deliver a webhook, stamped just before the HTTP call. */
export type BookedWebhookSend = { atNs: string; orderExternalId: string | null; attempt: number }

/**
 * What really happened on a simulated platform, for judging the hub from outside. Instants (`atNs`) are
 * nanoseconds of the machine's one monotonic clock, comparable across processes, as decimal text.
 */
export type Books = {
  orders: Book<BookedOrder>
  writes: Book<BookedWrite>
  refusals: Book<BookedRefusal>
  edits: Book<BookedEdit>
  webhookSends: Book<BookedWebhookSend>
  totals(): { ordersPlaced: number; unitsSold: number; refusedUnits: number }
  /** Now, as the books stamp it. */
  nowNs(): string
}

const keptMax = 200_000

export function createBooks({ capacity = keptMax }: { capacity?: number } = {}): Books {
  const totals = { ordersPlaced: 0, unitsSold: 0, refusedUnits: 0 }
  return {
    orders: createBook<BookedOrder>(capacity, (order) => {
      totals.ordersPlaced += 1
      for (const line of order.lines) totals.unitsSold += line.quantity
    }),
    writes: createBook<BookedWrite>(capacity),
    refusals: createBook<BookedRefusal>(capacity, (refusal) => {
      totals.refusedUnits += refusal.quantity
    }),
    edits: createBook<BookedEdit>(capacity),
    webhookSends: createBook<BookedWebhookSend>(capacity),
    totals: () => ({ ...totals }),
    nowNs: () => process.hrtime.bigint().toString(),
  }
}

export function createBook<Entry extends object>(
  capacity: number,
  onAppend?: (entry: Entry) => void,
): Book<Entry> {
  const ring: (Entry & { seq: number })[] = []
  let last = 0
  return {
    append(entry) {
      last += 1
      // Entry `seq` lives at a fixed place, so the oldest is overwritten and nothing is moved.
      ring[(last - 1) % capacity] = { ...entry, seq: last }
      onAppend?.(entry)
      return last
    },
    after(seq, limit = 10_000) {
      const rows: (Entry & { seq: number })[] = []
      const first = Math.max(seq + 1, last - capacity + 1, 1)
      for (let next = first; next <= last && rows.length < limit; next += 1) {
        const row = ring[(next - 1) % capacity]
        if (row !== undefined) rows.push(row)
      }
      return rows
    },
    last: () => last,
  }
}
