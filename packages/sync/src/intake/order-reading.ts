import { inTransaction } from '@plimsoll/database'
import { nowOf } from '../context.ts'
import { clockOffset, OVERLAP_MS, planOrderRead, toFence } from '../lanes/fences.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { findOrderCursor, type OrderCursor, saveOrderCursor, UNREAD } from './cursors.store.ts'
import { insertInbox } from './inbox.store.ts'
import { type InboxEvent, toInboxEvent } from './inbox.ts'
import { deepReadFloorMs } from './polling.ts'

/** More pages than this in one read mean that something is wrong with the cursor; nothing is proved then. */
const PAGES_MAX = 1_000
/** The platform's clock found behind by so much more than was thought is still within what a read reaches back. */
const CLOCK_SLACK_MS = OVERLAP_MS - 1_000
/** The stored cursor may trail the true one so far: what is read twice after a crash is known already. */
const SAVE_MS = 1_000

/**
 * Reads a connection's orders into the inbox. Webhooks get lost, so this is the truth and they are hints;
 * it is also what passes a fence. Two kinds of read: to the end from where the last one began, and now and
 * then an unhurried one that reaches far back, a page at a time between other work.
 */
export class OrderReader {
  readonly #context: WorkerContext
  #cursor: OrderCursor | undefined
  #savedAt = 0
  #saved: OrderCursor | undefined
  #deep: { since: Date; startedAt: number; page: string | undefined; pages: number } | undefined
  /** Requests that the last unhurried read took. */
  #deepPages = 1

  constructor(context: WorkerContext) {
    this.#context = context
  }

  /**
   * Everything changed since the last read, to the end.
   * @returns up to when every order is known once all of it is applied, how many states were new, and how many requests it took
   */
  async readNew(): Promise<{ fenceAt: Date; fresh: number; pages: number }> {
    const { visibilityLagMs } = this.#context.connector.manifest.capabilities
    const startedAt = this.#context.clock.now()
    const cursor = await this.#known()
    let pages = 0
    let fresh = 0
    // How far the platform's clock is behind only its answers tell: a read that did not reach back as far proves nothing.
    for (let isFarEnough = false; !isFarEnough; ) {
      const { clockBehindMs } = this.#platform()
      const read = await this.#readToEnd(planOrderRead(cursor, 'shallow', this.#platform()))
      pages += read.pages
      fresh += read.fresh
      isFarEnough = this.#platform().clockBehindMs <= clockBehindMs + CLOCK_SLACK_MS
    }

    const fenceAt = toFence(startedAt, visibilityLagMs)
    const readAt = new Date(startedAt)
    const { deepReadAt, fenceAt: knownUntil } = this.#cursor ?? cursor
    this.#cursor = { since: fenceAt, fenceAt: knownUntil, readAt, deepReadAt }
    return { fenceAt, fresh, pages }
  }

  /** What was read up to then is applied, too, and none of it has still to be read directly. */
  noteKnown(fenceAt: Date): void {
    if (this.#cursor !== undefined) this.#cursor = { ...this.#cursor, fenceAt }
  }

  async #readToEnd(since: Date): Promise<{ fresh: number; pages: number }> {
    let page: string | undefined
    let pages = 0
    let fresh = 0
    do {
      const read = await this.#readPage(since, page)
      page = read.next
      fresh += read.fresh
      pages += 1
    } while (page !== undefined && pages < PAGES_MAX)
    // Stopping short proves nothing: the cursor stays where it was.
    if (page !== undefined)
      throw new Error(`More than ${PAGES_MAX} pages of orders since ${since.toISOString()}.`)
    return { fresh, pages }
  }

  /**
   * One page of the unhurried read, when one is due or under way: it finds what a lagging list had not
   * shown, or what changed twice within one version.
   * @returns true while pages are left
   */
  async readDeeper(): Promise<boolean> {
    const cursor = await this.#known()
    const now = this.#context.clock.now()
    if (this.#deep === undefined) {
      if (now - (cursor.deepReadAt?.getTime() ?? 0) < this.#deepEveryMs()) return false
      const since = planOrderRead(cursor, 'deep', this.#platform())
      this.#deep = { since, startedAt: now, page: undefined, pages: 0 }
    }
    const { since, startedAt, page } = this.#deep
    const read = await this.#readPage(since, page)
    const pages = this.#deep.pages + 1
    if (read.next !== undefined) {
      this.#deep = { since, startedAt, page: read.next, pages }
      return true
    }
    this.#deep = undefined
    this.#deepPages = pages
    this.#cursor = { ...(this.#cursor ?? cursor), deepReadAt: new Date(startedAt) }
    return false
  }

  #deepEveryMs(): number {
    const { pace, connector } = this.#context
    return Math.max(pace.deepReadMs, deepReadFloorMs(connector.manifest.budgets, this.#deepPages))
  }

  async #known(): Promise<OrderCursor> {
    const { database, organizationId, connection } = this.#context
    this.#cursor ??= await findOrderCursor(database.kysely, organizationId, connection.connectionId)
    // A connection that was never read is followed from now on; older orders are a backfill of their own.
    this.#cursor ??= { ...UNREAD, since: nowOf(this.#context) }
    return this.#cursor
  }

  #platform() {
    return {
      visibilityLagMs: this.#context.connector.manifest.capabilities.visibilityLagMs,
      clockBehindMs: this.#context.platformClockBehindMs(),
    }
  }

  /** Stores how far the orders are known, once a second: not on the way of a write. */
  async savePosition(): Promise<void> {
    const { database, organizationId, connection, clock, lease } = this.#context
    const cursor = this.#cursor
    if (cursor === undefined || cursor === this.#saved || clock.now() - this.#savedAt < SAVE_MS) return
    await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, lease)
      await saveOrderCursor(tx, organizationId, connection.connectionId, cursor)
    })
    this.#savedAt = clock.now()
    this.#saved = cursor
  }

  /** Stores one page of orders. */
  async #readPage(
    since: Date,
    cursor: string | undefined,
  ): Promise<{ next: string | undefined; fresh: number }> {
    const { operations, signal, clock, uuid } = this.#context
    const startedAt = clock.now()
    const read = await operations.orders({ since, cursor }, { signal })
    this.#context.notePlatformClock(clockOffset(read.platformTime, { startedAt, answeredAt: clock.now() }))
    const events = read.rows.flatMap(
      (order) =>
        toInboxEvent({ kind: 'order', externalId: order.externalId, version: order.version, order }, uuid) ??
        [],
    )
    // A row that cannot be read becomes a hint: it is read by itself, and parked with its reason.
    const hints = (read.unreadable ?? []).flatMap(
      (row) => toInboxEvent({ kind: 'order', ...row, order: undefined }, uuid) ?? [],
    )
    return { next: read.next, fresh: await this.#store([...events, ...hints]) }
  }

  async #store(events: readonly InboxEvent[]): Promise<number> {
    const { database, organizationId, connection, lease, uuid } = this.#context
    const unknown = events.filter((event) => !this.#context.storedOrders.has(event.eventKey))
    if (unknown.length === 0) return 0
    const fresh = await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, lease)
      const place = { organizationId, connectionId: connection.connectionId, source: 'poll' as const, uuid }
      return (await insertInbox(tx, { ...place, at: nowOf(this.#context) }, unknown)).length
    })
    for (const event of unknown) this.#context.storedOrders.add(event.eventKey)
    return fresh
  }
}
