import type { Tx } from '@plimsoll/database'
import { code, optional, type RowOf, type RowProblem, required, text, whole } from '@plimsoll/files'
import { findStockItems, refuse, type StockItem } from '@plimsoll/stock'
import {
  ignoreListings,
  nowOf,
  type SyncErrorCode,
  settleMappings,
  syncErrors,
  type TouchedUnit,
  tieListings,
} from '@plimsoll/sync'
import { refuseMappingTo } from '../mapping.ts'
import { foreseeImport } from './foresee-import.ts'
import { insertMappingChanges, type MappingChange } from './import-mappings.store.ts'
import { stockProblem } from './locations-of-rows.ts'
import type { ImportContext } from './open-file.ts'
import { defineSheet, NAMES, type Placed, type SheetWork } from './sheet.ts'
import { findConnectionNames, findKnownListings, type KnownListing } from './sheets.store.ts'
import { tryRows } from './trial.ts'

const columns = {
  connection: required('connection', ['channel', 'shop', 'store', '店铺', '渠道', '连接', '平台'], text(200)),
  listing: required(
    'listing',
    ['listing id', 'external id', 'external listing id', 'variant id', '商品ID', '平台商品编码', '链接ID'],
    code(300),
  ),
  /** Absent: the listing stays as it is. */
  sku: optional('sku', NAMES.sku, code(200)),
  unitsPerListing: optional(
    'units per listing',
    ['units', 'pack size', '每件数量', '倍数', '组合数量'],
    whole({ min: 1 }),
  ),
  /** Given: the listing is never to be matched. A row with a SKU says the opposite. */
  ignoredBecause: optional('ignored because', ['ignore', 'ignored', '忽略原因', '忽略'], text(500)),
}
type MappingsRow = RowOf<typeof columns>

/** Which item each listing sells, as a person decides it; a row without a SKU and a reason to ignore it changes nothing. */
export const mappingsSheet = defineSheet<typeof columns>({
  what: 'mappings',
  title: 'which item each listing sells',
  columns,
  ignored: ['title', 'listing sku', 'mapped by'],
  keyOf: ({ connection, listing }) => [connection, listing],
  open: async (context, { actor }) => workOf(context, actor),
})

/** @param actor who ignores listings by the file */
function workOf(context: ImportContext, actor: string): SheetWork<MappingsRow> {
  const { organizationId } = context
  const touched: TouchedUnit[] = []
  let changes: MappingChange[] = []
  const apply = async (tx: Tx, rows: readonly Placed<MappingsRow>[]) => {
    const known = await readKnown(tx, organizationId, rows)
    const decided = rows.map((row) => decideRow(row, known))
    const ties = decided.flatMap((each) => (each.kind === 'tie' ? [each.mapping] : []))
    const ignored = decided.flatMap((each) => (each.kind === 'ignore' ? [each] : []))
    changes = decided.flatMap((each, nth) => toChange(each, rows[nth]?.number ?? 0))
    touched.push(...(await tieListings(tx, organizationId, ties)))
    for (const [reason, of] of Map.groupBy(ignored, ({ reason }) => reason)) {
      const listingIds = of.map(({ listingId }) => listingId)
      const said = { reason, actor, at: nowOf(context) }
      touched.push(...(await ignoreListings(tx, organizationId, listingIds, said)))
    }
    return {
      applied: ties.length + ignored.length,
      unchanged: decided.filter(({ kind }) => kind === 'stands').length,
      units: 0,
      refused: decided.flatMap((each) => (each.kind === 'wrong' ? [each.problem] : [])),
    }
  }
  return {
    check: async (rows) => {
      changes = []
      return await tryRows(context, rows, apply)
    },
    keep: (tx, hold) => insertMappingChanges(tx, hold, changes),
    foresee: (hold) => foreseeImport(context, hold),
    apply,
    finish: async (tx) => {
      if (touched.length > 0) await settleMappings(context, tx, touched)
      touched.length = 0
    },
  }
}

type Known = {
  /** By id, and by name. */
  connectionIds: ReadonlyMap<string, string>
  listings: ReadonlyMap<string, KnownListing>
  items: ReadonlyMap<string, StockItem>
}

