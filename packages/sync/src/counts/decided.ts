import type { CountDecision } from './counting.ts'
import type { LedgerAtPlace, UnitToBook } from './units-to-book.store.ts'

/** What a count of an item at a place comes to. */
export type Decided = {
  item: LedgerAtPlace
  decision: CountDecision
  /** The moment that it is booked for; undefined: now. */
  countedAt: Date | undefined
  /** Base units on hand that have moved since. */
  movedSince: number
  /** What it was added up from. */
  own: readonly UnitToBook[]
}
