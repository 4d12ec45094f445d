import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from './context.ts'
import type { Balance } from './movements.ts'

export type BalanceKey = { itemId: string; locationId: string; lotId: string }

/** One string per balance, for maps. */
export function balanceKeyText(key: BalanceKey): string {
  return `${key.itemId} ${key.locationId} ${key.lotId}`
}

/**
 * Makes the balances that are not there yet, as zeros, in key order: a row that is missing cannot be
 * locked, and one that appears while `lockPlaces` waits for another is not seen by it. Always before
 * `lockPlaces`, never after, so that writers cannot wait for each other in a circle.
 */
export async function prepareBalances(
  tx: Tx,
  context: StockContext,
  keys: readonly BalanceKey[],
): Promise<void> {
  if (keys.length === 0) return
  const source = unnestRows('wanted', keys, { itemId: 'uuid', locationId: 'uuid', lotId: 'uuid' })
  await sql`
    insert into balance_place (organization_id, item_id, location_id, lot_id, updated_at)
    select ${context.organizationId}, item_id, location_id, lot_id, ${context.now()}
    from ${source}
    where not exists (
      select from balance
      where balance.organization_id = ${context.organizationId} and balance.item_id = wanted.item_id
        and balance.location_id = wanted.location_id and balance.lot_id = wanted.lot_id
    )
    group by item_id, location_id, lot_id
    order by item_id, location_id, lot_id`.execute(tx)
}

/** A balance as it was read under its lock. */
export type LockedBalance = BalanceKey & Balance

/**
 * Locks every balance of these items at these locations, all lots, in key order, and reads them. What is
 * promised without a lot is promised out of all lots together, so they are decided on together.
 */
export async function lockPlaces(
  tx: Tx,
  organizationId: string,
  places: readonly { itemId: string; locationId: string }[],
): Promise<LockedBalance[]> {
  if (places.length === 0) return []
  const source = unnestRows('wanted', places, { itemId: 'uuid', locationId: 'uuid' })
  const found = await sql<LockedBalance>`
    select item_id, location_id, lot_id, on_hand, reserved, held, incoming
    from balance
    where organization_id = ${organizationId}
      and (item_id, location_id) in (select item_id, location_id from ${source})
    order by item_id, location_id, lot_id
    for update`.execute(tx)
  return found.rows
}

/** Balances of one item, lots added up, one row per location that ever held it. */
export async function findBalancesOfItem(
  db: Db,
  organizationId: string,
  itemId: string,
): Promise<(Balance & { locationId: string })[]> {
  const found = await sql<Balance & { locationId: string }>`
    select location_id, sum(on_hand)::bigint as on_hand, sum(reserved)::bigint as reserved,
      sum(held)::bigint as held, sum(incoming)::bigint as incoming
    from balance
    where organization_id = ${organizationId} and item_id = ${itemId}
    group by location_id
    order by location_id`.execute(db)
  return found.rows
}
