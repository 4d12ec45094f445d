import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import { prepareBalances } from './balances.store.ts'
import type { StockContext } from './context.ts'
import { saveMovementCosts } from './history/valuation.store.ts'
import type { NewMovement } from './movements.ts'

/**
 * Makes the balances that are missing, then writes the movements. One call per transaction, else two transactions
 * could lock the same balances in different orders.
 */
export async function insertMovements(
  tx: Tx,
  context: StockContext,
  movements: readonly NewMovement[],
): Promise<void> {
  await Promise.all([prepareBalances(tx, context, movements), postMovements(tx, context, movements)])
}

/**
 * Runs a transaction's work on the assumption that the balances it moves are there, as nearly all are, and once more
 * where that was wrong, with the missing ones made first: looking for them each time is a tenth of what an order costs.
 * @param run runs the whole transaction, writing movements by the function that it is handed
 */
export async function withBalancesAssumed<T>(run: (write: typeof insertMovements) => Promise<T>): Promise<T> {
  try {
    return await run(postMovements)
  } catch (error) {
    if (!isMissingBalance(error)) throw error
    return await run(insertMovements)
  }
}

/** What the trigger says of movements whose balances were never made. */
function isMissingBalance(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === MISSING_BALANCE
}
const MISSING_BALANCE = 'PLB01'

/** Writes movements in one statement, and what their units cost in another; their trigger posts them to the balances, in key order. These must be there. */
export async function postMovements(
  tx: Tx,
  context: StockContext,
  movements: readonly NewMovement[],
): Promise<void> {
  if (movements.length === 0) return
  const recordedAt = context.now()
  const movementIds = movements.map(() => context.uuid())
  const source = unnestRows(
    'added',
    movements,
    {
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
    },
    {
      movementId: ['uuid', (_, nth) => movementIds[nth]],
      // Clocks differ: what happened is never recorded before it happened.
      effectiveAt: ['timestamptz', ({ effectiveAt }) => earlierOf(effectiveAt, recordedAt)],
    },
  )
  await sql`
    insert into movement
      (organization_id, movement_id, item_id, location_id, lot_id, kind,
       on_hand_delta, reserved_delta, held_delta, incoming_delta,
       command_key, reference_kind, reference_id, reason, actor, effective_at, recorded_at)
    select ${context.organizationId}, movement_id, item_id, location_id, lot_id, kind,
       on_hand_delta, reserved_delta, held_delta, incoming_delta,
       command_key, reference_kind, reference_id, reason, actor, effective_at, ${recordedAt}
    from ${source}`.execute(tx)
  await saveMovementCosts(tx, context.organizationId, costsOf(movements, movementIds))
}

function costsOf(movements: readonly NewMovement[], movementIds: readonly string[]) {
  return movements.flatMap(({ itemId, unitCost }, nth) => {
    const movementId = movementIds[nth]
    return unitCost === undefined || movementId === undefined ? [] : [{ itemId, movementId, unitCost }]
  })
}

export type MovedSince = {
  itemId: string
  locationId: string
  lotId: string
  at: Date
  /** Base units, signed. */
  onHand: number
  held: number
}

/** Units that entered (or left, negative) a balance by what was effective after a moment, however late it was recorded. */
export async function findMovedSince(
  db: Db,
  organizationId: string,
  wanted: readonly { itemId: string; locationId: string; at: Date }[],
): Promise<MovedSince[]> {
  if (wanted.length === 0) return []
  const source = unnestRows('wanted', wanted, { itemId: 'uuid', locationId: 'uuid', at: 'timestamptz' })
  const found = await sql<MovedSince>`
    select wanted.item_id, wanted.location_id, wanted.at, movement.lot_id, sum(on_hand_delta)::bigint as on_hand,
      sum(held_delta)::bigint as held
    from ${source}
    join movement on movement.organization_id = ${organizationId} and movement.item_id = wanted.item_id
      and movement.location_id = wanted.location_id
      -- Never recorded before it was effective, so months before the moment need no look.
      and movement.recorded_at > wanted.at and movement.effective_at > wanted.at
    group by wanted.item_id, wanted.location_id, wanted.at, movement.lot_id`.execute(db)
  return found.rows
}

function earlierOf(a: Date, b: Date): Date {
  return a.getTime() <= b.getTime() ? a : b
}
