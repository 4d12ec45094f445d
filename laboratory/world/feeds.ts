import type { TicketOutcome } from '@plimsoll/connector-kit'
import type { Feeds } from '../platforms/connector.ts'
import type { Platform } from '../platforms/platform.ts'
import { createRandom } from './random.ts'
import type { Scheduler } from './scheduler.ts'

/** The feeds of one platform: what was accepted is carried out some time later, in the order that the seed chooses. */
export function createFeeds(platform: Platform, seed: string, scheduler: Scheduler): Feeds {
  const random = createRandom(`${seed}/feeds/${platform.name}`)
  const outcomes = new Map<string, TicketOutcome>()
  return {
    outcomes,
    later: (run) => {
      const { fromMs, toMs } = platform.kind.feed ?? { fromMs: 0, toMs: 0 }
      const ms = fromMs + (toMs - fromMs) * random.next()
      scheduler.after(ms, { what: `${platform.name}: carries a feed out`, run })
    },
  }
}
