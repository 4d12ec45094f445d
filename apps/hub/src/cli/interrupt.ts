import { processContext } from '../process-context.ts'
import { EXIT } from './output.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/**
 * Lets work that waits for a person end in order at Ctrl-C or a polite kill: its signal is aborted, and it tidies up.
 * A second Ctrl-C ends the process at once. Once the work has ended, signals mean again what they meant before.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupted = new AbortController()
  let at: number | undefined
  const hear = () => {
    const now = processContext.clock.monotonic()
    // npm hands a signal on that the whole group has had already: the same within a second is the same one.
    if (at !== undefined && now - at > 1_000) process.exit(EXIT.failed)
    at ??= now
    interrupted.abort()
  }
  for (const signal of SIGNALS) process.on(signal, hear)
  try {
    return await work(interrupted.signal)
  } finally {
    for (const signal of SIGNALS) process.off(signal, hear)
  }
}
