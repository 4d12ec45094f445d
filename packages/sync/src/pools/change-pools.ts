import { inTransaction } from '@plimsoll/database'
import { insertChangedItems } from '../availability/availability.store.ts'
import { updateAvailability } from '../availability/availability.ts'
import { rebuildLevels } from '../connections/rebuild-levels.store.ts'
import { findSendingConnections } from '../connections/sends-for-others.ts'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { notify } from '../notify.ts'
import { findItemsUnder } from '../policies/policies.store.ts'
import {
  findOwnLocations,
  findPlacesWithLevels,
  findPlatformPlaces,
  findPoolVersion,
  lockPoolVersion,
  type PlaceWithLevels,
  recordPool,
  saveEmptied,
  savePool,
  savePoolVersion,
} from './pools.store.ts'
import { decidePools, type PoolChange } from './pools.ts'

export type ConnectionPools = { version: number; rows: PlaceWithLevels[] }

/** The locations of a connection's platform, what stands behind each, and what each shows. @throws SyncProblem */
export async function readPools(context: SyncContext, connectionId: string): Promise<ConnectionPools> {
  const { database, organizationId } = context
  const place = { organizationId, connectionId }
  const [version, rows] = await Promise.all([
    findPoolVersion(database.kysely, place),
    findPlacesWithLevels(database.kysely, place),
  ])
  if (version === undefined)
    throw syncProblem('unknown-connection', 'connection', 'There is no such connection.')
  return { version, rows }
}

/**
 * A person says what stands behind locations of a platform. What each level shows follows as after any change: by the lane,
 * decreases first, and many zeros wait for a person (I8); a level that is new is read before it is written. Until what must
 * fall has fallen, nothing of the same stock unit rises elsewhere.
 * @param expectedVersion which the change is meant for; undefined: whichever
 * @throws SyncProblem naming what is in the way
 */
export async function changePools(
  context: SyncContext,
  connectionId: string,
  changes: readonly PoolChange[],
  expectedVersion?: number | undefined,
): Promise<{ kind: 'changed' } | { kind: 'version-changed'; version: number }> {
  const { database, organizationId, uuid } = context
  const outcome = await inTransaction(database, async (tx) => {
    const version = await applyPools(context, tx, connectionId, changes, expectedVersion)
    if (typeof version === 'object') return version
    const itemIds = await findItemsUnder(tx, organizationId, { scope: 'connection', scopeId: connectionId })
    await insertChangedItems(tx, organizationId, itemIds, { at: nowOf(context), uuid })
    await notify(tx, organizationId, { kind: 'items' })
    // Whoever works the connection has new levels to read.
    await notify(tx, organizationId, { kind: 'connection', connectionIds: [connectionId] })
    await notify(tx, organizationId, { kind: 'screen', topics: ['connections', 'overview'], itemIds: [] })
    return { kind: 'changed' } as const
  })
  if (outcome.kind === 'changed') await updateAvailability(context)
  return outcome
}

function whenEmpty({ isEmptied }: { isEmptied: boolean }): 'zero' | 'leave' {
  return isEmptied ? 'zero' : 'leave'
}

/**
 * Writes down what stands behind what, and makes the levels for it.
 * @returns the version after it, or that it was meant for another
 */
export async function applyPools(
  context: SyncContext,
  tx: Tx,
  connectionId: string,
  changes: readonly PoolChange[],
  expectedVersion?: number | undefined,
): Promise<number | { kind: 'version-changed'; version: number }> {
  const { organizationId, uuid } = context
  const place = { organizationId, connectionId }
  const version = await lockPoolVersion(tx, place)
  if (version === undefined)
    throw syncProblem('unknown-connection', 'connection', 'There is no such connection.')
  if (expectedVersion !== undefined && expectedVersion !== version)
    return { kind: 'version-changed', version }
  const sending = await findSendingConnections(tx, context)
  // What it keeps itself it sells itself.
  sending.delete(connectionId)
  const [places, ours] = await Promise.all([
    findPlatformPlaces(tx, place),
    findOwnLocations(tx, organizationId, [...sending]),
  ])
  const decided = decidePools(places, ours, changes)
  if (decided.kind === 'refused') throw syncProblem(decided.code, decided.field, decided.message)
  // Said again it is no new version, but it is said: the next import must not say something else.
  if (!decided.isChange && version > 0) return version
  await savePool(tx, place, decided.pool)
  await saveEmptied(tx, place, { emptied: decided.emptied, at: nowOf(context) })
  await savePoolVersion(tx, place, version + 1)
  await recordPool(tx, place, {
    before: Object.fromEntries(
      places.map((one) => [one.externalId, { locationIds: one.locationIds, whenEmpty: whenEmpty(one) }]),
    ),
    after: Object.fromEntries(
      places.map(({ externalId }) => {
        const locationIds = decided.pool.flatMap((one) =>
          one.externalId === externalId ? [one.locationId] : [],
        )
        return [
          externalId,
          { locationIds, whenEmpty: decided.emptied.includes(externalId) ? 'zero' : 'leave' },
        ]
      }),
    ),
    at: nowOf(context),
  })
  await rebuildLevels(tx, { ...place, uuid })
  return version + 1
}
