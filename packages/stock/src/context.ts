/** What a stock command runs under. Instants and ids are handed in, so that a run can be replayed. */
export type StockContext = {
  organizationId: string
  /** Fresh UUIDv7. */
  uuid(): string
  /** The moment this batch is recorded at. */
  now(): Date
}

/** The lot of units that belong to none (yet): plainly tracked items, and reservations before allocation. */
export const UNALLOCATED_LOT = '00000000-0000-0000-0000-000000000000'
