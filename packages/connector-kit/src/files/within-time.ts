import type { Clock } from '../clock.ts'
import { Unavailable } from '../errors.ts'

/** What a call is given at the most; the call itself goes on unheard, and whoever made it drops its connection. */
export async function withinTime<T>(
  work: Promise<T>,
  { clock, ms, signal }: { clock: Clock; ms: number; signal: AbortSignal | undefined },
): Promise<T> {
  signal?.throwIfAborted()
  const ended = new AbortController()
  const stop = signal === undefined ? ended.signal : AbortSignal.any([ended.signal, signal])
  const late = clock.sleep(ms, stop).then(
    () => {
      throw new Unavailable(`No complete answer within ${ms} ms.`, true)
    },
    (reason: unknown) => {
      // In time: `work` has won already.
      if (signal?.aborted === true) throw new Unavailable('The call was broken off.', true, { cause: reason })
      return work
    },
  )
  try {
    return await Promise.race([work, late])
  } finally {
    ended.abort()
    // Whoever lost is heard of no more.
    work.catch(() => undefined)
    late.catch(() => undefined)
  }
}
