import {
  type Database,
  type Db,
  inTransaction,
  type MovementKind,
  type Tx,
  unnestRows,
} from '@plimsoll/database'
import { sql } from 'kysely'
import type { BalanceKey } from '../balances.store.ts'
import { BEGINNING } from './as-of.ts'
import { METHODS } from './cost-pool.ts'
import { type ClosedMonth, findClosedMonths } from './months.store.ts'
import { startOfMonth } from './months.ts'
import { forgetOld, readMovement } from './valuation.ts'
import {
  fromStoredItem,
  type ItemState,
  newItemState,
  toStoredItem,
  unpricedState,
} from './valuation-state.ts'

/** The currency that an organization's costs are in; undefined until it is set. */
export async function findCurrency(db: Db, organizationId: string): Promise<string | undefined> {
  const found = await sql<{ currency: string }>`
    select currency from valuation_setting where organization_id = ${organizationId}`.execute(db)
  return found.rows[0]?.currency
}

/** @returns false, with nothing changed, where costs in another currency are there already */
export async function saveCurrency(db: Db, organizationId: string, currency: string): Promise<boolean> {
  const saved = await sql<{ currency: string }>`
    insert into valuation_setting (organization_id, currency) values (${organizationId}, ${currency})
    on conflict (organization_id) do update set currency = excluded.currency
    where valuation_setting.currency = excluded.currency
      or not exists (select from movement_cost where organization_id = ${organizationId})
    returning currency`.execute(db)
  return saved.rows.length > 0
}

export type MovementCost = { itemId: string; movementId: string; unitCost: number }

/**
 * Writes what received units cost beside their movements, in the same transaction.
 * @param costs unitCost: whole ten-thousandths of the currency's unit, per base unit
 */
export async function saveMovementCosts(
  tx: Tx,
  organizationId: string,
  costs: readonly MovementCost[],
): Promise<void> {
  if (costs.length === 0) return
  const source = unnestRows('added', costs, { itemId: 'uuid', movementId: 'uuid', unitCost: 'bigint' })
  await sql`
    insert into movement_cost (organization_id, item_id, movement_id, unit_cost)
    select ${organizationId}, item_id, movement_id, unit_cost from ${source}`.execute(tx)
}

export type ValuationQuestion = {
  /** Movements recorded at this moment or before count. */
  at: Date
  /** Read from the first movement that is in the ledger instead of going on from the newest checkpoint. */
  fromScratch?: boolean
}

/**
 * What these items cost at a moment, by both methods, read from their newest valuation checkpoints on. For one page of
 * items: their movements since then are held while they are read.
 */
export async function valueItems(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  question: ValuationQuestion,
): Promise<Map<string, ItemState>> {
  if (itemIds.length === 0) return new Map()
  const months = await findClosedMonths(db, organizationId)
  const states = await findOpenings(db, organizationId, itemIds, question, archivedUntil(months))
  const readFrom = states.map(({ itemId, at }) => ({ itemId, at }))
  const source = unnestRows('opening', readFrom, { itemId: 'uuid', at: 'timestamptz' })
  const found = await sql<{
    itemId: string
    movementId: string
    locationId: string
    kind: MovementKind
    onHandDelta: number
    commandKey: string
    referenceId: string | null
    recordedAt: Date
    unitCost: number | null
  }>`
    select movement.item_id, movement.movement_id, location_id, kind, on_hand_delta, command_key, reference_id,
      recorded_at, unit_cost
    from ${source}
    join movement on movement.organization_id = ${organizationId} and movement.item_id = opening.item_id
      and movement.recorded_at >= opening.at and movement.recorded_at <= ${question.at}
    left join movement_cost on movement_cost.organization_id = ${organizationId}
      and movement_cost.item_id = movement.item_id and movement_cost.movement_id = movement.movement_id
    where on_hand_delta <> 0
    -- Both ends of a transfer may be recorded at once: it leaves before it arrives.
    order by movement.item_id, recorded_at, kind = 'transfer-in', movement.movement_id`.execute(db)
  const byItem = new Map(states.map(({ itemId, state }) => [itemId, state]))
  let month = { itemId: '', number: 0 }
  for (const { itemId, recordedAt, ...movement } of found.rows) {
    const state = byItem.get(itemId)
    if (state === undefined) continue
    const number = monthNumber(recordedAt)
    const isNext = month.itemId !== itemId || month.number !== number
    month = { itemId, number }
    for (const method of METHODS) {
      if (isNext) forgetOld(state[method], number)
      readMovement(state[method], method, movement, number)
    }
  }
  for (const state of byItem.values()) {
    for (const method of METHODS) forgetOld(state[method], monthNumber(question.at))
  }
  return byItem
}

function archivedUntil(months: readonly ClosedMonth[]): Date {
  const last = months.findLast(({ isArchived }) => isArchived)
  return last === undefined ? BEGINNING : startOfMonth(last.month, 1)
}

/** Months counted from year 0, so that a year has twelve. */
function monthNumber(moment: Date): number {
  return moment.getUTCFullYear() * 12 + moment.getUTCMonth()
}

