import { dayNumberOf } from './local-time.ts'
import type { RoutingPlace } from './routing-plan.ts'

/** Of what does not expire, in days from now: later than any lot. */
export const NO_EXPIRY_DAYS = 36_500

type FreeLot = { expiresDay: number; free: number }

/** What one place has of one item that orders may take. */
export type Holding = {
  /** Index of the place. */
  place: number
  /** Units without an expiry, less what is reserved without a lot: may be below zero. */
  loose: number
  /** First expired first. */
  lots: FreeLot[]
  /** What rules keep back; undefined: not asked yet. */
  safety: number | undefined
}

/** Free units by item, then in order of places. */
export class FreeStock {
  readonly #holdings = new Map<string, Holding[]>()

  constructor(places: readonly RoutingPlace[]) {
    for (const [place, { stock }] of places.entries()) {
      for (const { itemId, expiresOn, free } of stock) {
        addUnits(this.at(itemId, place), free, expiresOn)
      }
    }
  }

  of(itemId: string): readonly Holding[] {
    return this.#holdings.get(itemId) ?? NONE
  }

  find(itemId: string, place: number): Holding | undefined {
    return this.of(itemId).find((holding) => holding.place === place)
  }

  /** The holding there, made if there was none. */
  at(itemId: string, place: number): Holding {
    let holdings = this.#holdings.get(itemId)
    if (holdings === undefined) {
      holdings = []
      this.#holdings.set(itemId, holdings)
    }
    const known = holdings.find((holding) => holding.place === place)
    if (known !== undefined) return known
    const made: Holding = { place, loose: 0, lots: [], safety: undefined }
    const after = holdings.findIndex((holding) => holding.place > place)
    holdings.splice(after === -1 ? holdings.length : after, 0, made)
    return made
  }
}
const NONE: readonly Holding[] = []

/**
 * Units that last until `lastDay` at least. What is reserved without a lot may come to need any of them, so all of it
 * counts against these; so does what a lot is short of.
 */
export function freeUntil({ loose, lots }: Holding, lastDay: number): number {
  let free = loose
  for (const lot of lots) if (lot.expiresDay >= lastDay || lot.free < 0) free += lot.free
  return Math.max(0, free)
}

/** All that is free, long enough good or not. */
export function freeOf(holding: Holding): number {
  return freeUntil(holding, Number.NEGATIVE_INFINITY)
}

/** In how many days the first of the units that last until `lastDay` expires. */
export function firstExpiryDays({ lots }: Holding, lastDay: number, today: number): number {
  const first = lots.find((lot) => lot.expiresDay >= lastDay && lot.free > 0)
  return first === undefined ? NO_EXPIRY_DAYS : Math.min(NO_EXPIRY_DAYS, first.expiresDay - today)
}

/** Takes units away, those first that expire first; never more than `freeUntil` said. */
export function takeUnits(holding: Holding, units: number, lastDay: number): void {
  let left = units
  for (const lot of holding.lots) {
    if (left === 0) return
    if (lot.expiresDay < lastDay || lot.free <= 0) continue
    const taken = Math.min(left, lot.free)
    lot.free -= taken
    left -= taken
  }
  holding.loose -= left
}

/** Adds units, below zero: takes them away, that expire then; null: not, or of no lot. */
export function addUnits(holding: Holding, units: number, expiresOn: string | null): void {
  if (expiresOn === null) {
    holding.loose += units
    return
  }
  const { lots } = holding
  const expiresDay = dayNumberOf(expiresOn)
  const known = lots.find((lot) => lot.expiresDay === expiresDay)
  if (known !== undefined) {
    known.free += units
    return
  }
  const after = lots.findIndex((lot) => lot.expiresDay > expiresDay)
  lots.splice(after === -1 ? lots.length : after, 0, { expiresDay, free: units })
}
