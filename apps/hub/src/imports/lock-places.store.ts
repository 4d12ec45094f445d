import { type Tx, unnestRows } from '@plimsoll/database'
import { lockAllLots, prepareBalances, UNALLOCATED_LOT } from '@plimsoll/stock'
import { type SyncContext, toStockContext } from '@plimsoll/sync'
import { sql } from 'kysely'

/** A place as rows of files name it. */
export type NamedPlace = { sku: string; locationCode: string; lot: string | undefined }

type Key = { itemId: string; locationId: string; lotId: string }

const KEYS_PER_STATEMENT = 5_000
const BEFORE_ALL: Key = {
  itemId: '00000000-0000-0000-0000-000000000000',
  locationId: '00000000-0000-0000-0000-000000000000',
  lotId: '00000000-0000-0000-0000-000000000000',
}

/**
 * Locks the balances of all these places, as every other writer does: missing ones made first, then all of them in the
 * order of their keys. The keys are sorted by the database, in tables that end with the transaction, so any number of
 * them takes no memory here. What the database does not know yet nobody else can lock.
 */
export async function lockPlacesOf(
  tx: Tx,
  context: SyncContext,
  chunks: AsyncIterable<readonly NamedPlace[]>,
): Promise<void> {
  await sql`create temporary table import_named (sku text, location_code text, lot text) on commit drop`.execute(
    tx,
  )
  await sql`
    create temporary table import_place (item_id uuid, location_id uuid, lot_id uuid,
      primary key (item_id, location_id, lot_id)) on commit drop`.execute(tx)
  for await (const places of chunks) {
    if (places.length === 0) continue
    const source = unnestRows('named', places, { sku: 'text', locationCode: 'text', lot: 'text' })
    await sql`insert into import_named select sku, location_code, lot from ${source}`.execute(tx)
  }
  await sql`analyze import_named`.execute(tx)
  await sql`
    insert into import_place
    select distinct item.item_id, location.location_id, coalesce(lot.lot_id, ${UNALLOCATED_LOT}::uuid)
    from import_named
    join item on item.organization_id = ${context.organizationId} and item.sku = import_named.sku
    join location on location.organization_id = ${context.organizationId}
      and location.code = import_named.location_code
    left join lot on lot.organization_id = ${context.organizationId} and lot.item_id = item.item_id
      and lot.code = import_named.lot
    where import_named.lot is null or lot.lot_id is not null`.execute(tx)
  const stock = toStockContext(context)
  for await (const keys of eachPage(tx)) await prepareBalances(tx, stock, keys)
  // All lots of each place at once: a place may go on on the next page, with lots that come before those of this one.
  for await (const keys of eachPage(tx)) await lockAllLots(tx, context.organizationId, keys)
}

async function* eachPage(tx: Tx): AsyncGenerator<Key[]> {
  let after = BEFORE_ALL
  for (;;) {
    const page = await sql<Key>`
      select item_id, location_id, lot_id from import_place
      where (item_id, location_id, lot_id) > (${after.itemId}::uuid, ${after.locationId}::uuid, ${after.lotId}::uuid)
      order by item_id, location_id, lot_id
      limit ${KEYS_PER_STATEMENT}`.execute(tx)
    if (page.rows.length > 0) yield page.rows
    const last = page.rows.at(-1)
    if (last === undefined || page.rows.length < KEYS_PER_STATEMENT) return
    after = last
  }
}
