import type {
  ArchivedItem,
  CatalogueItem as CatalogueItemJson,
  Conversion,
  FoundCode,
  ItemChangePage,
} from '@plimsoll/client'
import { inTransaction } from '@plimsoll/database'
import {
  type CatalogueContext,
  type CatalogueItem,
  type CatalogueRow,
  changeCatalogueItem,
  findCatalogueItems,
  findItemByCode,
  findItemChanges,
  findUnit,
  fromBaseUnits,
  type Refusal,
  type RowOutcome,
  saveCatalogueItems,
  toBaseUnits,
} from '@plimsoll/stock'
import { notify, type SyncContext, syncProblem, toStockContext } from '@plimsoll/sync'
import { RefusalProblem } from './refusal-problem.ts'
import { findListingsOf } from './views/item-listings.store.ts'

/**
 * What people and API clients do with one item of the catalogue. Every function throws the refusal that it ends with:
 * RefusalProblem, or SyncProblem `unknown-item`, which is what the other routes of an item answer.
 */

/** @param actor who is noted as having changed it */
export function toCatalogueContext(context: SyncContext, actor: string): CatalogueContext {
  return { ...toStockContext(context), actor }
}

export async function getCatalogueItem(context: SyncContext, sku: string): Promise<CatalogueItemJson> {
  return toJson(await findOne(context, sku))
}

async function findOne(context: SyncContext, sku: string): Promise<CatalogueItem> {
  const { kysely } = context.database
  const [item] = await findCatalogueItems(kysely, context.organizationId, { skus: [sku] })
  if (item === undefined) throw syncProblem('unknown-item', 'sku', `There is no item with the SKU "${sku}".`)
  return item
}

/** Makes an item that is not there yet. */
export async function createItem(
  context: SyncContext,
  actor: string,
  row: Omit<CatalogueRow, 'mode' | 'version'>,
): Promise<CatalogueItemJson> {
  const item = await inTransaction(context.database, async (tx) => {
    const rows: CatalogueRow[] = [{ ...row, mode: 'create' }]
    const [outcome] = await saveCatalogueItems(tx, toCatalogueContext(context, actor), rows)
    if (outcome === undefined) throw new Error('a row was not answered')
    await tellScreens(tx, context, outcome)
    return toSaved(outcome)
  })
  return toJson(item)
}

/** Changes an item by what it is now. @param toRow what is to change, or why nothing can */
export async function changeItem(
  context: SyncContext,
  actor: string,
  sku: string,
  toRow: (item: CatalogueItem) => Omit<CatalogueRow, 'sku' | 'mode'> | Refusal,
): Promise<CatalogueItemJson> {
  const item = await inTransaction(context.database, async (tx) => {
    const outcome = await changeCatalogueItem(tx, toCatalogueContext(context, actor), sku, toRow)
    await tellScreens(tx, context, outcome)
    return toSaved(outcome)
  })
  return toJson(item)
}

/** Archives an item, and says which listings still sell it: what was promised there is left to a person. */
export async function archiveItem(
  context: SyncContext,
  actor: string,
  { sku, version }: { sku: string; version: number | undefined },
): Promise<ArchivedItem> {
  const item = await changeItem(context, actor, sku, () => ({ archived: true, version }))
  const listings = await findListingsOf(context.database.kysely, context.organizationId, item.itemId)
  return { ...item, listings }
}

/** What a scanner read. */
export async function lookUpCode(context: SyncContext, code: string): Promise<FoundCode> {
  const found = await findItemByCode(context.database.kysely, context.organizationId, code)
  if (found.kind === 'refused') throw new RefusalProblem(found)
  const { matched, unit, factor, item } = found
  return { matched, unit, factor, item: toJson(item) }
}

/** A quantity of a unit in base units, or base units in whole ones of a unit; `asked` says which is given. */
export async function convertUnits(
  context: SyncContext,
  sku: string,
  asked: { unit: string; quantity?: string | undefined; baseUnits?: string | undefined },
): Promise<Conversion> {
  const item = await findOne(context, sku)
  const unit = orThrow(findUnit(item, asked.unit))
  const head = { unit: unit.code, factor: unit.factor }
  if (asked.quantity !== undefined) {
    const { baseUnits, rounded } = orThrow(toBaseUnits(item, asked.quantity, asked.unit))
    return { ...head, quantity: asked.quantity, baseUnits, leftOver: 0, rounded }
  }
  const { baseUnits } = orThrow(toBaseUnits(item, asked.baseUnits ?? ''))
  const { quantity, leftOver } = orThrow(fromBaseUnits(item, baseUnits, asked.unit))
  return { ...head, quantity: String(quantity), baseUnits, leftOver, rounded: leftOver !== 0 }
}

function orThrow<T extends { kind: 'unit' | 'converted' }>(outcome: T | Refusal): T {
  if (outcome.kind === 'refused') throw new RefusalProblem(outcome)
  return outcome
}

/** A page of what was noted of an item, newest first. */
export async function getItemChanges(
  context: SyncContext,
  sku: string,
  query: { cursor?: string | undefined; limit: number },
): Promise<ItemChangePage> {
  const { kysely } = context.database
  const { itemId } = await findOne(context, sku)
  const rows = await findItemChanges(kysely, context.organizationId, itemId, {
    cursor: query.cursor,
    limit: query.limit + 1,
  })
  const shown = rows.slice(0, query.limit)
  return {
    rows: shown.map((row) => ({ ...row, changedAt: row.changedAt.toISOString() })),
    next: rows.length > shown.length ? (shown.at(-1)?.changeId ?? null) : null,
  }
}

export function toJson(item: CatalogueItem): CatalogueItemJson {
  return { ...item, archivedAt: item.archivedAt?.toISOString() ?? null }
}

function toSaved(outcome: RowOutcome): CatalogueItem {
  if (outcome.kind !== 'refused') return outcome.item
  const { kind, code, field, message } = outcome
  if (code === 'unknown-sku') throw syncProblem('unknown-item', field, message)
  throw new RefusalProblem({ kind, code, field, message })
}

type Tx = Parameters<typeof notify>[0]

async function tellScreens(tx: Tx, context: SyncContext, outcome: RowOutcome): Promise<void> {
  if (outcome.kind === 'refused' || outcome.kind === 'unchanged') return
  await notify(tx, context.organizationId, {
    kind: 'screen',
    topics: ['items', 'overview'],
    itemIds: [outcome.item.itemId],
  })
}
