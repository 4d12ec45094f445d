import { inTransaction } from '@plimsoll/database'
import { findStampedes, foreseeMappings, mappingBatches, type WrittenUnit } from '@plimsoll/sync'
import { countMappingChanges, findSupposed, saveForeseen } from './import-mappings.store.ts'
import { type Hold, keepHold } from './imports.store.ts'
import type { ImportContext } from './open-file.ts'
import type { MappingsForeseen } from './sheet.ts'
import { findConnectionNames } from './sheets.store.ts'
import { heldUntil } from './work-time.ts'

/** Of more listings nobody reads the numbers one by one; to work them out would take minutes. */
export const FORESEEN_MAX = 20_000
/** One look locks its listings and their levels for a second or so. */
const LOOKED_AT_ONCE = 500
const LOOKED_AT_ONCE_MAX = 2_000

/**
 * What a checked file of mappings would make listings show, and what they would be in conflict with, kept with each of them.
 * @throws ImportTakenOver when another process works on it now
 */
export async function foreseeImport(context: ImportContext, hold: Hold): Promise<MappingsForeseen> {
  const { database, organizationId } = context
  const changed = await countMappingChanges(database.kysely, hold)
  const none = { changed, isForeseen: false, conflicts: 0, toZero: 0, raised: 0, lowered: 0, asksFirst: [] }
  if (changed > FORESEEN_MAX) return none
  const supposed = await findSupposed(database.kysely, hold)
  const batches = mappingBatches(supposed, LOOKED_AT_ONCE).flatMap((batch) => slices(batch))
  const written = new Map<string, WrittenUnit>()
  let conflicts = 0
  for (const batch of batches) {
    const unitOf = new Map(batch.map((each) => [each.listingId, each]))
    const foreseen = await foreseeMappings(context, batch, { isPart: batches.length > 1 })
    for (const { listingId, shows, willShow, conflicts: found } of foreseen) {
      const { connectionId = '', stockUnitId = '' } = unitOf.get(listingId) ?? {}
      // Listings of one stock unit show one number.
      if (willShow !== null)
        written.set(JSON.stringify([connectionId, stockUnitId]), { connectionId, shows, willShow })
      if (found.length > 0) conflicts += 1
    }
    await inTransaction(database, async (tx) => {
      await keepHold(tx, hold, heldUntil(context))
      await saveForeseen(tx, hold, foreseen)
    })
  }
  const all = [...written.values()]
  const asksFirst = await inTransaction(database, (tx) => findStampedes(context, tx, all))
  const names = new Map(
    (await findConnectionNames(database.kysely, organizationId)).map(({ connectionId, name }) => [
      connectionId,
      name,
    ]),
  )
  return {
    changed,
    isForeseen: true,
    conflicts,
    toZero: all.filter(({ shows, willShow }) => willShow === 0 && (shows ?? 0) > 0).length,
    raised: all.filter(({ shows, willShow }) => willShow > (shows ?? 0)).length,
    lowered: all.filter(({ shows, willShow }) => willShow < (shows ?? 0)).length,
    asksFirst: asksFirst.map((each) => ({ ...each, connectionName: names.get(each.connectionId) ?? '' })),
  }
}

/** However many hang together: another process takes over what is not touched for long. */
function slices<Each>(batch: readonly Each[]): Each[][] {
  const count = Math.ceil(batch.length / LOOKED_AT_ONCE_MAX)
  return Array.from({ length: count }, (_, nth) =>
    batch.slice(nth * LOOKED_AT_ONCE_MAX, (nth + 1) * LOOKED_AT_ONCE_MAX),
  )
}
