import { inTransaction } from '@plimsoll/database'
import { nowOf } from '../context.ts'
import { clockOffset, planOrderRead, toFence } from '../lanes/fences.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { findStreamCursor, type StreamCursor, saveStreamCursor } from './cursors.store.ts'
import { insertInbox } from './inbox.store.ts'
import { toInboxEvent } from './inbox.ts'
import type { PollPace } from './poll-pace.ts'

/**
 * Reads what a connector offers beside its orders (changed listings, receipts, shipments), each stream from its own
 * cursor with an overlap, a page at a time. What is read goes through the inbox as if a webhook had brought it.
 */
export class StreamReader {
  readonly #context: WorkerContext
  readonly #pace: PollPace
  readonly #cursors = new Map<string, StreamCursor>()
  /** When the read under way began, by stream. */
  readonly #began = new Map<string, { at: Date; pages: number; fresh: number; againAtMs: number }>()

  constructor(context: WorkerContext, pace: PollPace) {
    this.#context = context
    this.#pace = pace
  }

  /** One page of every stream that is due. @returns true while pages are left that are there */
  async turn(): Promise<boolean> {
    const { connector, operations } = this.#context
    const { manifest } = connector
    // Of a channel that could send for others and does not, there is nothing to follow.
    const isOff = (name: string) =>
      operations.warehouse === undefined && manifest.warehouse?.follows.some((each) => each === name) === true
    const streams = (manifest.capabilities.streams ?? []).filter(({ name }) => !isOff(name))
    let isMore = false
    for (const stream of streams) {
      const began = this.#began.get(stream.name)
      if (began === undefined ? !this.#pace.isDue(stream.name) : began.againAtMs > this.#context.clock.now())
        continue
      try {
        isMore = (await this.#readPage(stream)) || isMore
      } catch (error) {
        // A read that fails in the middle proves nothing: the cursor stays, and the platform's place in it is forgotten.
        this.#began.delete(stream.name)
        const cursor = this.#cursors.get(stream.name)
        if (cursor !== undefined) this.#cursors.set(stream.name, { ...cursor, position: null })
        this.#pace.noteFailure(stream.name, error)
        throw error
      }
    }
    return isMore
  }

  async #readPage(stream: { name: string; everyMs: number; visibilityLagMs: number }): Promise<boolean> {
    const { name } = stream
    const { connector, operations, signal, clock, uuid, notePlatformClock } = this.#context
    if (operations.stream === undefined)
      throw new Error(
        `The connector ${connector.manifest.id} declares the stream "${name}" and cannot read it.`,
      )
    const cursor = await this.#known(name)
    const began = this.#began.get(name) ?? { at: nowOf(this.#context), pages: 0, fresh: 0, againAtMs: 0 }
    this.#began.set(name, began)
    const since = planOrderRead(cursor, 'shallow', {
      visibilityLagMs: stream.visibilityLagMs,
      clockBehindMs: this.#context.platformClockBehindMs(),
    })
    const startedAt = clock.now()
    const page = await operations.stream(name, { since, cursor: cursor.position ?? undefined }, { signal })
    notePlatformClock(clockOffset(page.platformTime, { startedAt, answeredAt: clock.now() }))
    const events = page.rows.flatMap((event) => toInboxEvent(event, uuid) ?? [])
    const isEnd = page.next === undefined
    const next: StreamCursor = isEnd
      ? { since: toFence(began.at.getTime(), stream.visibilityLagMs), readAt: began.at, position: null }
      : { ...cursor, position: page.next ?? null }
    began.fresh += await this.#store(name, events, next)
    began.pages += 1
    this.#cursors.set(name, next)
    // What the platform still prepares (a report) is not there sooner for being asked for.
    began.againAtMs = clock.now() + (page.againInMs ?? 0)
    if (!isEnd) return page.againInMs === undefined
    this.#began.delete(name)
    this.#pace.noteRead(name, { fresh: began.fresh, requests: began.pages, paceMs: stream.everyMs })
    return false
  }

  async #known(stream: string): Promise<StreamCursor> {
    const known = this.#cursors.get(stream)
    if (known !== undefined) return known
    const { database, organizationId, connection } = this.#context
    const found = await findStreamCursor(database.kysely, organizationId, connection.connectionId, stream)
    // A place in a list that another process began may be worth nothing here: the read starts over.
    const cursor = {
      since: found?.since ?? nowOf(this.#context),
      readAt: found?.readAt ?? null,
      position: null,
    }
    this.#cursors.set(stream, cursor)
    return cursor
  }

  /** The page and how far it reaches are one transaction. */
  async #store(
    stream: string,
    events: Parameters<typeof insertInbox>[2],
    cursor: StreamCursor,
  ): Promise<number> {
    const { database, organizationId, connection, lease, uuid } = this.#context
    const { connectionId } = connection
    return await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, lease)
      await saveStreamCursor(tx, organizationId, connectionId, stream, cursor)
      const arrival = {
        organizationId,
        connectionId,
        source: 'poll' as const,
        at: nowOf(this.#context),
        uuid,
      }
      return (await insertInbox(tx, arrival, events)).length
    })
  }
}
