import { assert } from '../assert.ts'

/** What one part allows: base units of it there, and how many one base unit of the kit needs. */
export type PartStock = { available: number; quantity: number }

/**
 * How many whole kits the parts allow: that of the scarcest. Negative where a part is oversold: as many kits as
 * would have to come back for it to be none.
 * @param parts at least one: a virtual kit without parts does not exist
 */
export function availableOfKit(parts: readonly PartStock[]): number {
  assert(parts.length > 0, 'a kit has at least one part')
  // No spread: a kit may have a thousand parts.
  return parts.reduce((least, part) => Math.min(least, kitsFrom(part)), Number.POSITIVE_INFINITY)
}

/** How many kits this part alone allows. */
export function kitsFrom({ available, quantity }: PartStock): number {
  assert(Number.isSafeInteger(available), 'available is a whole number')
  assert(Number.isSafeInteger(quantity) && quantity > 0, 'a kit needs at least one of each part')
  // Exact, unlike a quotient that is rounded down: near 2^53 that would be rounded up before.
  const remainder = available % quantity
  const whole = (available - remainder) / quantity
  return remainder < 0 ? whole - 1 : whole
}
