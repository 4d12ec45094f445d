import { nowOf, type SyncContext } from '../context.ts'
import { type Arrival, type InboxRow, insertInbox, isToApply } from './inbox.store.ts'
import type { InboxEvent } from './inbox.ts'
import { noteWebhooksBehind } from './webhook-health.store.ts'

type Waiting = {
  events: InboxEvent[]
  done: { resolve(fresh: number): void; reject(error: unknown): void }[]
}

/** So long hints gather before they are stored: platforms wait seconds for the answer, and an order behind them must not. */
const GATHER_MS = 25

/**
 * Stores webhooks of one connection together when they come together: a sale of five lines makes a dozen
 * at once. The first is stored at once; those that come while it is being stored share the next
 * transaction. What a platform says of levels is only a reason to look, so it gathers for a moment, apart
 * from the orders. Each is answered after the commit that holds it.
 */
export class IntakeQueue {
  readonly #orders: Batches
  readonly #hints: Batches

  /** @param worker who works the connection in this process now, if anybody does: it is handed what is stored */
  constructor(context: SyncContext, connectionId: string, worker: () => Receiver | undefined) {
    const { database, organizationId, clock, uuid } = context
    const arrivalNow = (): Arrival => ({
      organizationId,
      connectionId,
      source: 'webhook',
      at: nowOf(context),
      uuid,
    })
    const store = async (events: readonly InboxEvent[]) => {
      const receiver = worker()
      const wake =
        receiver === undefined ? { kind: 'inbox' as const, connectionIds: [connectionId] } : undefined
      const stored = await insertInbox(database.kysely, arrivalNow(), events, wake)
      receiver?.receive(stored.filter(isToApply))
      return stored.length
    }
    const storeAndApply = async (events: readonly InboxEvent[]) => {
      const fresh = (await worker()?.storeAndApply(arrivalNow(), events)) ?? (await store(events))
      if (fresh < new Set(events.map(({ eventKey }) => eventKey)).size) await noteBehind(events)
      return fresh
    }
    // Known already: by another webhook, or by a poll that was faster, which says how healthy webhooks are.
    const noteBehind = async (events: readonly InboxEvent[]) => {
      try {
        await noteWebhooksBehind(database.kysely, organizationId, connectionId, events, nowOf(context))
      } catch (error) {
        // They are stored; only a figure is missing.
        context.log.warn({ connectionId, error }, 'a webhook behind a poll could not be noted')
      }
    }
    this.#orders = new Batches(storeAndApply, async () => undefined)
    this.#hints = new Batches(store, () => clock.sleep(GATHER_MS))
  }

  /** @returns how many events of the shared transaction were new, once it is committed */
  async store(events: readonly InboxEvent[]): Promise<number> {
    const isHint = events.every((event) => event.topic === 'level')
    return await (isHint ? this.#hints : this.#orders).store(events)
  }
}

/** Who works the connection in this process. Should it fail to take anything, that is found where it is stored. */
export type Receiver = {
  /** Stores and applies in one transaction. @returns how many events were new; undefined: it cannot now, store them first */
  storeAndApply(arrival: Arrival, events: readonly InboxEvent[]): Promise<number | undefined>
  /** Rows that have just been stored, sooner than it would find them. */
  receive(rows: readonly InboxRow[]): void
}

/** One batch is being stored while the next one gathers. */
class Batches {
  readonly #storeBatch: (events: readonly InboxEvent[]) => Promise<number>
  readonly #gather: () => Promise<void>
  #waiting: Waiting | undefined
  #isStoring = false

  constructor(storeBatch: (events: readonly InboxEvent[]) => Promise<number>, gather: () => Promise<void>) {
    this.#storeBatch = storeBatch
    this.#gather = gather
  }

  async store(events: readonly InboxEvent[]): Promise<number> {
    return await new Promise((resolve, reject) => {
      this.#waiting ??= { events: [], done: [] }
      this.#waiting.events.push(...events)
      this.#waiting.done.push({ resolve, reject })
      if (!this.#isStoring) void this.#storeAll()
    })
  }

  async #storeAll(): Promise<void> {
    this.#isStoring = true
    while (this.#waiting !== undefined) {
      await this.#gather()
      const batch = this.#waiting
      this.#waiting = undefined
      try {
        const fresh = await this.#storeBatch(batch.events)
        for (const { resolve } of batch.done) resolve(fresh)
      } catch (error) {
        for (const { reject } of batch.done) reject(error)
      }
    }
    this.#isStoring = false
  }
}
