import { type Applied, applyArriving, applyInbox, applyStored } from '../intake/apply.ts'
import type { Arrival, InboxRow } from '../intake/inbox.store.ts'
import type { InboxEvent } from '../intake/inbox.ts'
import { RecentKeys } from '../intake/recent-keys.ts'
import { notify } from '../notify.ts'
import { Serial } from './serial.ts'
import type { WorkerContext } from './worker-context.ts'

/** Nothing wakes a worker for longer than this: what a lost wake-up hid is found. */
export const IDLE_MS_MAX = 1_000
/** The same on a quiet connection, where the lane asks in between whether anything waits. */
export const QUIET_MS_MAX = 5_000

/**
 * Applies one connection's events, one batch after the other, whichever way they come: arriving in this process,
 * handed over once they are stored, or found waiting in the inbox. The last is what guarantees.
 */
export class InboxWorker {
  readonly #context: WorkerContext
  readonly #onApplied: (applied: Applied) => void
  readonly #lookEveryMs: () => number
  readonly #applying = new Serial()
  readonly #seenOrders = new RecentKeys()
  #received: InboxRow[] = []
  #isLookDue = true
  #lookAtMs = 0

  constructor(
    context: WorkerContext,
    told: {
      onApplied(applied: Applied): void
      /** Between two looks for what waits. */
      lookEveryMs(): number
    },
  ) {
    this.#context = context
    this.#onApplied = (applied) => told.onApplied(applied)
    this.#lookEveryMs = () => told.lookEveryMs()
  }

  /**
   * Stores and applies arriving events in one transaction, where nothing else is being applied.
   * @returns how many were new; undefined: nothing was done, store them first
   */
  async storeAndApply(arrival: Arrival, events: readonly InboxEvent[]): Promise<number | undefined> {
    if (this.#applying.isBusy || this.#context.signal.aborted) return undefined
    this.#tellOfSales(events)
    let stored: number | undefined
    await this.#run(async () => {
      const arrived = await applyArriving(this.#context, arrival, events)
      stored = arrived?.stored
      return arrived ?? { settled: 0 }
    })
    return stored
  }

  /** Takes rows that have just been stored by this process. @returns false when there are none */
  receive(rows: readonly InboxRow[]): boolean {
    this.#received.push(...rows)
    return rows.length > 0
  }

  /** Something waits that this process was not handed. */
  lookSoon(): void {
    this.#isLookDue = true
  }

  /** Applies what was handed over and, when it is time, what waits. @returns how long to wait before the next turn */
  async turn({ look = false }: { look?: boolean } = {}): Promise<number> {
    const received = this.#received.splice(0)
    if (received.length > 0) await this.#run(() => applyStored(this.#context, received))
    const nowMs = this.#context.clock.monotonic()
    if (!look && !this.#isLookDue && nowMs < this.#lookAtMs) return Math.ceil(this.#lookAtMs - nowMs)
    this.#isLookDue = false
    await this.apply()
    const everyMs = this.#lookEveryMs()
    this.#lookAtMs = nowMs + everyMs
    return everyMs
  }

  /** Applies all that waits; whatever is being applied is done first. */
  async apply(): Promise<void> {
    await this.#run(() => applyInbox(this.#context))
  }

  async #run(work: () => Promise<Applied>): Promise<void> {
    this.#onApplied(await this.#applying.run(work))
  }

  /** Lanes that must read their orders before they write can do so while this order is applied. */
  #tellOfSales(events: readonly InboxEvent[]): void {
    const unseen = events.filter((event) => event.topic === 'order' && !this.#seenOrders.has(event.subject))
    if (unseen.length === 0) return
    for (const { subject } of unseen) this.#seenOrders.add(subject)
    const { database, organizationId, connection, log } = this.#context
    const wake = { kind: 'selling' as const, connectionIds: [connection.connectionId] }
    notify(database.kysely, organizationId, wake).catch((error: unknown) => {
      // The lanes are told of what is to write all the same, a moment later.
      log.warn({ connection: connection.name, error }, 'the other lanes could not be told of a new order')
    })
  }
}
