import type pg from 'pg'
import type { Books } from './books.ts'

/** How far back a promise counts as one that the hub may still be acting on. */
const REMEMBERED_MS = 60_000

type Moment = { at: number; units: number }

/**
 * What the hub would promise on each level given everything that its ledger knows, worked out here from plain rows
 * by the design's formula (available of the pool, plus own orders that the platform has still to subtract), and how
 * that has moved.
 */
export class Promises {
  readonly #reader: pg.Client
  readonly #books: Books
  readonly #history = new Map<string, Moment[]>()
  readonly #raisedAt = new Map<string, number>()

  constructor(reader: pg.Client, books: Books) {
    this.#reader = reader
    this.#books = books
  }

  async update(): Promise<void> {
    const { rows } = await this.#reader.query(
      `select level.level_id, level.connection_id, level.units_per_listing::int as units_per_listing,
        coalesce((
          select sum(balance.on_hand - balance.reserved - balance.held)
          from pool_location join balance on balance.organization_id = $1
            and balance.item_id = level.item_id and balance.location_id = pool_location.location_id
          where pool_location.organization_id = $1 and pool_location.connection_id = level.connection_id
            and pool_location.external_id = level.external_location_id
        ), 0)::int as available,
        coalesce((
          select sum(unsubtracted) from order_line
          where order_line.organization_id = $1 and order_line.connection_id = level.connection_id
            and order_line.stock_unit_id = level.stock_unit_id
        ), 0)::int as unsubtracted
      from level where level.organization_id = $1 order by 1`,
      [this.#books.organizationId],
    )
    const at = this.#books.now()
    for (const row of rows) {
      const max = this.#books.platforms.find(
        ({ connectionId }) => connectionId === row.connection_id,
      )?.quantityMax
      const promise = Math.max(0, Math.floor(row.available / row.units_per_listing)) + row.unsubtracted
      this.#note(row.level_id, { at, units: Math.min(promise, max ?? promise) })
    }
  }

  #note(levelId: string, moment: Moment): void {
    const history = this.#history.get(levelId) ?? []
    const last = history.at(-1)
    if (last?.units === moment.units) return
    if (last === undefined || moment.units > last.units) this.#raisedAt.set(levelId, moment.at)
    const from = moment.at - REMEMBERED_MS
    // The one that held at the start of what is remembered stays.
    const first = Math.max(
      0,
      history.findLastIndex(({ at }) => at <= from),
    )
    this.#history.set(levelId, [...history.slice(first), moment])
  }

  /** The most that was promised at any moment since then; undefined: nothing is known of the level. */
  mostSince(levelId: string, since: number): number | undefined {
    const history = this.#history.get(levelId)
    if (history === undefined) return undefined
    const first = Math.max(
      0,
      history.findLastIndex(({ at }) => at <= since),
    )
    return Math.max(...history.slice(first).map(({ units }) => units))
  }

  /** When it last rose. */
  raisedAt(levelId: string): number | undefined {
    return this.#raisedAt.get(levelId)
  }

  now(levelId: string): number | undefined {
    return this.#history.get(levelId)?.at(-1)?.units
  }
}
