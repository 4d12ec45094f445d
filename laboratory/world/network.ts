import { Unavailable } from '@plimsoll/connector-kit'
import { LATEST_EFFECT_MS } from '../platforms/kinds.ts'
import type { Life } from './life.ts'
import type { Scheduler } from './scheduler.ts'
import type { Trace } from './trace.ts'
import type { CallFate, Weather } from './weather.ts'

/** As the kit’s HTTP client, sooner: a call without an answer by then has failed, and may act all the same. */
const TIMEOUT_MS = 4_000

/** Longer than a lease lasts without a heartbeat, and within what the platforms declare. */
const LATE_MS = LATEST_EFFECT_MS - 500

export type Call<Answer> = {
  platform: string
  operation: string
  /** For the trace. */
  asks: unknown
  signal: AbortSignal | undefined
  /** What the platform does when the request arrives, in one go. What it throws is its answer too. */
  act(fate: CallFate): Answer
  /** It travels nearly as long as a request may. */
  isLate: boolean
  /** Called when the request has arrived, or will never. */
  arrived(): void
}

/**
 * The network between one process and the platforms. A call is two hops, each a step of its own: the request
 * arrives and the platform acts, the answer arrives and the process goes on. What has left a process that dies
 * arrives all the same; its answer goes nowhere.
 */
export class Network {
  readonly #scheduler: Scheduler
  readonly #weather: Weather
  readonly #trace: Trace
  readonly #life: Life

  constructor(scheduler: Scheduler, weather: Weather, trace: Trace, life: Life) {
    this.#scheduler = scheduler
    this.#weather = weather
    this.#trace = trace
    this.#life = life
  }

  call<Answer>(call: Call<Answer>): Promise<Answer> {
    const { platform, operation, signal } = call
    const fate = this.#weather.callFate(this.#life.process, platform, operation)
    if (call.isLate) Object.assign(fate, { requestMs: LATE_MS, isRequestLost: false, isPartitioned: false })
    this.#trace.calls += 1
    this.#trace.note('call', this.#life.name, platform, operation, call.asks)
    return new Promise((resolve, reject) => {
      let isSettled = false
      const settle = (act: () => void) => {
        if (isSettled) return
        isSettled = true
        cancelTimeout()
        signal?.removeEventListener('abort', abort)
        act()
      }
      const abort = () =>
        settle(() => reject(new Unavailable(`${operation}: it was ended by the caller`, true)))
      const cancelTimeout = this.#scheduler.after(TIMEOUT_MS, {
        owner: this.#life,
        what: `${this.#life.name}: ${operation} times out`,
        run: () =>
          settle(() => reject(new Unavailable(`${operation}: no answer within ${TIMEOUT_MS} ms`, true))),
      })
      if (signal?.aborted === true) {
        call.arrived()
        settle(() => reject(new Unavailable(`${operation}: it never left`, false)))
        return
      }
      signal?.addEventListener('abort', abort, { once: true })
      if (fate.isPartitioned || fate.isRequestLost) call.arrived()
      if (fate.isPartitioned) {
        this.#answer(fate.requestMs, `${operation} cannot leave`, () =>
          settle(() => reject(new Unavailable(`${operation}: the network cannot be reached`, false))),
        )
        return
      }
      if (fate.isRequestLost) return
      this.#scheduler.after(fate.requestMs, {
        what: `${platform}: request ${operation}`,
        run: () => this.#arrive(call, fate, (act) => settle(act), resolve, reject),
      })
    })
  }

  #arrive<Answer>(
    call: Call<Answer>,
    fate: CallFate,
    settle: (act: () => void) => void,
    resolve: (answer: Answer) => void,
    reject: (error: unknown) => void,
  ): void {
    const { platform, operation } = call
    let give: () => void
    call.arrived()
    try {
      const answer = call.act(fate)
      this.#trace.note('answer', platform, operation, answer)
      give = () => resolve(answer)
    } catch (error) {
      this.#trace.note('answer', platform, operation, String(error))
      give = () => reject(error)
    }
    if (fate.isAnswerLost) return
    this.#answer(fate.answerMs, `answer to ${operation}`, () => settle(give))
  }

  #answer(ms: number, what: string, run: () => void): void {
    this.#scheduler.after(ms, { owner: this.#life, what: `${this.#life.name}: ${what}`, run })
  }
}