/** Where the reading of each item begins: its checkpoint, the first movement, or what is known to lie there. */
async function findOpenings(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  { at, fromScratch = false }: ValuationQuestion,
  archivedAt: Date,
): Promise<{ itemId: string; at: Date; state: ItemState }[]> {
  const found = await sql<{ itemId: string; at: Date | null; state: unknown }>`
    select wanted.item_id, checkpoint.at, checkpoint.state
    from unnest(${[...itemIds]}::uuid[]) as wanted(item_id)
    left join lateral (
      select at, state from valuation_checkpoint
      where organization_id = ${organizationId} and valuation_checkpoint.item_id = wanted.item_id
        and at <= ${fromScratch ? archivedAt : at}
      order by at desc
      limit 1
    ) as checkpoint on true`.execute(db)
  const unknown = found.rows.filter((row) => row.at === null).map(({ itemId }) => itemId)
  const places = archivedAt > BEGINNING ? await findPlaces(db, organizationId, unknown, archivedAt) : []
  const placesOf = Map.groupBy(places, ({ itemId }) => itemId)
  return found.rows.map((row) => {
    if (row.at !== null) return { itemId: row.itemId, at: row.at, state: fromStoredItem(row.state) }
    const known = placesOf.get(row.itemId)
    return known === undefined
      ? { itemId: row.itemId, at: archivedAt, state: newItemState() }
      : { itemId: row.itemId, at: archivedAt, state: unpricedState(known) }
  })
}

/** Of items whose first months lie in files and were never valued: units, of unknown cost. */
async function findPlaces(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  at: Date,
): Promise<(BalanceKey & { onHand: number })[]> {
  const found = await sql<BalanceKey & { onHand: number }>`
    select distinct on (item_id, location_id, lot_id) item_id, location_id, lot_id, on_hand
    from balance_checkpoint
    where organization_id = ${organizationId} and item_id = any(${[...itemIds]}::uuid[]) and at <= ${at}
    order by item_id, location_id, lot_id, at desc`.execute(db)
  return found.rows
}

const ITEMS_AT_ONCE = 200

/**
 * Writes what reading has come to at the start of the month after the last closed one, for each item that moved since
 * its last valuation checkpoint, of organizations that keep costs. Any process may do it; the same twice changes nothing.
 * @param until at the start of this month instead, where that is earlier
 * @returns how many were written
 */
export async function saveValuationCheckpoints(database: Database, until?: Date): Promise<number> {
  const organizations = await sql<{ organizationId: string; month: Date }>`
    select organization_id, max(month) as month from closed_month
    join valuation_setting using (organization_id)
    group by organization_id`.execute(database.kysely)
  let written = 0
  for (const { organizationId, month } of organizations.rows) {
    const closedUntil = startOfMonth(month, 1)
    const at = until !== undefined && until < closedUntil ? until : closedUntil
    let after = '00000000-0000-0000-0000-000000000000'
    for (;;) {
      const itemIds = await findItemsToValue(database.kysely, organizationId, at, after)
      const last = itemIds.at(-1)
      if (last === undefined) break
      after = last
      written += await inTransaction(database, (tx) => saveStates(tx, organizationId, itemIds, at), {
        isolationLevel: 'repeatable read',
      })
    }
  }
  return written
}

async function findItemsToValue(db: Db, organizationId: string, at: Date, after: string): Promise<string[]> {
  const found = await sql<{ itemId: string }>`
    select item_id from item
    left join lateral (
      select at from valuation_checkpoint
      where valuation_checkpoint.organization_id = ${organizationId}
        and valuation_checkpoint.item_id = item.item_id and at <= ${at}
      order by at desc
      limit 1
    ) as checkpoint on true
    where organization_id = ${organizationId} and item_id > ${after}
      and (checkpoint.at is null or checkpoint.at < ${at})
      and exists (
        select from movement
        where movement.organization_id = ${organizationId} and movement.item_id = item.item_id
          and movement.recorded_at >= coalesce(checkpoint.at, '-infinity') and movement.recorded_at < ${at}
      )
    order by item_id
    limit ${ITEMS_AT_ONCE}`.execute(db)
  return found.rows.map(({ itemId }) => itemId)
}

async function saveStates(
  tx: Tx,
  organizationId: string,
  itemIds: readonly string[],
  at: Date,
): Promise<number> {
  // Up to the last moment that JavaScript can tell from the start of the month.
  const states = await valueItems(tx, organizationId, itemIds, { at: new Date(at.getTime() - 1) })
  const rows = [...states].map(([itemId, state]) => ({ itemId, state: toStoredItem(state) }))
  const source = unnestRows('added', rows, { itemId: 'uuid', state: 'jsonb' })
  const saved = await sql`
    insert into valuation_checkpoint (organization_id, item_id, at, state)
    select ${organizationId}, item_id, ${at}, state from ${source}
    on conflict do nothing`.execute(tx)
  return Number(saved.numAffectedRows ?? 0)
}
