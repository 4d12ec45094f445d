import type pg from 'pg'
import type { Books, PlatformBook, PolicyBook } from './books.ts'
import { promiseOf } from './wanted.ts'

/** How far back a promise counts as one that the hub may still be acting on. */
const REMEMBERED_MS = 60_000

type LevelRow = {
  level_id: string
  connection_id: string
  stock_unit_id: string
  unsubtracted: number
  telling: number
}

type PolicyRow = {
  connection_id: string | null
  sku: string | null
  external_id: string | null
  buffer_units: number | null
  buffer_percent: number | null
  share_percent: number | null
  cap: number | null
  floor: number | null
  fixed: number | null
  paused: boolean | null
}

/** `telling`: units that came off the promise since their channel is being told that they have left. */
type Moment = { at: number; units: number; telling: number }

/**
 * What the hub would promise on each level given everything that its ledger knows, worked out here from plain rows
 * by the design's formula (`wanted.ts`, plus own orders that the platform has still to subtract), and how
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
    const { organizationId } = this.#books
    const [levels, stock, policies] = await Promise.all([
      this.#reader.query<LevelRow>(
        `select level.level_id, level.connection_id, level.stock_unit_id,
          coalesce(sum(greatest(0, unsubtracted - telling)), 0)::int as unsubtracted,
          coalesce(sum(least(unsubtracted, telling)), 0)::int as telling
        from level
        left join order_line on order_line.organization_id = $1 and order_line.connection_id = level.connection_id
          and order_line.stock_unit_id = level.stock_unit_id
        where level.organization_id = $1 group by 1, 2, 3 order by 1`,
        [organizationId],
      ),
      this.#reader.query<{ sku: string; available: number }>(
        `select sku, sum(on_hand - reserved - held)::int as available
        from balance join item using (organization_id, item_id)
        where balance.organization_id = $1 group by sku order by sku`,
        [organizationId],
      ),
      this.#reader.query<PolicyRow>(
        `select case scope when 'connection' then scope_id else listing.connection_id end as connection_id,
          item.sku, external_id, buffer_units::int, buffer_percent::int, share_percent::int, cap::int, floor::int,
          fixed::int, paused
        from policy
        left join listing on listing.organization_id = $1 and scope = 'listing' and listing.listing_id = scope_id
        left join item on item.organization_id = $1 and scope = 'item' and item.item_id = scope_id
        where policy.organization_id = $1 order by scope, scope_id`,
        [organizationId],
      ),
    ])
    const available = new Map(stock.rows.map((row) => [row.sku, row.available]))
    const set = policies.rows.map((row) => this.#toPolicy(row))
    const at = this.#books.now()
    for (const row of levels.rows) {
      const platform = this.#platformOf(row.connection_id)
      const level = platform?.levels.get(row.stock_unit_id)
      if (platform === undefined || level === undefined) continue
      const place = { platform: platform.name, level, policies: set }
      const units = promiseOf(this.#books, place, (sku) => available.get(sku) ?? 0) + row.unsubtracted
      this.#note(row.level_id, { at, units: Math.min(units, platform.quantityMax), telling: row.telling })
    }
  }

  #platformOf(connectionId: string | null): PlatformBook | undefined {
    return this.#books.platforms.find((each) => each.connectionId === connectionId)
  }

  #toPolicy(row: PolicyRow): PolicyBook {
    return {
      platform: this.#platformOf(row.connection_id)?.name,
      sku: row.sku ?? undefined,
      listing: row.external_id ?? undefined,
      bufferUnits: row.buffer_units ?? undefined,
      bufferPercent: row.buffer_percent ?? undefined,
      sharePercent: row.share_percent ?? undefined,
      cap: row.cap ?? undefined,
      floor: row.floor ?? undefined,
      fixed: row.fixed ?? undefined,
      paused: row.paused ?? undefined,
    }
  }

  #note(levelId: string, moment: Moment): void {
    const history = this.#history.get(levelId) ?? []
    const last = history.at(-1)
    if (last?.units === moment.units && last.telling === moment.telling) return
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
    return this.#most(levelId, since, ({ units }) => units)
  }

  /** The same, with what its channel is being told to have left. */
  mostWithTelling(levelId: string, since: number): number | undefined {
    return this.#most(levelId, since, ({ units, telling }) => units + telling)
  }

  #most(levelId: string, since: number, of: (moment: Moment) => number): number | undefined {
    const history = this.#history.get(levelId)
    if (history === undefined) return undefined
    const first = Math.max(
      0,
      history.findLastIndex(({ at }) => at <= since),
    )
    return Math.max(...history.slice(first).map(of))
  }

  /** When it last rose. */
  raisedAt(levelId: string): number | undefined {
    return this.#raisedAt.get(levelId)
  }

  now(levelId: string): number | undefined {
    return this.#history.get(levelId)?.at(-1)?.units
  }
}
