import { arrayOf, type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import { type StockContext, UNALLOCATED_LOT } from './context.ts'
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
 * Locks balances of these items at these locations in key order, and reads them: what is named, what has no lot, and
 * every lot that holds something, since what is promised without a lot is promised out of all lots together. A lot of
 * which nothing is left weighs on nobody; an item has more of them every month, and locking each is a write.
 *
 * Whoever will write a lot names it here: locked later it would be out of order. A lot that is filled while this waits
 * for another one is not among them: who decides by what all lots hold together asks `lockFilledMeanwhile` too.
 */
export async function lockPlaces(
  tx: Tx,
  organizationId: string,
  keys: readonly BalanceKey[],
): Promise<LockedBalance[]> {
  if (keys.length === 0) return []
  const source = unnestRows('wanted', keys, { itemId: 'uuid', locationId: 'uuid' })
  // A lot is of one item, so wherever one is named it may be locked at all of that item's places.
  const named = [...new Set([UNALLOCATED_LOT, ...keys.map(({ lotId }) => lotId)])]
  const found = await sql<LockedBalance>`
    select item_id, location_id, lot_id, on_hand, reserved, held, incoming
    from balance
    where organization_id = ${organizationId}
      and (item_id, location_id) in (select item_id, location_id from ${source})
      and (lot_id = any(${arrayOf(named, 'uuid')}) or ${holdsSomething})
    order by item_id, location_id, lot_id
    for update`.execute(tx)
  return found.rows
}

const holdsSomething = sql.raw('(on_hand <> 0 or reserved <> 0 or held <> 0 or incoming <> 0)')

/** The same, all lots that there are: for who cannot name what it will write before it locks. */
export async function lockAllLots(
  tx: Tx,
  organizationId: string,
  places: readonly Pick<BalanceKey, 'itemId' | 'locationId'>[],
): Promise<void> {
  if (places.length === 0) return
  const source = unnestRows('wanted', places, { itemId: 'uuid', locationId: 'uuid' })
  await sql`
    select from balance
    where organization_id = ${organizationId}
      and (item_id, location_id) in (select item_id, location_id from ${source})
    order by item_id, location_id, lot_id
    for update`.execute(tx)
}

/**
 * The lots that hold something there, as they are committed now. Sent after `lockPlaces`: whatever it read was committed
 * before, and all that was committed with it is seen here, in whichever lot.
 */
export async function findFilledLots(
  tx: Tx,
  organizationId: string,
  places: readonly Pick<BalanceKey, 'itemId' | 'locationId'>[],
): Promise<BalanceKey[]> {
  if (places.length === 0) return []
  const source = unnestRows('wanted', places, { itemId: 'uuid', locationId: 'uuid' })
  const found = await sql<BalanceKey>`
    select item_id, location_id, lot_id from balance
    where organization_id = ${organizationId}
      and (item_id, location_id) in (select item_id, location_id from ${source})
      and ${holdsSomething}`.execute(tx)
  return found.rows
}

/**
 * Adds to what is locked the lots that have been filled since. Out of the order of the keys, so it waits for nobody.
 * @param filled what `findFilledLots` answered
 * @returns undefined where somebody else is at one of them: whoever asks begins anew
 */
export async function lockFilledMeanwhile(
  tx: Tx,
  organizationId: string,
  locked: readonly LockedBalance[],
  filled: readonly BalanceKey[],
): Promise<readonly LockedBalance[] | undefined> {
  let all = locked
  let seen = filled
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    const known = new Set(all.map(balanceKeyText))
    const missing = seen.filter((key) => !known.has(balanceKeyText(key)))
    if (missing.length === 0) return all
    // Looked at again, for the same reason as the first time.
    const [added, now] = await Promise.all([
      lockAtOnce(tx, organizationId, missing),
      findFilledLots(tx, organizationId, [...locked, ...missing]),
    ])
    if (added.length < missing.length) return undefined
    all = [...all, ...added]
    seen = now
  }
  return undefined
}

/** More lots than this in a row are filled in no moment. */
const LOOKS_MAX = 4

/** Locks these balances as far as nobody else has them locked. Waits for nobody, so it may come in any order. */
export async function lockAtOnce(
  tx: Tx,
  organizationId: string,
  keys: readonly BalanceKey[],
): Promise<LockedBalance[]> {
  const source = unnestRows('wanted', keys, { itemId: 'uuid', locationId: 'uuid', lotId: 'uuid' })
  const found = await sql<LockedBalance>`
    select item_id, location_id, lot_id, on_hand, reserved, held, incoming
    from balance
    where organization_id = ${organizationId}
      and (item_id, location_id, lot_id) in (select item_id, location_id, lot_id from ${source})
    for update skip locked`.execute(tx)
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
