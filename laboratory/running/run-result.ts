import type { Violation } from '../invariants/books.ts'
import type { Plan } from '../plan/plan.ts'
import type { StoryLine } from '../world/trace.ts'

/** What came of one run. */
export type RunResult = {
  plan: Plan
  violation: Violation | undefined
  /** Of all calls, statements, parameters and results, in their order. */
  digest: string
  marks: readonly string[]
  story: readonly StoryLine[]
  startMs: number
  simulatedMs: number
  steps: number
  statements: number
  calls: number
}
