import type pg from 'pg'
import type { Books, Violation } from './books.ts'

/** An import is several transactions: what it opens again is queued by its last. */
const IMPORT_MS = 6_000

/**
 * What is to be written waits to be written (I6, I7): a level of a live connection whose platform is known to show
 * something else than is wanted has its place in the queue, at every moment; looking again later would find it too late. So
 * has one that is to show less than a write would set that its platform has taken, and will carry out some time.
 */
export class Queues {
  readonly #reader: pg.Client
  readonly #books: Books

  constructor(reader: pg.Client, books: Books) {
    this.#reader = reader
    this.#books = books
  }

  async check(): Promise<Violation[]> {
    return (await Promise.all([this.#shown(), this.#onItsWay()])).flat()
  }

  async #onItsWay(): Promise<Violation[]> {
    const { rows } = await this.#reader.query<{ stock_unit_id: string; wanted: number; greatest: number }>(
      `select stock_unit_id, desired::int as wanted, taken.greatest::int as greatest
      from level join connection on connection.organization_id = $1
        and connection.connection_id = level.connection_id and connection.state = 'live'
      cross join lateral (
        select max(quantity) as greatest, max(sent_at) as since,
          (array_agg(quantity order by sent_at desc, write_id desc))[1] as last
        from write where write.organization_id = $1 and write.level_id = level.level_id
          and state = 'accepted' and settled_at is null
      ) as taken
      where level.organization_id = $1 and tracked and writable and level.problem_code is null
        and desired < taken.greatest and desired <> taken.last
        -- Confirmed after it was taken, by what surely came later.
        and not (desired = acknowledged - (subtracted - acknowledged_subtracted) and acknowledged_at > taken.since)
        and not exists (
          select from lane_entry where lane_entry.organization_id = $1 and lane_entry.level_id = level.level_id
        ) order by level.level_id`,
      [this.#books.organizationId],
    )
    return rows.flatMap(({ stock_unit_id: stockUnitId, wanted, greatest }) => {
      if (this.#isImported(stockUnitId)) return []
      const text = `${stockUnitId} is to show ${wanted}, a write of ${greatest} is on its way, and nothing waits to be written`
      return [{ invariant: 'I7', text }]
    })
  }

  async #shown(): Promise<Violation[]> {
    const { rows } = await this.#reader.query<{ stock_unit_id: string; wanted: number; shown: number }>(
      `select stock_unit_id, desired::int as wanted,
        (acknowledged - (subtracted - acknowledged_subtracted))::int as shown
      from level join connection on connection.organization_id = $1
        and connection.connection_id = level.connection_id and connection.state = 'live'
      where level.organization_id = $1 and tracked and writable and level.problem_code is null
        and open_since is null
        and desired <> acknowledged - (subtracted - acknowledged_subtracted)
        and not exists (
          select from lane_entry where lane_entry.organization_id = $1 and lane_entry.level_id = level.level_id
        ) order by level.level_id`,
      [this.#books.organizationId],
    )
    return rows.flatMap(({ stock_unit_id: stockUnitId, wanted, shown }) => {
      if (this.#isImported(stockUnitId)) return []
      const text = `${stockUnitId} is to show ${wanted} and is known to show ${shown}, and nothing waits to be written`
      return [{ invariant: 'I6', text }]
    })
  }

  #isImported(stockUnitId: string): boolean {
    const importedAt = this.#books.platforms.find(({ levels }) => levels.has(stockUnitId))?.importedAt
    return importedAt !== undefined && this.#books.now() - importedAt < IMPORT_MS
  }
}
