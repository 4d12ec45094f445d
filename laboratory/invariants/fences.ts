import type pg from 'pg'
import type { Books, OrderBook, PlatformBook, Violation } from './books.ts'

type FenceRow = { connection_id: string; fence_at: Date; stored: Record<string, number | null> | null }

/**
 * What raises rest on (I5): of everything that orders did before the moment up to which the hub says that it knows them, it
 * has applied that state or a later one, or it waits to be. A read that misses some must not move that moment.
 */
export class Fences {
  readonly #reader: pg.Client
  readonly #books: Books
  /** The moment, by connection, as it was judged last. */
  readonly #judged = new Map<string, number>()

  constructor(reader: pg.Client, books: Books) {
    this.#reader = reader
    this.#books = books
  }

  async check(): Promise<Violation[]> {
    const { rows } = await this.#reader.query<FenceRow>(
      `select connection_id, fence_at, (
        select json_object_agg(subject, version order by subject) from (
          select subject, max(version) as version from (
            select external_id as subject, version from sales_order
            where sales_order.organization_id = $1 and sales_order.connection_id = stream_cursor.connection_id
            union all
            -- What waits to be applied, or to be read by itself, holds what rests on the moment back, and is not missed.
            select subject, 9007199254740991 from inbox
            where inbox.organization_id = $1 and inbox.connection_id = stream_cursor.connection_id
              and topic = 'order' and state in ('pending', 'fetch', 'parked')
          ) as any_of group by subject
        ) as newest
      ) as stored
      from stream_cursor where organization_id = $1 and stream = 'orders' and fence_at is not null order by 1`,
      [this.#books.organizationId],
    )
    return rows.flatMap((row) => this.#judge(row))
  }

  #judge({ connection_id: connectionId, fence_at: fenceAt, stored }: FenceRow): Violation[] {
    const at = fenceAt.getTime()
    if (this.#judged.get(connectionId) === at) return []
    this.#judged.set(connectionId, at)
    const platform = this.#books.platforms.find((each) => each.connectionId === connectionId)
    if (platform === undefined) return []
    const until = at - this.#books.clockErrorMs
    return [...platform.orders.values()].flatMap((order) =>
      this.#missing(platform, order, until, stored?.[order.id] ?? undefined),
    )
  }

  #missing(
    { name }: PlatformBook,
    { id, states }: OrderBook,
    until: number,
    known: number | undefined,
  ): Violation[] {
    const state = states.findLast(({ at }) => at < until)
    if (state === undefined || (known !== undefined && known >= state.version)) return []
    const what = known === undefined ? 'it' : 'its change'
    const text = `${name}: all orders are said to be known up to a moment ${until - state.at} ms after ${id} (${state.state}), and ${what} is not`
    return [{ invariant: 'I5', text }]
  }
}
