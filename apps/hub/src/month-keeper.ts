import { isTransient } from '@plimsoll/database'
import {
  closeMonths,
  monthText,
  nextMonthsChoreMs,
  prepareMonths,
  saveValuationCheckpoints,
} from '@plimsoll/stock'
import { prepareDesiredMonths } from '@plimsoll/sync'
import type { HubBase } from './hub-base.ts'

const AGAIN_MS = 60_000

/**
 * Looks after the months of the ledger, now and every day: those to come get their partitions, those that are over are
 * closed and get their checkpoints. Every process does; a lock of the database lets one of them find work.
 */
export class MonthKeeper {
  readonly #hub: Pick<HubBase, 'everyone' | 'context' | 'log'>
  readonly #stop = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(hub: Pick<HubBase, 'everyone' | 'context' | 'log'>) {
    this.#hub = hub
  }

  start(): void {
    this.#loop = this.#run()
  }

  /** Waits for a month that is being closed: cut off, it would be begun again from nothing. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('The hub stops.'))
    await this.#loop
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      const waitMs = await this.#turn()
      await this.#hub.context.clock.sleep(waitMs, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    }
  }

  /** @returns how long to wait for the next */
  async #turn(): Promise<number> {
    const { everyone: database, context, log } = this.#hub
    const now = new Date(context.clock.now())
    try {
      const made = [
        ...(await prepareMonths(database.kysely, now)),
        ...(await prepareDesiredMonths(database.kysely, now)),
      ]
      if (made.length > 0) log.info({ made }, 'months made ahead')
      const closed = await closeMonths(database, now)
      if (closed.length > 0) log.info({ closed: closed.map(monthText) }, 'months closed')
      const valued = await saveValuationCheckpoints(database)
      if (valued > 0) log.info({ items: valued }, 'items valued at the end of a month')
      return nextMonthsChoreMs(now)
    } catch (error) {
      // Nothing is refused for want of a month; doctor says when it stays so.
      const passing = isTransient(error)
      log[passing ? 'warn' : 'error']({ error }, 'months could not be looked after; trying again')
      return AGAIN_MS
    }
  }
}
