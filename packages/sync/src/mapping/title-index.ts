import { titleTokens } from './title-tokens.ts'

/** A title that is like the one looked for; `share` from 0 to 1. */
export type TitleHit = { owner: number; share: number }

/** Postings that one look-up walks at most: what is common to thousands tells nothing, and would take the time of all. */
const POSTINGS_MAX = 20_000
/** So many of the best by their rare words are compared word by word. */
const COMPARED_MAX = 16
/** Of what a word weighs that no item has: advertising in a title counts a little against it. */
const UNKNOWN_WEIGHT = 0.3
/** How much of what the two differ in counts on the side of the item: titles say more than names. */
const OF_ITEM = 0.7

/** Words by number, and of each title its words and whose it is. */
export type GatheredTitles = {
  words: ReadonlyMap<string, number>
  titleWords: readonly Int32Array[]
  owners: Int32Array
}

/** Takes titles in one after the other, so that a process that does other things beside is not held up by all of them. */
export class TitleGatherer {
  readonly #words = new Map<string, number>()
  readonly #titleWords: Int32Array[] = []
  readonly #owners: number[] = []

  add(owner: number, text: string): void {
    this.#titleWords.push(Int32Array.from(titleTokens(text), (word) => this.#idOf(word)))
    this.#owners.push(owner)
  }

  /** @param placeOf the place of each owner in an order that does not change, which decides between equals */
  toIndex(placeOf: Int32Array): TitleIndex {
    const owners = Int32Array.from(this.#owners, (owner) => at(placeOf, owner))
    return new TitleIndex({ words: this.#words, titleWords: this.#titleWords, owners })
  }

  #idOf(word: string): number {
    const known = this.#words.get(word)
    if (known !== undefined) return known
    const id = this.#words.size
    this.#words.set(word, id)
    return id
  }
}

/**
 * Titles in memory, found by the words that they share, rare ones counting more (the logarithm of how few have it). Flat
 * arrays of numbers: those of 100,000 items take some twenty megabytes and are built in a second.
 */
export class TitleIndex {
  readonly #words: ReadonlyMap<string, number>
  readonly #weights: Float64Array
  readonly #unknownWeight: number
  /** Of each word the titles that have it, one after the other from `#postingStarts`. */
  readonly #postings: Int32Array
  readonly #postingStarts: Int32Array
  /** Of each title its words, and what they weigh together. */
  readonly #titleWords: readonly Int32Array[]
  readonly #titleWeights: Float64Array
  readonly #owners: Int32Array
  readonly #sums: Float64Array
  /** Of each word whether it is a number: alone it says nothing of what a thing is. */
  readonly #isNumber: readonly boolean[]
  /** The words themselves, by their numbers. */
  readonly #texts: readonly string[]

  constructor({ words, titleWords, owners }: GatheredTitles) {
    this.#words = words
    this.#titleWords = titleWords
    this.#owners = owners
    const counts = new Int32Array(this.#words.size)
    for (const words of this.#titleWords) for (const word of words) counts[word] = at(counts, word) + 1
    this.#postingStarts = new Int32Array(counts.length + 1)
    for (let word = 0; word < counts.length; word += 1)
      this.#postingStarts[word + 1] = at(this.#postingStarts, word) + at(counts, word)
    this.#postings = new Int32Array(at(this.#postingStarts, counts.length))
    const filled = this.#postingStarts.slice()
    for (const [title, words] of this.#titleWords.entries())
      for (const word of words) {
        this.#postings[at(filled, word)] = title
        filled[word] = at(filled, word) + 1
      }
    this.#weights = Float64Array.from(counts, (count) => Math.log(1 + titleWords.length / count))
    this.#unknownWeight = UNKNOWN_WEIGHT * Math.log(1 + titleWords.length)
    this.#titleWeights = Float64Array.from(this.#titleWords, (words) => this.#weightOf(words))
    this.#sums = new Float64Array(titleWords.length)
    this.#texts = [...words.keys()]
    this.#isNumber = this.#texts.map((word) => /^\p{N}/u.test(word))
  }

  /** Titles that are at least so like it, the likest first; one for each owner. */
  find(text: string, { shareMin, limit }: { shareMin: number; limit: number }): TitleHit[] {
    const tokens = titleTokens(text)
    const words = tokens.flatMap((token) => this.#words.get(token) ?? [])
    const weight = this.#weightOf(words) + (tokens.length - words.length) * this.#unknownWeight
    const known = new Set(words)
    const best = new Map<number, number>()
    for (const title of this.#candidates(words)) {
      const shared = (this.#titleWords[title] ?? []).filter((word) => known.has(word))
      const whole = OF_ITEM * at(this.#titleWeights, title) + (1 - OF_ITEM) * weight
      const share = whole === 0 ? 0 : Math.min(1, this.#weightOf(shared) / whole)
      const owner = at(this.#owners, title)
      const isNamed = shared.some((word) => this.#isNumber[word] === false)
      if (share >= shareMin && isNamed) best.set(owner, Math.max(share, best.get(owner) ?? 0))
    }
    return [...best]
      .map(([owner, share]) => ({ owner, share }))
      .sort((a, b) => b.share - a.share || a.owner - b.owner)
      .slice(0, limit)
  }

  /** The titles that share most of its rare words. */
  #candidates(words: readonly number[]): number[] {
    const rareFirst = [...words].sort(
      (a, b) => this.#count(a) - this.#count(b) || ((this.#texts[a] ?? '') < (this.#texts[b] ?? '') ? -1 : 1),
    )
    const touched: number[] = []
    let walked = 0
    for (const word of rareFirst) {
      walked += this.#count(word)
      if (walked > POSTINGS_MAX && touched.length > 0) break
      const end = Math.min(at(this.#postingStarts, word + 1), at(this.#postingStarts, word) + POSTINGS_MAX)
      for (let nth = at(this.#postingStarts, word); nth < end; nth += 1) {
        const title = at(this.#postings, nth)
        const sum = at(this.#sums, title)
        if (sum === 0) touched.push(title)
        this.#sums[title] = sum + at(this.#weights, word)
      }
    }
    const best: Scored[] = []
    for (const title of touched) {
      const score = at(this.#sums, title) / (1 + at(this.#titleWeights, title))
      this.#sums[title] = 0
      keepBest(best, { title, owner: at(this.#owners, title), score })
    }
    return best.map(({ title }) => title)
  }

  #count(word: number): number {
    return at(this.#postingStarts, word + 1) - at(this.#postingStarts, word)
  }

  #weightOf(words: Iterable<number>): number {
    let sum = 0
    for (const word of words) sum += at(this.#weights, word)
    return sum
  }
}

type Scored = { title: number; owner: number; score: number }

/** Keeps the best in their order. Sorting thousands for sixteen took half of a look-up. */
function keepBest(best: Scored[], each: Scored): void {
  const last = best[COMPARED_MAX - 1]
  if (last !== undefined && byScore(each, last) > 0) return
  let place = best.length
  for (
    let before = best[place - 1];
    before !== undefined && byScore(each, before) < 0;
    before = best[place - 1]
  )
    place -= 1
  best.splice(place, 0, each)
  if (best.length > COMPARED_MAX) best.pop()
}

function byScore(a: Scored, b: Scored): number {
  return b.score - a.score || a.owner - b.owner || a.title - b.title
}

function at(numbers: Int32Array | Float64Array, index: number): number {
  const found = numbers[index]
  if (found === undefined) throw new Error('an index of titles is read within its bounds')
  return found
}
