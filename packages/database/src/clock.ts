import { setTimeout as wait } from 'node:timers/promises'

/** Time and chance, handed in so that a run can be replayed. This file alone touches the real ones. */
export type Timing = {
  /** Milliseconds that only ever grow; no date. */
  nowMs(): number
  /** Ends early, without an error, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** From 0 to below 1. */
  random(): number
}

export const systemTiming: Timing = {
  nowMs: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, signal ? { signal } : {}).catch(ignoreAbort),
  random: () => Math.random(),
}

/** Calls `work` again and again with `ms` in between, never twice at once, and never keeps the process alive. */
export function repeat(ms: number, work: () => Promise<void>): { stop(): Promise<void> } {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  const next = () => {
    if (stopped) return
    timer = setTimeout(() => {
      running = work().finally(next)
    }, ms)
    timer.unref()
  }
  next()
  return {
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}

/** Calls `work` once after `ms`, unless cancelled before. */
export function later(ms: number, work: () => void): { cancel(): void } {
  const timer = setTimeout(work, ms)
  return { cancel: () => clearTimeout(timer) }
}

/** Waits for `promise`, at most `ms`; then throws `TimedOut`. The promise itself goes on. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const alarm = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut(ms)), ms)
  })
  try {
    return await Promise.race([promise, alarm])
  } finally {
    clearTimeout(timer)
  }
}

export class TimedOut extends Error {
  constructor(ms: number) {
    super(`No answer within ${ms} ms`)
    this.name = 'TimedOut'
  }
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error
}
