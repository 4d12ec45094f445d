import type { Clock } from '@plimsoll/connector-kit'
import { createClock } from './clock.ts'
import type { Cut } from './gated-database.ts'
import type { Owner, Scheduler } from './scheduler.ts'

/** One life of a hub process, from its start to its death. What it leaves behind belongs to nobody. */
export class Life implements Owner {
  readonly process: string
  readonly name: string
  readonly clock: Clock
  state: Owner['state'] = 'running'
  cut: Cut | undefined
  readonly #onDeath: () => void

  constructor(
    scheduler: Scheduler,
    options: { process: string; nth: number; skewMs: number; onDeath(): void },
  ) {
    this.process = options.process
    this.name = options.nth === 1 ? options.process : `${options.process} (life ${options.nth})`
    this.clock = createClock(scheduler, this, options.skewMs)
    this.#onDeath = options.onDeath
  }

  die(): void {
    if (this.state === 'dead') return
    this.state = 'dead'
    this.#onDeath()
  }
}
