/**
 * Runs and seed of a property test: `PLIMSOLL_RUNS` and `PLIMSOLL_SEED` where they are set, so that a failure is
 * replayed and a night run is longer. For tests.
 */
export function fromEnvironment({ numRuns = 100 }: { numRuns?: number } = {}): {
  numRuns: number
  seed?: number
} {
  const { PLIMSOLL_RUNS: runs, PLIMSOLL_SEED: seed } = process.env
  return {
    numRuns: runs === undefined ? numRuns : Number(runs),
    ...(seed !== undefined && { seed: Number(seed) }),
  }
}
