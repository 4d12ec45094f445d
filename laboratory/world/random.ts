/**
 * Chance from a seed. Every concern draws from a stream of its own, named by what it is for: taking one shopper
 * out of a story must not change what the network does to all the others.
 */
export type Random = {
  /** 0 ≤ x < 1. */
  next(): number
  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number
  chance(probability: number): boolean
  pick<T>(values: readonly [T, ...T[]]): T
  pickFrom<T>(values: readonly T[]): T | undefined
}

/** @param name the run's seed and what the stream is for */
export function createRandom(name: string): Random {
  const next = smallFastCounter(hashesOf(name))
  const whole = (min: number, max: number) => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    whole,
    chance: (probability) => next() < probability,
    pick: (values) => values[whole(0, values.length - 1)] ?? values[0],
    pickFrom: (values) => values[whole(0, values.length - 1)],
  }
}

/** Ids in the order of asking, as the hub's own (UUIDv7): the milliseconds, then a count, then chance. */
export function createUuids(name: string, now: () => number): () => string {
  const random = createRandom(name)
  let lastMs = 0
  let count = 0
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
  return () => {
    const nowMs = Math.max(now(), lastMs)
    count = nowMs === lastMs ? count + 1 : 0
    lastMs = nowMs
    const time = hex(nowMs, 12)
    const tail = hex(random.whole(0, 0xffffff), 6) + hex(random.whole(0, 0xffffff), 6)
    return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(count & 0xfff, 3)}-8${hex(random.whole(0, 0xfff), 3)}-${tail}`
  }
}

/** Four well-mixed words of a text (xmur3). */
function hashesOf(text: string): [number, number, number, number] {
  let state = 1779033703 ^ text.length
  for (let at = 0; at < text.length; at += 1) {
    state = Math.imul(state ^ text.charCodeAt(at), 3432918353)
    state = (state << 13) | (state >>> 19)
  }
  const word = () => {
    state = Math.imul(state ^ (state >>> 16), 2246822507)
    state = Math.imul(state ^ (state >>> 13), 3266489909)
    state ^= state >>> 16
    return state >>> 0
  }
  return [word(), word(), word(), word()]
}

/** The generator sfc32. */
function smallFastCounter([first, second, third, fourth]: [number, number, number, number]): () => number {
  let a = first | 0
  let b = second | 0
  let c = third | 0
  let d = fourth | 0
  return () => {
    const sum = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return (sum >>> 0) / 4294967296
  }
}
