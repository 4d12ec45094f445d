import { hash } from 'node:crypto'

const WORDS = 5
const EMPTY = 0

/**
 * Which rows came before under the same key, for millions of rows: 20 bytes each, and four to find them by. A key is
 * known by 96 bits of its digest, so that two different ones are never taken for one.
 */
export class RowKeys {
  #entries = new Uint32Array(1_024 * WORDS)
  #slots = new Uint32Array(2_048)
  #count = 0

  /**
   * Notes a row under its key.
   * @returns the row that had this key first, and whether it was the same in all; undefined for a new key
   */
  add(key: string, content: string, row: number): { row: number; isSame: boolean } | undefined {
    const digest = hash('sha1', key, 'buffer')
    const [a, b, c] = [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8)]
    const same = hash('sha1', content, 'buffer').readUInt32LE(0)
    const mask = this.#slots.length - 1
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot] ?? EMPTY
      if (entry === EMPTY) {
        this.#put(slot, [a, b, c, same, row])
        return undefined
      }
      const at = (entry - 1) * WORDS
      const known = this.#entries
      if (known[at] === a && known[at + 1] === b && known[at + 2] === c) {
        return { row: known[at + 4] ?? 0, isSame: known[at + 3] === same }
      }
    }
  }

  #put(slot: number, words: readonly number[]): void {
    if ((this.#count + 1) * WORDS > this.#entries.length) {
      const grown = new Uint32Array(this.#entries.length * 2)
      grown.set(this.#entries)
      this.#entries = grown
    }
    this.#entries.set(words, this.#count * WORDS)
    this.#count += 1
    this.#slots[slot] = this.#count
    if (this.#count * 4 > this.#slots.length * 3) this.#spread()
  }

  #spread(): void {
    const slots = new Uint32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let entry = 1; entry <= this.#count; entry += 1) {
      let slot = (this.#entries[(entry - 1) * WORDS] ?? 0) & mask
      while (slots[slot] !== EMPTY) slot = (slot + 1) & mask
      slots[slot] = entry
    }
    this.#slots = slots
  }
}
