import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from './context.ts'
import type { Balance, NewMovement } from './movements.ts'

/**
 * Makes the balances that are missing, then writes the movements in one statement; their trigger posts them to the
 * balances, in key order. One call per transaction, else two transactions could lock the same balances in different
 * orders.
 */
export async function insertMovements(
  tx: Tx,
  context: StockContext,
  movements: readonly NewMovement[],
): Promise<void> {
  if (movements.length === 0) return
  await Promise.all([prepareBalances(tx, context, movements), postMovements(tx, context, movements)])
}

/** The same where the balances are there, since they were prepared and locked. */
export async function postMovements(
  tx: Tx,
  context: StockContext,
  movements: readonly NewMovement[],
): Promise<void> {
  if (movements.length === 0) return
  const recordedAt = context.now()
  const rows = movements.map((movement) => ({ ...movement, movementId: context.uuid() }))
  const source = unnestRows('added', rows, {
    movementId: 'uuid',
    itemId: 'uuid',
    locationId: 'uuid',
    lotId: 'uuid',
    kind: 'text',
    onHandDelta: 'bigint',
    reservedDelta: 'bigint',
    heldDelta: 'bigint',
    incomingDelta: 'bigint',
    commandKey: 'text',
    referenceKind: 'text',
    referenceId: 'uuid',
    reason: 'text',
    actor: 'text',
    effectiveAt: 'timestamptz',
  })
  await sql`
    insert into movement
      (organization_id, movement_id, item_id, location_id, lot_id, kind,
       on_hand_delta, reserved_delta, held_delta, incoming_delta,
       command_key, reference_kind, reference_id, reason, actor, effective_at, recorded_at)
    select ${context.organizationId}, movement_id, item_id, location_id, lot_id, kind,
       on_hand_delta, reserved_delta, held_delta, incoming_delta,
       command_key, reference_kind, reference_id, reason, actor, effective_at, ${recordedAt}
    from ${source}`.execute(tx)
}

export type BalanceKey = { itemId: string; locationId: string; lotId: string }

/** One string per balance, for maps. */
export function balanceKeyText(key: BalanceKey): string {
  return `${key.itemId} ${key.locationId} ${key.lotId}`
}

/**
 * Makes the balances that are not there yet, as zeros, in key order: a row that is missing cannot be
 * locked, and one that appears while `lockBalances` waits for another is not seen by it. Always before
 * `lockBalances`, never after, so that writers cannot wait for each other in a circle.
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

/**
 * Locks these balances in key order and reads them; keys without a row are left out (see `prepareBalances`). Needed only where a decision depends on the figure: strict reservations and counts.
 */
export async function lockBalances(
  tx: Tx,
  organizationId: string,
  keys: readonly BalanceKey[],
): Promise<Map<string, Balance>> {
  if (keys.length === 0) return new Map()
  const source = unnestRows('wanted', keys, { itemId: 'uuid', locationId: 'uuid', lotId: 'uuid' })
  const found = await sql<BalanceKey & Balance>`
    select item_id, location_id, lot_id, on_hand, reserved, held, incoming
    from balance
    where organization_id = ${organizationId}
      and (item_id, location_id, lot_id) in (select item_id, location_id, lot_id from ${source})
    order by item_id, location_id, lot_id
    for update`.execute(tx)
  return new Map(found.rows.map((row) => [balanceKeyText(row), row]))
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
