import type { InboxRow } from './inbox.store.ts'
import { changeOf } from './inbox.ts'
import { RecentKeys } from './recent-keys.ts'
import type { Sighting } from './webhook-health.ts'

/** A webhook that comes so long after a poll found the same has arrived; later it counts as lost. */
const GRACE_MS = 60_000
/** A delay longer than this is another order version's, or a clock's. */
const DELAY_MS_MAX = 24 * 3_600_000
/** A read that finds more than this at once comes after a pause of ours; the rest says no more. */
const PENDING_MAX = 500

type Pending = { inboxId: string; changedAt: Date | undefined; seenAt: Date }

/**
 * Which order versions came by webhook and which were found by a poll. Kept by the worker, of what it applies; lost
 * with it at no harm.
 */
export class Sightings {
  readonly #seen = new RecentKeys()
  readonly #pending = new Map<string, Pending>()
  #judged: Sighting[] = []

  /** Takes rows as they are applied, duplicates too. */
  note(rows: readonly InboxRow[]): void {
    for (const row of rows) {
      const { version } = row.payload as { version?: number }
      if (row.topic !== 'order' || version === undefined) continue
      this.#noteOne(row, version)
    }
  }

  #noteOne(row: InboxRow, version: number): void {
    const key = `${row.subject}:${version}`
    const changedAt = changeOf({ version })
    const pending = this.#pending.get(key)
    if (row.source === 'webhook' && pending !== undefined) {
      this.#pending.delete(key)
      this.#judged.push({ kind: 'arrived', delayMs: delayOf(changedAt, row.receivedAt) })
    } else if (!this.#seen.has(key)) {
      if (row.source === 'webhook')
        this.#judged.push({ kind: 'arrived', delayMs: delayOf(changedAt, row.receivedAt) })
      if (row.source === 'poll' && this.#pending.size < PENDING_MAX)
        this.#pending.set(key, { inboxId: row.inboxId, changedAt, seenAt: row.receivedAt })
    }
    this.#seen.add(key)
  }

  /** What only a poll has told of for so long that a webhook should have come. */
  overdue(now: number): string[] {
    return [...this.#pending.values()]
      .filter(({ seenAt }) => now - seenAt.getTime() >= GRACE_MS)
      .map(({ inboxId }) => inboxId)
  }

  /** @param behind of those overdue: when a webhook told of them after all, by `inboxId` */
  takeJudged(now: number, behind: ReadonlyMap<string, Date>): Sighting[] {
    for (const [key, { inboxId, changedAt, seenAt }] of this.#pending) {
      if (now - seenAt.getTime() < GRACE_MS) continue
      const webhookAt = behind.get(inboxId)
      this.#judged.push(
        webhookAt === undefined
          ? { kind: 'missed' }
          : { kind: 'arrived', delayMs: delayOf(changedAt, webhookAt) },
      )
      this.#pending.delete(key)
    }
    const judged = this.#judged
    this.#judged = []
    return judged
  }
}

function delayOf(changedAt: Date | undefined, receivedAt: Date): number | undefined {
  if (changedAt === undefined) return undefined
  const delayMs = receivedAt.getTime() - changedAt.getTime()
  return delayMs >= 0 && delayMs < DELAY_MS_MAX ? delayMs : undefined
}
