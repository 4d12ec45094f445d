import { backoffMs, type ConnectorError, isConnectorError, KEPT_BACK } from '@plimsoll/connector-kit'
import { isTransient } from '@plimsoll/database'
import { clearProblem, noteConnectorError, noteStandingProblem } from '../connections/problems.ts'
import { LeaseLost } from './leases.store.ts'
import { Wakeup } from './wakeup.ts'
import type { WorkerContext } from './worker-context.ts'

/** By then the waits are spread over 1.6 s. */
const DATABASE_TRIES = 3

export type LoopName = 'inbox' | 'lane' | 'hints' | 'queue'

/** What can go wrong by itself: the round of calls, and the queue that is emptied beside it. */
type TroubleSource = 'calls' | 'queue'

/**
 * The loops of one worker: each calls its turn, which answers how long to wait, until the worker ends or its lease
 * is lost. What fails is told and tried again, each time after a longer wait; a person sees the problem until what it
 * comes from succeeds, and one at a time.
 */
export class WorkerTurns {
  readonly #context: WorkerContext
  readonly #wakeups: Record<LoopName, Wakeup>
  readonly #onLost: () => void
  readonly #onFailed: (loop: LoopName) => void
  #failures = 0
  /** What is wrong, by where it comes from; undefined: it was told already and nothing but its end is awaited. */
  readonly #problems = new Map<TroubleSource, ConnectorError | undefined>()

  constructor(
    context: WorkerContext,
    told: {
      /** Another process works the connection now. */
      onLost(): void
      /** Before the turn is tried again. */
      onFailed(loop: LoopName): void
    },
  ) {
    const { clock } = context
    this.#context = context
    this.#wakeups = {
      inbox: new Wakeup(clock),
      lane: new Wakeup(clock),
      hints: new Wakeup(clock),
      queue: new Wakeup(clock),
    }
    this.#onLost = () => told.onLost()
    this.#onFailed = (loop) => told.onFailed(loop)
    if (context.connection.problemCode !== null) this.#problems.set('calls', undefined)
  }

  wake(loop: LoopName): void {
    this.#wakeups[loop].wake()
  }

  /** Calls `turn` until stopped, the lease is lost, or it has nothing to do for good. */
  async loop(name: LoopName, turn: () => Promise<number | undefined>): Promise<void> {
    const { ending } = this.#context
    while (!ending.aborted) {
      const waitMs = await this.attempt(name, turn)
      if (waitMs === undefined) return
      await this.#wakeups[name].wait(waitMs, ending)
    }
  }

  /** One turn. @returns how long to wait before the next; undefined: there is none */
  async attempt(name: LoopName, turn: () => Promise<number | undefined>): Promise<number | undefined> {
    const { signal, ending, log, connection } = this.#context
    try {
      return await turn()
    } catch (error) {
      if (signal.aborted) return undefined
      // It waited for the budget when the connection was handed over.
      if (ending.aborted && isConnectorError(error) && error.platform.code === KEPT_BACK) return undefined
      if (error instanceof LeaseLost) {
        log.warn({ connection: connection.name }, error.message)
        this.#onLost()
        return undefined
      }
      this.#onFailed(name)
      return await this.#afterFailure(name, error)
    }
  }

  /** Something went wrong that was dealt with and failed no turn: a person sees it all the same. */
  noteProblem(): void {
    this.#problems.set('calls', undefined)
  }

  /** It goes on failing by itself, beside the calls: a person sees it, and nothing stops for it. */
  async noteFailing(source: TroubleSource, error: ConnectorError): Promise<void> {
    if (error.kind === 'rate-limited') return
    this.#problems.set(source, error)
    // What the calls have met is told first: it holds up more.
    if (source === 'calls' || !this.#problems.has('calls'))
      await this.#quietly(() => noteStandingProblem(this.#context, this.#context.connection, error))
  }

  /** A whole round of calls went well, the queue was emptied: whatever was wrong with it is over. */
  async succeeded(source: TroubleSource): Promise<void> {
    if (source === 'calls') this.#failures = 0
    if (!this.#problems.delete(source)) return
    const [left] = this.#problems.values()
    if (left !== undefined) await noteStandingProblem(this.#context, this.#context.connection, left)
    else if (this.#problems.size === 0)
      await clearProblem(this.#context, this.#context.connection.connectionId)
  }

  async #afterFailure(loop: LoopName, error: unknown): Promise<number> {
    const { log, connection, random } = this.#context
    if (!isConnectorError(error) && isTransient(error)) {
      // Nobody is helped by waiting long: the database is ours, and while it is away nothing is applied nor written.
      const waitMs = backoffMs(DATABASE_TRIES, random)
      log.warn(
        { connection: connection.name, loop, waitMs, error },
        'the database did not answer; trying again',
      )
      return waitMs
    }
    this.#failures += 1
    const waitMs = backoffMs(Math.min(this.#failures, 8), random)
    if (isConnectorError(error)) {
      log.warn({ connection: connection.name, kind: error.kind, waitMs }, error.message)
      if (error.kind !== 'rate-limited') this.#problems.set('calls', undefined)
      await this.#quietly(() => noteConnectorError(this.#context, connection, error))
    } else {
      log.error({ connection: connection.name, loop, waitMs, error }, 'a turn failed')
    }
    return waitMs
  }

  /** For what must not fail the work it goes with: its own failure is logged. */
  async #quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#context.log.error({ error }, 'a problem could not be noted')
    }
  }
}
