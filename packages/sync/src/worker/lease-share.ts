/** What a process does about its leases so that all that run work about as many connections each. */
export type Share = {
  /** Held beyond its share: handed over. */
  release: string[]
  /** Free connections are taken up to so many more. */
  takeAtMost: number
}

/**
 * Each of the processes works the same number of connections, the first few in order of their ids one more.
 * Every process reckons for itself from the same rows; while they see different rows (one has just started, one
 * has just died) some connections may be nobody's for a turn, and none is ever two's: leases see to that.
 * @param workers ids of the processes that run and work connections, this one among them
 * @param connections how many there are to be worked
 * @param held what this process works now
 */
export function decideShare(input: {
  workers: readonly string[]
  me: string
  connections: number
  held: readonly string[]
}): Share {
  const sorted = [...input.workers].sort()
  const rank = sorted.indexOf(input.me)
  // One that is not counted, since its row has just run out, keeps what it can renew and takes nothing.
  if (rank < 0) return { release: [], takeAtMost: 0 }
  const each = Math.floor(input.connections / sorted.length)
  const mine = each + (rank < input.connections % sorted.length ? 1 : 0)
  return {
    release: [...input.held].sort().slice(mine),
    takeAtMost: Math.max(0, mine - input.held.length),
  }
}
