const KEYS_MAX = 20_000

/** The newest keys, some twenty thousand of them; forgetting one costs a look-up, never a mistake. */
export class RecentKeys {
  #young = new Set<string>()
  #old = new Set<string>()

  has(key: string): boolean {
    return this.#young.has(key) || this.#old.has(key)
  }

  add(key: string): void {
    if (this.#young.size >= KEYS_MAX / 2) {
      this.#old = this.#young
      this.#young = new Set()
    }
    this.#young.add(key)
  }
}
