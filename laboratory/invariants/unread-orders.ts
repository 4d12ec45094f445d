import type pg from 'pg'
import type { Books } from './books.ts'

type Row = { inbox_id: string; connection_id: string; subject: string; state: 'fetch' | 'parked' }
type Waiting = Map<string, Map<string, { subject: string; since: number }>>

/** Orders of which something is known to have come, and that wait to be read by themselves. */
export class UnreadOrders {
  readonly #reader: pg.Client
  readonly #books: Books
  /** By connection: events and since when they wait so. */
  #waiting: Waiting = new Map()
  /** By connection, orders that could not be read once: a person was told, and has them tried again now and then. */
  readonly #told = new Map<string, Set<string>>()

  constructor(reader: pg.Client, books: Books) {
    this.#reader = reader
    this.#books = books
  }

  async update(): Promise<void> {
    const { rows } = await this.#reader.query<Row>(
      `select inbox_id, connection_id, subject, state from inbox
      where organization_id = $1 and state in ('fetch', 'parked') and topic = 'order' order by inbox_id`,
      [this.#books.organizationId],
    )
    const waiting: Waiting = new Map()
    for (const { inbox_id: inboxId, connection_id: connectionId, subject, state } of rows) {
      if (state === 'parked') {
        const told = this.#told.get(connectionId) ?? new Set()
        this.#told.set(connectionId, told.add(subject))
        continue
      }
      const since = this.#waiting.get(connectionId)?.get(inboxId)?.since ?? this.#books.now()
      const ofConnection = waiting.get(connectionId) ?? new Map()
      waiting.set(connectionId, ofConnection.set(inboxId, { subject, since }))
    }
    this.#waiting = waiting
  }

  /** It could not be read once, and a person was told: it holds up nothing else, nor while it is tried again. */
  wasTold(connectionId: string, subject: string): boolean {
    return this.#told.get(connectionId)?.has(subject) === true
  }

  /** One that has waited since before a moment. */
  waitingSince(connectionId: string, before: number): string | undefined {
    const events = [...(this.#waiting.get(connectionId)?.values() ?? [])]
    return events.find(({ since }) => since < before)?.subject
  }
}
