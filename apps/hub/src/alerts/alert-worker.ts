import { type Clock, createBudgets, createHttp, type Http } from '@plimsoll/connector-kit'
import { keepAlerts, type SyncContext, sendAlerts, tidyAlerts } from '@plimsoll/sync'

/** Between two looks at what the rules watch. */
const LOOK_MS = 10_000
/** Between two looks for what is to be told. */
const SEND_MS = 2_000
const TIDY_MS = 3_600_000

/** How webhooks are called. @param allowsPrivate whether addresses inside private networks may be */
export function alertHttp(clock: Clock, allowsPrivate: boolean): Http {
  return createHttp({ budgets: createBudgets([], clock), clock, publicOnly: !allowsPrivate })
}

/** How destinations of alerts are called. */
export type AlertCalls = { http: Http; allowsPrivate: boolean }

/** Looks after the alerts of the organization and tells them; any number of processes may. */
export class AlertWorker {
  readonly #context: SyncContext
  readonly #http: Http
  readonly #stop = new AbortController()
  #loops: Promise<unknown> = Promise.resolve()
  #tidiedAtMs = Number.NEGATIVE_INFINITY

  constructor(context: SyncContext, http: Http) {
    this.#context = context
    this.#http = http
  }

  start(): void {
    const { signal } = this.#stop
    // Apart: a destination that is slow must not keep alerts from being seen.
    this.#loops = Promise.all([
      this.#loop(LOOK_MS, async () => {
        await keepAlerts(this.#context, signal)
        await this.#tidy()
      }),
      this.#loop(SEND_MS, () => sendAlerts(this.#context, this.#http, signal)),
    ])
  }

  /** Ends after the rule or the message under way. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('The hub stops.'))
    await this.#loops
  }

  async #loop(everyMs: number, turn: () => Promise<void>): Promise<void> {
    const { clock, log } = this.#context
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        await turn()
      } catch (error) {
        log.error({ error }, 'alerts could not be looked after; trying again')
      }
      await clock.sleep(everyMs, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    }
  }

  async #tidy(): Promise<void> {
    const { clock } = this.#context
    if (clock.monotonic() - this.#tidiedAtMs < TIDY_MS) return
    this.#tidiedAtMs = clock.monotonic()
    await tidyAlerts(this.#context)
  }
}
