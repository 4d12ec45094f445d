import { createRandom } from '../world/random.ts'

/** Each concern draws from a stream of its own, so that one more draw of one moves no other. */
export function createSeedStreams(seed: number): (concern: string) => () => number {
  return (concern) => createRandom(`storm ${seed} ${concern}`).next
}
