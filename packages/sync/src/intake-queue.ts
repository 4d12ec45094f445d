import { nowOf, type SyncContext } from './context.ts'
import { insertInbox } from './inbox.store.ts'
import type { InboxEvent } from './inbox.ts'

type Waiting = {
  events: InboxEvent[]
  done: { resolve(fresh: number): void; reject(error: unknown): void }[]
}

/**
 * Stores webhooks of one connection together when they come together: a sale of five lines makes a dozen
 * at once. The first is stored at once; those that come while it is being stored share the next
 * transaction. Each is answered after the commit that holds it.
 */
export class IntakeQueue {
  readonly #context: SyncContext
  readonly #connectionId: string
  #waiting: Waiting | undefined
  #isStoring = false

  constructor(context: SyncContext, connectionId: string) {
    this.#context = context
    this.#connectionId = connectionId
  }

  /** @returns how many events of the shared transaction were new, once it is committed */
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
    for (;;) {
      const batch = this.#waiting
      this.#waiting = undefined
      if (batch === undefined) break
      try {
        const fresh = await this.#storeBatch(batch.events)
        for (const { resolve } of batch.done) resolve(fresh)
      } catch (error) {
        for (const { reject } of batch.done) reject(error)
      }
    }
    this.#isStoring = false
  }

  async #storeBatch(events: readonly InboxEvent[]): Promise<number> {
    const { database, organizationId, uuid } = this.#context
    const connectionId = this.#connectionId
    return await insertInbox(
      database.kysely,
      { organizationId, connectionId, source: 'webhook', at: nowOf(this.#context), uuid },
      events,
      { kind: 'inbox', connectionIds: [connectionId] },
    )
  }
}
