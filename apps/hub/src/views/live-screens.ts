import type { ActivityRow, ChangedEvent } from '@plimsoll/client'
import type { SyncContext, Wake } from '@plimsoll/sync'
import { sql } from 'kysely'
import { findActivity } from './activity.store.ts'

type Send = (event: 'changed' | 'activity' | 'ping', data: unknown) => void
type Topic = ChangedEvent['topics'][number]

/** Screens are told at most so often: people cannot read faster, and each hint costs reads. */
const FLUSH_MS = 250
const PING_MS = 15_000
const RETRY_MS = 1_000
const ALL_TOPICS: Topic[] = ['overview', 'items', 'connections', 'parked', 'activity', 'tasks', 'alerts']
/** As many as a screen keeps: what is told late is among them, or it would be below all that is shown. */
const ACTIVITY_ROWS = 200
const SKUS_MAX = 200

/**
 * Tells open screens what to read again. Wake-ups of all processes are gathered and handed on a few
 * times a second. Of the activity the newest rows are read again each time and those not told before are
 * told: a reader that went on from the last row it knew would skip what commits late with an earlier moment.
 */
export class LiveScreens {
  readonly #context: SyncContext
  readonly #screens = new Set<Send>()
  readonly #closed = new AbortController()
  #topics = new Set<Topic>()
  #itemIds: Set<string> | 'any' = new Set()
  #isFlushing = false
  /** The newest activity as it was told last, by id and moment. */
  #told = new Set<string>()

  constructor(context: SyncContext) {
    this.#context = context
    void this.#ping()
  }

  /** @returns how to leave */
  join(send: Send): () => void {
    this.#screens.add(send)
    // It may have read its first page before this: the next time all of the newest is told again.
    this.#told = new Set()
    return () => this.#screens.delete(send)
  }

  hear(wake: Wake): void {
    if (this.#screens.size === 0) return
    if (wake.kind === 'screen') {
      for (const topic of wake.topics) this.#topics.add(topic)
      if (wake.topics.includes('items')) this.#noteItems(wake.itemIds)
    } else if (wake.kind === 'connection') {
      this.#topics.add('connections')
      this.#topics.add('overview')
    } else {
      return
    }
    if (!this.#isFlushing) void this.#flushSoon()
  }

  close(): void {
    this.#closed.abort(new Error('The hub stops.'))
    this.#screens.clear()
  }

  /** No ids means any. */
  #noteItems(itemIds: readonly string[]): void {
    if (itemIds.length === 0 || this.#itemIds === 'any') {
      this.#itemIds = 'any'
      return
    }
    for (const itemId of itemIds) this.#itemIds.add(itemId)
    if (this.#itemIds.size > SKUS_MAX) this.#itemIds = 'any'
  }

  /** Goes on until nothing is left to tell: what is heard during a flush waits for the next one. */
  async #flushSoon(): Promise<void> {
    const { clock, log } = this.#context
    this.#isFlushing = true
    while (this.#topics.size > 0 && !this.#closed.signal.aborted) {
      try {
        await clock.sleep(FLUSH_MS, this.#closed.signal)
        await this.#flush()
      } catch (error) {
        if (this.#closed.signal.aborted) break
        log.warn({ error }, 'live screens could not be told; trying again')
        await clock.sleep(RETRY_MS, this.#closed.signal).catch(() => undefined) // closed meanwhile
      }
    }
    this.#isFlushing = false
  }

  async #flush(): Promise<void> {
    const topics = [...this.#topics]
    const itemIds = this.#itemIds
    this.#topics = new Set()
    this.#itemIds = new Set()
    const { kysely } = this.#context.database
    const { organizationId } = this.#context
    try {
      const skus = itemIds === 'any' ? [] : await findSkus(this.#context, [...itemIds])
      this.#tell('changed', { topics, skus })
      if (!topics.includes('activity')) return
      const { rows } = await findActivity(kysely, organizationId, { limit: ACTIVITY_ROWS })
      const fresh = rows.filter((row) => !this.#told.has(keyOf(row)))
      this.#told = new Set(rows.map(keyOf))
      if (fresh.length > 0) this.#tell('activity', fresh)
    } catch (error) {
      for (const topic of topics) this.#topics.add(topic)
      this.#itemIds = 'any'
      throw error
    }
  }

  #tell(event: 'changed' | 'activity' | 'ping', data: unknown): void {
    for (const send of this.#screens) send(event, data)
  }

  /**
   * So that a dead connection is noticed on both sides; and since what was said while nobody listened to the
   * database is lost, everything is then read again.
   */
  async #ping(): Promise<void> {
    while (!this.#closed.signal.aborted) {
      await this.#context.clock.sleep(PING_MS, this.#closed.signal).catch(() => undefined) // closed meanwhile
      this.#tell('ping', {})
      this.hear({ kind: 'screen', topics: ALL_TOPICS, itemIds: [] })
    }
  }
}

function keyOf(row: ActivityRow): string {
  return `${row.id} ${row.at}`
}

async function findSkus(context: SyncContext, itemIds: readonly string[]): Promise<string[]> {
  const found = await sql<{ sku: string }>`
    select sku from item
    where organization_id = ${context.organizationId} and item_id = any(${sql.val([...itemIds])}::uuid[])
    order by sku`.execute(context.database.kysely)
  return found.rows.map((row) => row.sku)
}
