import { isConnectorError } from '@plimsoll/connector-kit'
import { inTransaction, type WebhookVerdict } from '@plimsoll/database'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { saveStreamPaces } from './cursors.store.ts'
import {
  budgetsOf,
  decidePollMs,
  decideReadBackMs,
  POLL_SHARE,
  pollFloorMs,
  readBackFloorMs,
} from './polling.ts'

const SAVE_MS = 5_000

type Going = {
  changedAt: number
  nextAt: number
  toldAt: number
  requests: number
  failures: number
  problem: string | null
}

/** When each stream of one connection is read next; kept by the worker, and shown from the database. */
export class PollPace {
  readonly #context: WorkerContext
  readonly #verdict: () => WebhookVerdict
  readonly #streams = new Map<string, Going>()
  #savedAt: number
  #saved = ''

  constructor(context: WorkerContext, verdict: () => WebhookVerdict) {
    this.#context = context
    this.#verdict = verdict
    this.#savedAt = context.clock.now()
  }

  isDue(stream: string): boolean {
    return this.#context.clock.now() >= this.#of(stream).nextAt
  }

  /** Whatever its pace: the next look reads it. */
  readSoon(stream: string): void {
    const going = this.#of(stream)
    going.nextAt = 0
    going.toldAt = this.#context.clock.now()
  }

  /** The same for lists of which something was told; these are forgotten then. */
  hurry(streams: Set<string>): void {
    for (const stream of streams) this.readSoon(stream)
    streams.clear()
  }

  /** Something came in, by whichever way: the next read is soon. */
  noteMoved(stream: string): void {
    const going = this.#of(stream)
    going.changedAt = this.#context.clock.now()
    going.nextAt = Math.min(going.nextAt, going.changedAt + this.#waitMs(stream, going))
  }

  /**
   * A read has come to its end.
   * @param read.paceMs between two while things move
   * @param read.began where it takes a while: what was told of since then it may not have seen, and is read again at once
   */
  noteRead(stream: string, read: { fresh: number; requests: number; paceMs?: number; began?: Date }): void {
    const going = this.#of(stream)
    const now = this.#context.clock.now()
    if (read.fresh > 0) going.changedAt = now
    going.requests = read.requests
    going.failures = 0
    going.problem = null
    const isStale = read.began !== undefined && going.toldAt >= read.began.getTime()
    going.nextAt = isStale ? now : now + this.#waitMs(stream, going, read.paceMs)
  }

  noteFailure(stream: string, error: unknown): void {
    const going = this.#of(stream)
    going.failures += 1
    going.problem = isConnectorError(error) ? error.message : 'It could not be read.'
  }

  /** Levels that nothing is suspected of: a batch was read. */
  noteReadBack(everyMs: number): void {
    const { clock, connector, budgets } = this.#context
    const { left } = budgets.snapshot()
    const floorMs = readBackFloorMs(connector.manifest.budgets)
    this.#of('levels').nextAt = clock.now() + decideReadBackMs({ paceMs: everyMs, floorMs, budgetLeft: left })
  }

  /** Now and then, and not on the way of a write. */
  async save(): Promise<void> {
    const { database, organizationId, connection, lease, clock } = this.#context
    if (clock.now() - this.#savedAt < SAVE_MS) return
    this.#savedAt = clock.now()
    const paces = [...this.#streams].map(([stream, going]) => ({
      stream,
      changedAt: new Date(going.changedAt),
      nextAt: new Date(going.nextAt),
      failures: going.failures,
      problem: going.problem,
    }))
    const state = JSON.stringify(paces)
    if (state === this.#saved) return
    await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, lease)
      await saveStreamPaces(tx, organizationId, connection.connectionId, paces)
    })
    this.#saved = state
  }

  #of(stream: string): Going {
    const known = this.#streams.get(stream)
    if (known !== undefined) return known
    const now = this.#context.clock.now()
    const going = { changedAt: now, nextAt: 0, toldAt: 0, requests: 1, failures: 0, problem: null }
    this.#streams.set(stream, going)
    return going
  }

  #waitMs(stream: string, going: Going, paceMs?: number): number {
    const { clock, connection, connector, budgets } = this.#context
    // Every other stream is read by one operation.
    const own = budgetsOf(connector.manifest.budgets, stream === 'orders' ? stream : 'stream')
    const { left } = budgets.snapshot()
    return decidePollMs({
      paceMs: paceMs ?? connection.ordersPollMs,
      quietMs: clock.now() - going.changedAt,
      webhooks: this.#verdict(),
      floorMs: pollFloorMs(own, going.requests, POLL_SHARE),
      budgetLeft: left,
    })
  }
}
