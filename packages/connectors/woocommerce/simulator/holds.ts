/**
 * The table `wc_reserved_stock`: units that unpaid orders keep from other shoppers for a while. They are not
 * subtracted from the quantity that the API shows.
 */
export type Holds = {
  set(orderId: number, hold: Hold): void
  release(orderId: number): void
  /** Units of a product that unexpired holds keep. */
  heldOf(productId: number): number
}

export type Hold = { units: ReadonlyMap<number, number>; expiresMs: number }

export function createHolds(now: () => number): Holds {
  const holds = new Map<number, Hold>()
  return {
    set: (orderId, hold) => void holds.set(orderId, hold),
    release: (orderId) => void holds.delete(orderId),
    heldOf(productId) {
      let held = 0
      for (const [orderId, hold] of holds) {
        if (hold.expiresMs <= now()) holds.delete(orderId)
        else held += hold.units.get(productId) ?? 0
      }
      return held
    },
  }
}
