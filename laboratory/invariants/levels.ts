import type pg from 'pg'
import { type Books, latestOf, openUnitsOf, type PlatformBook, partsOf, type Violation } from './books.ts'
import { wantedOf } from './wanted.ts'
import { leftOf } from './warehouses.ts'

type LevelRow = {
  level_id: string
  connection_id: string
  stock_unit_id: string
  acknowledged: number | null
  acknowledged_at: string | null
  observed: number | null
  observed_at: string | null
}

/**
 * I12: what the hub takes a platform to show is what the platform has said, in an answer or an echo: nothing that
 * was absent, nothing that was only hoped for. What it takes for shown anew, and what it notes as observed, was said of late.
 */
export class Beliefs {
  readonly #reader: pg.Client
  readonly #books: Books
  /** When each level was last observed, and last confirmed. */
  readonly #observedAt = new Map<string, string | null>()
  readonly #acknowledgedAt = new Map<string, string | null>()

  constructor(reader: pg.Client, books: Books) {
    this.#reader = reader
    this.#books = books
  }

  async check(): Promise<Violation[]> {
    const { rows } = await this.#reader.query<LevelRow>(
      `select level_id, connection_id, stock_unit_id, observed::int as observed, acknowledged::int as acknowledged,
        observed_at::text as observed_at, acknowledged_at::text as acknowledged_at
      from level where organization_id = $1 order by level_id`,
      [this.#books.organizationId],
    )
    return rows.flatMap((row) => this.#judge(row))
  }

  #judge(row: LevelRow): Violation[] {
    const isObservedAnew = this.#observedAt.get(row.level_id) !== row.observed_at
    this.#observedAt.set(row.level_id, row.observed_at)
    const isConfirmedAnew = this.#acknowledgedAt.get(row.level_id) !== row.acknowledged_at
    this.#acknowledgedAt.set(row.level_id, row.acknowledged_at)
    const platform = this.#books.platforms.find(({ connectionId }) => connectionId === row.connection_id)
    const level = platform?.levels.get(row.stock_unit_id)
    if (level === undefined) return []
    const name = `${platform?.name}: the hub takes ${row.stock_unit_id} for`
    if (
      isConfirmedAnew &&
      row.acknowledged !== null &&
      !level.told.some(({ quantity }) => quantity === row.acknowledged)
    ) {
      const said = level.told.map(({ quantity }) => quantity ?? 'nothing').join(', ')
      return [{ invariant: 'I12', text: `${name} ${row.acknowledged}, and was told ${said}` }]
    }
    if (!isObservedAnew || row.observed === null || level.reads.includes(row.observed)) return []
    const read = level.reads.map((quantity) => quantity ?? 'nothing').join(', ')
    return [{ invariant: 'I12', text: `${name} ${row.observed}, and read ${read}` }]
  }
}

/** What only a lease holder may do beside writing: apply events, and say how far the orders are known. */
export class HoldersWork {
  readonly #reader: pg.Client
  readonly #books: Books
  readonly #known = new Map<string, string>()

  constructor(reader: pg.Client, books: Books) {
    this.#reader = reader
    this.#books = books
  }

  async check(process: string, holder: string | undefined): Promise<Violation[]> {
    const { rows } = await this.#reader.query(
      `select lease.connection_id, lease.holder,
        (select count(*) from inbox where inbox.organization_id = $1 and inbox.connection_id = lease.connection_id
          and state in ('applied', 'skipped')) as applied,
        (select max(since)::text from stream_cursor where stream_cursor.organization_id = $1
          and stream_cursor.connection_id = lease.connection_id) as since
      from lease where lease.organization_id = $1 order by 1`,
      [this.#books.organizationId],
    )
    return rows.flatMap((row) => {
      const work = `${row.applied} events applied, orders known since ${row.since}`
      const before = this.#known.get(row.connection_id)
      this.#known.set(row.connection_id, work)
      if (before === undefined || before === work || row.holder === holder) return []
      const platform = this.#books.platforms.find(({ connectionId }) => connectionId === row.connection_id)
      const text = `${process} goes on with ${platform?.name} (${work}), and the lease is another's`
      return [{ invariant: 'fencing', text }]
    })
  }
}

/**
 * I6, once the world is calm: what keeps the hub from having converged, worked out from the books alone. Every
 * counted number is what is truly there for all, plus what this platform has still to subtract.
 */
