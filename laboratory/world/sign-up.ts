import { inTransaction } from '@plimsoll/database'
import { saveItems, saveLocation } from '@plimsoll/stock'
import {
  ConnectionRegistry,
  changeConnection,
  changeEditRule,
  changeKit,
  changeStock,
  connect,
  importConnection,
  rebuildLevels,
  type SyncContext,
  tieListings,
  toStockContext,
} from '@plimsoll/sync'
import { sql } from 'kysely'
import type { Plan } from '../plan/plan.ts'
import type { Platform } from '../platforms/platform.ts'

/** The brand signs up: a warehouse, items with their opening stock. */
export async function signUp(
  context: SyncContext,
  { items, kits }: Pick<Plan, 'items' | 'kits'>,
): Promise<void> {
  const { database } = context
  await inTransaction(database, (tx) =>
    saveLocation(tx, toStockContext(context), { code: 'MAIN', name: 'Main', kind: 'warehouse' }),
  )
  for (const { sku, units } of items) {
    await inTransaction(database, (tx) => saveItems(tx, toStockContext(context), [{ sku, name: sku }]))
    if (units > 0)
      await changeStock(context, [
        {
          key: `opening-${sku}`,
          kind: 'adjust',
          sku,
          locationCode: 'MAIN',
          quantity: units,
          actor: 'people',
          reason: null,
          effectiveAt: undefined,
        },
      ])
  }
  for (const kit of kits) {
    await inTransaction(database, (tx) =>
      saveItems(tx, toStockContext(context), [{ sku: kit.sku, name: kit.sku }]),
    )
    await makeKit(context, kit)
  }
}

/** Says what a kit is made of. */
async function makeKit(context: SyncContext, { sku, parts }: Plan['kits'][number]): Promise<void> {
  const components = parts.map((part) => ({ sku: part.sku, quantity: part.units }))
  const by = { actor: 'people', reason: null, expectedVersion: undefined }
  const made = await changeKit(context, { sku, kind: 'virtual', components, ...by })
  if (made.kind === 'refused') throw new Error(`the kit ${sku} was refused`)
}

/** Connects one platform and imports what it lists: it is in shadow from then on. */
export async function connectPlatform(
  context: SyncContext,
  platform: Platform,
  { platforms }: Pick<Plan, 'platforms'>,
): Promise<void> {
  const { connectionId } = await connect(context, {
    connector: `lab-${platform.name}`,
    name: platform.name,
    settings: {},
    credentials: { key: platform.key },
    locationCode: 'MAIN',
    ordersPollMs: 1_500,
  })
  platform.connectionId = connectionId
  const editRule = platforms.find(({ name }) => name === platform.name)?.editRule
  if (editRule !== undefined) await changeEditRule(context, connectionId, editRule)
  const open = await new ConnectionRegistry(context).find(connectionId)
  if (open === undefined) throw new Error('The connection has just been made.')
  await importConnection(context, open)
  if (await mapByHand(context, platform)) await importConnection(context, open)
}

/** Lets what is written to a platform be written. */
export async function letGoLive(context: SyncContext, { connectionId }: Platform): Promise<void> {
  await changeConnection(context, connectionId, { kind: 'go-live' })
}

/** A person ties what no matcher can: packs, and listings that share a stock unit. */
async function mapByHand(context: SyncContext, platform: Platform): Promise<boolean> {
  const { database, organizationId } = context
  const { connectionId } = platform
  const found = await sql<{ listingId: string; externalId: string; itemId: string }>`
      select listing_id, external_id, item.item_id
      from listing join item on item.organization_id = listing.organization_id and item.sku = listing.sku
      where listing.organization_id = ${organizationId} and connection_id = ${connectionId}
      order by external_id`.execute(database.kysely)
  const byHand = found.rows.flatMap((row) => {
    const listing = platform.listings.get(row.externalId)
    const isShared = [...platform.listings.values()].some(
      (other) => other !== listing && other.stockUnitId === listing?.stockUnitId,
    )
    return listing === undefined || (listing.unitsPerListing === 1 && !isShared) ? [] : [{ row, listing }]
  })
  if (byHand.length === 0) return false
  await inTransaction(database, async (tx) => {
    const ties = byHand.map(({ row: { listingId, itemId }, listing: { unitsPerListing } }) => ({
      listingId,
      itemId,
      unitsPerListing,
    }))
    await tieListings(tx, organizationId, ties)
    await rebuildLevels(tx, { organizationId, connectionId, uuid: context.uuid })
  })
  return true
}
