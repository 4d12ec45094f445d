import { runPlan } from '../lab.ts'
import { makePlan, type PlanSize } from '../plan/make-plan.ts'
import type { LabServer } from '../world/server.ts'
import { firstDifference } from './first-difference.ts'
import type { RunResult } from './run-result.ts'

export type SeedsOptions = {
  from: number
  count: number
  /** Runs each seed twice and compares all that happened. */
  twice: boolean
  /** Played before the others, whether it is one of them or not. */
  first?: number | undefined
  size: PlanSize
  /** Ends at the first seed that fails: a mutant is caught by one. */
  untilFailure: boolean
}

export type SeedOutcome = {
  seed: number
  result: RunResult
  /** Where a second run of the same seed went another way. */
  difference: string | undefined
}

/** Runs seeds one after the other. @param tell told of each as it ends */
export async function runSeeds(
  server: Pick<LabServer, 'clone'>,
  { from, count, first, twice, size, untilFailure }: SeedsOptions,
  tell: (outcome: SeedOutcome) => void,
): Promise<SeedOutcome[]> {
  const outcomes: SeedOutcome[] = []
  const seeds = Array.from({ length: count }, (_, nth) => from + nth)
  const ordered = first === undefined ? seeds : [first, ...seeds.filter((seed) => seed !== first)]
  for (const seed of ordered) {
    const outcome = await runSeed(server, seed, { twice, size })
    outcomes.push(outcome)
    tell(outcome)
    if (untilFailure && isFailure(outcome)) break
  }
  return outcomes
}

export function isFailure({ result, difference }: SeedOutcome): boolean {
  return result.violation !== undefined || difference !== undefined
}

async function runSeed(
  server: Pick<LabServer, 'clone'>,
  seed: number,
  { twice, size }: Pick<SeedsOptions, 'twice' | 'size'>,
): Promise<SeedOutcome> {
  const plan = makePlan(seed, size)
  const result = await runPlan(plan, server)
  if (!twice) return { seed, result, difference: undefined }
  const again = await runPlan(plan, server)
  if (again.digest === result.digest) return { seed, result, difference: undefined }
  // Kept only now: every word of a run is a hundred megabytes after a few of them.
  const [one, other] = [
    await runPlan(plan, server, { marks: true }),
    await runPlan(plan, server, { marks: true }),
  ]
  return { seed, result, difference: firstDifference(one.marks, other.marks) }
}
