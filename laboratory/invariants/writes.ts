import type pg from 'pg'
import type { Books, LevelBook, PlatformBook, StartedCall, Violation } from './books.ts'
import type { Promises } from './promises.ts'
import type { SettledWrites } from './settled-writes.ts'
import { leftAlone, notStopped, Stampedes } from './stops.ts'

/** From the hub's reading of its queue to the call that follows from it, other transactions may come in between. */
const ACTING_MS = 1_500
/** Calls on a connection that may come before a waiting decrease: the chores of one round, and each read of the orders is two or three pages. */
const CALLS_BEFORE_DECREASE_MAX = 18

type SentRow = {
  write_id: string
  level_id: string
  stock_unit_id: string
  state: string
  fencing: string
  direction: string
  unfenced: boolean
  is_dealt: boolean
  caused_at: Date
  sent_at: Date
  lease_fencing: string
  holder: string
}

type Waiting = { level_id: string; desired_version: string; is_decrease: boolean; waits: boolean }

/**
 * What holds of each call that writes numbers, judged at the moment it leaves: it was recorded before, by who holds
 * the lease (fencing), it is no higher than the promise, it erases no sale that the hub should know (I5), it is of
 * a number that the platform counts (I12), and no decrease waits behind it (I7).
 */
export class WriteInvariants {
  readonly #reader: pg.Client
  readonly #books: Books
  readonly #promises: Promises
  readonly #settled: SettledWrites
  readonly #stampedes: Stampedes
  /** Per connection and level: calls that went by since a decrease began to wait. */
  readonly #passed = new Map<string, { version: string; calls: number }>()
  /** Per process: until when it was held up, so that what it does may follow from long ago. */
  readonly #heldUp: (process: string) => number

  constructor(
    reader: pg.Client,
    books: Books,
    options: { promises: Promises; settled: SettledWrites; heldUpMs(process: string): number },
  ) {
    this.#reader = reader
    this.#books = books
    this.#promises = options.promises
    this.#settled = options.settled
    this.#stampedes = new Stampedes(reader, books)
    this.#heldUp = options.heldUpMs
  }

  async check(call: StartedCall): Promise<Violation[]> {
    const platform = this.#books.platforms.find(({ name }) => name === call.platform)
    if (platform === undefined) return []
    const violations = [
      ...leftAlone(this.#books, call, platform),
      ...(await this.#decreasesFirst(call, platform)),
    ]
    if (call.writes.length === 0) return violations
    if (new Set(call.writes.map(({ stockUnitId }) => stockUnitId)).size < call.writes.length) {
      violations.push({
        invariant: 'coalescing',
        text: `${call.platform}: one level is written twice in one call`,
      })
    }
    const sent = await this.#findSent(call)
    for (const write of call.writes) {
      const row = sent.find(({ write_id }) => write_id === write.writeId)
      const level = platform.levels.get(write.stockUnitId)
      if (level === undefined) continue
      if (row === undefined || row.state !== 'sent') {
        violations.push({
          invariant: 'I4',
          text: `${call.process} writes ${write.quantity} to ${write.stockUnitId} without having recorded it as sent`,
        })
        continue
      }
      violations.push(
        ...this.#fencing(call, row),
        ...notStopped(this.#books, platform, row),
        ...(await this.#stampedes.check(platform, level, write)),
        ...this.#notAbsent(platform, level),
        ...this.#readBack(platform, level, row),
        ...this.#withinPromise(call, level, row, write.quantity),
        ...this.#alone(call, level, write.quantity),
        ...this.#guarded(platform, write),
        ...(await this.#erasesNothing(platform, level, row, write)),
      )
    }
    return violations
  }

  async #findSent(call: StartedCall): Promise<SentRow[]> {
    const { rows } = await this.#reader.query(
      `select write_id, write.level_id, stock_unit_id, write.state, write.fencing, direction, unfenced,
        level.granted is not null as is_dealt, write.caused_at, write.sent_at, lease.fencing as lease_fencing, lease.holder
      from write
      join level on level.organization_id = $1 and level.level_id = write.level_id
      join lease on lease.organization_id = $1 and lease.connection_id = write.connection_id
      where write.organization_id = $1 and write_id = any($2::uuid[]) order by write_id`,
      [this.#books.organizationId, call.writes.map(({ writeId }) => writeId)],
    )
    return rows
  }

  #fencing(call: StartedCall, row: SentRow): Violation[] {
    if (row.holder === call.holder && row.fencing === row.lease_fencing) return []
    const text = `${call.process} writes to ${call.platform} under fencing ${row.fencing}, and the lease is another's (fencing ${row.lease_fencing})`
    return [{ invariant: 'fencing', text }]
  }

  #notAbsent(platform: PlatformBook, level: LevelBook): Violation[] {
    // What a person has just switched off the hub cannot know; what it was told it does.
    if (level.told.at(-1)?.quantity !== null || level.quantity !== undefined) return []
    const text = `${platform.name} does not count ${level.stockUnitId}, has said so, and is written to`
    return [{ invariant: 'I12', text }]
  }

  /** An earlier write whose outcome nobody knows may have been carried out: nothing is assumed before it is read back. */
  #readBack({ name }: PlatformBook, level: LevelBook, row: SentRow): Violation[] {
    const since = this.#settled.unknownSince(row.level_id)
    if (since === undefined || (level.readAt !== undefined && level.readAt >= since)) return []
    const text = `${name}: ${level.stockUnitId} is written, and nobody has read what became of an earlier write whose outcome is unknown`
    return [{ invariant: 'I4', text }]
  }

  #withinPromise(call: StartedCall, level: LevelBook, row: SentRow, quantity: number): Violation[] {
    if (!isRaise(level, quantity)) return []
    const since = this.#books.now() - ACTING_MS - this.#heldUp(call.process)
    const promise = this.#promises.mostSince(row.level_id, since)
    if (promise === undefined || quantity <= promise) return []
    const text = `${call.platform}: ${level.stockUnitId} is raised from ${level.quantity} to ${quantity}, and no more than ${promise} may be promised`
    return [{ invariant: 'I5', text }]
  }

