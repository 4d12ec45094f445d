import type { Tx } from '@plimsoll/database'
import { nowOf } from '../context.ts'
import { closeLevels, findLevelsToObserve, observeLevels } from '../lanes/levels.store.ts'
import { NOT_THERE } from '../reconcile/read-back.ts'
import { type CatalogueRun, callOptions, placeOf } from './catalogue-run.ts'

/** Levels that were asked for, and what is to be written of them. */
type LevelBatch = { read: number; untracked: number; write(tx: Tx): Promise<void> }

/** The first known quantity of some levels that have none yet. @returns undefined where all are known */
export async function readLevelBatch(run: CatalogueRun): Promise<LevelBatch | undefined> {
  const { context, connection, operations, seen } = run
  const { organizationId, connectionId } = placeOf(run)
  const limit = context.connectors.get(connection.connector)?.manifest.capabilities.batchMax ?? 100
  const due = await findLevelsToObserve(context.database.kysely, organizationId, connectionId, {
    now: nowOf(context),
    suspiciousOnly: false,
    limit,
  })
  const levels = due.filter((level) => level.acknowledged === null && !seen.has(level.levelId))
  if (levels.length === 0) return undefined
  for (const level of levels) seen.add(level.levelId)
  const found = await operations.levels(
    levels.map((level) => ({ stockUnitId: level.stockUnitId, locationId: level.externalLocationId })),
    callOptions(run),
  )
  const quantities = new Map(
    found.map((level) => [`${level.stockUnitId} ${level.locationId}`, level.quantity]),
  )
  const at = nowOf(context)
  const read = levels.map((level) => ({
    key: `${level.stockUnitId} ${level.externalLocationId}`,
    levelId: level.levelId,
    givenBack: level.givenBack,
    bound: level.bound,
    quantity: quantities.get(`${level.stockUnitId} ${level.externalLocationId}`),
  }))
  const closed = read.filter(({ quantity }) => quantity === undefined)
  const absent = closed.filter(({ key }) => !quantities.has(key))
  const uncounted = closed.filter(({ key }) => quantities.has(key))
  return {
    read: levels.length,
    untracked: uncounted.length,
    write: async (tx) => {
      await observeLevels(
        tx,
        organizationId,
        read.flatMap(({ levelId, givenBack, bound, quantity }) =>
          quantity === undefined
            ? []
            : [{ levelId, quantity, adopt: true, givenBack, bound, isFenced: false }],
        ),
        at,
      )
      await closeLevels(
        tx,
        organizationId,
        [
          ...uncounted.map(({ levelId }) => ({
            levelId,
            code: 'untracked' as const,
            problemTold: { code: 'level-untracked' as const, facts: {} },
            problem:
              'The platform does not count this listing. Switch stock tracking on there, then import again.',
          })),
          ...absent.map(({ levelId }) => ({
            levelId,
            code: 'gone' as const,
            problem: NOT_THERE,
            problemTold: { code: 'level-gone' as const, facts: {} },
          })),
        ],
        at,
      )
    },
  }
}
