import { type ChannelOperations, type CheckResult, type Clock, RateLimited } from '@plimsoll/connector-kit'

/** Somebody waits for the answer: no longer than this for all waits together. */
const WAIT_MS_MAX = 10_000
/** Where the platform does not say how long. */
const WAIT_MS = 1_000

/**
 * Asks a platform who the hub is there, and again after a little where it asks to wait: what it allows a second may be used
 * up by whoever works the connection just then, and that is no answer to a person who saves a setting.
 * @throws ConnectorError as `check` does; of a wait that is longer than somebody waits, the platform's own
 */
export async function checkPatiently(
  clock: Pick<Clock, 'sleep'>,
  operations: Pick<ChannelOperations, 'check'>,
): Promise<CheckResult> {
  let waited = 0
  for (;;) {
    try {
      return await operations.check()
    } catch (error) {
      if (!(error instanceof RateLimited)) throw error
      const waitMs = error.retryAfterMs ?? WAIT_MS
      if (waited + waitMs > WAIT_MS_MAX) throw error
      await clock.sleep(waitMs)
      // Two that ask at the same time may be told to wait again.
      waited += Math.max(waitMs, WAIT_MS)
    }
  }
}
