import type { HubProcess } from './hub-process.ts'
import type { Scheduler } from './scheduler.ts'

/** From the end of a day to the next morning. */
const NIGHT_MS = 12 * 3_600_000

/**
 * The night between two days: nobody buys, and the machines of the hub sleep, as a laptop does that is shut. Each process goes
 * on in the morning where it was, with leases that ran out, and with all that platforms have sent meanwhile unread.
 */
export async function passNight(
  { scheduler, processes }: { scheduler: Scheduler; processes: readonly HubProcess[] },
  stepUntil: (isReached: () => boolean) => Promise<void>,
): Promise<void> {
  for (const process of processes) process.freeze()
  const morning = scheduler.now + NIGHT_MS
  scheduler.after(NIGHT_MS, { what: 'it is morning', run: () => undefined })
  await stepUntil(() => scheduler.now >= morning)
  for (const process of processes) process.thaw()
}
