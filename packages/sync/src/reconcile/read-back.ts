import type { ExternalLevel } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf, type Tx } from '../context.ts'
import { hasUnreadableOrders } from '../intake/inbox.store.ts'
import { queueWhatDiffers } from '../lanes/lane-entries.store.ts'
import { lockLevels } from '../lanes/level-locks.store.ts'
import { type ClosedLevel, closeLevels, type Observation, observeLevels } from '../lanes/levels.store.ts'
import { dealSoon } from '../load-line/protect.ts'
import { openTask } from '../tasks.store.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'

export type LevelToRead = {
  levelId: string
  stockUnitId: string
  externalLocationId: string
  givenBack: number
  bound: number | null
}

/** What is said of a level that the platform does not have, whether it never had it or has no longer. */
export const NOT_THERE =
  'The platform does not have this listing at this location. Stock it there on the platform if it is to be sold from there, then import the listings again.'

/** What was read of each level: a quantity, `untracked` (never 0, I12), or `gone`. */
export type Reading = {
  levelId: string
  /** What orders were known to have put back there before it was read. */
  givenBack: number
  /** What it could have shown at most by then; null: that was not known. */
  bound: number | null
  /** It was read by then. */
  readAt: Date
} & ({ kind: 'quantity'; quantity: number } | { kind: 'untracked' } | { kind: 'gone' })

/**
 * Reads levels from the platform now, in one or more calls of the size it takes. Those that an answer leaves out are asked for
 * once more before they count as gone: one answer may be cut short, and what is gone is written no more until the next import.
 */
export async function readLevels(context: WorkerContext, levels: readonly LevelToRead[]): Promise<Reading[]> {
  const found = await askFor(context, levels)
  const leftOut = levels.filter((level) => !found.has(keyOf(level)))
  for (const [key, read] of await askFor(context, leftOut)) found.set(key, read)
  return levels.map((level) => {
    const read = found.get(keyOf(level))
    const { levelId, givenBack, bound } = level
    const reading = { levelId, givenBack, bound, readAt: read?.readAt ?? nowOf(context) }
    if (read === undefined) return { ...reading, kind: 'gone' }
    if (read.quantity === undefined) return { ...reading, kind: 'untracked' }
    return { ...reading, kind: 'quantity', quantity: read.quantity }
  })
}

const keyOf = (level: LevelToRead) => `${level.stockUnitId} ${level.externalLocationId}`

async function askFor(
  context: WorkerContext,
  levels: readonly LevelToRead[],
): Promise<Map<string, ExternalLevel & { readAt: Date }>> {
  const { batchMax } = context.connector.manifest.capabilities
  const found = new Map<string, ExternalLevel & { readAt: Date }>()
  for (let from = 0; from < levels.length; from += batchMax) {
    const batch = levels.slice(from, from + batchMax)
    const keys = batch.map((level) => ({
      stockUnitId: level.stockUnitId,
      locationId: level.externalLocationId,
    }))
    for (const read of await context.operations.levels(keys, { signal: context.signal }))
      found.set(`${read.stockUnitId} ${read.locationId}`, { ...read, readAt: nowOf(context) })
  }
  return found
}

/**
 * Takes what was read as what the platform last confirmed. The orders must have been read and applied
 * after the reading: then every sale in it is known, and a later one is charged when it is seen.
 * Afterwards whatever still differs from what is desired is queued.
 */
export async function adoptReadings(context: WorkerContext, readings: readonly Reading[]): Promise<void> {
  await inTransaction(context.database, async (tx) => {
    await assertLease(tx, context.organizationId, context.lease)
    await lockLevels(
      tx,
      context.organizationId,
      readings.map((reading) => reading.levelId),
    )
    await writeReadings(context, tx, readings, () => true)
    await queueWhatDiffers(tx, context.organizationId, [context.connection.connectionId], {
      levelIds: readings.map((reading) => reading.levelId),
      at: nowOf(context),
    })
  })
}

/** Notes readings; `adopt` says for each whether it is taken as confirmed. */
export async function writeReadings(
  context: WorkerContext,
  tx: Tx,
  readings: readonly Reading[],
  adopt: (levelId: string) => boolean,
): Promise<void> {
  const at = nowOf(context)
  const { organizationId, connection } = context
  // What an order that cannot be read sold is in no reading: it lies before or after it.
  const isUnsure = await hasUnreadableOrders(tx, organizationId, connection.connectionId)
  const observations: Observation[] = []
  const closed: ClosedLevel[] = []
  for (const reading of readings) {
    switch (reading.kind) {
      case 'quantity':
        observations.push({
          levelId: reading.levelId,
          quantity: reading.quantity,
          adopt: adopt(reading.levelId),
          givenBack: reading.givenBack,
          bound: reading.bound,
          isFenced: !isUnsure && (context.fenceAt()?.getTime() ?? 0) >= reading.readAt.getTime(),
        })
        break
      case 'untracked':
        closed.push({
          levelId: reading.levelId,
          code: 'untracked',
          problemTold: { code: 'level-untracked', facts: {} },
          problem:
            'The platform does not count this listing, so it sells without limit and no quantity is written. Switch stock tracking on there, then import again.',
        })
        break
      case 'gone':
        closed.push({
          levelId: reading.levelId,
          code: 'gone',
          problemTold: { code: 'level-gone', facts: {} },
          problem: NOT_THERE,
        })
        break
      default: {
        const never: never = reading
        throw new Error(`unknown reading ${String(never)}`)
      }
    }
  }
  const dealt = await observeLevels(tx, context.organizationId, observations, at)
  const absent = await closeLevels(tx, context.organizationId, closed, at)
  await dealSoon(tx, { organizationId: context.organizationId, at, uuid: context.uuid }, [
    ...dealt,
    ...absent,
  ])
  for (const level of closed) {
    if (level.code !== 'untracked') continue
    await openTask(
      tx,
      context.organizationId,
      {
        kind: 'untracked',
        subject: level.levelId,
        connectionId: context.connection.connectionId,
        sku: null,
        units: null,
        detail: level.problem,
        told: { code: 'untracked', facts: {} },
      },
      { at, uuid: context.uuid },
    )
  }
}
