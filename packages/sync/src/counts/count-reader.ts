import { backoffMs, type ExternalCount, isConnectorError } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import { warehouseTermsOf } from '../connections/sends-for-others.ts'
import { nowOf } from '../context.ts'
import { isAnythingUntried } from '../inbound/deliveries.store.ts'
import { findStreamCursor, saveStreamCursor } from '../intake/cursors.store.ts'
import type { PollPace } from '../intake/poll-pace.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { bookCounts } from './book-counts.ts'
import { findTiedPlaces, saveTold, type TiedPlace } from './counted-places.store.ts'

/** Between two reads while the numbers move; less often while they do not, and where the budget is low. */
const PACE_MS = 5 * 60_000
/** Until it is asked again whether a place has been tied. */
const UNTIED_MS = 60_000
const STREAM = 'counts'

/** What tells of each change may tell of one after the other: no more than so much of the time is spent on reading. */
const REST_FOR_READING = 4

/** Until it is looked again whether all that left by then is known. */
const FOLLOWED_MS = 500
/** How far the moment of a count may be off those of shipments, where the manifest does not say. */
const COUNT_ERROR_MS = 2_000

type Reading = {
  began: Date
  /** The latest moment that any of it is of: by our clock as it was asked for, or by the platform's as it says. */
  countedUntil: Date
  cursor: string | undefined
  pages: number
  places: readonly TiedPlace[]
  /** All pages were read. */
  isRead: boolean
}

/**
 * Reads what the platform counts at places of its own, a page at a time, and books it once all of it is read: several
 * stock units may be one item. Nothing is ever written there. A place in the list that another process began is worth
 * nothing here: the read starts over.
 */
export class CountReader {
  readonly #context: WorkerContext
  readonly #pace: PollPace
  #reading: Reading | undefined
  #notBefore = 0
  #failures = 0

  constructor(context: WorkerContext, pace: PollPace) {
    this.#context = context
    this.#pace = pace
  }

  get #isDue(): boolean {
    const { clock, operations } = this.#context
    if (operations.counts === undefined || clock.now() < this.#notBefore) return false
    return this.#reading !== undefined || this.#pace.isDue(STREAM)
  }