  /** A platform that can compare is told what to compare with. */
  #guarded(
    { style, name }: PlatformBook,
    write: { stockUnitId: string; expected: number | undefined },
  ): Violation[] {
    if (style !== 'compare-and-set' || write.expected !== undefined) return []
    const text = `${name}: ${write.stockUnitId} is written without saying what is expected there`
    return [{ invariant: 'I5', text }]
  }

  /** Nothing is raised while a call of the lease's former holder may still act, and undo or repeat it. */
  #alone(call: StartedCall, level: LevelBook, quantity: number): Violation[] {
    if (!isRaise(level, quantity)) return []
    const others = this.#books.underWay.filter(
      ({ holder, platform, writes }) =>
        holder !== call.holder &&
        platform === call.platform &&
        writes.some(({ stockUnitId }) => stockUnitId === level.stockUnitId),
    )
    if (others.length === 0) return []
    const text = `${call.platform}: ${level.stockUnitId} is raised to ${quantity} while a call of the former holder is under way`
    return [{ invariant: 'I5', text }]
  }

  /**
   * Sales of this level that had happened before what the write rests on must be known. A raise rests on the moment
   * that allowed it, a fenced decrease on what caused it; where the list of orders lags, on that much earlier.
   */
  async #erasesNothing(
    platform: PlatformBook,
    level: LevelBook,
    row: SentRow,
    write: { quantity: number; expected: number | undefined },
  ): Promise<Violation[]> {
    const { quantity } = level
    if (!isRaise(level, write.quantity)) return []
    // What it erases may be sold again: units are kept for both (`Guarantees`).
    if (row.is_dealt) return []
    let before: number
    if (platform.style === 'compare-and-set') {
      // Refused by the platform wherever the expected number is another. Nobody else but people change it.
      if (level.editedAt !== undefined || (write.expected !== undefined && write.expected !== quantity))
        return []
      before = this.#books.now()
    } else if (row.direction === 'increase') {
      before = (this.#promises.raisedAt(row.level_id) ?? 0) - this.#books.clockErrorMs
    } else if (!row.unfenced) {
      before = row.caused_at.getTime() - platform.visibilityLagMs - this.#books.clockErrorMs
    } else return []
    const unknown = await this.#findUnknown(platform, level, before)
    return unknown.map((id) => ({
      invariant: 'I5',
      text: `${platform.name}: ${level.stockUnitId} is raised from ${quantity} to ${write.quantity}, which erases the sale ${id} that is not known yet`,
    }))
  }

  async #findUnknown(platform: PlatformBook, level: LevelBook, before: number): Promise<string[]> {
    const placed = [...platform.orders.values()]
      .filter((order) => order.stockUnitId === level.stockUnitId && order.placedAt < before)
      .filter((order) => order.states.some(({ taken }) => taken > 0))
      .map(({ id }) => id)
    if (placed.length === 0) return []
    const { rows } = await this.#reader.query(
      `select external_id from sales_order
      where organization_id = $1 and connection_id = $2 and external_id = any($3::text[])
      union
      -- What cannot be read is parked, and a person has been told: it holds up nothing else.
      select subject from inbox
      where organization_id = $1 and connection_id = $2 and subject = any($3::text[]) and state = 'parked'`,
      [this.#books.organizationId, platform.connectionId, placed],
    )
    const known = new Set(rows.map((row) => row.external_id))
    return placed.filter((id) => !known.has(id))
  }

  /** I7, by counting: a decrease that could go waits for the round of chores under way, and for nothing more. */
  async #decreasesFirst(call: StartedCall, platform: PlatformBook): Promise<Violation[]> {
    if (call.operation === 'check' || call.operation === 'listings') return []
    const { rows } = await this.#reader.query<Waiting>(
      `select lane_entry.level_id, lane_entry.desired_version,
        desired < acknowledged - (subtracted - acknowledged_subtracted) as is_decrease,
        (not_before is null or not_before <= $3) and level.problem_code is null and tracked and writable
          and connection.state = 'live' and lease.calls_until < $3
          and not exists (select from halt where halt.organization_id = $1)
          and not exists (
            select from held_level where held_level.organization_id = $1 and held_level.level_id = level.level_id
              and held_level.state = 'held'
          ) as waits
      from lane_entry
      join level on level.organization_id = $1 and level.level_id = lane_entry.level_id
      join connection on connection.organization_id = $1 and connection.connection_id = lane_entry.connection_id
      join lease on lease.organization_id = $1 and lease.connection_id = lane_entry.connection_id
      where lane_entry.organization_id = $1 and lane_entry.connection_id = $2 order by 1`,
      [this.#books.organizationId, platform.connectionId, new Date(this.#books.now())],
    )
    const waiting = rows.filter((row) => row.is_decrease)
    for (const levelId of this.#passed.keys())
      if (!waiting.some((row) => row.level_id === levelId)) this.#passed.delete(levelId)
    const raises = call.writes.length > 0 && (await this.#isAnyRaise(call))
    return waiting.flatMap((row) => {
      const before = this.#passed.get(row.level_id)
      const isSame = before?.version === row.desired_version
      const calls = isSame ? (before?.calls ?? 0) + 1 : 0
      this.#passed.set(row.level_id, { version: row.desired_version, calls })
      if (!row.waits || calls === 0) return []
      if (raises && calls > 1) {
        const text = `${platform.name}: an increase is sent while a decrease of level ${row.level_id} waits`
        return [{ invariant: 'I7', text }]
      }
      if (calls <= CALLS_BEFORE_DECREASE_MAX) return []
      const text = `${platform.name}: a decrease of level ${row.level_id} waits behind ${calls} calls (${call.operation})`
      return [{ invariant: 'I7', text }]
    })
  }

  async #isAnyRaise(call: StartedCall): Promise<boolean> {
    const { rows } = await this.#reader.query(
      `select 1 from write where organization_id = $1 and write_id = any($2::uuid[]) and direction = 'increase' limit 1`,
      [this.#books.organizationId, call.writes.map(({ writeId }) => writeId)],
    )
    return rows.length > 0
  }
}

/** More would be for sale than before. A platform that has oversold stands below zero, and zero still sells nothing. */
function isRaise(level: LevelBook, quantity: number): boolean {
  return level.quantity !== undefined && quantity > Math.max(0, level.quantity)
}
