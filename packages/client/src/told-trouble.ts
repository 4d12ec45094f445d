import { z } from 'zod'
import { parkedCodes, problemCodes } from './told-problem.ts'
import { toldCodes, toldFacts } from './told-task.ts'

/**
 * Every way in which the hub says what is the matter with a level, a counted stock unit, a job, a bulk edit, a destination of
 * alerts or a line of a delivery. `refused`: by the hub's own rules, the fact `refusal` being a code of the list of errors.
 */
export const troubleCodes = [
  ...problemCodes,
  'refused',
  'failed',
  'level-untracked',
  'level-gone',
  'level-echo',
  'not-mapped',
  'no-stock-of-kit',
  'take-back-by-hand',
  'count-tracked',
  'count-short',
  'count-held',
  'place-untied',
  'answered',
] as const
export const toldTrouble = z.object({ code: z.enum(troubleCodes), facts: toldFacts })
export type ToldTrouble = z.infer<typeof toldTrouble>

/** What an entry of the activity tells beyond its kind: why an event is parked, what a task tells, what was found. */
export const activityCodes = ['found', 'found-first'] as const
export const toldActivity = z.object({
  code: z.enum([...activityCodes, ...parkedCodes, ...toldCodes]),
  facts: toldFacts,
})
export type ToldActivity = { code: (typeof activityCodes)[number]; facts: z.infer<typeof toldFacts> }

/** Beside `problem`, the English sentence, wherever it stands. */
export const problemTold = toldTrouble
  .nullable()
  .describe(
    'The same as a code and its facts; null where nothing is the matter, or it was noted before these were kept.',
  )
