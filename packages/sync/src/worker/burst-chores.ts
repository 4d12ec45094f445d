import { CALL_CLASSES, type CallClass, type ConnectorError, isConnectorError } from '@plimsoll/connector-kit'
import type { BulkRaise } from '../lanes/lane.ts'
import type { WorkerContext } from './worker-context.ts'

/** While writes keep coming, the lane lets go of them for one chore this long after the last one was done. */
export const CHORE_AT_LATEST_MS = 30_000
/** Between two of those that are not owed a turn: reading back, older orders, counts and jobs are in no hurry. */
export const NOT_OWED_EVERY_MS = 120_000

/** One kind of what is done beside writes. `isOwed`: it may take the place of a decrease, where the budget has room for one alone. */
export type Chore = { isOwed: boolean; run(): Promise<unknown> }
export const owed = (run: Chore['run']): Chore => ({ isOwed: true, run })
export const notOwed = (run: Chore['run']): Chore => ({ isOwed: false, run })

/**
 * Chores in a burst of writes. A lane that always finds something to write would never come to new orders, shipments or
 * lost webhooks; done all at once they would keep a decrease waiting. So now and then one of them is given a turn: the next kind
 * that makes a call, and then the lane goes on (I7: a decrease waits for one call; for two where levels are read back, which
 * says nothing without the orders).
 */
export class BurstChores {
  readonly #context: WorkerContext
  /** Each kind goes to the end once it has been tried. */
  readonly #owed: Chore[]
  readonly #notOwed: Chore[]
  readonly #onFailing: (error: ConnectorError) => Promise<void>
  readonly #raise: BulkRaise
  #dueAt: number
  #notOwedAt: number
  #raiseAt: number
  #isWanted = false

  /**
   * @param raise what has limits of its own goes beside decreases, for which it loses them one turn
   * @param chores those that are more urgent first; each makes as few calls as it can
   * @param onFailing told what a platform answered a chore; the writes go on, since theirs may be taken
   */
  constructor(
    context: WorkerContext,
    raise: BulkRaise,
    chores: readonly Chore[],
    onFailing: (error: ConnectorError) => Promise<void>,
  ) {
    this.#context = context
    this.#raise = raise
    this.#onFailing = onFailing
    this.#owed = chores.filter(({ isOwed }) => isOwed)
    this.#notOwed = chores.filter(({ isOwed }) => !isOwed)
    this.#dueAt = context.clock.now() + CHORE_AT_LATEST_MS
    this.#notOwedAt = this.#dueAt
    this.#raiseAt = this.#dueAt
  }

  /** Asked between two writes: whether the lane lets go now. */
  takesTurn(): boolean {
    const now = this.#context.clock.now()
    this.#isWanted = now >= this.#dueAt || (now >= this.#raiseAt && this.#raise.isPossible())
    return this.#isWanted
  }

  /** Whether the lane has let go for a chore. */
  get isWanted(): boolean {
    return this.#isWanted
  }

  /** One was done, or all were. */
  noteDone(): void {
    this.#isWanted = false
    this.#dueAt = this.#context.clock.now() + CHORE_AT_LATEST_MS
  }

  /** Goes on from the kinds that were tried last, until one has made a call. @returns how long to wait then: not at all */
  async turn(): Promise<number> {
    const { clock, standIn } = this.#context
    let isChore = false
    try {
      // What is due beside it has the next turn.
      if (await this.#tryToRaise()) return 0
      isChore = clock.now() >= this.#dueAt
      if (!isChore) return 0
      if (clock.now() >= this.#notOwedAt) {
        // Also where they fail: the others would wait for them.
        this.#notOwedAt = clock.now() + NOT_OWED_EVERY_MS
        if (await this.#tryInTurn(this.#notOwed)) return 0
      }
      await this.#tryInTurn(this.#owed)
    } catch (error) {
      // Without access no write is taken either.
      if (!isConnectorError(error) || error.kind === 'unauthorized') throw error
      await this.#onFailing(error)
    } finally {
      standIn.class = undefined
      this.#isWanted = false
      if (isChore) this.noteDone()
    }
    return 0
  }

  /** @returns whether it has made a call */
  async #tryToRaise(): Promise<boolean> {
    const { clock, standIn } = this.#context
    if (clock.now() < this.#raiseAt || !this.#raise.isPossible()) return false
    const before = standIn.calls
    this.#raiseAt = clock.now() + CHORE_AT_LATEST_MS
    await this.#raise.run()
    if (standIn.calls === before) return false
    this.#raiseAt = clock.now() + NOT_OWED_EVERY_MS
    return true
  }

  /** @returns whether one of them has made a call */
  async #tryInTurn(chores: Chore[]): Promise<boolean> {
    const { standIn } = this.#context
    const before = standIn.calls
    for (const chore of [...chores]) {
      chores.push(...chores.splice(0, 1))
      if (chore.isOwed) {
        // As for a decrease: what the burst leaves of the budget would never be enough for less.
        standIn.class = 'decrease'
        await this.#budget()
      }
      await chore.run()
      standIn.class = undefined
      if (standIn.calls > before) return true
    }
    return false
  }

  async #budget(): Promise<void> {
    const { budgets, organizationId: group, ending: signal } = this.#context
    await budgets.ready({ cost: 1, ...CALL_CLASSES.decrease, group, signal })
  }
}

/** Of the call that is made next: a chore that stands in for a decrease is as urgent. */
export type StandIn = {
  class: CallClass | undefined
  /** Made so far, of any kind. */
  calls: number
}
