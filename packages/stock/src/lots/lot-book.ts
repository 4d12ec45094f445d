import { type LotPick, type LotStock, pickFirstExpired } from './fefo.ts'

type LotPlace = { itemId: string; locationId: string }

/** What lots may still give at some places, while one decision after the other takes from them. */
export class LotBook {
  readonly #stock = new Map<string, LotStock[]>()
  readonly #today: (locationId: string) => string

  /** @param today the day that it is at a location */
  constructor(stock: readonly (LotPlace & LotStock)[], today: (locationId: string) => string) {
    this.#today = today
    for (const { lot, free, ...place } of stock) {
      const here = this.#stock.get(placeText(place)) ?? []
      this.#stock.set(placeText(place), [...here, { lot, free }])
    }
  }

  /** Takes first-expired-first-out what is there, up to so many units. */
  pick(place: LotPlace, units: number, minShelfLifeDays: number): LotPick[] {
    const today = this.#today(place.locationId)
    const picks = pickFirstExpired(this.#at(place), { units, today, minShelfLifeDays })
    for (const { lotId, units } of picks) this.take(place, lotId, units)
    return picks
  }

  free(place: LotPlace, lotId: string): number {
    return Math.max(0, this.#at(place).find(({ lot }) => lot.lotId === lotId)?.free ?? 0)
  }

  take(place: LotPlace, lotId: string, units: number): void {
    const entry = this.#at(place).find(({ lot }) => lot.lotId === lotId)
    if (entry !== undefined) entry.free -= units
  }

  #at(place: LotPlace): LotStock[] {
    return this.#stock.get(placeText(place)) ?? []
  }
}

function placeText({ itemId, locationId }: LotPlace): string {
  return `${itemId} ${locationId}`
}
