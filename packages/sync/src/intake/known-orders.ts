import { nowOf } from '../context.ts'
import type { LaneState } from '../lanes/lane-state.ts'
import { isFarFromOpen } from '../lanes/write-cap.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { fetchHinted } from './fetching.ts'
import { hasOrdersToRead } from './inbox.store.ts'
import type { OrderReader } from './order-reading.ts'
import type { PollPace } from './poll-pace.ts'

type Parts = {
  orders: OrderReader
  polls: PollPace
  applyInbox(): Promise<unknown>
  /** An order that must be read directly could not be. */
  onFailed(): void
}

/** Up to when all orders of a connection are known: read, applied, and none left that must be read directly. */
export class KnownOrders {
  readonly #context: WorkerContext
  readonly #state: LaneState
  readonly #parts: Parts

  constructor(context: WorkerContext, state: LaneState, parts: Parts) {
    this.#context = context
    this.#state = state
    this.#parts = parts
  }

  /** Reads what is new, applies it, and moves the fence. @returns whether all are known then */
  async readAndApply(): Promise<boolean> {
    const { orders, polls, applyInbox } = this.#parts
    // The lane would stand still: what must go goes without, the rest waits for the read.
    if (isFarFromOpen(this.#context, 'orders')) return false
    const startedMs = this.#context.clock.monotonic()
    const readAt = nowOf(this.#context)
    const { fenceAt, fresh, pages } = await orders.readNew().catch((error: unknown) => {
      polls.noteFailure('orders', error)
      throw error
    })
    const tookMs = this.#context.clock.monotonic() - startedMs
    this.#state.orderReadMs = this.#state.orderReadMs * 0.8 + tookMs * 0.2
    polls.noteRead('orders', { fresh, requests: pages })
    // Even where nothing was new, a webhook may be waiting: the fence counts only what is applied.
    await applyInbox()
    this.#state.readAt = readAt
    const isKnown = !(await this.#hasUnread()) || (await this.#readUnread())
    if (isKnown) {
      this.#state.fenceAt = fenceAt
      orders.noteKnown(fenceAt)
    }
    return isKnown
  }

  /** @returns true when none is left */
  async #readUnread(): Promise<boolean> {
    const { failed } = await fetchHinted(this.#context, 'orders')
    if (failed > 0) this.#parts.onFailed()
    await this.#parts.applyInbox()
    return !(await this.#hasUnread())
  }

  /** An order known to differ but not yet read directly is not known: a write could erase what it sold. */
  async #hasUnread(): Promise<boolean> {
    const { database, organizationId, connection } = this.#context
    return await hasOrdersToRead(database.kysely, organizationId, connection.connectionId)
  }
}
