import type pg from 'pg'
import type { Books, LevelBook, OrderBook, PlatformBook, StartedCall, Violation } from './books.ts'
import { DecreasesFirst } from './decreases-first.ts'
import type { Promises } from './promises.ts'
import type { SettledWrites } from './settled-writes.ts'
import { leftAlone, notStopped, Stampedes } from './stops.ts'
import type { UnreadOrders } from './unread-orders.ts'

/** From the hub's reading of its queue to the call that follows from it, other transactions may come in between. */
const ACTING_MS = 1_500

type SentRow = {
  write_id: string
  level_id: string
  stock_unit_id: string
  state: string
  fencing: string
  direction: string
  unfenced: boolean
  is_dealt: boolean
  is_asked: boolean
  caused_at: Date
  sent_at: Date
  lease_fencing: string
  holder: string
}

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
  readonly #unread: UnreadOrders
  readonly #stampedes: Stampedes
  readonly #decreases: DecreasesFirst
  /** By platform and holder, when orders were last asked for. */
  readonly #ordersAskedAt = new Map<string, number>()
  /** Per process: until when it was held up, so that what it does may follow from long ago. */
  readonly #heldUp: (process: string) => number

  constructor(
    reader: pg.Client,
    books: Books,
    options: {
      promises: Promises
      settled: SettledWrites
      unread: UnreadOrders
      heldUpMs(process: string): number
    },
  ) {
    this.#reader = reader
    this.#books = books
    this.#promises = options.promises
    this.#settled = options.settled
    this.#unread = options.unread
    this.#stampedes = new Stampedes(reader, books)
    this.#decreases = new DecreasesFirst(reader, books)
    this.#heldUp = options.heldUpMs
  }

  async check(call: StartedCall): Promise<Violation[]> {
    const platform = this.#books.platforms.find(({ name }) => name === call.platform)
    if (platform === undefined) return []
    const asker = `${call.platform} ${call.holder}`
    if (call.operation === 'orders') this.#ordersAskedAt.set(asker, this.#books.now())
    const violations = [
      ...leftAlone(this.#books, call, platform),
      ...(await this.#decreases.check(call, platform)),
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
        ...this.#notAbsent(call, platform, level),
        ...this.#readBack(platform, level, row),
        ...this.#notAsked(platform, row, write.quantity),
        ...this.#withinPromise(call, level, row, write.quantity),
        ...this.#alone(call, level, write.quantity),
        ...this.#readSince(call, platform, row),
        ...this.#allRead(platform, row),
        ...this.#guarded(platform, write),
        ...(await this.#erasesNothing(platform, level, row, write)),
      )
    }
    return violations
  }

  async #findSent(call: StartedCall): Promise<SentRow[]> {
    const { rows } = await this.#reader.query(
      `select write_id, write.level_id, stock_unit_id, write.state, write.fencing, direction, unfenced,
        level.granted is not null as is_dealt, level.asked_at is not null as is_asked, write.caused_at, write.sent_at, lease.fencing as lease_fencing, lease.holder
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

  #notAbsent(call: StartedCall, platform: PlatformBook, level: LevelBook): Violation[] {
    // What a person has just switched off the hub cannot know; what it was told it does. An answer that was lost, or
    // that came to a process which had given the call up while it was frozen, has told nobody.
    if (level.heard.get(call.holder) !== null || level.quantity !== undefined) return []
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

  /** While people are asked whose number counts it is not raised. */
  #notAsked({ name }: PlatformBook, row: SentRow, quantity: number): Violation[] {
    if (!row.is_asked || row.direction !== 'increase') return []
    const text = `${name}: ${row.stock_unit_id} is raised to ${quantity}, and nobody has said yet whose number counts there`
    return [{ invariant: 'edits', text }]
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

  /** A blind raise rests on all orders up to what allowed it, those among them that had to be read by themselves. */
  #allRead({ name, style, connectionId }: PlatformBook, row: SentRow): Violation[] {
    if (style === 'compare-and-set' || row.direction !== 'increase' || row.is_dealt) return []
    const allowedAt = this.#promises.raisedAt(row.level_id) ?? 0
    const unread = this.#unread.waitingSince(connectionId, allowedAt - this.#books.clockErrorMs)
    if (unread === undefined) return []
    const text = `${name}: ${row.stock_unit_id} is raised, and ${unread} waits to be read since before that was allowed`
    return [{ invariant: 'I5', text }]
  }

  /** A blind decrease that does not say that it is a risk taken rests on a read of the orders after what caused it. */
  #readSince(call: StartedCall, { name, style }: PlatformBook, row: SentRow): Violation[] {
    if (style === 'compare-and-set' || row.direction !== 'decrease' || row.unfenced) return []
    const askedAt = this.#ordersAskedAt.get(`${call.platform} ${call.holder}`)
    const causedAt = row.caused_at.getTime()
    if (askedAt !== undefined && askedAt >= causedAt - this.#books.clockErrorMs) return []
    const text = `${name}: ${row.stock_unit_id} is lowered, and nobody has read the orders since what caused it`
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
    let isErased = ({ states }: OrderBook) => states.some(({ taken }) => taken > 0)
    if (platform.style === 'compare-and-set') {
      // Refused by the platform wherever the expected number is another. Nobody else but people change it.
      if (level.editedAt !== undefined || (write.expected !== undefined && write.expected !== quantity))
        return []
      before = this.#books.now()
      // The expected number stands there with all that came until now: what was taken and given back again is in it.
      isErased = ({ states }) => (states.at(-1)?.taken ?? 0) > 0
    } else if (row.direction === 'increase') {
      before = (this.#promises.raisedAt(row.level_id) ?? 0) - this.#books.clockErrorMs
    } else if (!row.unfenced) {
      before = row.caused_at.getTime() - platform.visibilityLagMs - this.#books.clockErrorMs
    } else return []
    const unknown = await this.#findUnknown(platform, level, before, isErased)
    return unknown.map((id) => ({
      invariant: 'I5',
      text: `${platform.name}: ${level.stockUnitId} is raised from ${quantity} to ${write.quantity}, which erases the sale ${id} that is not known yet`,
    }))
  }

  async #findUnknown(
    platform: PlatformBook,
    level: LevelBook,
    before: number,
    isErased: (order: OrderBook) => boolean,
  ): Promise<string[]> {
    const placed = [...platform.orders.values()]
      .filter((order) => order.stockUnitId === level.stockUnitId && order.placedAt < before)
      .filter(isErased)
      .map(({ id }) => id)
    if (placed.length === 0) return []
    const { rows } = await this.#reader.query(
      `select external_id from sales_order
      where organization_id = $1 and connection_id = $2 and external_id = any($3::text[])
      union
      -- What cannot be read is parked, and a person has been told: it holds up nothing else, nor while it is tried again.
      select subject from inbox
      where organization_id = $1 and connection_id = $2 and subject = any($3::text[])
        and (state = 'parked' or (state = 'pending' and reason_code is not null))`,
      [this.#books.organizationId, platform.connectionId, placed],
    )
    const known = new Set(rows.map((row) => row.external_id))
    return placed.filter((id) => !known.has(id) && !this.#unread.wasTold(platform.connectionId, id))
  }
}

/** More would be for sale than before. A platform that has oversold stands below zero, and zero still sells nothing. */
function isRaise(level: LevelBook, quantity: number): boolean {
  return level.quantity !== undefined && quantity > Math.max(0, level.quantity)
}
