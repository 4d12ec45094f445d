import { assert } from '@plimsoll/stock'

/** Base units of an item at a location. */
export type ItemAtLocation = { itemId: string; locationId: string; units: number }

/** What one listing unit of a level is made of, and where it may come from. */
export type Demander = {
  parts: readonly { itemId: string; unitsEach: number }[]
  /** In the order in which they are drawn on. */
  locationIds: readonly string[]
}

/** What is left to be granted of each item at each location. */
export class Supply {
  readonly #left = new Map<string, number>()

  /**
   * @param available what is there; negative where more is reserved than is there, which the other locations of a pool
   *   must make good
   * @param pools the pools that orders may be moved within
   */
  constructor(available: readonly ItemAtLocation[], pools: readonly (readonly string[])[]) {
    for (const { itemId, locationId, units } of available) {
      const key = keyOf(itemId, locationId)
      this.#left.set(key, (this.#left.get(key) ?? 0) + units)
    }
    for (const { itemId, locationId } of available) this.#makeGood(itemId, locationId, pools)
  }

  /** Base units of what is reserved beyond what is there, everywhere. */
  get lackingUnits(): number {
    return [...this.#left.values()].reduce((sum, units) => sum + Math.max(0, -units), 0)
  }

  /** Listing units that could still be granted to it. */
  mostFor({ parts, locationIds }: Demander): number {
    return parts.reduce((most, { itemId, unitsEach }) => {
      const left = locationIds.reduce((sum, locationId) => sum + this.#at(itemId, locationId), 0)
      return Math.min(most, Math.floor(left / unitsEach))
    }, Number.MAX_SAFE_INTEGER)
  }

  /** Grants listing units, which must be there. @returns where each of their base units is */
  take(demander: Demander, units: number): ItemAtLocation[] {
    assert(units <= this.mostFor(demander), 'no more is granted than is there')
    const taken: ItemAtLocation[] = []
    for (const { itemId, unitsEach } of demander.parts) {
      let wanted = units * unitsEach
      for (const locationId of demander.locationIds) {
        const here = Math.min(wanted, this.#at(itemId, locationId))
        if (here === 0) continue
        const key = keyOf(itemId, locationId)
        this.#left.set(key, (this.#left.get(key) ?? 0) - here)
        taken.push({ itemId, locationId, units: here })
        wanted -= here
      }
    }
    return taken
  }

  #at(itemId: string, locationId: string): number {
    return Math.max(0, this.#left.get(keyOf(itemId, locationId)) ?? 0)
  }

  /** Orders reserve at one place until they are routed: what it lacks is kept free at others of its pools. */
  #makeGood(itemId: string, locationId: string, pools: readonly (readonly string[])[]): void {
    const key = keyOf(itemId, locationId)
    const others = new Set(pools.filter((pool) => pool.includes(locationId)).flat())
    for (const other of others) {
      const lacking = -(this.#left.get(key) ?? 0)
      if (lacking <= 0) return
      const given = Math.min(lacking, this.#at(itemId, other))
      if (given === 0) continue
      this.#left.set(key, given - lacking)
      this.#left.set(keyOf(itemId, other), this.#at(itemId, other) - given)
    }
  }
}

function keyOf(itemId: string, locationId: string): string {
  return `${itemId} ${locationId}`
}

/** Adds up units of the same item at the same location. */
export function addUpUnits(units: readonly ItemAtLocation[]): ItemAtLocation[] {
  const sums = new Map<string, ItemAtLocation>()
  for (const each of units) {
    const key = keyOf(each.itemId, each.locationId)
    sums.set(key, { ...each, units: (sums.get(key)?.units ?? 0) + each.units })
  }
  return [...sums.values()]
}
