import type { Clock } from '@plimsoll/connector-kit'
import type { Owner, Scheduler } from './scheduler.ts'

/** The clock of one simulated process: wrong by `skewMs`, and its timers fire only from the step loop. */
export function createClock(scheduler: Scheduler, owner: Owner, skewMs: number): Clock {
  return {
    now: () => Math.floor(scheduler.now + skewMs),
    monotonic: () => scheduler.elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason)
          return
        }
        const abort = () => {
          cancel()
          reject(signal?.reason)
        }
        // As the machine's own timers: whole milliseconds, or what waits for a fraction of one would go in circles.
        const cancel = scheduler.after(Math.ceil(ms), {
          owner,
          what: `${owner.name}: timer`,
          run: () => {
            signal?.removeEventListener('abort', abort)
            resolve()
          },
        })
        signal?.addEventListener('abort', abort, { once: true })
      }),
  }
}
