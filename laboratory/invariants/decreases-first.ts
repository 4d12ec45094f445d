import type pg from 'pg'
import type { Books, PlatformBook, StartedCall, Violation } from './books.ts'

/** Calls on a connection that may come before a waiting decrease: the chores of one round, and each read of the orders is two or three pages. */
const CALLS_BEFORE_DECREASE_MAX = 18

type Waiting = {
  level_id: string
  stock_unit_id: string
  desired_version: string
  is_decrease: boolean
  can_go: boolean
  is_free: boolean
  is_read: boolean
}

/** How many calls a decrease that could go has seen go by, and how many of them since after which the lane looks anew at what waits. */
type Passed = { version: string; calls: number; looks: number }

/** I7, by counting: a decrease that could go waits for the round of chores under way, and for nothing more. */
export class DecreasesFirst {
  readonly #reader: pg.Client
  readonly #books: Books
  readonly #passed = new Map<string, Passed>()

  constructor(reader: pg.Client, books: Books) {
    this.#reader = reader
    this.#books = books
  }

  async check(call: StartedCall, platform: PlatformBook): Promise<Violation[]> {
    if (call.operation === 'check' || call.operation === 'listings') return []
    const { rows } = await this.#reader.query<Waiting>(
      `select lane_entry.level_id, stock_unit_id, lane_entry.desired_version,
        desired < acknowledged - (subtracted - acknowledged_subtracted) as is_decrease,
        (not_before is null or not_before <= $3) and level.problem_code is null and tracked and writable
          and connection.state = 'live'
          and not exists (select from halt where halt.organization_id = $1)
          and not exists (
            select from held_level where held_level.organization_id = $1 and held_level.level_id = level.level_id
              and held_level.state = 'held'
          ) as can_go,
        lease.calls_until < $3 as is_free,
        -- What became of an earlier write is read first, and the orders after it: those calls are made for its sake.
        not exists (
          select from write where write.organization_id = $1 and write.level_id = level.level_id
            and write.state = 'unknown' and settled_at is null
        ) as is_read
      from lane_entry
      join level on level.organization_id = $1 and level.level_id = lane_entry.level_id
      join connection on connection.organization_id = $1 and connection.connection_id = lane_entry.connection_id
      join lease on lease.organization_id = $1 and lease.connection_id = lane_entry.connection_id
      where lane_entry.organization_id = $1 and lane_entry.connection_id = $2 order by 1`,
      // By the clock of a process that is behind.
      [
        this.#books.organizationId,
        platform.connectionId,
        new Date(this.#books.now() - this.#books.clockErrorMs),
      ],
    )
    const waiting = rows.filter((row) => row.is_decrease)
    for (const levelId of this.#passed.keys())
      if (!waiting.some((row) => row.level_id === levelId)) this.#passed.delete(levelId)
    const raises = call.writes.length > 0 && (await this.#isAnyRaise(call))
    return waiting.flatMap((row) => this.#judge(call, platform, row, raises))
  }

  #judge(call: StartedCall, { name }: PlatformBook, row: Waiting, raises: boolean): Violation[] {
    const before = this.#passed.get(row.level_id)
    const isSame = before?.version === row.desired_version
    // What could not go (its listing was gone, it was held, it is tried again later) has waited behind nothing until then.
    const isKeptWaiting = row.can_go && row.is_free && row.is_read
    const isItsTurn = call.writes.some(({ stockUnitId }) => stockUnitId === row.stock_unit_id)
    const calls = isSame && !isItsTurn ? (before?.calls ?? 0) + (isKeptWaiting ? 1 : 0) : 0
    const looked = isSame && row.can_go ? (before?.looks ?? 0) : 0
    // What is written next may have been found before the orders were read for it.
    const isLook = call.operation !== 'orders' && call.operation !== 'order'
    const looks = row.can_go && isLook ? looked + 1 : looked
    this.#passed.set(row.level_id, { version: row.desired_version, calls, looks })
    if (raises && row.can_go && looked > 0) {
      const text = `${name}: an increase is sent while a decrease of level ${row.level_id} waits`
      return [{ invariant: 'I7', text }]
    }
    if (!isKeptWaiting || calls <= CALLS_BEFORE_DECREASE_MAX) return []
    const text = `${name}: a decrease of level ${row.level_id} waits behind ${calls} calls (${call.operation})`
    return [{ invariant: 'I7', text }]
  }

  async #isAnyRaise(call: StartedCall): Promise<boolean> {
    const { rows } = await this.#reader.query(
      `select 1 from write where organization_id = $1 and write_id = any($2::uuid[]) and direction = 'increase' limit 1`,
      [this.#books.organizationId, call.writes.map(({ writeId }) => writeId)],
    )
    return rows.length > 0
  }
}
