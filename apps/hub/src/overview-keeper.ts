import { inTransaction, isTransient } from '@plimsoll/database'
import type { HubBase } from './hub-base.ts'
import { forgetSums, keepSums, lockOverviewClock, SLOT_MS, sampleStock } from './views/overview-sums.store.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** A slot is counted when it has been over for so long: no transaction that belongs to it is still open. */
const GRACE_MS = 5 * 60_000
const TURN_MS = 60_000
/** The longest span that a screen shows, and a day to spare. */
const KEPT_DAYS = 32

type Hub = Pick<HubBase, 'database' | 'context' | 'log'>

/** Keeps the sums of the overview, a turn each minute. Every process does; the organization's clock lets one of them. */
export class OverviewKeeper {
  readonly #hub: Hub
  readonly #stop = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(hub: Hub) {
    this.#hub = hub
  }

  start(): void {
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('The hub stops.'))
    await this.#loop
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    const { context, log } = this.#hub
    while (!signal.aborted) {
      try {
        let isMore = true
        while (isMore && !signal.aborted) isMore = await keepOverview(this.#hub)
      } catch (error) {
        // The charts go on from the orders and writes themselves meanwhile.
        log[isTransient(error) ? 'warn' : 'error']({ error }, 'sums of the overview not kept; trying again')
      }
      await context.clock.sleep(TURN_MS, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    }
  }
}

/**
 * One piece of it: at most a day of slots, and the stock of the hour.
 * @returns whether there is more to count
 */
export async function keepOverview({
  database,
  context,
}: Pick<Hub, 'database' | 'context'>): Promise<boolean> {
  const { organizationId } = context
  const nowMs = context.clock.now()
  const slotBegin = (ms: number) => Math.floor(ms / SLOT_MS) * SLOT_MS
  const since = new Date(slotBegin(nowMs) - KEPT_DAYS * DAY_MS)
  return await inTransaction(database, async (tx) => {
    const latest = new Date(slotBegin(nowMs - GRACE_MS))
    const clock = await lockOverviewClock(tx, organizationId, { since, latest })
    if (clock === undefined) return false
    const from = clock.keptUntil
    const until = new Date(Math.min(from.getTime() + DAY_MS, latest.getTime()))
    if (until > from) {
      await keepSums(tx, organizationId, { from, until })
      await forgetSums(tx, organizationId, since)
    }
    const hour = new Date(Math.floor(nowMs / HOUR_MS) * HOUR_MS)
    if (clock.sampledAt === null || clock.sampledAt < hour) await sampleStock(tx, organizationId, hour)
    return until.getTime() - from.getTime() === DAY_MS
  })
}
