import type { PurchaseOrder } from './records.ts'

/** Orders in the order of their last change, so that one that changes while it is listed is met again and none is skipped. */
export class OrderLog {
  #changes: { order: PurchaseOrder; sequence: number; atMs: number }[] = []
  #last = 0
  #orders = 0

  note(order: PurchaseOrder): void {
    this.#last += 1
    if (order.sequence === 0) this.#orders += 1
    order.sequence = this.#last
    this.#changes.push({ order, sequence: this.#last, atMs: order.modifiedMs })
    if (this.#changes.length > 2 * this.#orders + 1_000) {
      this.#changes = this.#changes.filter((change) => change.order.sequence === change.sequence)
    }
  }

  /** Those whose last change came after `sequence`, oldest first. */
  *after(sequence: number): Generator<PurchaseOrder> {
    let low = 0
    let high = this.#changes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#changes[middle]?.sequence ?? 0) <= sequence) low = middle + 1
      else high = middle
    }
    for (let at = low; at < this.#changes.length; at += 1) {
      const change = this.#changes[at]
      if (change !== undefined && change.order.sequence === change.sequence) yield change.order
    }
  }

  /** The sequence before the first change at or after a moment. */
  before(ms: number): number {
    let low = 0
    let high = this.#changes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#changes[middle]?.atMs ?? 0) < ms) low = middle + 1
      else high = middle
    }
    return this.#changes[low - 1]?.sequence ?? 0
  }
}