  /** One page, where it is time for it. @returns true while pages are left */
  async turn(): Promise<boolean> {
    if (!this.#isDue) return false
    const { clock, log, connection, random } = this.#context
    try {
      const isMore = await this.#readPage()
      this.#failures = 0
      return isMore
    } catch (error) {
      this.#reading = undefined
      // Orders and writes must not wait for it; refused credentials stop the lane as ever.
      if (!isConnectorError(error) || error.kind === 'unauthorized') throw error
      this.#failures += 1
      this.#notBefore = clock.now() + Math.max(UNTIED_MS, backoffMs(this.#failures, random))
      this.#pace.noteFailure(STREAM, error)
      log.warn({ connection: connection.name, error }, 'what the platform counts could not be read')
      return false
    }
  }

  async #readPage(): Promise<boolean> {
    const { operations, signal, clock, log, connection } = this.#context
    const { counts } = operations
    if (counts === undefined) return false
    if (this.#reading?.isRead === true) return await this.#book(this.#reading)
    const reading = this.#reading ?? (await this.#begin())
    if (reading === undefined) {
      this.#notBefore = clock.now() + UNTIED_MS
      return false
    }
    this.#reading = reading
    const asked = nowOf(this.#context)
    const page = await counts.call(operations, reading.cursor, { signal })
    const unreadable = (page.unreadable ?? []).map(({ externalId }) => externalId)
    // They keep the numbers that they had: what cannot be read is not nought (I12).
    if (unreadable.length > 0)
      log.warn({ connection: connection.name, unreadable }, 'some of what the platform counts makes no sense')
    // Each page is true for its own moment: of a long list the last one is minutes younger than the first.
    for (const { countedAt = asked } of page.rows)
      if (countedAt > reading.countedUntil) reading.countedUntil = countedAt
    await this.#keep(reading, page.rows, asked)
    reading.pages += 1
    reading.cursor = page.next
    if (page.next !== undefined) return true
    reading.isRead = true
    return await this.#book(reading)
  }

  /**
   * What left or came in before the count may not be known yet: it is booked once the warehouse's other lists have been read
   * up to then, or what was counted already would be taken off again as it is told.
   */
  async #book(reading: Reading): Promise<boolean> {
    if (!(await this.#isFollowed(reading))) {
      this.#notBefore = this.#context.clock.now() + FOLLOWED_MS
      return false
    }
    this.#reading = undefined
    let changed = 0
    for (const place of reading.places) changed += await bookCounts(this.#context, place, reading.began)
    await this.#noteRead(reading, changed)
    return false
  }

  async #isFollowed({ countedUntil }: Reading): Promise<boolean> {
    const { database, organizationId, connection } = this.#context
    const {
      follows = [],
      countErrorMs = COUNT_ERROR_MS,
      deducts,
      byCountsAlone,
    } = warehouseTermsOf(this.#context) ?? {}
    const waitedFor = follows.filter((stream) =>
      stream === 'shipments'
        ? // Where what ships was taken off as it was asked for, that it leaves changes nothing that is counted.
          deducts !== 'requested'
        : byCountsAlone?.includes(stream) !== true,
    )
    // The other lists go by the platform's clock, and ours may be behind it.
    const from = new Date(countedUntil.getTime() + (waitedFor.length === 0 ? 0 : countErrorMs))
    for (const stream of waitedFor) {
      const cursor = await findStreamCursor(database.kysely, organizationId, connection.connectionId, stream)
      if (cursor === undefined || cursor.since < from) {
        this.#context.hurried.add(stream)
        return false
      }
    }
    if (await isAnythingTold(this.#context)) return false
    return !(await isAnythingUntried(database.kysely, organizationId, connection.connectionId))
  }

  async #begin(): Promise<Reading | undefined> {
    const { database, organizationId, connection } = this.#context
    const places = await findTiedPlaces(database.kysely, organizationId, connection.connectionId)
    if (places.length === 0) return undefined
    const began = nowOf(this.#context)
    return { began, countedUntil: began, cursor: undefined, pages: 0, places, isRead: false }
  }

  async #keep({ began, places }: Reading, rows: readonly ExternalCount[], asked: Date): Promise<void> {
    const { database, organizationId, connection, lease } = this.#context
    const told = rows
      .filter(({ locationId }) => places.some(({ externalId }) => externalId === locationId))
      .map(({ stockUnitId, locationId, available, held, incoming, countedAt, onHand }) => ({
        externalId: locationId,
        stockUnitId,
        available,
        held,
        incoming,
        onHand: onHand ?? null,
        // A clock ahead of ours makes nothing true that is still to come.
        countedAt: countedAt === undefined || countedAt > asked ? asked : countedAt,
        toldAt: countedAt ?? null,
      }))
    if (told.length === 0) return
    await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, lease)
      await saveTold(tx, organizationId, connection.connectionId, told, began)
    })
  }

  async #noteRead({ began, pages }: Reading, changed: number): Promise<void> {
    const { database, organizationId, connection, lease } = this.#context
    await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, lease)
      const cursor = { since: began, readAt: began, position: null }
      await saveStreamCursor(tx, organizationId, connection.connectionId, STREAM, cursor)
    })
    const { clock } = this.#context
    this.#notBefore = clock.now() + REST_FOR_READING * (clock.now() - began.getTime())
    this.#pace.noteRead(STREAM, { fresh: changed, requests: pages, paceMs: PACE_MS, began })
  }
}

/** Something that the warehouse told waits to be applied. */
async function isAnythingTold(context: WorkerContext): Promise<boolean> {
  const { database, organizationId, connection } = context
  const found = await sql`
    select from inbox
    where organization_id = ${organizationId} and connection_id = ${connection.connectionId}
      and state in ('pending', 'fetch') and topic in ('shipment', 'receipt', 'return')
    limit 1`.execute(database.kysely)
  return found.rows.length > 0
}
