import { processContext } from '../../apps/hub/src/process-context.ts'
import { type Database, inTransaction } from '../../packages/database/src/index.ts'
import {
  insertMovements,
  prepareMonths,
  type StockContext,
  UNALLOCATED_LOT,
} from '../../packages/stock/src/index.ts'

/** Items with deep stock at several locations, alone in an organization of their own. */
export type LedgerBrand = { context: StockContext; itemIds: string[]; locationIds: string[] }

const MOVEMENTS_PER_BATCH = 20_000

/** Seeds items and receives their stock through the ledger, as every other stock is received. */
export async function seedLedgerBrand(
  database: Database,
  size: { items: number; locations: number },
  { unitsEach = 1_000_000 } = {},
): Promise<LedgerBrand> {
  const context: StockContext = {
    organizationId: processContext.uuid(),
    uuid: processContext.uuid,
    now: () => new Date(),
  }
  const { organizationId } = context
  // As the hub does when it starts.
  await prepareMonths(database.kysely, new Date())
  const itemIds = Array.from({ length: size.items }, () => processContext.uuid())
  const locationIds = Array.from({ length: size.locations }, () => processContext.uuid())
  await database.pool.query(
    'insert into organization (organization_id, name, created_at) values ($1, $2, now())',
    [organizationId, 'Bench'],
  )
  await database.pool.query(
    `insert into location (organization_id, location_id, code, name, kind, created_at)
     select $1, id, 'L' || nth, 'Location ' || nth, 'warehouse', now() from unnest($2::uuid[]) with ordinality as l(id, nth)`,
    [organizationId, locationIds],
  )
  await database.pool.query(
    `insert into item (organization_id, item_id, sku, name, created_at)
     select $1, id, 'SKU-' || nth, 'Item ' || nth, now() from unnest($2::uuid[]) with ordinality as i(id, nth)`,
    [organizationId, itemIds],
  )
  const places = itemIds.flatMap((itemId) => locationIds.map((locationId) => ({ itemId, locationId })))
  for (let from = 0; from < places.length; from += MOVEMENTS_PER_BATCH) {
    const batch = places.slice(from, from + MOVEMENTS_PER_BATCH)
    await inTransaction(database, (tx) =>
      insertMovements(
        tx,
        context,
        batch.map((place) => ({
          ...place,
          lotId: UNALLOCATED_LOT,
          kind: 'receive',
          onHandDelta: unitsEach,
          reservedDelta: 0,
          heldDelta: 0,
          incomingDelta: 0,
          commandKey: `seed:${from}`,
          referenceKind: null,
          referenceId: null,
          reason: 'opening stock',
          actor: 'bench',
          effectiveAt: new Date(),
        })),
      ),
    )
  }
  return { context, itemIds, locationIds }
}
