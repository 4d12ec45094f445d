import { inTransaction, type ProtectionMode } from '@plimsoll/database'
import { findItemsBySku } from '@plimsoll/stock'
import { lockAvailability } from '../availability/availability.store.ts'
import { updateAvailability, updateAvailabilityOf } from '../availability/availability.ts'
import { findConnectionId } from '../connections/connections.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { measureBeforeProtecting } from './measure-demand.ts'
import { OVERSELLS_PER_MILLION, type ProtectionRow } from './protection.ts'
import { deleteProtection, findItemsProtected, saveProtection } from './protections.store.ts'

/** Whom it is set on: a connection by id or name, an item by SKU; neither: the organization. */
export type ProtectionTarget = { connection?: string | undefined; item?: string | undefined }

export type ProtectionChange = {
  /** Null takes the setting back: the next farther one holds. */
  mode: ProtectionMode | null
  /** Of a dynamic buffer: oversells put up with, per million times that an item sells out; a thousand by default. */
  oversellsPerMillion?: number | undefined
}

/** Whoever changes something without saying who they are is the hub itself. */
const HUB = 'hub'

/**
 * Sets how what is sold is protected from overselling, and draws the line anew in the same transaction; of more items
 * than one turn takes, right after.
 * @throws SyncProblem for a connection or an item that is not known, and for a virtual kit, which follows its parts
 */
export async function changeProtection(
  context: SyncContext,
  target: ProtectionTarget,
  { mode, oversellsPerMillion = OVERSELLS_PER_MILLION, actor = HUB }: ProtectionChange & { actor?: string },
): Promise<void> {
  const { organizationId } = context
  const scope = await toProtectionScope(context, target)
  await inTransaction(context.database, async (tx) => {
    // Before anything is read: two changes must not each work out what the other has not set yet.
    await lockAvailability(tx, organizationId)
    const at = nowOf(context)
    await measureBeforeProtecting(context, tx, at)
    const itemIds = await findItemsProtected(tx, organizationId, scope)
    await updateAvailabilityOf(context, tx, { itemIds, at }, () =>
      mode === null
        ? deleteProtection(tx, organizationId, scope, { at, actor })
        : saveProtection(tx, organizationId, { ...scope, mode, oversellsPerMillion }, { at, actor }),
    )
  })
  await updateAvailability(context)
}

/**
 * Whom a protection is set on.
 * @throws SyncProblem as `changeProtection` does
 */
export async function toProtectionScope(
  context: SyncContext,
  { connection, item: sku }: ProtectionTarget,
): Promise<Pick<ProtectionRow, 'scope' | 'scopeId'>> {
  const { organizationId, database } = context
  if (sku !== undefined) {
    if (connection !== undefined) {
      const message = 'It is set on an item or on a connection, not on both.'
      throw syncProblem('policy-contradiction', 'item', message)
    }
    const [item] = await findItemsBySku(database.kysely, organizationId, [sku])
    if (item === undefined) throw syncProblem('unknown-item', 'item', `There is no item "${sku}".`)
    if (item.kitKind === 'virtual') {
      const message = `"${sku}" is a virtual kit; it is protected as its parts are. Set it on those.`
      throw syncProblem('policy-contradiction', 'item', message)
    }
    return { scope: 'item', scopeId: item.itemId }
  }
  if (connection === undefined) return { scope: 'organization', scopeId: organizationId }
  return { scope: 'connection', scopeId: await findConnectionId(context, connection) }
}
