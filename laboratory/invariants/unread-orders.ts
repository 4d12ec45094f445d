import type pg from 'pg'
import type { Books } from './books.ts'

type Waiting = Map<string, Map<string, { subject: string; since: number }>>

/** Orders of which something is known to have come, and that wait to be read by themselves. */
export class UnreadOrders {
  readonly #reader: pg.Client
  readonly #books: Books
  /** By connection: events and since when they wait so. */
  #waiting: Waiting = new Map()

  constructor(reader: pg.Client, books: Books) {
    this.#reader = reader
    this.#books = books
  }

  async update(): Promise<void> {
    const { rows } = await this.#reader.query<{ inbox_id: string; connection_id: string; subject: string }>(
      `select inbox_id, connection_id, subject from inbox
      where organization_id = $1 and state = 'fetch' and topic = 'order' order by inbox_id`,
      [this.#books.organizationId],
    )
    const waiting: Waiting = new Map()
    for (const { inbox_id: inboxId, connection_id: connectionId, subject } of rows) {
      const since = this.#waiting.get(connectionId)?.get(inboxId)?.since ?? this.#books.now()
      const ofConnection = waiting.get(connectionId) ?? new Map()
      waiting.set(connectionId, ofConnection.set(inboxId, { subject, since }))
    }
    this.#waiting = waiting
  }

  /** One that has waited since before a moment. */
  waitingSince(connectionId: string, before: number): string | undefined {
    const events = [...(this.#waiting.get(connectionId)?.values() ?? [])]
    return events.find(({ since }) => since < before)?.subject
  }
}
