/** What passes between the hub and the thread that runs expressions: texts and numbers alone. */

export type Job = {
  id: number
  /** JSON: the expression, the inputs it is run over one by one, what it may know beside them, and its limits. */
  text: string
  /** Of computing, not of time that passes while others have the machine. */
  timeoutMs: number
}

export type JobResult =
  | { id: number; outcome: string }
  /** `lacked`: it would have needed more of this. */
  | { id: number; problem: string; lacked?: 'time' }

/** JSONata's own limits: how deep it may go, how long its lists may get. */
export const STEP_LIMITS = { stack: 250, sequence: 200_000 }

/** For some hundreds of rows together, beside what their size allows. */
export const TIMEOUT_MS = 2_000

/** 200 ms for each megabyte: several times what reading and writing so much takes. */
const CHARACTERS_PER_MS = 5_000

/** What a job may compute: as long as is given to any, and longer as there is more to read. */
export function allowedMs(timeoutMs: number, text: string): number {
  return timeoutMs + Math.floor(text.length / CHARACTERS_PER_MS)
}

/** On a machine that gives the thread less than this share of itself in all of the tries, a job is given up. */
const WALL_PER_TIMEOUT_MAX = 16
/** The two clocks do not agree to the millisecond, and a hang should be told at the first try. */
const COMPUTED_SHARE = 0.8

/**
 * Whether a job that was broken off may still be an honest one: a busy machine, or one that was put to sleep, has kept it
 * from computing. Only time that passes can break a run off, so the next try is given twice as much of that.
 */
export function isWorthAnotherTry(ended: {
  computedMs: number
  /** What it was given, and has used up. */
  wallMs: number
  timeoutMs: number
}): boolean {
  return (
    ended.computedMs < ended.timeoutMs * COMPUTED_SHARE &&
    ended.wallMs < ended.timeoutMs * WALL_PER_TIMEOUT_MAX
  )
}

/** So many a thread does before another takes its place. */
export const JOBS_MAX = 200

/** Above what a page of a thousand large orders needs; beyond it the thread ends, and nothing else. */
export const MEMORY_MB = 96
