import { type Database, inTransaction } from '../../packages/database/src/index.ts'
import { insertMovements, type StockContext, UNALLOCATED_LOT } from '../../packages/stock/src/index.ts'

const MOVEMENTS_PER_BATCH = 20_000

/**
 * Fills the database around the items that are measured: as many more items, deep in stock at one location, all of them
 * listed on all connections and shown what is there. The shops do not know these: they are looked at last.
 * @returns their ids
 */
export async function seedBallast(
  database: Database,
  context: StockContext,
  size: { items: number; locationId: string; connectionIds: readonly string[] },
): Promise<string[]> {
  const { organizationId, uuid } = context
  const { pool } = database
  const itemIds = Array.from({ length: size.items }, () => uuid())
  await pool.query(
    `insert into item (organization_id, item_id, sku, name, created_at)
     select $1, id, 'MORE-' || nth, 'Item ' || nth, now() from unnest($2::uuid[]) with ordinality as i(id, nth)`,
    [organizationId, itemIds],
  )
  for (let from = 0; from < itemIds.length; from += MOVEMENTS_PER_BATCH) {
    await inTransaction(database, (tx) =>
      insertMovements(
        tx,
        context,
        itemIds.slice(from, from + MOVEMENTS_PER_BATCH).map((itemId) => ({
          itemId,
          locationId: size.locationId,
          lotId: UNALLOCATED_LOT,
          kind: 'receive',
          onHandDelta: UNITS_EACH,
          reservedDelta: 0,
          heldDelta: 0,
          incomingDelta: 0,
          commandKey: `ballast:${from}`,
          referenceKind: null,
          referenceId: null,
          reason: 'opening stock',
          actor: 'bench',
          effectiveAt: context.now(),
        })),
      ),
    )
  }
  for (const connectionId of size.connectionIds) {
    await pool.query(
      `insert into listing (organization_id, listing_id, connection_id, external_id, stock_unit_id, sku, title, tracked,
         fulfilled_by, sells_beyond_zero, state, item_id, units_per_listing, mapped_by, imported_at)
       select organization_id, uuidv7(), $2, sku, sku, sku, name, true, 'merchant', false, 'active', item_id, 1, 'sku', now()
       from item where organization_id = $1 and sku like 'MORE-%' order by item_id`,
      [organizationId, connectionId],
    )
    await pool.query(
      `insert into level (organization_id, level_id, connection_id, stock_unit_id, external_location_id, item_id,
         units_per_listing, tracked, writable, desired, desired_because, desired_version, desired_at, raised_at,
         acknowledged, acknowledged_at, acknowledged_subtracted, subtracted, observed, observed_at)
       select organization_id, uuidv7(), $2, sku,
         (select min(external_id) from external_location
          where external_location.organization_id = $1 and connection_id = $2),
         item_id, 1, true, true, $3, 'available', 1, now(), now(), $3, now(), 0, 0, $3, now() + interval '1 year'
       from item where organization_id = $1 and sku like 'MORE-%' order by item_id`,
      [organizationId, connectionId, UNITS_EACH],
    )
  }
  return itemIds
}

const UNITS_EACH = 1_000_000
