/** What passes between the hub and the thread that runs expressions: texts and numbers alone. */

export type Job = {
  id: number
  /** JSON: the expression, the inputs it is run over one by one, what it may know beside them, and its limits. */
  text: string
  timeoutMs: number
}

export type JobResult = { id: number; outcome: string } | { id: number; problem: string }

/** JSONata's own limits: how deep it may go, how long its lists may get. */
export const STEP_LIMITS = { stack: 250, sequence: 200_000 }

/** For all rows of one answer together. */
export const TIMEOUT_MS = 2_000

/** So many a thread does before another takes its place. */
export const JOBS_MAX = 200

/** Above what a page of a thousand large orders needs; beyond it the thread ends, and nothing else. */
export const MEMORY_MB = 96
