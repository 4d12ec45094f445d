import type { Tx } from '@plimsoll/database'

/** A place that somebody has counted, and when. */
export type CountedPlace = { itemId: string; locationId: string; at: Date }

/** What a stock command runs under. Instants and ids are handed in, so that a run can be replayed. */
export type StockContext = {
  organizationId: string
  /** Fresh UUIDv7. */
  uuid(): string
  /** The moment this batch is recorded at. */
  now(): Date
  /**
   * Base units that had left places by then as parts of kits and packs whose rest is still there: the ledger lets go of them with the
   * last part, and a count does not find them. Left out: there are none.
   */
  findHalfSent?(
    tx: Tx,
    places: readonly CountedPlace[],
  ): Promise<readonly { itemId: string; locationId: string; units: number }[]>
}

/** The lot of units that belong to none (yet): plainly tracked items, and reservations before allocation. */
export const UNALLOCATED_LOT = '00000000-0000-0000-0000-000000000000'
