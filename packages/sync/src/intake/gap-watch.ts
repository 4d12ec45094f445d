import { isConnectorError } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf } from '../context.ts'
import { openTask } from '../tasks.store.ts'
import type { ToldTask } from '../told-task.ts'
import { assertLease } from '../worker/leases.store.ts'
import { insertJob } from '../worker/sync-jobs.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { findFollowedSince, findStreamCursor, saveStreamCursor } from './cursors.store.ts'
import { countKnownOrders, findKnownNumbers, insertGap, reopenGaps } from './gaps.store.ts'
import { findNumberGaps, type Gap, narrow } from './gaps.ts'

const STREAM = 'gaps'
/** Periods begin and end at whole multiples of this, and are looked at once. */
const PERIOD_MS = 10 * 60_000
/** What was placed so short a time ago may still be on its way through the inbox. */
const SETTLE_MS = 60_000
/** Looks reach back no further at first. */
const REACH_MS = 24 * 3_600_000
/** Before the period: the numbers that its first ones follow on. */
const NUMBERS_BEFORE_MS = 3_600_000
const COUNTS_MAX = 12
/** What a backfill did not find is read again after so long, so often in all. */
const AGAIN_MS = 3_600_000
const TRIES_MAX = 3

/**
 * Looks whether an order was missed, once for each period whose orders must all be known. A count that fails proves
 * nothing, and the period is looked at again. A gap is recorded, shown as a task, and read by a backfill.
 */
export class GapWatch {
  readonly #context: WorkerContext
  #checkedUntil: Date | undefined

  constructor(context: WorkerContext) {
    this.#context = context
  }

  /** @param fenceAt up to then every order is known and applied */
  async turn(fenceAt: Date | undefined): Promise<void> {
    const { gaps } = this.#context.connector.manifest.capabilities
    if (gaps === undefined || fenceAt === undefined) return
    const to = new Date(floorTo(fenceAt.getTime() - SETTLE_MS))
    if (this.#checkedUntil !== undefined && to <= this.#checkedUntil) return
    const from = await this.#begin(to)
    if (from === undefined || to <= from) return
    try {
      const found = gaps === 'count' ? await this.#byCount({ from, to }) : await this.#byNumber({ from, to })
      await this.#record(found, to)
      this.#checkedUntil = to
    } catch (error) {
      if (!isConnectorError(error) || error.kind === 'unauthorized') throw error
      const { log, connection } = this.#context
      log.warn({ connection: connection.name, error }, 'whether orders are missing could not be seen')
    }
  }

  async #begin(to: Date): Promise<Date | undefined> {
    if (this.#checkedUntil !== undefined) return this.#checkedUntil
    const { database, organizationId, connection } = this.#context
    const { connectionId } = connection
    const known = await findStreamCursor(database.kysely, organizationId, connectionId, STREAM)
    const followedSince = await findFollowedSince(database.kysely, organizationId, connectionId)
    if (followedSince === undefined) return undefined
    const earliest = Math.max(followedSince.getTime(), to.getTime() - REACH_MS)
    // The first whole period: what was placed before the hub followed the orders is nobody's miss.
    this.#checkedUntil = known?.since ?? new Date(floorTo(earliest + PERIOD_MS - 1))
    return this.#checkedUntil
  }

  async #byNumber({ from, to }: { from: Date; to: Date }): Promise<Gap[]> {
    const { database, organizationId, connection } = this.#context
    const period = { from: new Date(from.getTime() - NUMBERS_BEFORE_MS), to }
    const followedSince = await findFollowedSince(database.kysely, organizationId, connection.connectionId)
    const numbers = await findKnownNumbers(database.kysely, organizationId, connection.connectionId, period)
    const followed = numbers.filter(
      ({ placedAt }) => followedSince === undefined || placedAt >= followedSince,
    )
    return findNumberGaps(followed).filter((gap) => gap.to > from)
  }

  async #byCount(period: { from: Date; to: Date }): Promise<Gap[]> {
    let calls = 0
    const missingIn = async (within: { from: Date; to: Date }) => {
      calls += 1
      return Math.max(0, (await this.#count(within)) - (await this.#countKnown(within)))
    }
    const missing = await missingIn(period)
    if (missing === 0) return []
    let gap: Gap = { ...period, missing }
    while (calls + 2 <= COUNTS_MAX && gap.to.getTime() - gap.from.getTime() > PERIOD_MS) {
      const middle = new Date((gap.from.getTime() + gap.to.getTime()) / 2)
      const first = await missingIn({ from: gap.from, to: middle })
      const second = await missingIn({ from: middle, to: gap.to })
      const narrowed = narrow(gap, middle, { first, second })
      gap = narrowed.gap
      if (narrowed.isLast) break
    }
    return [gap]
  }

  async #count(period: { from: Date; to: Date }): Promise<number> {
    const { operations, signal, connector } = this.#context
    if (operations.countOrders === undefined)
      throw new Error(
        `The connector ${connector.manifest.id} declares that orders are counted, and cannot count them.`,
      )
    return await operations.countOrders(period, { signal })
  }

  async #countKnown(period: { from: Date; to: Date }): Promise<number> {
    const { database, organizationId, connection } = this.#context
    return await countKnownOrders(database.kysely, organizationId, connection.connectionId, period)
  }

  /** The gaps, the backfills that are to fill them, and how far was looked, in one transaction. */
  async #record(gaps: readonly Gap[], to: Date): Promise<void> {
    const { database, organizationId, connection, lease, uuid, connector } = this.#context
    const { connectionId, name } = connection
    const at = nowOf(this.#context)
    const foundBy = connector.manifest.capabilities.gaps === 'count' ? 'count' : 'number'
    await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, lease)
      for (const gap of gaps) {
        const [gapId, jobId] = [uuid(), uuid()]
        if (!(await insertGap(tx, organizationId, { ...gap, gapId, connectionId, foundBy, jobId }, at)))
          continue
        // To the end: an order of that time may have changed since.
        const job = {
          jobId,
          connectionId,
          kind: 'backfill',
          reason: 'gap',
          fromAt: gap.from,
          toAt: null,
        } as const
        await insertJob(tx, organizationId, { ...job, listingId: null }, at)
        const detail = `${gap.missing} orders of ${name} placed from ${gap.from.toISOString()} to ${gap.to.toISOString()} are not known here. They are being read; nothing is to be done unless this stays.`
        const [from, until] = [gap.from.toISOString(), gap.to.toISOString()]
        const told: ToldTask = {
          code: 'orders-missing',
          facts: { connection: name, missing: gap.missing, from, to: until },
        }
        const task = {
          kind: 'connection',
          subject: `gap:${gapId}`,
          connectionId,
          sku: null,
          units: gap.missing,
        } as const
        await openTask(tx, organizationId, { ...task, detail, told }, { at, uuid })
      }
      const closedBefore = new Date(at.getTime() - AGAIN_MS)
      const again = { closedBefore, triesMax: TRIES_MAX, uuid }
      for (const { jobId, fromAt } of await reopenGaps(tx, organizationId, connectionId, again)) {
        const job = { jobId, connectionId, kind: 'backfill', reason: 'gap', fromAt, toAt: null } as const
        await insertJob(tx, organizationId, { ...job, listingId: null }, at)
      }
      await saveStreamCursor(tx, organizationId, connectionId, STREAM, {
        since: to,
        readAt: at,
        position: null,
      })
    })
  }
}

function floorTo(ms: number): number {
  return Math.floor(ms / PERIOD_MS) * PERIOD_MS
}