async function readKnown(
  tx: Tx,
  organizationId: string,
  rows: readonly Placed<MappingsRow>[],
): Promise<Known> {
  const connections = await findConnectionNames(tx, organizationId)
  const connectionIds = new Map(
    connections.flatMap(({ connectionId, name }) => [
      [name, connectionId] as const,
      [connectionId, connectionId] as const,
    ]),
  )
  const keys = rows.flatMap(({ values: { connection, listing } }) => {
    const connectionId = connectionIds.get(connection)
    return connectionId === undefined ? [] : [{ connectionId, externalId: listing }]
  })
  const skus = [...new Set(rows.flatMap(({ values: { sku } }) => (sku === undefined ? [] : [sku])))]
  const [listings, items] = await Promise.all([
    findKnownListings(tx, organizationId, keys),
    findStockItems(tx, organizationId, { skus }),
  ])
  return {
    connectionIds,
    listings: new Map(listings.map((each) => [keyText(each), each])),
    items: new Map(items.map((item) => [item.sku, item])),
  }
}

type Decided =
  | { kind: 'stands' }
  | {
      kind: 'tie'
      found: KnownListing
      mapping: { listingId: string; itemId: string; unitsPerListing: number }
    }
  | { kind: 'ignore'; found: KnownListing; listingId: string; reason: string }
  | { kind: 'wrong'; problem: RowProblem }

function decideRow({ number, values }: Placed<MappingsRow>, known: Known): Decided {
  const { connection, listing, sku, unitsPerListing, ignoredBecause } = values
  const wrong = (code: SyncErrorCode, column: string, value: string, message: string): Decided => ({
    kind: 'wrong',
    problem: { row: number, level: 'error', code, column, value, message, cure: syncErrors[code].cure },
  })
  const connectionId = known.connectionIds.get(connection)
  if (connectionId === undefined) {
    return wrong('unknown-connection', 'connection', connection, `there is no connection "${connection}"`)
  }
  const found = known.listings.get(keyText({ connectionId, externalId: listing }))
  if (found === undefined) {
    return wrong('unknown-listing', 'listing', listing, `"${connection}" has no listing "${listing}"`)
  }
  if (sku === undefined && ignoredBecause !== undefined) {
    return found.ignoredBecause === ignoredBecause
      ? { kind: 'stands' }
      : { kind: 'ignore', found, listingId: found.listingId, reason: ignoredBecause }
  }
  if (sku === undefined) {
    const message = 'units per listing are given, and the SKU of the item is not'
    const place = { row: number, column: 'sku', value: null }
    return unitsPerListing === undefined || found.itemId === null
      ? { kind: 'stands' }
      : { kind: 'wrong', problem: stockProblem('unknown-sku', place, message) }
  }
  const item = known.items.get(sku)
  const place = { row: number, column: 'sku', value: sku }
  if (item === undefined) {
    const refusal = refuse('unknown-sku', 'sku', `there is no item with the SKU "${sku}"`)
    return { kind: 'wrong', problem: stockProblem(refusal.code, place, refusal.message) }
  }
  const units = unitsPerListing ?? found.unitsPerListing
  if (found.itemId === item.itemId && found.unitsPerListing === units) return { kind: 'stands' }
  const refusal = refuseMappingTo(item)
  if (refusal !== undefined) {
    return { kind: 'wrong', problem: stockProblem(refusal.code, place, refusal.message) }
  }
  return {
    kind: 'tie',
    found,
    mapping: { listingId: found.listingId, itemId: item.itemId, unitsPerListing: units },
  }
}

/** What a row changes, beside what stood before. */
function toChange(decided: Decided, row: number): MappingChange[] {
  if (decided.kind !== 'tie' && decided.kind !== 'ignore') return []
  const { listingId, itemId, unitsPerListing, ignoredBecause } = decided.found
  const before = { itemBefore: itemId, unitsBefore: unitsPerListing, ignoredBefore: ignoredBecause }
  const after =
    decided.kind === 'ignore'
      ? { itemAfter: null, unitsAfter: 1, ignoredAfter: decided.reason }
      : {
          itemAfter: decided.mapping.itemId,
          unitsAfter: decided.mapping.unitsPerListing,
          ignoredAfter: null,
        }
  return [{ row, listingId, ...before, ...after }]
}

function keyText({ connectionId, externalId }: { connectionId: string; externalId: string }): string {
  return JSON.stringify([connectionId, externalId])
}
