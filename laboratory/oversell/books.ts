/**
 * The truth: what is really in the warehouse, kept by nobody who synchronises. A sale beyond it is oversold and waits for
 * the next restock; a shopper who was refused what was there all the same was missed.
 */
export class Books {
  readonly #left = new Map<string, number>()
  readonly #put = new Map<string, number>()
  readonly #sold = new Map<string, number>()
  oversoldUnits = 0
  missedUnits = 0
  refusedUnits = 0

  restock(sku: string, units: number): void {
    add(this.#put, sku, units)
    add(this.#left, sku, units)
  }

  /** A shopper wanted some, and bought what the channel showed of it. */
  sell(sku: string, { wanted, bought }: { wanted: number; bought: number }): void {
    const free = Math.max(0, this.leftOf(sku))
    this.oversoldUnits += Math.max(0, bought - free)
    this.refusedUnits += wanted - bought
    this.missedUnits += Math.min(wanted - bought, Math.max(0, free - bought))
    add(this.#sold, sku, bought)
    add(this.#left, sku, -bought)
  }

  /** Below zero: so many were sold that are not there. */
  leftOf(sku: string): number {
    return this.#left.get(sku) ?? 0
  }

  get soldUnits(): number {
    return [...this.#sold.values()].reduce((sum, units) => sum + units, 0)
  }

  /** By SKU, as the books have it: put in, and sold. */
  get entries(): { sku: string; put: number; sold: number }[] {
    return [...this.#put].map(([sku, put]) => ({ sku, put, sold: this.#sold.get(sku) ?? 0 }))
  }
}

function add(sums: Map<string, number>, key: string, units: number): void {
  sums.set(key, (sums.get(key) ?? 0) + units)
}