export function differencesOfLevels(books: Books): string[] {
  const availableOf = (sku: string) => truth(books, sku)
  return books.platforms.flatMap((platform) =>
    [...platform.levels.values()].flatMap((level) => {
      if (level.quantity === undefined) return []
      const untaken = untakenOf(platform, level.stockUnitId)
      const wanted = wantedOf(books, platform, { level, untaken }, availableOf)
      return level.quantity === wanted
        ? []
        : [`${platform.name} shows ${level.quantity} of ${level.stockUnitId}, and ${wanted} are to be shown`]
    }),
  )
}

/**
 * The same where units are dealt, of which the books alone cannot say to whom: each level shows what the hub wants it to.
 * What a platform put back while a write was on its way is known for sure only once its number has been read.
 */
export async function differencesOfDealt(reader: pg.Client, books: Books): Promise<string[]> {
  const { rows } = await reader.query<{ connection_id: string; stock_unit_id: string; desired: number }>(
    `select connection_id, stock_unit_id, desired from level
     where organization_id = $1 and tracked and granted is not null and desired is not null`,
    [books.organizationId],
  )
  const desiredOf = new Map(
    rows.map((row) => [`${row.connection_id} ${row.stock_unit_id}`, Number(row.desired)]),
  )
  return books.platforms.flatMap((platform) =>
    [...platform.levels.values()].flatMap(({ stockUnitId, quantity }) => {
      const desired = desiredOf.get(`${platform.connectionId} ${stockUnitId}`)
      if (desired === undefined || quantity === undefined || Math.max(0, quantity) === desired) return []
      return [`${platform.name} shows ${quantity} of ${stockUnitId}, and the hub wants it to show ${desired}`]
    }),
  )
}

/** Units in the warehouse that nobody has bought. */
function truth(books: Books, sku: string): number {
  const sold = books.platforms.flatMap((platform) =>
    [...platform.orders.values()].map((order) => {
      const level = platform.levels.get(order.stockUnitId)
      if (level === undefined) return 0
      const part = partsOf(books, level.sku).find((each) => each.sku === sku)
      const latest = latestOf(order)
      const units = openUnitsOf(latest) + latest.shipped - latest.returned
      // What a warehouse sent has left, whatever the platform says of it.
      const left = leftOf(books, order.id, sku)
      return Math.max(left, level.unitsPerListing * (part?.units ?? 0) * units)
    }),
  )
  return (books.stocked.get(sku) ?? 0) - sold.reduce((sum, units) => sum + units, 0)
}

function untakenOf(platform: PlatformBook, stockUnitId: string): number {
  return [...platform.orders.values()]
    .filter((order) => order.stockUnitId === stockUnitId)
    .reduce((sum, order) => {
      const latest = latestOf(order)
      return sum + openUnitsOf(latest) + latest.shipped - latest.returned - latest.taken
    }, 0)
}

/** What is left undone in the hub's own rows. */
export async function differencesOfQueues(reader: pg.Client, organizationId: string): Promise<string[]> {
  const { rows } = await reader.query(
    `select 'the inbox holds ' || count(*) || ' events that are ' || state as text from inbox
      where organization_id = $1 and state in ('pending', 'fetch', 'parked') and topic <> 'level'
      group by state
    union all
    select count(*) || ' writes are ' || state from write
      where organization_id = $1 and settled_at is null group by state
    union all
    select 'connection ' || name || ' is paused' from connection where organization_id = $1 and state <> 'live'
    union all
    select count(*) || ' levels wait to be written' from lane_entry
      join level on level.organization_id = $1 and level.level_id = lane_entry.level_id
      where lane_entry.organization_id = $1 and tracked having count(*) > 0
    union all
    select count(*) || ' items wait to be worked out' from changed_item
      where organization_id = $1 having count(*) > 0
    union all
    -- What it gave up is dealt again once that is known.
    select 'what ' || stock_unit_id || ' may have sold before is not known yet' from level
      where organization_id = $1 and tracked and granted is not null and exposure_older > 0
    union all
    select 'what ' || stock_unit_id || ' shows is to be read, so that what it does not show is dealt again' from level
      where organization_id = $1 and tracked and granted is not null and recheck_at is not null
    order by 1`,
    [organizationId],
  )
  return rows.map((row) => row.text)
}
