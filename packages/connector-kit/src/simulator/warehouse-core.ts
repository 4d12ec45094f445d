import type { WarehouseBooks } from './warehouse-books.ts'
import type { FloorChange, FloorFacility, FloorItem } from './warehouse-records.ts'
import type { Shelves } from './warehouse-shelves.ts'

/** What the parts of a simulated warehouse share. */
export type FloorCore = {
  facilities: readonly FloorFacility[]
  items: Map<string, FloorItem>
  shelves: Shelves
  books: WarehouseBooks
  firstRequestId: number
  now(): number
  /** Now, and later than any moment that it said before. */
  nextMs(): number
  nowNs(): string
  tell(change: FloorChange): void
  /** Units appear or go without any paper; what is not there cannot go. Says what went or came. */
  adjust(adjustment: Adjustment): { sellable: number; damaged: number }
  /** Serials for so many new units. */
  newSerials(sku: string, units: number): string[]
}

export type Adjustment = {
  facilityId: string
  sku: string
  lot?: string | undefined
  expiresOn?: string | undefined
  /** Difference in units. */
  sellable?: number | undefined
  damaged?: number | undefined
  serials?: readonly string[]
  reason: string
}
